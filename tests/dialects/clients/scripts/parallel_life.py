"""The whole life of a run through the Python SDK, newest and 0.5.1 alike; prints what was seen."""

from __future__ import annotations

import json
import os
from typing import Any

import httpx
import parallel
from parallel import DefaultHttpxClient, Parallel

OBJECTIVE = os.environ["OBJECTIVE"]
UNKNOWN = "findall_" + "0" * 32
FIELDS = {
    "type": "object",
    "properties": {
        "country": {"type": "string", "description": "The country it is in."},
        "altitude": {"type": "number", "description": "Its altitude in metres."},
    },
}

sent: list[str] = []


def note(request: httpx.Request) -> None:
    sent.append(f"{request.method} {request.url.path}")


client = Parallel(http_client=DefaultHttpxClient(event_hooks={"request": [note]}))
findall = client.beta.findall


def plain(model: Any) -> Any:
    return model.model_dump(mode="json")


def refused(call: Any) -> dict[str, Any]:
    """The class, the status and the body of what the SDK raised, and how many requests it sent."""
    sent.clear()
    try:
        call()
    except parallel.APIStatusError as error:
        name = type(error).__name__
        return {
            "class": name,
            "status": error.status_code,
            "body": error.body,
            "requests": len(sent),
        }
    raise AssertionError("nothing was refused")


def follow(run_id: str, **more: Any) -> list[dict[str, Any]]:
    return [plain(event) for event in findall.events(run_id, **more)]


seen: dict[str, Any] = {"version": parallel.__version__}

# Ask, and stream what happens; the stream is dropped after two events and taken up again.
schema = findall.ingest(objective=OBJECTIVE, betas=["findall-2025-09-15"])
seen["ingest"] = plain(schema)
asked: dict[str, Any] = {
    "objective": schema.objective,
    "entity_type": schema.entity_type,
    "match_conditions": schema.match_conditions,
    "generator": "base",
}
run = findall.create(**asked, match_limit=5, metadata={"team": "night", "week": 7})
seen["created"] = plain(run)
stream = findall.events(run.findall_id)
dropped = [plain(next(stream)), plain(next(stream))]
stream.close()
seen["dropped"] = dropped
seen["resumed"] = follow(run.findall_id, last_event_id=dropped[-1]["event_id"])
seen["replayed"] = follow(run.findall_id)
seen["cut_short"] = follow(run.findall_id, api_timeout=0)

# Read it.
seen["retrieved"] = plain(findall.retrieve(run.findall_id))
seen["result"] = plain(findall.result(run.findall_id))
seen["schema"] = plain(findall.schema(run.findall_id))
raw = findall.with_raw_response.retrieve(run.findall_id)
seen["raw"] = {
    "status": raw.status_code,
    "type": raw.headers["content-type"],
    "id": raw.parse().findall_id,
}
with findall.with_streaming_response.retrieve(run.findall_id) as streamed:
    seen["streamed_id"] = streamed.parse().findall_id

# Extend and enrich it; each goes on from the result's cursor.
at = findall.result(run.findall_id).last_event_id
seen["extended"] = plain(findall.extend(run.findall_id, additional_match_limit=4))
seen["extending"] = follow(run.findall_id, last_event_id=at)
seen["extended_result"] = plain(findall.result(run.findall_id))
at = findall.result(run.findall_id).last_event_id
seen["enriched"] = plain(
    findall.enrich(
        run.findall_id, processor="base", output_schema={"type": "json", "json_schema": FIELDS}
    )
)
seen["enriching"] = follow(run.findall_id, last_event_id=at)
seen["enriched_result"] = plain(findall.result(run.findall_id))

# The next week: what was found is left out. A schema's enrichment is taken as it is.
matched = [x for x in findall.result(run.findall_id).candidates if x.match_status == "matched"]
again = findall.create(
    **asked, match_limit=50, exclude_list=[{"name": x.name, "url": x.url} for x in matched]
)
seen["refreshed_id"] = again.findall_id
seen["refreshing"] = follow(again.findall_id)
seen["refreshed"] = plain(findall.result(again.findall_id))
kept = findall.schema(run.findall_id).enrichments
assert kept
seen["enriched_again"] = plain(
    findall.enrich(again.findall_id, output_schema=kept[0].output_schema)
)
follow(again.findall_id)

# Cancel another, twice.
other = findall.create(**asked, match_limit=50)
seen["cancelled_id"] = other.findall_id
seen["cancel"] = findall.cancel(other.findall_id)
seen["cancelled"] = plain(findall.retrieve(other.findall_id))
seen["cancelled_again"] = refused(lambda: findall.cancel(other.findall_id))

# A search without evaluation, under the name this version has for it.
if hasattr(findall, "entity_search"):
    searched = findall.entity_search(entity_type="companies", objective=OBJECTIVE, match_limit=5)
    seen["entity_search"] = plain(searched)
else:
    named = findall.candidates(entity_type="company", objective=OBJECTIVE, match_limit=5)
    seen["candidates"] = plain(named)

# What is refused, by the SDK's own classes.
seen["unknown"] = refused(lambda: findall.retrieve(UNKNOWN))
seen["unknown_stream"] = refused(lambda: findall.events(UNKNOWN))
seen["too_small"] = refused(lambda: findall.create(**asked, match_limit=4))
seen["extend_refused"] = refused(lambda: findall.extend(again.findall_id, additional_match_limit=5))
seen["bad_processor"] = refused(
    lambda: findall.enrich(
        run.findall_id, processor="guess", output_schema={"type": "json", "json_schema": FIELDS}
    )
)

print(json.dumps(seen))
