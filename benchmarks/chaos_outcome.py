"""What came of the runs of the crash test, and how it differs from the same runs undisturbed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.chaos_web import KINDS, Call, by_kind
from netnew.app.run_queries import RunResult
from netnew.bootstrap import App
from netnew.domain.event import Event
from netnew.domain.ids import RunId
from netnew.domain.run import Run

SHOWN = 12  # differences that are printed, of each story

Said = dict[str, object]
"""Of a run: what a user sees, without ids and times."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one run."""

    said: Said
    candidates: int
    events: int
    faults: tuple[str, ...]


@dataclass(slots=True)
class Story:
    """What happened to the workers of one database."""

    database: str
    kills: int = 0
    early: int = 0
    at_the_end: int = 0
    stopped: int = 0
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    repeated: Counter[str] = field(default_factory=Counter)
    in_flight: Counter[str] = field(default_factory=Counter)
    bound: Counter[str] = field(default_factory=Counter)
    unlike: int = 0
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def row(self) -> str:
        paid = [f"{self.repeated[k]} / {self.in_flight[k]} / {self.bound[k]}" for k in KINDS]
        outcomes = self.outcomes.values()
        cells = (
            self.database,
            f"{self.kills} ({self.early}, {self.at_the_end}, {self.stopped})",
            len(self.outcomes),
            sum(o.candidates for o in outcomes),
            sum(o.events for o in outcomes),
            *paid,
            self.unlike,
            len(self.faults),
            f"{self.seconds:.0f}",
        )
        return "| " + " | ".join(map(str, cells)) + " |"


HEAD = (
    "| database | kills (early, at an end, stopped before) | runs | candidates | events "
    "| judge calls: again / in flight / bound | pages | searches | unlike any | differences | s |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """What comes of the runs, and what they call, when nobody is killed."""

    outcomes: dict[str, Outcome]
    calls: Counter[Call]


async def outcome_of(app: App, id: RunId) -> Outcome:
    result = await app.service.queries.result(id)
    events = await app.service.queries.events(id, 0, 1_000_000)
    everything = [c async for c in app.service.queries.candidates(id)]
    faults = (*faults_of(result.run, events), *twice(c.id for c in everything))
    return Outcome(said_by(result), len(result.candidates), len(events), faults)


def said_by(result: RunResult) -> Said:
    """Rows by address; the number of each status; why it ended."""
    run = result.run
    said: Said = {
        f"{c.url} {name}": getattr(c, name)
        for c in result.candidates
        for name in ("name", "status", "verdicts", "enrichments", "identity", "found_by")
    }
    ended = ("status", "termination_reason", "termination_detail", "rounds", "counts", "estimate")
    return said | {name: getattr(run, name) for name in ended}


def faults_of(run: Run, events: Sequence[Event]) -> Iterator[str]:
    """What is wrong with the events of a run that has ended."""
    numbers = [event.seq for event in events]
    if numbers != list(range(1, run.last_seq + 1)):
        yield f"events are numbered {numbers[:3]}…{numbers[-3:]} of {run.last_seq}"
    yield from twice(
        f"{e.body.kind} {getattr(e.body, 'candidate_id', getattr(e.body, 'number', ''))}"
        for e in events
        if e.body.kind in ("candidate.generated", "candidate.discarded", "round.ended")
    )
    last: dict[tuple[str, str], object] = {}
    for event in events:
        about = getattr(event.body, "candidate_id", None)
        if about is not None and last.get((event.body.kind, about)) == event.body:
            yield f"{event.body.kind} of {about} told twice with the same content"
        if about is not None:
            last[event.body.kind, about] = event.body
    if events and getattr(events[-1].body, "status", None) is not run.status:
        yield f"the last event is {events[-1].body}"


def twice(keys: Iterator[str]) -> Iterator[str]:
    return (f"{key} {n} times" for key, n in Counter(keys).items() if n > 1)


def compare(
    story: Story,
    whole: Undisturbed,
    now: Counter[Call],
) -> None:
    """Note down every difference."""
    for name, outcome in story.outcomes.items():
        faults = whole.outcomes[name].faults + outcome.faults
        story.faults += [f"{name}: {fault}" for fault in faults]
        before = whole.outcomes[name].said
        for key in sorted(before.keys() | outcome.said.keys()):
            if before.get(key) != outcome.said.get(key):
                story.faults.append(
                    f"{name}: {key}\n    was {before.get(key)}\n    is  {outcome.said.get(key)}"
                )
    story.repeated = Counter(by_kind((now - whole.calls).items()))
    story.unlike = len(now.keys() - whole.calls.keys())
    missing = whole.calls - now
    story.faults += [f"never called: {call}" for call in missing]
    story.faults += [
        f"{kind}: {story.repeated[kind]} paid again, {story.bound[kind]} allowed"
        for kind in KINDS
        if story.repeated[kind] > story.bound[kind]
    ]


def tell(story: Story) -> None:
    print(story.row(), flush=True)
    for fault in story.faults[:SHOWN]:
        print("  !", fault, flush=True)
