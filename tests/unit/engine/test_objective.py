"""An objective in plain words becomes a type and conditions."""

from __future__ import annotations

import pytest

from netnew.engine.objective import read_objective

CASES = [
    (
        "Find all robotics start-ups in Germany with fewer than 20 people",
        "start-up",
        ["works on robotics", "is located in Germany", "has fewer than 20 people"],
    ),
    (
        "open source vector databases written in Rust",
        "vector database",
        ["is open source", "is in the category vector databases", "is written in Rust"],
    ),
    (
        "Find all packages with a permissive licence that are HTTP clients or servers",
        "package",
        ["has a permissive licence", "is HTTP clients or servers"],
    ),
    (
        "list all feed readers that are not written in PHP",
        "feed reader",
        ["is in the category feed readers", "is not written in PHP"],
    ),
    ("Python packages for testing", "package", ["is about Python", "is for testing"]),
    ("Find all museums in Italy", "museum", ["is located in Italy"]),
    (
        "active firms founded after 2015 and based in France",
        "firm",
        ["is active", "was founded after 2015", "is based in France"],
    ),
]


@pytest.mark.parametrize(("objective", "kind", "predicates"), CASES)
def test_an_objective_is_read_as_type_and_conditions(
    objective: str, kind: str, predicates: list[str]
) -> None:
    read = read_objective(objective)
    assert read.entity_type == kind
    assert [c.description for c in read.conditions] == [f"The {kind} {p}." for p in predicates]


def test_condition_names_are_unique_and_short() -> None:
    read = read_objective("firms in France with offices in Spain with offices in Italy")
    names = [c.name for c in read.conditions]
    assert len(set(names)) == len(names) == 3


def test_a_given_type_is_kept() -> None:
    assert read_objective("vector databases", "software").entity_type == "software"


@pytest.mark.parametrize("objective", ["?", "find all", "...", "in", "that", "日本の会社"])
def test_odd_objectives_are_read_without_a_crash(objective: str) -> None:
    assert read_objective(objective).entity_type
