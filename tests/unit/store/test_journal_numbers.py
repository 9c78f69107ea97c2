"""Whatever is handed in, by however many at once: numbers without a gap, and their rows."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from netnew.domain.candidate import Candidate, Identity
from netnew.domain.errors import NotFound
from netnew.domain.event import EventBody, SourceFailed
from netnew.domain.ids import LOCAL_WORKSPACE, CandidateId, RunId, candidate_id, run_id
from netnew.domain.run import Run, RunSpec, RunStatus
from netnew.ports.store import Changes, Receipt
from netnew.store import SqlStore, open_store

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RUNS = [run_id(UUID(int=number)) for number in range(3)]
UNKNOWN = run_id(UUID(int=99))


@dataclass(frozen=True)
class Step:
    """One change set, and whether its caller gives up at once."""

    run: RunId
    events: int
    candidate: int | None
    given_up: bool


STEPS = st.lists(
    st.builds(
        Step,
        run=st.sampled_from([*RUNS, UNKNOWN]),
        events=st.integers(0, 3),
        candidate=st.none() | st.integers(0, 4),
        given_up=st.booleans(),
    ),
    max_size=40,
)


def body(step: int, part: int) -> EventBody:
    return SourceFailed("s", f"{step}.{part}", "")


def id_of(run: RunId, number: int) -> CandidateId:
    return candidate_id(UUID(int=RUNS.index(run) * 100 + number))


def changes(number: int, step: Step) -> Changes:
    candidates = []
    if step.candidate is not None and step.run in RUNS:
        id_ = id_of(step.run, step.candidate)
        identity = Identity("k", frozenset(), ())
        candidates.append(Candidate(id_, step.run, identity, f"{number}", "urn:a"))
    events = tuple(body(number, part) for part in range(step.events))
    return Changes(step.run, events, candidates=tuple(candidates))


@settings(max_examples=30, deadline=None)
@given(rounds=st.lists(STEPS, min_size=1, max_size=3))
def test_events_are_numbered_in_the_order_they_were_handed_in(rounds: list[list[Step]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_check(f"sqlite:///{folder}/netnew.db", rounds))


async def _check(url: str, rounds: list[list[Step]]) -> None:
    steps = [step for some in rounds for step in some]
    async with open_store(url) as store:
        for run in RUNS:
            spec = RunSpec("x")
            await store.runs.create(Run(run, LOCAL_WORKSPACE, spec, RunStatus.RUNNING, NOW, NOW))
        number = 0
        for some in rounds:
            await _hand_in(store, number, some)
            number += len(some)
    async with open_store(url) as store:
        for run in RUNS:
            await _check_run(store, run, [(n, s) for n, s in enumerate(steps) if s.run == run])


async def _hand_in(store: SqlStore, first: int, steps: list[Step]) -> None:
    tasks = [
        asyncio.create_task(store.journal.commit(changes(first + n, step)))
        for n, step in enumerate(steps)
    ]
    await asyncio.sleep(0)  # all are handed in
    for task, step in zip(tasks, steps, strict=True):
        if step.given_up:
            task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    for step, result in zip(steps, results, strict=True):
        expected = NotFound if step.run == UNKNOWN else Receipt
        assert isinstance(result, asyncio.CancelledError if step.given_up else expected)


async def _check_run(store: SqlStore, run: RunId, steps: list[tuple[int, Step]]) -> None:
    events = await store.events.after(run, 0)
    expected = [body(n, part) for n, step in steps for part in range(step.events)]
    assert [event.body for event in events] == expected
    assert [event.seq for event in events] == list(range(1, len(expected) + 1))
    assert (await store.runs.get(run)).last_seq == len(expected)
    latest = {id_of(run, step.candidate): f"{n}" for n, step in steps if step.candidate is not None}
    found = [candidate async for candidate in store.candidates.of_run(run)]
    assert {candidate.id: candidate.name for candidate in found} == latest
    assert [candidate.id for candidate in found] == list(latest)
