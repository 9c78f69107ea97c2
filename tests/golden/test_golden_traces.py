"""Runs store, ask and answer what they did when their golden traces were recorded.

The other runs of `python -m evals golden compare` need a PostgreSQL server or wait for a worker to
be known as dead; these are quick.
"""

from __future__ import annotations

import pytest

from evals.golden.cli import RECORDED
from evals.golden.compare import differences
from evals.golden.files import as_stored, read_trace
from evals.golden.runs import RUNS, GoldenRun, record

QUICK = ("rules", "extended", "refreshed")


@pytest.mark.parametrize("run", [run for run in RUNS if run.name in QUICK], ids=lambda r: r.name)
def test_a_run_is_as_recorded(run: GoldenRun) -> None:
    found = list(differences(read_trace(RECORDED, run.name), as_stored(record(run))))
    assert not found, "\n".join(found[:40])
