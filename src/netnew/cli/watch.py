"""Watching a run: its events become progress on standard error.

On a terminal a table of the latest matches and a status line are drawn anew as events come; in a
log there is a plain line a match and a round.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from netnew.cli import terminal
from netnew.cli.render import mark
from netnew.cli.terminal import clean, plural, short
from netnew.domain.budget import Spend
from netnew.domain.candidate import MatchStatus
from netnew.domain.event import (
    CandidateDecided,
    CandidateDiscarded,
    CandidateGenerated,
    Event,
    RoundEnded,
    RunPlanned,
    SourceFailed,
)
from netnew.domain.ids import CandidateId
from netnew.domain.run import Run

if TYPE_CHECKING:
    from netnew.service import Service

_POLL_S = 0.1
_STOPPED = 130


@dataclass(slots=True)
class Tally:
    """What the events have told so far."""

    round: int = 0
    spend: Spend = field(default_factory=Spend)
    statuses: dict[CandidateId, MatchStatus] = field(default_factory=dict)
    matches: dict[CandidateId, CandidateDecided] = field(default_factory=dict)
    failures: list[SourceFailed] = field(default_factory=list)
    error: Exception | None = None
    """What broke the run off, where something did."""

    def take(self, event: Event) -> None:
        match event.body:
            case CandidateGenerated(candidate_id=key):
                self.statuses[key] = MatchStatus.GENERATED
            case CandidateDecided(candidate_id=key, status=status) as decided:
                self.statuses[key] = status
                self.matches.pop(key, None)
                if status is MatchStatus.MATCHED:
                    self.matches[key] = decided
            case CandidateDiscarded(candidate_id=key):
                self.statuses.pop(key, None)
                self.matches.pop(key, None)
            case RoundEnded(number=number, spend=spend):
                self.round, self.spend = number, spend
            case SourceFailed() as failure:
                self.failures.append(failure)
            case _:
                pass

    def count(self, status: MatchStatus) -> int:
        return sum(x is status for x in self.statuses.values())


class Display(Protocol):
    """Where progress goes."""

    def show(self, events: list[Event], tally: Tally, run: Run, seconds: float) -> None: ...
    def say(self, line: str) -> None: ...
    def close(self) -> None: ...


class Silent:
    """`--quiet`: only what the user must know."""

    def show(self, events: list[Event], tally: Tally, run: Run, seconds: float) -> None:
        pass

    def say(self, line: str) -> None:
        terminal.progress().print(line)

    def close(self) -> None:
        pass


class Lines:
    """Plain lines, for logs and pipes."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def show(self, events: list[Event], tally: Tally, run: Run, seconds: float) -> None:
        for event in events:
            line = _line(event)
            if line:
                self._console.print(line)

    def say(self, line: str) -> None:
        self._console.print(line)

    def close(self) -> None:
        pass


class LiveTable:
    """The latest matches and a status line, drawn anew in place."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, transient=True, refresh_per_second=8)
        self._spinner = Spinner("dots")

    def __enter__(self) -> LiveTable:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def show(self, events: list[Event], tally: Tally, run: Run, seconds: float) -> None:
        self._spinner.update(text=_status(tally, run, seconds))
        parts: list[RenderableType] = [self._spinner]
        if tally.matches:
            parts.insert(0, self._latest(tally))
        self._live.update(Group(*parts))

    def say(self, line: str) -> None:
        self._live.console.print(line)

    def close(self) -> None:
        self._live.stop()

    def _latest(self, tally: Tally) -> Table:
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
def display(quiet: bool) -> Iterator[Display]:
    console = terminal.progress()
    if quiet:
        yield Silent()
    elif console.is_terminal:
        with LiveTable(console) as live:
            yield live
    else:
        yield Lines(console)


async def work_and_watch(service: Service, run: Run, quiet: bool) -> Tally:
    """Work on `run` until it ends, showing its progress; what was seen of it.

    An error that broke the run off is told in the tally and not raised: what the run has found
    until then is still to be shown. The first Ctrl-C asks the run to stop and waits for it; the
    second ends the process at once with exit code 130, which a run survives at any instant.
    """
    tally, started = Tally(), time.monotonic()
    with display(quiet) as shown:
        working = asyncio.ensure_future(service.work(run.id))
        with _asking_to_stop(service, run, shown):
            seq = 0
            while True:
                over = working.done()
                events = await service.events(run.id, after=seq)
                for event in events:
                    tally.take(event)
                    seq = event.seq
                shown.show(events, tally, run, time.monotonic() - started)
                if over and not events:
                    break
                if not events:
                    await asyncio.wait([working], timeout=_POLL_S)
            error = working.exception()
            if error is not None and not isinstance(error, Exception):
                raise error
            tally.error = error
            return tally


@contextmanager
def _asking_to_stop(service: Service, run: Run, shown: Display) -> Iterator[None]:
    """Ctrl-C (and a polite kill) ask the run to stop; a second one does not wait for it."""
    loop = asyncio.get_running_loop()
    requests: list[asyncio.Task[Run]] = []

    def stop() -> None:
        if requests:
            shown.close()
            os._exit(_STOPPED)
        shown.say("Stopping; what is found is kept. Ctrl-C again leaves at once.")
        requests.append(loop.create_task(service.cancel(run.id)))

    signals = (signal.SIGINT, signal.SIGTERM)
    with suppress(NotImplementedError, RuntimeError):  # Windows; not in the main thread
        for number in signals:
            loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        with suppress(NotImplementedError, RuntimeError):
            for number in signals:
                loop.remove_signal_handler(number)


def _status(tally: Tally, run: Run, seconds: float) -> Text:
    parts = [
        f"round {tally.round + 1}",
        plural(len(tally.statuses), "candidate"),
        f"{tally.count(MatchStatus.MATCHED):,} matched",
        f"{tally.count(MatchStatus.UNMATCHED):,} unmatched",
        f"{tally.count(MatchStatus.UNCLEAR):,} unclear",
        plural(tally.spend.pages, "page"),
        plural(tally.spend.searches, "search", "searches"),
        f"{seconds:.0f} s",
    ]
    return Text(" · ".join(parts))


def _line(event: Event) -> str:
    match event.body:
        case RunPlanned(entity_type=entity_type, conditions=conditions):
            asked = ", ".join(clean(x) for x in conditions) or "none"
            return f"looking for: {clean(entity_type) or 'anything'}; conditions: {asked}"
        case CandidateDecided(status=MatchStatus.MATCHED, name=name, url=url):
            return f"matched: {clean(name)}  {clean(url)}"
        case CandidateDiscarded(reason=reason):
            return f"discarded: {clean(reason)}"
        case RoundEnded() as ended:
            return (
                f"round {ended.number}: {plural(ended.new_candidates, 'new candidate')},"
                f" {plural(ended.new_matches, 'new match', 'new matches')};"
                f" so far {plural(ended.spend.pages, 'page')},"
                f" {plural(ended.spend.searches, 'search', 'searches')}"
            )
        case SourceFailed() as failure:
            return f"source {clean(failure.source)} failed: {clean(failure.problem)}"
        case _:
            return ""
