"""A run's events as progress on standard error.

A terminal shows a live table of the latest matches and a status line; a log gets one plain line per
match and round.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from netnew.cli import consoles
from netnew.cli.consoles import clean, plural, short
from netnew.cli.phrases import paid_for
from netnew.cli.progress_state import ProgressState
from netnew.cli.tables import mark
from netnew.domain.candidate import MatchStatus
from netnew.domain.event import (
    CandidateDecided,
    CandidateDiscarded,
    CandidateRechecked,
    Event,
    RoundEnded,
    RunChanged,
    RunPlanned,
    SourceFailed,
)
from netnew.exports.writers import event_document


class Display(Protocol):
    """Shows the progress of a run."""

    def show(self, events: list[Event], tally: ProgressState, seconds: float) -> None: ...
    def say(self, line: str) -> None: ...

    def pause(self) -> None:
        """Draw nothing until `go_on`, while a question is on the terminal."""
        ...

    def go_on(self) -> None: ...


class Silent:
    """`--quiet`: shows only what the user must know."""

    def show(self, events: list[Event], tally: ProgressState, seconds: float) -> None:
        pass

    def say(self, line: str) -> None:
        consoles.progress().print(line)

    def pause(self) -> None:
        pass

    def go_on(self) -> None:
        pass


class JsonLines(Silent):
    """One JSON event per line on standard output."""

    def show(self, events: list[Event], tally: ProgressState, seconds: float) -> None:
        for event in events:
            print(json.dumps(event_document(event), ensure_ascii=False))
        if events:
            print(end="", flush=True)


class Lines(Silent):
    """Plain lines, for logs and pipes."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def show(self, events: list[Event], tally: ProgressState, seconds: float) -> None:
        for event in events:
            line = _line(event)
            if line:
                self._console.print(line)


class LiveTable:
    """The latest matches and a status line, updated in place."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, transient=True, refresh_per_second=8)
        self._spinner = Spinner("dots")

    def __enter__(self) -> LiveTable:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def show(self, events: list[Event], tally: ProgressState, seconds: float) -> None:
        self._spinner.update(text=_status(tally, seconds))
        parts: list[RenderableType] = [self._spinner]
        if tally.matches:
            parts.insert(0, self._latest(tally))
        if self._live.is_started:
            self._live.update(Group(*parts))

    def say(self, line: str) -> None:
        self._live.console.print(line)

    def pause(self) -> None:
        self._live.stop()

    def go_on(self) -> None:
        self._live.start()

    def _latest(self, tally: ProgressState) -> Table:
        table = Table(box=None, show_header=False, pad_edge=False)
        for _ in range(3):
            table.add_column(no_wrap=True, overflow="ellipsis")
        room = max(3, self._console.height - 5)
        for decided in list(tally.matches.values())[-room:]:
            values = Text("  ").join(
                Text.assemble(
                    mark(self._console, x.outcome), f" {short(x.value or x.condition, 40)}"
                )
                for x in decided.verdicts
            )
            table.add_row(
                Text(short(decided.name, 40), "bold"), Text(short(decided.url, 50), "cyan"), values
            )
        return table


@contextmanager
def display(quiet: bool, as_json_lines: bool = False) -> Iterator[Display]:
    console = consoles.progress()
    if as_json_lines:
        yield JsonLines()
    elif quiet:
        yield Silent()
    elif console.is_terminal:
        with LiveTable(console) as live:
            yield live
    else:
        yield Lines(console)


def _status(tally: ProgressState, seconds: float) -> Text:
    parts = [
        f"round {tally.round + 1}",
        plural(tally.candidates, "candidate"),
        f"{tally.count(MatchStatus.MATCHED):,} matched",
        f"{tally.count(MatchStatus.UNMATCHED):,} unmatched",
        f"{tally.count(MatchStatus.UNCLEAR):,} unclear",
        plural(tally.spend.pages, "page"),
        plural(tally.spend.searches, "search", "searches"),
        *paid_for(tally.spend),
        f"{seconds:.0f} s",
    ]
    return Text(" · ".join(parts))


def _line(event: Event) -> str:
    match event.body:
        case RunPlanned(entity_type=entity_type, conditions=conditions):
            asked = ", ".join(clean(x) for x in conditions) or "none"
            return f"looking for: {clean(entity_type) or 'anything'}; conditions: {asked}"
        case RunChanged(match_limit=limit, enrichments=fields):
            added = f"; fields added: {', '.join(clean(x) for x in fields)}" if fields else ""
            return f"changed: up to {plural(limit, 'match', 'matches')}{added}"
        case CandidateDecided(status=MatchStatus.MATCHED, name=name, url=url):
            return f"matched: {clean(name)}  {clean(url)}"
        case CandidateRechecked(recheck=recheck, name=name, url=url):
            return f"{recheck.value}: {clean(name)}  {clean(url)}"
        case CandidateDiscarded(reason=reason):
            return f"discarded: {clean(reason)}"
        case RoundEnded() as ended:
            used = (
                plural(ended.spend.pages, "page"),
                plural(ended.spend.searches, "search", "searches"),
                *paid_for(ended.spend),
            )
            since = f"since round {ended.number}" if ended.is_rest else f"round {ended.number}"
            return (
                f"{since}: {_change(ended.new_candidates, 'candidate', 'candidates')},"
                f" {_change(ended.new_matches, 'match', 'matches')};"
                f" so far {', '.join(used)}"
            )
        case SourceFailed() as failure:
            return f"source {clean(failure.source)} failed: {clean(failure.problem)}"
        case _:
            return ""


def _change(count: int, one: str, many: str) -> str:
    """'2 new matches'; '1 match fewer' if some were merged or excluded."""
    if count < 0:
        return f"{plural(-count, one, many)} fewer"
    return plural(count, f"new {one}", f"new {many}")
