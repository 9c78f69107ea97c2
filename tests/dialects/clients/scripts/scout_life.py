"""The life of a run through a client that was generated from our document of Scout's format."""

from __future__ import annotations

import json
import os
import re
from typing import Any

from operations import Operations

RUNS = "/v1/findall/runs"
ONE = f"{RUNS}/{{findall_id}}"
scout, netnew = Operations("scout_client"), Operations("netnew_client")
models = scout.models
query = os.environ["OBJECTIVE"]
seen: dict[str, Any] = {}


def plain(model: Any) -> Any:
    return model.to_dict()


def follow(findall_id: str, last: str | None = None) -> list[tuple[str, str]]:
    """Each event's type and id, to the end of the stream."""
    named = {} if last is None else {"last_event_id": last}
    answer = scout.answer(f"get {ONE}/events", findall_id, **named)
    return re.findall(r"event: (\S+)\nid: (\d+)\n", answer.content.decode())


def read(findall_id: str) -> Any:
    return plain(scout.call(f"get {ONE}", findall_id))


def asked(**more: Any) -> Any:
    return models.FindAllRunRequest(query=query, **more)


preview = models.FindAllRequest(query=query, limit=5)
seen["preview"] = plain(scout.call("post /v1/findall", body=preview))

created = scout.answer(f"post {RUNS}", body=asked(fields=["name", "website", "country"], limit=5))
run_id = created.parsed.findall_id
seen["created"] = {"code": created.status_code, **plain(created.parsed)}
seen["events"] = follow(run_id)
half = seen["events"][len(seen["events"]) // 2][1]
seen["half"], seen["rest"] = half, follow(run_id, half)
seen["found"] = read(run_id)

last = seen["events"][-1][1]
extend = models.FindAllExtendRequest(limit=4)
answer = scout.answer(f"post {ONE}/extend", run_id, body=extend)
seen["extended"] = {"code": answer.status_code, **plain(answer.parsed)}
seen["extending"] = follow(run_id, last)
seen["more"] = read(run_id)

last = seen["extending"][-1][1]
enrich = models.FindAllEnrichRequest(fields=["altitude"])
answer = scout.answer(f"post {ONE}/enrich", run_id, body=enrich)
seen["enriched"] = {"code": answer.status_code, **plain(answer.parsed)}
seen["enriching"] = follow(run_id, last)
seen["filled"] = read(run_id)

# The format has no exclude list: ours begins a run that leaves out what this one found.
again = netnew.call(
    "post /netnew/runs/{run_id}/refresh",
    run_id,
    body=netnew.models.RefreshAsked(match_limit=100),
)
follow(again.run_id)
seen["refreshed"] = read(again.run_id)

other = scout.call(f"post {RUNS}", body=asked(limit=100)).findall_id
seen["cancelled"] = plain(scout.call(f"post {ONE}/cancel", other))
follow(other)
seen["cancelled_later"] = read(other)
seen["cancelled_again"] = plain(scout.call(f"post {ONE}/cancel", other))

seen["listed"] = plain(scout.call(f"get {RUNS}", limit=2, offset=1))
unknown = scout.answer(f"get {ONE}", "fa-" + "0" * 24)
seen["unknown"] = {"code": unknown.status_code, **plain(unknown.parsed)}
print(json.dumps(seen))
