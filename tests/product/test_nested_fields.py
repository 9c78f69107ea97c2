"""Nested fields on a web: a schema of three levels, filled with quotes and nulls."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from netnew.domain.candidate import MatchStatus
from netnew.domain.enrichment import document_of, leaves
from netnew.domain.evidence import holds_in
from netnew.engine.planning.json_schema import enrichments_of_schema
from tests.product.conftest import Served
from tests.product.test_find_on_a_web import ask, opened, question

pytestmark = pytest.mark.anyio

SCHEMA = {
    "type": "object",
    "properties": {
        "general": {
            "type": "object",
            "properties": {
                "first_light": {"type": "string", "format": "date"},
                "state": {"enum": ["Operating", "Closed", "Under refurbishment"]},
                "instruments": {"type": "array", "items": {"type": "string"}},
                "place": {
                    "type": "object",
                    "description": "Where it lies",
                    "properties": {
                        "country": {"type": "string"},
                        "height": {"type": "number", "description": "Height above sea level"},
                    },
                },
            },
        },
        "visits": {
            "type": "object",
            "properties": {
                "tours": {"type": "boolean", "description": "Does it offer public tours?"},
                "ticket": {"type": "object", "properties": {"currency": {"type": "string"}}},
            },
        },
    },
}
ASKED = enrichments_of_schema(SCHEMA)


async def test_a_schema_of_three_levels_is_filled_with_quotes_and_nulls(
    tmp_path: Path, served: Served
) -> None:
    async with opened(tmp_path, served) as app:
        run = await ask(app, replace(question(served), enrichments=ASKED))
        found = (await app.service.queries.result(run.id)).candidates
        matches = [x for x in found if x.status is MatchStatus.MATCHED]
        assert len(matches) >= 5
        filled = []
        for candidate in matches:
            assert [x.name for x in candidate.enrichments] == [x.name for x in leaves(ASKED)]
            for value in candidate.enrichments:
                assert value.citations or value.value is None
                for citation in value.citations:
                    assert holds_in(
                        citation, await app.service.queries.snapshot(citation.snapshot_id)
                    )
            filled.append(document_of(ASKED, candidate.enrichments))

        assert all(x["visits"] == {"tours": True, "ticket": {"currency": None}} for x in filled)
        general = [x["general"] for x in filled]
        assert all(isinstance(x["place"]["country"], str) for x in general)
        assert all(x["place"]["height"] is None or x["place"]["height"] > 0 for x in general)
        assert sum(x["place"]["height"] is not None for x in general) >= 5
        days = [x["first_light"] for x in general if x["first_light"]]
        assert len(days) >= 5
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", x) for x in days)
        assert {type(x["instruments"]) for x in general} <= {list, type(None)}


async def test_asked_again_no_field_is_read_anew(tmp_path: Path, served: Served) -> None:
    async with opened(tmp_path, served) as app:
        spec = replace(question(served), enrichments=ASKED)
        first = await ask(app, spec)
        again = await ask(app, spec)
        assert again.spend.judgements == 0
        assert again.counts == first.counts
