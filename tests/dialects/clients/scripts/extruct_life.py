"""The life of a task through a client that was generated from our document of Extruct's format."""

from __future__ import annotations

import json
import os
from typing import Any

from operations import Operations

TASKS = "/v1/discovery_tasks"
ONE = f"{TASKS}/{{task_id}}"
extruct, netnew = Operations("extruct_client"), Operations("netnew_client")
models = extruct.models
seen: dict[str, Any] = {}


def plain(model: Any) -> Any:
    return model.to_dict()


def asked(**more: Any) -> Any:
    criteria = [
        models.CriterionDefinition(key=x["name"], name=x["name"], criterion=x["description"])
        for x in json.loads(os.environ["CONDITIONS"])
    ]
    return models.DiscoveryTaskInput(query=os.environ["OBJECTIVE"], criteria=criteria, **more)


def done(task_id: str) -> Any:
    """The task once it has ended; what is waited for is the stream of our own format."""
    netnew.answer("get /netnew/runs/{run_id}/events", task_id)
    return plain(extruct.call(f"get {ONE}", task_id))


def results(task_id: str, **page: int) -> Any:
    return plain(extruct.call(f"get {ONE}/results", task_id, **page))


created = extruct.answer(f"post {TASKS}", body=asked(desired_num_results=5))
task_id = created.parsed.id
seen["created"] = {"code": created.status_code, **plain(created.parsed)}
seen["done"] = done(task_id)
seen["results"] = results(task_id)
pages = [results(task_id, offset=n, limit=2)["results"] for n in (0, 2, 4)]
seen["pages"] = [[x["id"] for x in page] for page in pages]

resume = models.ResumeDiscoveryTaskInput(desired_new_results=4)
seen["resumed"] = plain(extruct.call(f"post {ONE}/resume", task_id, body=resume))
seen["resumed_done"] = done(task_id)
seen["resumed_results"] = results(task_id)

again = extruct.call(f"post {TASKS}", body=asked(exclude_task_ids=[task_id]))
seen["refreshing"] = plain(again)
seen["refreshed"] = done(again.id)
seen["refreshed_results"] = results(again.id)
refused = extruct.answer(f"post {ONE}/resume", again.id, body=resume)
seen["exhausted"] = {"code": refused.status_code, **plain(refused.parsed)}

other = extruct.call(f"post {TASKS}", body=asked(desired_num_results=250))
netnew.call("post /netnew/runs/{run_id}/cancel", other.id)
seen["cancelled"] = done(other.id)

seen["listed"] = [x.id for x in extruct.call(f"get {TASKS}", limit=2)]
seen["user"] = plain(extruct.call("get /v1/user"))
seen["billing"] = plain(extruct.call("get /v1/billing"))
seen["health"] = plain(extruct.call("get /v1/healthcheck"))
unknown = extruct.answer(f"get {ONE}", "no-such-task")
seen["unknown"] = {"code": unknown.status_code, **plain(unknown.parsed)}
print(json.dumps(seen))
