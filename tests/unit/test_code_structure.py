"""The structure of the code: no import cycle, no two public classes of one name."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import grimp
import pytest

PACKAGE = "netnew"
ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / PACKAGE
# Wire models carry the vendors' names, so two dialects may each have one of a name.
WIRE_MODELS = ("requests.py", "responses.py")


@pytest.fixture(scope="module")
def imports() -> dict[str, set[str]]:
    """Each module and the modules it imports; imports for types alone count, too."""
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    return {m: graph.find_modules_directly_imported_by(m) - {m} for m in graph.modules}


def test_no_modules_import_each_other_in_a_circle(imports: dict[str, set[str]]) -> None:
    left = {m: set(below) for m, below in imports.items()}
    while free := {m for m, below in left.items() if not below & left.keys()}:
        for module in free:
            del left[module]
    # What remains is in a circle or above one; only the former is imported by something left.
    while top := left.keys() - set().union(*left.values()):
        for module in top:
            del left[module]
    assert not left, f"modules that import each other: {', '.join(sorted(left))}"


def test_no_two_public_classes_share_a_name() -> None:
    places = defaultdict(list)
    for path in sorted(SOURCE.rglob("*.py")):
        if "dialects" in path.parts and path.name in WIRE_MODELS:
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(path.relative_to(SOURCE)))
    shared = {name: paths for name, paths in places.items() if len(paths) > 1}
    assert not shared


def test_interfaces_take_only_planning_and_unmerging_from_the_engine(
    imports: dict[str, set[str]],
) -> None:
    taken = {
        imported
        for module, below in imports.items()
        if module.startswith("netnew.cli")
        for imported in below
        if imported.startswith("netnew.engine")
    }
    assert taken <= {
        "netnew.engine.planning.cost_forecast",
        "netnew.engine.planning.plan",
        "netnew.engine.planning.field_schema",
        "netnew.engine.planning.json_schema",
        "netnew.engine.resolution.unmerge",
    }
