"""Fields as they are stored: nested ones come back whole, those of older runs are still read."""

from __future__ import annotations

import json

from netnew.domain.enrichment import Enrichment, Format
from netnew.domain.run import RunSpec
from netnew.store.rows import FORMAT, Codec

CODEC = Codec(RunSpec)


def test_a_field_of_a_run_without_formats_is_a_text() -> None:
    old = json.dumps({"objective": "x", "enrichments": [{"name": "a", "description": "b"}]})
    assert CODEC.load(old, FORMAT).enrichments == (Enrichment("a", "b", Format.TEXT),)


def test_nested_fields_come_back_whole() -> None:
    size = Enrichment("size", "", Format.OPTIONS, options=("small", "big"))
    inner = Enrichment("address", "", Format.OBJECT, (size,))
    spec = RunSpec("x", enrichments=(Enrichment("seat", "", Format.OBJECT, (inner,)),))
    assert CODEC.load(CODEC.dump(spec), FORMAT) == spec
