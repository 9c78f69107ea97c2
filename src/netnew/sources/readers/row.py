"""What every reader of dump files gives."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DumpRow:
    """One page of a dump, or one address of a list.

    `status` 0 is a page that could not be had (`error` says why). `location` is the target of a
    redirect, as written. `listed`: there is only an address; the page is the web's to give, and
    `body` is what the list says about it, for searching alone.
    """

    url: str
    body: bytes
    status: int = 200
    title: str = ""
    media_type: str = "text/html"
    charset: str | None = None
    location: str | None = None
    error: str | None = None
    listed: bool = False


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that was left out: its file, its place ('line 7', 'byte 1024', '' for the whole file)
    and what is wrong with it."""

    path: str
    place: str
    problem: str

    @property
    def reason(self) -> str:
        return f"{self.place}: {self.problem}" if self.place else self.problem

    def __str__(self) -> str:
        return f"{self.path}, {self.reason}" if self.place else f"{self.path}: {self.problem}"
