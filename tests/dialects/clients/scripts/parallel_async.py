"""A life through the asynchronous SDK, newest and 0.5.1 alike; prints what was seen."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

from parallel import AsyncParallel, ConflictError, NotFoundError


async def follow(findall: Any, run_id: str, **more: Any) -> list[Any]:
    stream = await findall.events(run_id, **more)
    return [event.model_dump(mode="json") async for event in stream]


async def main() -> dict[str, Any]:
    seen: dict[str, Any] = {}
    async with AsyncParallel() as client:
        findall = client.beta.findall
        schema = await findall.ingest(objective=os.environ["OBJECTIVE"])
        asked: dict[str, Any] = {
            "objective": schema.objective,
            "entity_type": schema.entity_type,
            "match_conditions": schema.match_conditions,
            "generator": "base",
            "match_limit": 5,
        }
        # Two runs at once, on one connection pool.
        run, other = await asyncio.gather(findall.create(**asked), findall.create(**asked))
        seen["ids"] = [run.findall_id, other.findall_id]
        await findall.cancel(other.findall_id)
        try:
            await findall.cancel(other.findall_id)
        except ConflictError as error:
            seen["conflict"] = error.status_code
        seen["events"] = await follow(findall, run.findall_id)
        half = seen["events"][len(seen["events"]) // 2]["event_id"]
        seen["rest"] = await follow(findall, run.findall_id, last_event_id=half)
        seen["half"] = half
        result = await findall.result(run.findall_id)
        seen["result"] = result.model_dump(mode="json")
        try:
            await findall.retrieve("findall_" + "0" * 32)
        except NotFoundError as error:
            seen["unknown"] = error.status_code
    return seen


print(json.dumps(asyncio.run(main())))
