"""Every behaviour that is promised to a client, with its source and what shows it.

A test shows a promise by the mark `promises(id)` (tests/support/promises.py) or by being named in
the promise's `tests`. `test_requirements.py` checks both directions.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.dialects.promised.extruct import EXTRUCT
from tests.dialects.promised.netnew import OURS
from tests.dialects.promised.parallel import PARALLEL
from tests.dialects.promised.parallel_responses import PARALLEL_TOLD
from tests.dialects.promised.promise import Promise
from tests.dialects.promised.scout import SCOUT

DIALECTS = Path(__file__).parent
TESTS = DIALECTS.parent
LISTS = {
    "parallel": PARALLEL,
    "parallel, told": PARALLEL_TOLD,
    "scout": SCOUT,
    "extruct": EXTRUCT,
    "ours": OURS,
}
PROMISES: Mapping[str, Promise] = {
    id: promise for each in LISTS.values() for id, promise in each.items()
}


@dataclass(frozen=True, slots=True)
class Test:
    """A test function of this folder. `name` as a promise has it (`dialects/test_x.py::test_y`)."""

    __test__ = False

    name: str
    promises: tuple[str, ...]


def written_tests() -> Iterator[Test]:
    """All of them, as they stand in the files."""
    for file in sorted(DIALECTS.rglob("test_*.py")):
        where = file.relative_to(TESTS).as_posix()
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield Test(f"{where}::{node.name}", tuple(_marks(node)))


def _marks(node: ast.FunctionDef) -> Iterator[str]:
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "promises":
            for argument in mark.args:
                yield str(ast.literal_eval(argument))


def shown() -> dict[str, list[str]]:
    """Of each promise the tests that show it, by mark or by name."""
    found = {id: list(promise.tests) for id, promise in PROMISES.items()}
    for test in written_tests():
        for id in test.promises:
            found.setdefault(id, []).append(test.name)
    return found
