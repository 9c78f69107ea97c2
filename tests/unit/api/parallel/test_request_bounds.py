"""A body of a great many wrong items is refused by its length, not item by item."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from netnew.api.dialects.parallel.requests import FindAllEnrichInput, FindAllRunInput

MANY = [1] * 100_000
MANY_KEYS: dict[str, object] = {str(n): [] for n in range(100_000)}
SERVER = {"url": "https://tools.example", "name": "tools"}


def asked(**changes: Any) -> dict[str, Any]:
    return {
        "objective": "Find observatories",
        "entity_type": "observatory",
        "match_conditions": [{"name": "domes", "description": "It has domes."}],
        "generator": "core",
        "match_limit": 10,
    } | changes


def enrich(**server: Any) -> dict[str, Any]:
    return {"output_schema": {"json_schema": {}}, "mcp_servers": [SERVER | server] * 20}


@pytest.mark.parametrize(
    "changes",
    [
        {"enrichments": MANY},
        {"enrichments": [{}] * 100_000},
        {"match_conditions": MANY},
        {"exclude_list": MANY},
        {"exclude_list": [{"name": "Sky", "url": ""}] * 10_001},
        {"metadata": MANY_KEYS},
        {"webhook": {"url": "https://me.example", "event_types": MANY}},
        {"netnew": MANY_KEYS},
        {"netnew": {"budget": MANY_KEYS}},
        {"netnew": {"queries": MANY}},
    ],
)
def test_a_great_many_items_of_a_create_are_few_errors(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as raised:
        FindAllRunInput.model_validate(asked(**changes))
    assert raised.value.error_count() <= 25


@pytest.mark.parametrize(
    "body",
    [
        {"output_schema": {"json_schema": {}}, "mcp_servers": MANY},
        enrich(allowed_tools=MANY),
        enrich(headers=MANY_KEYS),
    ],
)
def test_a_great_many_items_of_an_enrich_are_few_errors(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as raised:
        FindAllEnrichInput.model_validate(body)
    assert raised.value.error_count() <= 25


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"objective": "x" * 10_001}, "objective"),
        ({"entity_type": "x" * 501}, "entity_type"),
        ({"match_conditions": [{"name": "x" * 501, "description": "x"}]}, "name"),
        ({"match_conditions": [{"name": "x", "description": "x" * 10_001}]}, "description"),
        ({"exclude_list": [{"name": "x", "url": "x" * 2_001}]}, "url"),
        ({"webhook": {"url": "https://" + "x" * 2_000}}, "url"),
        ({"metadata": {"x": "é" * 32_768}}, "metadata"),
        ({"enrichments": [{"name": "x", "description": "x" * 10_001}]}, "description"),
    ],
)
def test_a_text_that_is_too_long_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as raised:
        FindAllRunInput.model_validate(asked(**changes))
    assert field in {x["loc"][-1] for x in raised.value.errors()}


def test_as_many_as_are_allowed_are_taken() -> None:
    excluded = [{"name": f"Sky {n}", "url": ""} for n in range(10_000)]
    metadata = {f"key {n}": n for n in range(1_000)}
    taken = FindAllRunInput.model_validate(asked(exclude_list=excluded, metadata=metadata))
    assert len(taken.exclude_list or ()) == 10_000
    assert taken.metadata == metadata
