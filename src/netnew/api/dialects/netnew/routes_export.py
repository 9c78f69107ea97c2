"""A run's rows as a file."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, BinaryIO, Literal, cast

from fastapi import APIRouter, Query
from starlette.responses import Response, StreamingResponse

from netnew.api.auth import Caller, CurrentCaller
from netnew.api.authenticated_route import AuthenticatedRoute
from netnew.api.dialects.netnew.errors import refusals
from netnew.api.path_ids import run_id_in_path
from netnew.api.state import EXPORTS_AT_ONCE
from netnew.domain.candidate import Candidate, MatchStatus
from netnew.domain.condition_stats import ConditionStats, condition_stats
from netnew.domain.ids import RunId
from netnew.domain.run import Run
from netnew.exports.files import WRITERS

router = APIRouter(route_class=AuthenticatedRoute)

FileFormat = Literal["csv", "xlsx", "jsonl", "json", "md"]

MEDIA_TYPES: dict[FileFormat, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/x-ndjson",
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
}
# Threads of their own: those of the process are for what answers others.
_THREADS = ThreadPoolExecutor(EXPORTS_AT_ONCE, "netnew-export")
_IN_MEMORY_BYTES = 1_000_000
_CHUNK_BYTES = 65_536
_FILE = {"schema": {"type": "string", "format": "binary"}}
_DOCUMENTED = {
    "description": "The file. `docs/reference/exports.md` lists its columns.",
    "content": {x.partition(";")[0]: {"schema": {}} if x.endswith("json") else _FILE
                for x in MEDIA_TYPES.values()},
}  # fmt: skip


@router.get(
    "/runs/{run_id}/export",
    response_class=Response,
    responses={200: _DOCUMENTED, **refusals(404)},
)
async def export(
    caller: CurrentCaller,
    run_id: str,
    format: FileFormat = "csv",
    match_status: Annotated[
        MatchStatus | None,
        Query(description="only candidates with this status; by default matches"),
    ] = None,
) -> Response:
    """The rows of a run as csv, xlsx, jsonl, json or Markdown. Two exports run at a time and
    eight may wait; further ones get 429."""
    named = run_id_in_path(run_id)
    async with caller.api.exports.turn("exports"):
        file, size = await _made(caller, named, format, match_status)
    headers = {
        "content-length": str(size),
        "content-disposition": f'attachment; filename="{named}.{format}"',
    }
    return StreamingResponse(_chunks(file), headers=headers, media_type=MEDIA_TYPES[format])


async def _made(
    caller: Caller, run_id: RunId, format: FileFormat, match_status: MatchStatus | None
) -> tuple[BinaryIO, int]:
    result = await caller.service.result_to_export(run_id, format)
    wanted = match_status or MatchStatus.MATCHED
    rows = [x for x in result.candidates if x.status is wanted]
    if match_status is None:
        rows += result.rechecked
    yields = condition_stats(result.run.spec.conditions, result.candidates)
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_THREADS, _written, format, result.run, rows, yields)


def _written(
    format: FileFormat, run: Run, rows: Sequence[Candidate], yields: Sequence[ConditionStats]
) -> tuple[BinaryIO, int]:
    """The file, to be read from its beginning, and its bytes; a large one is on the disk."""
    file = cast(BinaryIO, tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES))  # noqa: SIM115
    try:
        WRITERS[format](file, run, rows, yields)
        size = file.tell()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file, size


async def _chunks(file: BinaryIO) -> AsyncIterator[bytes]:
    with file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK_BYTES):
            yield chunk
