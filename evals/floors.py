"""Pinned figures that must not get worse.

The file maps a measurement's name ('tests_web/rules/core') to the digest of its data and to floors:
`{"data_digest": …, "floors": {"precision": 0.93, …}}`. A figure may be below its floor by
TOLERANCE. Floors rise with `raise_floors`; they sink only with `lower_floors`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TOLERANCE = 0.01  # runs differ a little where queries of a round come back in another order
PINNED = ("precision", "recall_reachable", "f1", "proof_right", "upper_end_holds")


@dataclass(frozen=True, slots=True)
class Floors:
    """The floors of one measurement, and the digest of the data they were measured on."""

    data_digest: str
    floors: Mapping[str, float]

    def broken_by(self, figures: Mapping[str, float | None]) -> list[str]:
        """A line for each figure that is missing or below its floor by more than TOLERANCE."""
        lines = []
        for name, floor in self.floors.items():
            figure = figures.get(name)
            if figure is None and floor > 0:
                lines.append(f"{name} is missing (floor {floor:.3f})")
            elif figure is not None and figure < floor - TOLERANCE:
                lines.append(f"{name} {figure:.3f} is below its floor {floor:.3f}")
        return lines

    def moved_to(self, figures: Mapping[str, float | None], down_too: bool) -> Floors:
        """Floors at these figures, rounded down to three places; lower ones only if `down_too`."""
        moved = dict(self.floors)
        for name in PINNED:
            figure = figures.get(name)
            if figure is None and name not in moved:
                continue
            floor = int((figure or 0.0) * 1000 + 1e-9) / 1000
            if down_too or floor > moved.get(name, 0.0):
                moved[name] = floor
        return Floors(self.data_digest, moved)


def read_floors(path: Path) -> dict[str, Floors]:
    if not path.exists():
        return {}
    rows = json.loads(path.read_text(encoding="utf-8"))
    return {name: Floors(row["data_digest"], row["floors"]) for name, row in rows.items()}


def write_floors(path: Path, floors: Mapping[str, Floors]) -> None:
    rows = {
        name: {"data_digest": pinned.data_digest, "floors": dict(pinned.floors)}
        for name, pinned in sorted(floors.items())
    }
    path.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


def check_floors(
    path: Path,
    measured: Mapping[str, Mapping[str, Any]],
    raise_floors: bool = False,
    lower_floors: bool = False,
) -> list[str]:
    """The problems of these measurements, by the file at `path`; it is rewritten where asked.

    Without `lower_floors`, other data than the floors were measured on is a problem of its own,
    and so is a measurement without floors, unless `raise_floors` pins it now.
    """
    pinned, problems = read_floors(path), []
    for name, document in measured.items():
        digest, figures = document["data_digest"], document["macro"]
        known = pinned.get(name)
        if known is None and not (raise_floors or lower_floors):
            problems.append(f"{name} has no floors yet: pin them with --raise-floors")
        elif known is not None and not lower_floors:
            if known.data_digest != digest:
                problems.append(f"{name}: the data is not that of the floors: --lower-floors")
                continue
            problems += [f"{name}: {line}" for line in known.broken_by(figures)]
        if raise_floors or lower_floors:
            base = Floors(digest, known.floors if known else {})
            pinned[name] = base.moved_to(figures, down_too=lower_floors)
    if raise_floors or lower_floors:
        write_floors(path, pinned)
    return problems
