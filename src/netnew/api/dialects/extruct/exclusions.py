"""Whom a task leaves out: domains, and the results of earlier tasks, as they are at its creation.

A result counts by the domain of its own site. One that has no site of its own (it is known by a
page on somebody else's) counts by its identity alone: the domain would leave out all others there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from netnew.api.auth import Caller
from netnew.api.dialects.extruct.requests import MAX_EXCLUDED, MAX_EXCLUDED_TASKS, Status
from netnew.api.dialects.extruct.result_filter import qualified_in
from netnew.api.dialects.extruct.statuses import status_of
from netnew.api.dialects.extruct.website import own_domain_of
from netnew.domain.errors import InvalidInput, NotFound
from netnew.domain.ids import RunId, run_id_from
from netnew.domain.run import ExcludeList, Run
from netnew.engine.url_identity import registered_domain_of

_ALL_OF = "*."
_AT_ONCE = 200


async def exclude_list(
    caller: Caller, domains: Sequence[str], task_ids: Sequence[str]
) -> ExcludeList:
    """Raises InvalidInput naming the entry, NotFound for a task that is not there."""
    wanted = await _named(domains)
    runs = await _done(caller, task_ids)
    urls: set[str] = set()
    for run in runs:
        await asyncio.sleep(0)  # others have their turn
        for result in await qualified_in(caller.service, run):
            own = own_domain_of(result)
            if own is None:
                urls.add(result.url)
            else:
                wanted.add(own)
    if len(wanted) > MAX_EXCLUDED:
        problem = f"with those of the tasks there are {len(wanted):,} domains"
        raise InvalidInput("exclude_domains", problem, f"at most {MAX_EXCLUDED:,}")
    return ExcludeList(
        urls=tuple(sorted(urls)),
        domains=tuple(f"{_ALL_OF}{x}" for x in sorted(wanted)),
        run_ids=tuple(run.id for run in runs),
    )


def domains_in(exclude: ExcludeList) -> list[str]:
    """The registered domains of an exclude list, sorted; none of a list that is kept as hashes."""
    named = {registered_domain_of(x.removeprefix(_ALL_OF)) for x in exclude.domains}
    return sorted(x for x in named if x is not None)


async def _named(domains: Sequence[str]) -> set[str]:
    """The registered domains of all; streams are to go on while many are read."""
    named = set()
    for number, text in enumerate(domains):
        named.add(_domain(text, number))
        if number % _AT_ONCE == _AT_ONCE - 1:
            await asyncio.sleep(0)
    return named


def _domain(text: str, number: int) -> str:
    domain = registered_domain_of(text)
    if domain is None:
        problem = f"{text[:200]!r} has no registered domain"
        raise InvalidInput(f"exclude_domains.{number}", problem, "such as example.com")
    return domain


async def _done(caller: Caller, task_ids: Sequence[str]) -> list[Run]:
    """The tasks of these ids, each once."""
    ids: dict[RunId, tuple[int, str]] = {}
    for number, text in enumerate(task_ids):
        try:
            ids.setdefault(run_id_from(text), (number, text))
        except InvalidInput:
            problem = f"{text[:200]!r} is no id of a task"
            raise InvalidInput(f"exclude_task_ids.{number}", problem, "a uuid") from None
    if len(ids) > MAX_EXCLUDED_TASKS:
        raise InvalidInput(
            "exclude_task_ids", f"there are {len(ids):,}", f"at most {MAX_EXCLUDED_TASKS}"
        )
    return [await _one_done(caller, x, *told) for x, told in ids.items()]


async def _one_done(caller: Caller, run_id: RunId, number: int, text: str) -> Run:
    try:
        run = await caller.service.queries.run(run_id)
    except NotFound:
        raise NotFound("task", text) from None
    if status_of(run) is not Status.DONE:
        problem = f"{text} is {status_of(run).value}"
        raise InvalidInput(f"exclude_task_ids.{number}", problem, "tasks that are done")
    return run
