"""Builds long responses in short slices, so that streams and other requests run in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TypeVar

_AT_ONCE = 50

_From = TypeVar("_From")
_To = TypeVar("_To")


async def map_cooperatively(rows: Iterable[_From], make: Callable[[_From], _To]) -> list[_To]:
    """The results of `make` for each value, in order."""
    made = []
    for number, row in enumerate(rows, 1):
        made.append(make(row))
        if number % _AT_ONCE == 0:
            await asyncio.sleep(0)
    return made
