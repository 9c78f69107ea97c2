"""What is the same to ask of each wire format, and where it differs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2

from tests.support.server_process import CONDITIONS, OBJECTIVE

Json = Mapping[str, Any]
NOBODY = "run_" + "0" * 32
"""A run that is not there."""


@dataclass(frozen=True, slots=True)
class Face:
    """A wire format: where runs are listed, where one is (`run`), where a body is taken (`posts`,
    with `body` as one that is right), and what a refusal says."""

    name: str
    runs: str
    run: str
    cancel: str
    posts: str
    body: Json
    said: Callable[[Json], str]

    def __str__(self) -> str:
        return self.name


def _detail(body: Json) -> str:
    detail = body["detail"]
    return detail if isinstance(detail, str) else str(detail[0]["msg"])


FACES = (
    Face(
        "parallel",
        "/v1beta/findall/runs",
        "/v1beta/findall/runs/{run}",
        "/v1beta/findall/runs/{run}/cancel",
        "/v1beta/findall/runs",
        {
            "objective": OBJECTIVE,
            "entity_type": "observatory",
            "match_conditions": CONDITIONS,
            "generator": "core",
            "match_limit": 10,
        },
        lambda body: str(body["error"]["message"]),
    ),
    Face(
        "scout",
        "/v1/findall/runs",
        "/v1/findall/runs/{run}",
        "/v1/findall/runs/{run}/cancel",
        "/v1/findall/runs",
        {"query": OBJECTIVE, "limit": 10},
        _detail,
    ),
    Face(
        "extruct",
        "/v1/discovery_tasks",
        "/v1/discovery_tasks/{run}",
        "/v1/discovery_tasks/{run}/resume",
        "/v1/discovery_tasks",
        {"query": OBJECTIVE, "desired_num_results": 10},
        _detail,
    ),
    Face(
        "netnew",
        "/netnew/runs",
        "/netnew/runs/{run}",
        "/netnew/runs/{run}/cancel",
        f"/netnew/runs/{NOBODY}/extend",
        {"additional": 5},
        lambda body: str(body["error"]["message"]),
    ),
)


def begun(client: httpx2.Client, limit: int = 100) -> str:
    """A run of the suite's own question; its id in our form."""
    parallel = FACES[0]
    asked = {"match_limit": limit, "metadata": {"which": uuid4().hex}}
    answer = client.post(parallel.posts, json={**parallel.body, **asked})
    answer.raise_for_status()
    return str(answer.json()["netnew"]["run_id"])


def found(client: httpx2.Client, limit: int = 100) -> str:
    """The same, once it has ended."""
    run = begun(client, limit)
    client.get(f"/netnew/runs/{run}/events").raise_for_status()
    return run
