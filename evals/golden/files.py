"""Traces as files: one a run, compact JSON, compressed."""

from __future__ import annotations

import json
import lzma
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def path_of(folder: Path, run: str) -> Path:
    return folder / f"{run}.json.xz"


def write_trace(folder: Path, run: str, trace: Mapping[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(trace, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    path_of(folder, run).write_bytes(lzma.compress(text.encode(), preset=9))


def read_trace(folder: Path, run: str) -> Any:
    """The recorded trace. Raises FileNotFoundError where there is none."""
    return json.loads(lzma.decompress(path_of(folder, run).read_bytes()))


def as_stored(trace: Mapping[str, Any]) -> Any:
    """A new trace as it would be read from a file: tuples are lists, keys are strings."""
    return json.loads(json.dumps(trace))
