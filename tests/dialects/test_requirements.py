"""The list of promised behaviours and the tests hold each other to their word."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

from tests.dialects.requirements import LISTS, PROMISES, TESTS, shown, written_tests


def test_every_promise_is_shown_by_a_test_or_is_a_gap_with_a_reason() -> None:
    promised = shown()
    untested = [id for id, promise in PROMISES.items() if not promise.gap and not promised[id]]
    assert not untested, f"neither test nor gap: {untested}"
    kept = [id for id, promise in PROMISES.items() if promise.gap and promised[id]]
    assert not kept, f"a gap that has tests: {kept}"


def test_every_mark_names_a_promise() -> None:
    unknown = [
        (test.name, id) for test in written_tests() for id in test.promises if id not in PROMISES
    ]
    assert not unknown


def test_every_named_test_is_collected() -> None:
    promised = shown()
    files = {test.split("::")[0] for named in promised.values() for test in named}
    command = [sys.executable, "-m", "pytest", "--collect-only", *(TESTS / x for x in files)]
    done = subprocess.run(command, cwd=TESTS.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    nodes = (line.split("[")[0] for line in done.stdout.splitlines() if "::" in line)
    collected = {node.removeprefix("tests/") for node in nodes}
    missing = {(id, test) for id, named in promised.items() for test in named} - {
        (id, test) for id, named in promised.items() for test in named if test in collected
    }
    assert not missing


def test_every_test_of_a_client_shows_a_promise() -> None:
    silent = [x.name for x in written_tests() if "/clients/" in x.name and not x.promises]
    assert not silent


def test_promises_are_told_once_in_one_sentence_with_a_source() -> None:
    times = Counter(id for each in LISTS.values() for id in each)
    assert [id for id, n in times.items() if n > 1] == []
    for id, promise in PROMISES.items():
        assert promise.says.endswith("."), id
        assert promise.source, id
