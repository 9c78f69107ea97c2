"""What a webhook is told of an end when the run has been taken up again since."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from netnew.api.dialects.scout.event_mapper import ScoutEventMapper
from netnew.api.dialects.scout.run_reader import RunReader
from netnew.api.dialects.scout.webhooks import ScoutWebhookFormat
from netnew.domain.condition import Verdict
from netnew.domain.event import Event, RunStatusChanged
from netnew.domain.run import Run, RunStatus
from netnew.ports.judging import JudgeRequest
from netnew.testing import ScriptedJudge
from netnew.webhooks.format import OutgoingMessage
from tests.support.engine_fixture import SPEC, EngineFixture, bench, kettles
from tests.unit.conftest import NOW

pytestmark = pytest.mark.anyio

FEW = replace(SPEC, match_limit=3)


async def body(b: EngineFixture, event: Event) -> dict[str, Any]:
    told = await ScoutWebhookFormat().body_of(b.service, event.run_id, event, "x", "delivery_1")
    view: dict[str, Any] = json.loads(told)
    assert view.pop("delivery_id") == "delivery_1"
    return view


def judged(view: dict[str, Any]) -> list[Any]:
    return [x for x in view["candidates"] if x["match_status"] != "generated"]


async def ends(b: EngineFixture, run: Run) -> list[Event]:
    changes = [x for x in await b.events(run) if isinstance(x.body, RunStatusChanged)]
    return [x for x in changes if ScoutWebhookFormat().types_of(x)]


async def test_an_end_is_told_as_it_was_after_the_run_was_extended(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(40)) as b:
        run = await b.run(FEW)
        as_it_was = (await RunReader(b.service).view(run)).model_dump(mode="json")
        (first,) = await ends(b, run)
        assert await body(b, first) == as_it_was
        queued = await b.service.extend(run.id, 4)
        assert queued.status is RunStatus.QUEUED
        for _ in range(2):  # queued again, then ended again
            told = await body(b, first)
            for same in ("entities", "count", "completedAt", "error", "credits"):
                assert told[same] == as_it_was[same]
            assert told["status"]["status"] == "completed"
            assert told["status"]["metrics"]["matched_candidates_count"] == 3
            assert judged(told) == judged(as_it_was)
            assert told["netnew"]["status"] == "completed"
            assert told["netnew"]["generation"] == 1
            run = await b.service.work(run.id)
        last = (await ends(b, run))[-1]
        assert (await body(b, last))["count"] == 7


async def test_a_cancelled_extension_is_told_with_the_rows_from_before_it(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(40)) as b:
        run = await b.run(FEW)
        await b.service.extend(run.id, 4)
        await b.service.cancel(run.id)
        run = await b.service.work(run.id)
        cancelled = (await ends(b, run))[-1]
        await b.service.resume(run.id)
        await b.service.work(run.id)
        told = await body(b, cancelled)
        assert (told["status"]["status"], told["count"]) == ("completed", 3)
        assert told["completedAt"] is not None
        sent = OutgoingMessage(
            "delivery_1", "findall.cancelled", json.dumps(told).encode(), NOW, "", ""
        )
        assert ScoutWebhookFormat().headers_of(sent)["x-scout-event"] == "findall.completed"


async def test_a_cancelled_extension_leaves_a_completed_run(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(40)) as b:
        run = await b.run(FEW)
        before = (await RunReader(b.service).view(run)).model_dump(mode="json")
        run = await b.service.extend(run.id, 4)
        run = await b.service.work(run.id)
        longer = (await RunReader(b.service).view(run)).model_dump(mode="json")
        assert (before["count"], longer["count"]) == (3, 7)
        await b.service.extend(run.id, 9)
        run = await b.service.cancel(run.id)
        view = (await RunReader(b.service).view(run)).model_dump(mode="json")
        assert view["status"]["status"] == "completed"
        for same in ("entities", "count", "completedAt", "error", "credits", "findall_schema"):
            assert view[same] == longer[same]


async def test_a_failed_extension_leaves_a_completed_run(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(40)) as b:
        run = await b.run(FEW)
        before = (await RunReader(b.service).view(run)).model_dump(mode="json")
        await b.service.extend(run.id, 4)
        run = await failed(b, run)
        for _ in range(2):  # failed, then failed once more
            view = (await RunReader(b.service).view(run)).model_dump(mode="json")
            assert view["status"]["status"] == "completed"
            for same in ("entities", "count", "completedAt", "error", "credits", "findall_schema"):
                assert view[same] == before[same]
            end = (await ends(b, run))[-1]
            told = await body(b, end)
            assert (told["status"]["status"], told["count"]) == ("completed", 3)
            event = await ScoutEventMapper(run, RunReader(b.service)).told(end)
            assert event is not None
            assert event.type == "run.completed"
            assert event.message == (
                "the extension failed, the run is as it was before: unexpected error: RuntimeError"
            )
            await b.service.extend(run.id, 4, beyond=3)
            run = await failed(b, run)
        await b.service.extend(run.id, 2, beyond=3)
        run = await b.service.work(run.id)
        view = (await RunReader(b.service).view(run)).model_dump(mode="json")
        assert (view["status"]["status"], view["count"]) == ("completed", 5)
        assert view["entities"][:3] == before["entities"]


async def test_a_failed_first_pass_stays_failed_with_what_it_found(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(40)) as b:
        run = await failed(b, await b.service.create_run(FEW))
        run = await b.service.resume(run.id)
        run = await failed(b, run, after=0)
        view = (await RunReader(b.service).view(run)).model_dump(mode="json")
        assert (view["status"], view["error"]) == ("failed", "unexpected error: RuntimeError")


async def failed(b: EngineFixture, run: Run, after: int = 4) -> Run:
    """The run, worked on until its judge breaks, after so many verdicts."""
    judge, given = b.judge, 0

    class Breaking(ScriptedJudge):
        async def judge(self, request: JudgeRequest) -> tuple[Verdict, ...]:
            nonlocal given
            given += 1
            if given > after:
                raise RuntimeError("it broke")
            return await super().judge(request)

    b.judge = Breaking()
    with pytest.raises(RuntimeError, match="it broke"):
        await b.service.work(run.id)
    b.judge = judge
    run = await b.service.queries.run(run.id)
    assert run.status is RunStatus.FAILED
    return run
