from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import grimp
import pytest

PACKAGE = "netnew"
ROOT = Path(__file__).resolve().parents[2]

# part → the parts it may import. `bootstrap` may import all.
ARROWS: dict[str, set[str]] = {
    "domain": set(),
    "lexicon": {"domain"},
    "ports": {"domain"},
    "face_ports": {"domain", "ports"},
    "exports": {"domain"},
    "settings": {"domain"},
    "db": {"domain"},
    "redaction": set(),
    "error_log": {"redaction"},
    "durable": {"domain", "db", "error_log"},
    "engine": {"domain", "ports", "lexicon"},
    "sources": {"domain", "ports", "lexicon"},
    "egress": {"domain"},
    "pages": {"domain", "ports", "lexicon", "egress", "error_log"},
    "judges": {"domain", "ports", "lexicon"},
    "llms": {"domain", "ports"},
    "store": {"domain", "ports", "face_ports", "lexicon", "db"},
    "plugins": {"domain", "ports", "sources"},
    "cpu": {"domain"},
    "plan_maker": {"domain", "ports", "engine"},
    "plan_processes": {"domain", "ports", "engine", "judges", "plan_maker", "cpu"},
    "working": {"domain", "ports", "engine", "error_log"},
    "surroundings": {"domain", "ports", "engine", "working", "plan_maker"},
    "records": {"domain", "ports", "surroundings"},
    "planning": {"domain", "ports", "engine", "surroundings"},
    "auditing": {"domain", "ports"},
    "api_keys": {"auditing", "domain", "face_ports"},
    "service": {
        "auditing",
        "domain",
        "ports",
        "engine",
        "working",
        "planning",
        "records",
        "surroundings",
    },
    "judging": {"domain", "ports", "engine", "judges", "llms", "settings"},
    "workspaces": {"domain", "service"},
    "webhooks": {"domain", "ports", "face_ports", "service", "egress"},
    "api": {
        "error_log",
        "domain",
        "cpu",
        "ports",
        "face_ports",
        "service",
        "engine",
        "egress",
        "exports",
        "settings",
        "webhooks",
    },
    "testing": {"domain", "ports"},
    "cli": {
        "domain",
        "service",
        "bootstrap",
        "exports",
        "settings",
        "plugins",
        "engine",
        "error_log",
        "redaction",
        "api",
    },
    "garbage": set(),
    "__main__": {"cli", "garbage"},
}


@pytest.fixture(scope="module")
def arrows() -> dict[str, set[str]]:
    """Each part of the package and the parts it imports, in fact."""
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    found: dict[str, set[str]] = {}
    for module in graph.modules:
        mine = part(module)
        below = found.setdefault(mine, set())
        below.update(parts(graph.find_modules_directly_imported_by(module)) - {mine, ""})
    return found


def parts(modules: Iterable[str]) -> set[str]:
    return {part(x) for x in modules}


def part(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def test_no_part_imports_what_it_may_not_know(arrows: dict[str, set[str]]) -> None:
    drawn = "\n".join(f"{x} -> {', '.join(sorted(y)) or '-'}" for x, y in sorted(arrows.items()))
    for mine, imported in arrows.items():
        if mine not in ("bootstrap", ""):
            wrong = imported - ARROWS[mine]
            assert not wrong, f"{mine} must not import {', '.join(sorted(wrong))}\n{drawn}"


def test_faces_take_nothing_but_the_reading_of_what_is_asked_from_the_engine() -> None:
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    taken = {
        imported
        for module in graph.find_descendants("netnew.cli")
        for imported in graph.find_modules_directly_imported_by(module)
        if part(imported) == "engine"
    }
    readings = ("expected", "plan", "schema", "split")
    assert taken <= {f"netnew.engine.{x}" for x in readings}


def test_every_part_has_its_arrows(arrows: dict[str, set[str]]) -> None:
    assert set(arrows) - {"", "bootstrap"} <= set(ARROWS)
