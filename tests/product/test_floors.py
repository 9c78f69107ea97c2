"""The pinned figures hold: on the suite's own web always, on the sample of the data where it is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_no_figure_is_below_its_floor() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "evals", "check", "--floors", "evals/floors.json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=840,
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
