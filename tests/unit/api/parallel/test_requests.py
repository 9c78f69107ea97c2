"""What a body of Parallel's format asks of us."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netnew.api.dialects.parallel.convert import spec_of
from netnew.api.dialects.parallel.output_schemas import (
    FACE,
    PROCESSORS,
    metadata_with,
    requested_fields,
    response_schemas,
)
from netnew.api.dialects.parallel.requests import FindAllEnrichInput, FindAllRunInput
from netnew.domain.enrichment import Enrichment, Format
from netnew.domain.errors import InvalidInput
from netnew.domain.run import ExcludedEntity
from netnew.settings import Settings
from tests.unit.api.parallel.stored_runs import run

SCHEMA = {"type": "object", "properties": {"founded": {"type": "string", "format": "date"}}}


def spec(**changes: Any) -> Any:
    asked = {
        "objective": "Find observatories",
        "entity_type": "observatory",
        "match_conditions": [{"name": "domes", "description": "It has domes."}],
        "generator": "core",
        "match_limit": 10,
    }
    return spec_of(FindAllRunInput.model_validate(asked | changes), Settings())


def enrich(**changes: Any) -> FindAllEnrichInput:
    return FindAllEnrichInput.model_validate({"output_schema": {"json_schema": SCHEMA}} | changes)


def test_a_preview_is_limited_in_what_it_evaluates() -> None:
    assert spec(generator="preview").evaluate_limit == 10
    assert spec().evaluate_limit is None


def test_whom_to_leave_out_is_known_by_name_and_address_together() -> None:
    listed = [{"name": " Sky ", "url": "https://sky.test"}] * 2 + [{"name": "Moon", "url": ""}]
    entities = (ExcludedEntity("Sky", "https://sky.test"), ExcludedEntity("Moon", ""))
    assert spec(exclude_list=listed).exclude.entities == entities


def test_a_schema_is_kept_as_it_came_and_read_as_fields() -> None:
    asked = spec(enrichments=[{"processor": "ultra", "output_schema": {"json_schema": SCHEMA}}])
    assert asked.enrichments == (Enrichment("founded", "", Format.DATE),)
    [told] = response_schemas(replace(run(), spec=asked))
    assert told.processor == "ultra"
    assert told.output_schema.json_schema == SCHEMA


def test_a_schema_that_is_added_stands_after_those_that_were_there() -> None:
    first = replace(run(), spec=spec(enrichments=[{"name": "seat", "description": "where"}]))
    fields, told = requested_fields(enrich(processor="base"))
    notes = metadata_with(first, told)
    asked = replace(first.spec, enrichments=(*first.spec.enrichments, *fields), notes=notes)
    schemas = response_schemas(replace(first, spec=asked))
    assert [x.processor for x in schemas] == ["core", "base"]
    assert set(notes) == {FACE}


def test_fields_of_another_face_are_told_beside_those_of_this_one() -> None:
    asked = spec(enrichments=[{"name": "seat", "description": "where"}])
    mixed = replace(
        asked, enrichments=(*asked.enrichments, Enrichment("length", "", Format.NUMBER))
    )
    schemas = response_schemas(replace(run(), spec=mixed))
    names = [list(x.output_schema.json_schema["properties"]) for x in schemas]
    assert names == [["seat"], ["length"]]


def test_headers_of_servers_are_not_kept() -> None:
    server = {"url": "https://x.test", "name": "x", "headers": {"k": "secret"}}
    _, told = requested_fields(enrich(mcp_servers=[server]))
    assert "secret" not in metadata_with(run(), told)[FACE]
    assert told.mcp_servers is not None


@pytest.mark.parametrize("processor", PROCESSORS)
def test_every_processor_is_known(processor: str) -> None:
    assert requested_fields(enrich(processor=processor))[1].processor == processor


def test_an_unknown_processor_is_refused_by_its_place() -> None:
    with pytest.raises(InvalidInput, match=r"^enrichments\.2\.processor: 'huge' is not one"):
        requested_fields(enrich(processor="huge"), "enrichments.2")


def test_a_cap_of_the_server_cannot_be_raised_by_a_caller() -> None:
    asked = FindAllRunInput.model_validate(
        {
            "objective": "Find observatories",
            "entity_type": "observatory",
            "match_conditions": [{"name": "domes", "description": "It has domes."}],
            "generator": "core",
            "match_limit": 10,
            "netnew": {"budget": {"pages": 500, "searches": 3}},
        }
    )
    budget = spec_of(asked, Settings(budget_pages=100, budget_searches=50)).budget
    assert (budget.pages, budget.searches) == (100, 3)
