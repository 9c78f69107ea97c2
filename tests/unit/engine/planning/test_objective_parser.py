"""An objective in plain words becomes a type and conditions."""

from __future__ import annotations

import pytest

from netnew.engine.planning.objective_parser import parse_objective

AMONG = "is among its topics, categories, industries or technologies."
CASES = [
    (
        "Find all robotics start-ups in Germany with fewer than 20 people",
        "start-up",
        [
            f"Robotics {AMONG}",
            "The start-up is located in Germany.",
            "The start-up has fewer than 20 people.",
        ],
    ),
    (
        "open source vector databases written in Rust",
        "vector database",
        [
            "The vector database is open source.",
            f"Vector databases {AMONG}",
            "The vector database is written in Rust.",
        ],
    ),
    (
        "Find all packages with a permissive licence that are HTTP clients or servers",
        "package",
        ["The package has a permissive licence.", "The package is HTTP clients or servers."],
    ),
    (
        "list all feed readers that are not written in PHP",
        "feed reader",
        [f"Feed readers {AMONG}", "The feed reader is not written in PHP."],
    ),
    ("Find all museums in Italy", "museum", ["The museum is located in Italy."]),
    (
        "Python packages for testing",
        "package",
        [f"Python {AMONG}", f"Testing {AMONG}"],
    ),
    (
        "MIT licensed Node.js applications",
        "application",
        [f"Node.js {AMONG}", "The application is licensed under MIT."],
    ),
    (
        "the best self-hosted PHP software under GPL-2.0",
        "software",
        [
            "The software is self-hosted.",
            f"PHP {AMONG}",
            "The software is licensed under GPL-2.0.",
        ],
    ),
    (
        "active firms founded after 2015 and based in France",
        "firm",
        [
            "The firm is active.",
            "The firm was founded after 2015.",
            "The firm is based in France.",
        ],
    ),
]


@pytest.mark.parametrize(("objective", "kind", "predicates"), CASES)
def test_an_objective_is_read_as_type_and_conditions(
    objective: str, kind: str, predicates: list[str]
) -> None:
    read = parse_objective(objective)
    assert read.entity_type == kind
    assert [c.description for c in read.conditions] == predicates


def test_condition_names_are_unique_and_short() -> None:
    read = parse_objective("firms in France with offices in Spain with offices in Italy")
    names = [c.name for c in read.conditions]
    assert len(set(names)) == len(names) == 3


def test_a_given_type_is_kept() -> None:
    assert parse_objective("vector databases", "software").entity_type == "software"


@pytest.mark.parametrize("objective", ["?", "find all", "...", "in", "that", "日本の会社"])
def test_odd_objectives_are_read_without_a_crash(objective: str) -> None:
    assert parse_objective(objective).entity_type


def test_a_long_word_of_capitals_is_read_in_a_moment() -> None:
    """In cubic time it would take a quarter of an hour."""
    assert parse_objective("A." * 5_000).entity_type
    assert "MIT" in parse_objective("MIT licensed databases").conditions[0].description
