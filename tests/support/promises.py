"""Which promised behaviour a test shows; the list of them is `tests/dialects/requirements.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

_Test = TypeVar("_Test", bound=Callable[..., object])


def promises(*ids: str) -> Callable[[_Test], _Test]:
    """Marks a test; `test_requirements.py` reads the marks and checks that each id is known."""
    assert ids

    def mark(test: _Test) -> _Test:
        return test

    return mark
