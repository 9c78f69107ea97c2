"""The pinned figures hold: on the suite's own web always, on the sample of the data where it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def assert_floors_hold(*options: str, without: str = "") -> None:
    command = [sys.executable, "-m", "evals", "check", "--floors", "evals/floors.json", *options]
    env = {name: value for name, value in os.environ.items() if name != without}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=840)
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


def test_no_figure_is_below_its_floor() -> None:
    assert_floors_hold("--every", "6")


def test_no_figure_of_a_judge_with_a_model_is_below_its_floor() -> None:
    assert_floors_hold("--judge", "oracle", without="NETNEW_DATA")


def test_the_upper_end_holds_where_a_model_leaves_much_unclear() -> None:
    assert_floors_hold("--judge", "oracle", "--oracle-unclear", "0.3", without="NETNEW_DATA")
