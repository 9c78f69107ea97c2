"""Where two traces differ, in lines for a reader."""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

MAX_SHOWN_CHARS = 160
_BEFORE_CHARS = 40


def differences(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """One line a difference: where, what it was, what it is. None where they are equal."""
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            yield from _of_key(old, new, key, f"{path}.{key}" if path else str(key))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _of_lists(old, new, path)
    elif isinstance(old, str) and isinstance(new, str):
        start = _first_difference(old, new)
        yield f"{path}: {_window(old, start)} → {_window(new, start)}"
    else:
        yield f"{path}: {_shown(old)} → {_shown(new)}"


def _of_key(old: dict[str, Any], new: dict[str, Any], key: str, path: str) -> Iterator[str]:
    if key not in new:
        yield f"{path}: {_shown(old[key])} is gone"
    elif key not in old:
        yield f"{path}: {_shown(new[key])} is new"
    else:
        yield from differences(old[key], new[key], path)


def _of_lists(old: list[Any], new: list[Any], path: str) -> Iterator[str]:
    """Items are aligned, so that one that is gone does not shift all after it."""
    texts = [[json.dumps(x, sort_keys=True) for x in items] for items in (old, new)]
    matcher = SequenceMatcher(None, texts[0], texts[1], autojunk=False)
    for what, a, a_end, b, b_end in matcher.get_opcodes():
        if what == "equal":
            continue
        common = min(a_end - a, b_end - b)
        for n in range(common):
            yield from differences(old[a + n], new[b + n], f"{path}[{a + n}]")
        for n in range(a + common, a_end):
            yield f"{path}[{n}]: {_shown(old[n])} is gone"
        for n in range(b + common, b_end):
            yield f"{path}[{n}]: {_shown(new[n])} is new"


def _first_difference(old: str, new: str) -> int:
    pairs = enumerate(zip(old, new, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(old), len(new)))


def _window(text: str, start: int) -> str:
    begin = max(0, start - _BEFORE_CHARS)
    part = text[begin : begin + MAX_SHOWN_CHARS]
    head, tail = "…" * (begin > 0), "…" * (begin + len(part) < len(text))
    return f"{head}{part!r}{tail}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_SHOWN_CHARS else text[:MAX_SHOWN_CHARS] + "…"
