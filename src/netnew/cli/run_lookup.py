"""Finds a run by its id in any form, by the start of its id, or as 'last'."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from netnew.domain.errors import InvalidInput, NotFound
from netnew.domain.ids import RunId, run_id_from
from netnew.domain.run import Run

if TYPE_CHECKING:
    from netnew.app.service import Service

# How many of the newest runs are searched for the start of an id.
_LOOKED_THROUGH = 10_000


async def find_run(service: Service, text: str) -> Run:
    """Raises InvalidInput if `text` is not an id or matches several runs, NotFound if none."""
    wanted = text.strip().lower()
    if wanted == "last":
        newest = await service.queries.runs(limit=1)
        if not newest:
            raise NotFound("run", "last")
        return newest[0]
    beginning = re.sub(r"^(run_|findall_|fa-)", "", wanted).replace("-", "")
    if not re.fullmatch(r"[0-9a-f]{4,31}", beginning):
        return await service.queries.run(_whole_id(text))
    fitting = [
        x
        for x in await service.queries.runs(limit=_LOOKED_THROUGH)
        if x.id.removeprefix("run_").startswith(beginning)
    ]
    if not fitting:
        raise NotFound("run", text)
    if len(fitting) > 1:
        ids = ", ".join(x.id for x in fitting[:5])
        raise InvalidInput("RUN", f"{text!r} matches {len(fitting)} runs", ids)
    return fitting[0]


def _whole_id(text: str) -> RunId:
    try:
        return run_id_from(text)
    except InvalidInput:
        allowed = "an id, at least 4 characters of one, or 'last'"
        raise InvalidInput("RUN", f"{text!r} is not the id of a run", allowed) from None
