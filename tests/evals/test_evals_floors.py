"""Pinned figures: they hold, rise on request, and sink only on purpose."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evals.floors import TOLERANCE, check_floors

FLOORS = {"precision": 0.9, "recall_reachable": 0.8, "f1": 0.84, "proof_right": 0.95}


def measured(digest: str = "d1", **figures: float | None) -> dict[str, Any]:
    return {"web/rules/core": {"data_digest": digest, "macro": {**FLOORS, **figures}}}


@pytest.fixture
def pinned(tmp_path: Path) -> Path:
    path = tmp_path / "floors.json"
    assert check_floors(path, measured(), raise_floors=True) == []
    return path


def floors_in(path: Path) -> Any:
    return json.loads(path.read_text())["web/rules/core"]["floors"]


def test_equal_and_better_figures_pass(pinned: Path) -> None:
    assert check_floors(pinned, measured()) == []
    assert check_floors(pinned, measured(precision=1.0)) == []
    assert floors_in(pinned) == FLOORS


def test_noise_within_the_tolerance_passes_and_more_does_not(pinned: Path) -> None:
    assert check_floors(pinned, measured(f1=0.84 - 0.9 * TOLERANCE)) == []
    assert check_floors(pinned, measured(f1=0.84 - 1.1 * TOLERANCE)) == [
        "web/rules/core: f1 0.829 is below its floor 0.840"
    ]


def test_a_figure_that_is_gone_breaks_its_floor(pinned: Path) -> None:
    assert check_floors(pinned, measured(proof_right=None)) == [
        "web/rules/core: proof_right is missing (floor 0.950)"
    ]


def test_raising_moves_floors_up_and_never_down(pinned: Path) -> None:
    better_and_worse = measured(precision=0.9567, f1=0.835)
    assert check_floors(pinned, better_and_worse, raise_floors=True) == []
    assert floors_in(pinned) == {**FLOORS, "precision": 0.956}


def test_a_broken_floor_is_told_even_while_others_rise(pinned: Path) -> None:
    problems = check_floors(pinned, measured(precision=0.95, f1=0.5), raise_floors=True)
    assert problems == ["web/rules/core: f1 0.500 is below its floor 0.840"]
    assert floors_in(pinned)["f1"] == 0.84


def test_lowering_takes_its_own_flag(pinned: Path) -> None:
    assert check_floors(pinned, measured(f1=0.5), lower_floors=True) == []
    assert floors_in(pinned) == {**FLOORS, "f1": 0.5}


def test_other_data_is_a_problem_until_the_floors_are_pinned_anew(pinned: Path) -> None:
    assert check_floors(pinned, measured("d2")) == [
        "web/rules/core: the data is not that of the floors: --lower-floors"
    ]
    assert check_floors(pinned, measured("d2"), raise_floors=True) != []
    assert check_floors(pinned, measured("d2"), lower_floors=True) == []
    assert check_floors(pinned, measured("d2")) == []


def test_a_measurement_without_floors_is_told(pinned: Path) -> None:
    other = {"other/rules/core": measured()["web/rules/core"]}
    assert check_floors(pinned, other) == [
        "other/rules/core has no floors yet: pin them with --raise-floors"
    ]


def test_the_file_of_the_project_is_readable_and_pins_shares() -> None:
    path = Path(__file__).resolve().parents[2] / "evals" / "floors.json"
    for row in json.loads(path.read_text()).values():
        assert len(row["data_digest"]) == 64
        assert all(0 <= floor <= 1 for floor in row["floors"].values())
