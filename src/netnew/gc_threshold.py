"""How often Python looks for reference cycles."""

from __future__ import annotations

import gc

# Objects made before the next look. A run makes hundreds for each candidate and hardly any of them
# in cycles; at Python's own 700 a fifth of the processor goes into looking.
_YOUNG = 20_000
_MIDDLE = 20
_OLD = 20


def raise_gc_threshold() -> None:
    """For a process that works on runs. Costs a few MB of cycles that wait to be found."""
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
