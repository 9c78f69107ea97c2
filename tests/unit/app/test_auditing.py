"""Every use case that changes or spends something leaves one line in the audit log."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from netnew.app.service import Service
from netnew.bootstrap import App, open_app
from netnew.domain.audit import Actor, AuditEntry, AuditOutcome
from netnew.domain.enrichment import Enrichment
from netnew.domain.errors import NetnewError
from netnew.domain.ids import RunId, WorkspaceId
from netnew.domain.run import Run, RunSpec
from netnew.settings import Settings

pytestmark = pytest.mark.anyio
ACTOR = Actor("key_1", "scout")
SPEC = RunSpec("Python packages for testing", "package")
NOBODY = RunId("run_" + "0" * 32)
# They only read, or are made of what is recorded.
OTHERS = {
    *("acting_as", "plan", "judge_named", "check_source", "is_worked_on", "queue", "work"),
    "adopt",  # recorded where there is a worker to adopt for
    "read_objective",  # recorded where a model is asked
    "preview",  # a create that is worked on at once
}


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    async with open_app(Settings.load(home=tmp_path, sources=("pyenv",), judge="rules")) as app:
        yield app


def commands(service: Service, run: Run) -> dict[str, Callable[[RunId], Awaitable[object]]]:
    """Each command of a run, by the name of its method."""
    more = (Enrichment("status", "Development status"),)
    return {
        "extend": lambda x: service.extend(x, 5),
        "widen": lambda x: service.widen(x, 5, 250),
        "enrich": lambda x: service.enrich(x, more),
        "pause": service.pause,
        "unpause": service.unpause,
        "cancel": service.cancel,
        "resume": service.resume,
        "keep": service.keep,
        "refresh": service.refresh,
        "result_to_export": lambda x: service.result_to_export(x, "csv"),
        "record_export": lambda x: service.record_export(x, "csv"),
        "undo_merge": lambda x: service.undo_merge(x, 1),
        "delete": service.delete,
    }


async def log_of(app: App) -> list[AuditEntry]:
    """All lines, in the order they were written."""
    return (await app.keys.audit(1_000))[::-1]


async def test_each_command_is_one_line_with_who_what_and_on_which_run(app: App) -> None:
    service = app.service.acting_as(ACTOR)
    run = await service.create_run(SPEC)
    ended = []
    for name, command in commands(service, run).items():
        before = len(await log_of(app))
        try:
            await command(run.id)
            ended.append((name, AuditOutcome.DONE))
        except NetnewError:
            ended.append((name, AuditOutcome.REFUSED))
        assert len(await log_of(app)) == before + 1, name
    created, *lines = await log_of(app)
    assert (created.action, created.subject, created.actor) == ("create", run.id, ACTOR)
    assert [(x.action, x.outcome) for x in lines] == [
        (_ACTIONS.get(name, name), outcome) for name, outcome in ended
    ]
    assert {x.actor for x in lines} == {ACTOR}
    refreshed = next(x for x in lines if x.action == "refresh")
    assert refreshed.detail == f"of {run.id}"
    assert {x.subject for x in lines} == {run.id, refreshed.subject}
    assert lines[-1].outcome is AuditOutcome.DONE


_ACTIONS = {
    "widen": "extend",
    "unpause": "continue",
    "keep": "stop",
    "result_to_export": "export",
    "record_export": "export",
    "undo_merge": "undo-merge",
}


async def test_a_refused_command_is_a_line_too(app: App) -> None:
    service = app.service.acting_as(ACTOR)
    run = await service.create_run(SPEC)
    for name, command in commands(service, run).items():
        with pytest.raises(NetnewError):
            await command(NOBODY)
        *_, last = await log_of(app)
        told = (last.action, last.subject, last.outcome, last.detail)
        assert told == (_ACTIONS.get(name, name), NOBODY, AuditOutcome.REFUSED, "NotFound")


async def test_a_command_that_changes_nothing_is_recorded_and_tells_nobody(app: App) -> None:
    run = await app.service.create_run(SPEC)
    await app.service.pause(run.id)
    before = await app.service.queries.run(run.id)
    await app.service.pause(run.id)
    assert await app.service.queries.run(run.id) == before
    assert [x.action for x in await log_of(app)] == ["create", "pause", "pause"]


async def test_no_use_case_is_missing_here(app: App) -> None:
    run = await app.service.create_run(SPEC)
    own = {name for name, x in vars(Service).items() if inspect.isfunction(x)}
    public = {name for name in own if not name.startswith("_")}
    covered = {"create_run", "begin", "find_entities", *commands(app.service, run)}
    assert public == covered | OTHERS


async def test_entity_search_is_recorded(app: App) -> None:
    await app.service.find_entities("package", "testing", 5)
    assert [x.action for x in await log_of(app)] == ["entity-search"]


async def test_commands_on_keys_are_recorded_in_their_workspace_and_without_secrets(
    app: App,
) -> None:
    old, secret = await app.keys.create("crm", WorkspaceId("sales"))
    new, second = await app.keys.rotate(old.id, timedelta(hours=1))
    await app.keys.revoke(new.id)
    with pytest.raises(NetnewError):
        await app.keys.revoke(secret)
    lines = await log_of(app)
    assert [(x.action, x.subject, x.outcome, x.workspace_id) for x in lines] == [
        ("key.create", old.id, AuditOutcome.DONE, "sales"),
        ("key.rotate", old.id, AuditOutcome.DONE, "sales"),
        ("key.revoke", new.id, AuditOutcome.DONE, "sales"),
        ("key.revoke", "nn_…", AuditOutcome.REFUSED, "local"),
    ]
    assert lines[1].detail == f"new: {new.id}"
    assert all(x.actor.name.startswith("user:") and x.actor.face == "cli" for x in lines)
    assert secret not in str(lines)
    assert second not in str(lines)
