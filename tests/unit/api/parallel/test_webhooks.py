"""Which events are told to webhooks, and when they are tried again."""

from __future__ import annotations

import pytest

from netnew.api.dialects.parallel.requests import WebhookBody
from netnew.api.dialects.parallel.webhooks import TYPES, ParallelWebhookFormat, webhook_request
from netnew.domain.candidate import MatchStatus
from netnew.domain.enrichment import EnrichmentValue
from netnew.domain.event import (
    CandidateDecided,
    CandidateDiscarded,
    CandidateEnriched,
    CandidateGenerated,
    EventBody,
    RunChanged,
    RunStatusChanged,
)
from netnew.domain.run import RunStatus
from tests.unit.api.parallel.stored_runs import events, key

HOOK = "https://me.example/hook"


def decided(status: MatchStatus) -> CandidateDecided:
    return CandidateDecided(key(1), "Sky", "https://sky.test", status, ())


@pytest.mark.parametrize(
    ("body", "types"),
    [
        (CandidateGenerated(key(1), "Sky", "u"), ("findall.candidate.generated",)),
        (decided(MatchStatus.MATCHED), ("findall.candidate.matched",)),
        (decided(MatchStatus.UNMATCHED), ("findall.candidate.unmatched",)),
        (decided(MatchStatus.UNCLEAR), ()),
        (CandidateEnriched(key(1)), ("findall.candidate.enriched",)),
        (RunStatusChanged(RunStatus.COMPLETED), ("findall.run.completed",)),
        (RunStatusChanged(RunStatus.CANCELLED), ("findall.run.cancelled",)),
        (RunStatusChanged(RunStatus.FAILED), ("findall.run.failed",)),
        (RunStatusChanged(RunStatus.RUNNING), ()),
        (CandidateDiscarded(key(1), "x"), ()),
        (RunChanged(9), ()),
    ],
)
def test_every_event_has_its_type_or_none(body: EventBody, types: tuple[str, ...]) -> None:
    [event] = events(body)
    assert ParallelWebhookFormat().types_of(event) == types
    assert set(types) <= set(TYPES)


def test_fields_are_told_once_and_again_where_there_are_more() -> None:
    founded, run_by = EnrichmentValue("founded", "1900"), EnrichmentValue("run_by", None)
    one, both = (CandidateEnriched(key(1), x) for x in ((founded,), (founded, run_by)))
    other = CandidateEnriched(key(2), (founded,))
    shape, enriched = ParallelWebhookFormat(), ("findall.candidate.enriched",)
    told = events(one, other, one, both, one)
    assert [shape.types_of(x) for x in told] == [enriched, enriched, (), enriched, ()]
    assert [shape.types_of(x) for x in told] == [enriched, enriched, (), enriched, ()]


def test_absent_types_are_all_and_no_types_are_none() -> None:
    every = webhook_request(WebhookBody(url=HOOK))
    some = webhook_request(WebhookBody(url=HOOK, event_types=["findall.run.failed"]))
    none = webhook_request(WebhookBody(url=HOOK, event_types=[]))
    assert every is not None
    assert some is not None
    assert none is not None
    assert (every.wants, some.wants, none.wants) == (TYPES, ("findall.run.failed",), ())
    assert webhook_request(None) is None


def test_waits_double_from_five_seconds_for_two_days() -> None:
    wait_s = ParallelWebhookFormat().wait_s
    assert [wait_s(n, 0) for n in (1, 2, 3, 4)] == [5, 10, 20, 40]
    assert wait_s(10, 0) == 2560
    assert wait_s(3, 48 * 3600 - 19) is None
    tries, age_s = 1, 0.0
    while (wait := wait_s(tries, age_s)) is not None:
        tries, age_s = tries + 1, age_s + wait
    assert 24 * 3600 < age_s <= 48 * 3600
