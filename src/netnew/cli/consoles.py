"""Output streams: results go to standard output, progress and errors to standard error."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Collection
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

# Wide enough that no line of plain output is folded.
_PLAIN_WIDTH = 100_000


def results() -> Console:
    """The console for results: as wide as the terminal, or unfolded plain lines."""
    return _console(stderr=False)


def progress() -> Console:
    """The console for progress, hints and warnings."""
    return _console(stderr=True)


def print_json(document: object) -> None:
    """Print the one JSON document of a command called with `--json`."""
    print(json.dumps(document, ensure_ascii=False, indent=2))


def clean(text: str) -> str:
    """`text` on one line, without control characters that a terminal would obey."""
    return " ".join("".join(_harmless(x) for x in text).split())


def short(text: str, most: int) -> str:
    """`clean(text)`, cut to `most` characters."""
    text = clean(text)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def forgiving_streams() -> None:
    """Escape characters that the terminal's encoding lacks, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def plural(count: int, one: str, many: str = "") -> str:
    """'1 page', '2 pages', '1,200 pages'."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def program() -> str:
    """How to call this program, for hints to copy: 'netnew' if it is on the path."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return "python -m netnew"
    if called.stem != "netnew" or shutil.which("netnew"):
        return "netnew"
    return os.path.relpath(called) if called.is_relative_to(Path.cwd()) else str(called)


def slug(text: str, most: int = 40) -> str:
    """A name made of the words of `text`: 'Licence is MIT' becomes 'licence_is_mit'."""
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", text).lower())
    name = ""
    for word in words:
        if name and len(name) + 1 + len(word) > most:
            break
        name = f"{name}_{word}" if name else word[:most]
    return name


def free_name(name: str, taken: Collection[str]) -> str:
    """`name`, or the first of `name_2`, `name_3` … that is not taken."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _PLAIN_WIDTH
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False, width=width)


def _harmless(sign: str) -> str:
    """A space for control and direction characters; zero-width joiners stay."""
    category = unicodedata.category(sign)
    if category in ("Cc", "Cs", "Zl", "Zp") or (category == "Cf" and sign not in "\u200c\u200d"):
        return " "
    return sign
