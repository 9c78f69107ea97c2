"""When rules are believed without being certain."""

from __future__ import annotations

import asyncio

import pytest

from netnew.domain.condition import ConditionOutcome
from netnew.judges.rule_calibration import (
    DECIDES_LEAST,
    MAY_DECIDE,
    NO_NEEDS,
    NOTHING_NEEDS,
    SPOT_CHECK,
    RuleCalibration,
)

pytestmark = pytest.mark.anyio
NO, NOTHING, YES = ConditionOutcome.UNMATCHED, ConditionOutcome.UNCLEAR, ConditionOutcome.MATCHED


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def probe(
    trust: RuleCalibration, said: ConditionOutcome, leaning: ConditionOutcome = NO, times: int = 1
) -> None:
    for _ in range(times):
        async with trust.asking({"c": leaning}) as answers:
            answers["c"] = said


def sees(trust: RuleCalibration, *leanings: ConditionOutcome) -> RuleCalibration:
    for leaning in leanings:
        trust.see("c", leaning)
    return trust


async def test_a_no_is_believed_after_enough_that_were_borne_out() -> None:
    trust = RuleCalibration()
    for _ in range(NO_NEEDS):
        assert not await trust.believes("c", NO)
        await probe(trust, NO)
    assert await trust.believes("c", NO)
    assert not await trust.believes("other", NO)


async def test_a_yes_is_never_believed() -> None:
    trust = RuleCalibration()
    await probe(trust, YES, YES, times=50)
    assert not await trust.believes("c", YES)


async def test_unclear_answers_of_the_model_bear_no_no_out() -> None:
    trust = RuleCalibration()
    await probe(trust, NOTHING, times=10 * NO_NEEDS)
    assert not await trust.believes("c", NO)
    await probe(trust, NO, times=NO_NEEDS)
    assert await trust.believes("c", NO)


async def test_a_contradiction_withdraws_it_for_good() -> None:
    trust = RuleCalibration()
    await probe(trust, NO, times=NO_NEEDS)
    assert await trust.believes("c", NO)
    await probe(trust, YES)
    assert not await trust.believes("c", NO)
    await probe(trust, NO, times=100)
    assert not await trust.believes("c", NO)


async def test_ever_more_seldom_one_is_asked_all_the_same() -> None:
    trust = RuleCalibration()
    await probe(trust, NO, times=NO_NEEDS)
    believed = [await trust.believes("c", NO) for _ in range(5 * SPOT_CHECK)]
    asked = [n for n, spared in enumerate(believed, 1) if not spared]
    assert asked == [SPOT_CHECK, 2 * SPOT_CHECK, 4 * SPOT_CHECK]


async def test_finding_nothing_is_believed_only_of_rules_that_find_it_elsewhere() -> None:
    labelled = sees(RuleCalibration(), *[NO] * DECIDES_LEAST, *[NOTHING] * 5)
    await probe(labelled, NOTHING, NOTHING, times=NOTHING_NEEDS)
    assert await labelled.believes("c", NOTHING)
    few, rare = [NO] * (DECIDES_LEAST - 1), [NO] * DECIDES_LEAST + [NOTHING] * 10 * DECIDES_LEAST
    for leanings in (few, rare):
        trust = sees(RuleCalibration(), *leanings)
        await probe(trust, NOTHING, NOTHING, times=NOTHING_NEEDS)
        assert not await trust.believes("c", NOTHING)


async def test_finding_nothing_is_not_believed_where_a_model_finds_something() -> None:
    trust = sees(RuleCalibration(), *[NO] * DECIDES_LEAST)
    await probe(trust, NOTHING, NOTHING, times=NOTHING_NEEDS)
    await probe(trust, NO, NOTHING, times=MAY_DECIDE)
    assert await trust.believes("c", NOTHING)
    await probe(trust, NO, NOTHING)
    assert not await trust.believes("c", NOTHING)


async def _under_way(trust: RuleCalibration, over: asyncio.Event, said: ConditionOutcome) -> None:
    async with trust.asking({"c": NO}) as answers:
        await over.wait()
        answers["c"] = said


async def _turns() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.mark.parametrize(("said", "believed"), [(NO, True), (YES, False)])
async def test_others_wait_while_those_that_tell_are_under_way(
    said: ConditionOutcome, believed: bool
) -> None:
    trust, over = RuleCalibration(), asyncio.Event()
    probes = [asyncio.create_task(_under_way(trust, over, said)) for _ in range(NO_NEEDS)]
    await _turns()
    waiting = [asyncio.create_task(trust.believes("c", NO)) for _ in range(3)]
    await _turns()
    assert not any(w.done() for w in waiting)
    over.set()
    assert await asyncio.gather(*waiting) == [believed] * 3
    await asyncio.gather(*probes)


async def test_one_that_waits_takes_the_place_of_a_cancelled_probe() -> None:
    trust, over = RuleCalibration(), asyncio.Event()
    probes = [asyncio.create_task(_under_way(trust, over, NO)) for _ in range(NO_NEEDS)]
    await _turns()
    waiting = asyncio.create_task(trust.believes("c", NO))
    await _turns()
    probes[0].cancel()
    assert await waiting is False  # it is asked itself
    await probe(trust, NO)
    over.set()
    await asyncio.gather(*probes, return_exceptions=True)
    assert await trust.believes("c", NO)


async def test_a_probe_that_could_not_be_asked_tells_nothing() -> None:
    trust = RuleCalibration()
    for _ in range(NO_NEEDS):
        with pytest.raises(RuntimeError):
            async with trust.asking({"c": NO}):
                raise RuntimeError
    assert not await trust.believes("c", NO)
    await probe(trust, NO, times=NO_NEEDS)
    assert await trust.believes("c", NO)
