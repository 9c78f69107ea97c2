"""Fields as they are stored: nested ones come back whole, those of older runs are still read."""

from __future__ import annotations

import json

from netnew.domain.enrichment import Enrichment, Format
from netnew.domain.run import Estimate, RunSpec
from netnew.store.row_codec import FORMAT, Codec

CODEC = Codec(RunSpec)


def test_a_field_of_a_run_without_formats_is_a_text() -> None:
    old = json.dumps({"objective": "x", "enrichments": [{"name": "a", "description": "b"}]})
    assert CODEC.load(old, FORMAT).enrichments == (Enrichment("a", "b", Format.TEXT),)


def test_nested_fields_come_back_whole() -> None:
    size = Enrichment("size", "", Format.OPTIONS, options=("small", "big"))
    inner = Enrichment("address", "", Format.OBJECT, (size,))
    spec = RunSpec("x", enrichments=(Enrichment("seat", "", Format.OBJECT, (inner,)),))
    assert CODEC.load(CODEC.dump(spec), FORMAT) == spec


def test_an_estimate_stored_before_undecided_candidates_were_allowed_for_is_read() -> None:
    old = json.dumps(
        {"matches": 12.2, "low": 10, "high": 19, "coverage": 0.8, "method": "chao2+curve"}
    )
    read = Codec(Estimate).load(old, FORMAT)
    assert read == Estimate(12.2, 10, 19, 0.8, "chao2+curve")
    assert (read.unclear, read.not_judged, read.decided_high) == (0, 0, None)
