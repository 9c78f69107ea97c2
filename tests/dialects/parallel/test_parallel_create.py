"""Beginning runs in Parallel's format: what is taken, what is refused, and refreshing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from tests.dialects.parallel.requests import RUNS, body, create, finished
from tests.dialects.parallel.requests import events as stream
from tests.support.promises import promises

AGAIN = {"x-stainless-retry-count": "1"}


@promises("parallel-create")
def test_a_run_is_queued_at_once(client: httpx2.Client) -> None:
    run = create(client, metadata={"team": "sky", "n": 3, "share": 0.5, "is_new": True})
    assert run["status"]["status"] in ("queued", "running")
    assert run["status"]["is_active"] is True
    assert "termination_reason" not in run["status"]
    assert run["metadata"] == {"team": "sky", "n": 3, "share": 0.5, "is_new": True}
    assert isinstance(run["metadata"]["is_new"], bool)
    first = next(stream(client, run["findall_id"]))
    assert first["data"]["metadata"] == run["metadata"]


@promises("parallel-explicit-null", "parallel-unknown-fields", "parallel-metadata")
def test_nulls_and_unknown_fields_are_taken(client: httpx2.Client) -> None:
    nulls = dict.fromkeys(
        ("exclude_list", "metadata", "webhook", "memory_scope_key", "enrichments", "netnew")
    )
    run = create(client, **nulls, generator="preview", match_limit=5.0, colour="red")
    assert run["metadata"] == {}
    assert run["netnew"]["match_limit"] == 5


@promises("parallel-create-required", "parallel-422-shapes", "parallel-errors")
@pytest.mark.parametrize("field", sorted(body()))
def test_what_is_required_is_named_where_it_is_missing(client: httpx2.Client, field: str) -> None:
    asked = body()
    del asked[field]
    answer = client.post(RUNS, json=asked)
    assert answer.status_code == 422
    error = answer.json()
    assert error["type"] == "error"
    assert field in error["error"]["message"]
    assert error["error"]["detail"]["errors"] == error["detail"]
    assert error["detail"][0]["loc"] == ["body", field]
    assert set(error["detail"][0]) == {"loc", "msg", "type"}


TWICE = [{"name": "domes", "description": text} for text in ("It has domes.", "It has three.")]
ENRICH = {"output_schema": {"json_schema": {"properties": {"founded": {"type": "string"}}}}}


@promises(
    "parallel-match-limit",
    "parallel-preview-limit",
    "parallel-conditions",
    "parallel-exclude-shape",
    "parallel-memory-scope-key",
    "parallel-webhook-types",
)
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"match_limit": 4}, "match_limit"),
        ({"match_limit": 1_001}, "match_limit"),
        ({"match_limit": "50"}, "match_limit"),
        ({"match_limit": True}, "match_limit"),
        ({"generator": "preview", "match_limit": 11}, "between 5 and 10"),
        ({"generator": "best"}, "generator"),
        ({"objective": " "}, "objective"),
        ({"match_conditions": []}, "match_conditions"),
        ({"match_conditions": TWICE}, "'domes' is there twice"),
        ({"match_conditions": [{"name": "domes"}]}, "description"),
        ({"match_conditions": [{"name": " ", "description": "x"}]}, "match_conditions"),
        ({"exclude_list": [{"name": "Only a name"}]}, "url"),
        ({"exclude_list": [{"name": " ", "url": ""}]}, "exclude_list.0"),
        ({"exclude_list": [{"name": "x", "url": "x.com"}] * 10_001}, "10000"),
        ({"memory_scope_key": "with space"}, "memory_scope_key"),
        ({"memory_scope_key": "x" * 129}, "memory_scope_key"),
        ({"metadata": {"nested": {}}}, "metadata"),
        ({"webhook": {"url": "https://x.com", "event_types": ["run.done"]}}, "event_types"),
        ({"webhook": {"url": "ftp://x.com"}}, "webhook.url"),
        ({"webhook": {"event_types": []}}, "webhook.url"),
        ({"enrichments": [{"name": "domes", "description": "how many"}]}, "already a condition"),
        ({"enrichments": [ENRICH, ENRICH]}, "already a condition or a field"),
        ({"enrichments": [ENRICH | {"processor": "huge"}]}, "enrichments.0.processor"),
        ({"netnew": {"sources": ["corpus:/etc"]}}, "netnew.sources"),
        ({"netnew": {"colour": "red"}}, "netnew"),
    ],
    ids=lambda x: None if isinstance(x, str) else "-".join(x),
)
def test_what_is_wrong_is_refused_by_name(
    client: httpx2.Client, changes: dict[str, Any], says: str
) -> None:
    answer = client.post(RUNS, json=body(**changes))
    assert answer.status_code == 422, answer.text
    error = answer.json()
    assert says in error["error"]["message"]
    assert error["detail"]


@promises("parallel-memory-scope-key")
def test_a_memory_scope_is_taken(client: httpx2.Client) -> None:
    create(client, memory_scope_key="team-a_1", generator="preview", match_limit=5)


@promises("parallel-create-once")
def test_a_create_sent_again_is_the_same_create(client: httpx2.Client) -> None:
    asked = body(metadata={"once": "sent again"}, generator="preview", match_limit=5)
    first = client.post(RUNS, json=asked).json()
    again = client.post(RUNS, json=asked, headers=AGAIN).json()
    assert again["findall_id"] == first["findall_id"]
    wanted_twice = client.post(RUNS, json=asked).json()
    assert wanted_twice["findall_id"] != first["findall_id"]
    other = body(metadata={"once": "another"}, generator="preview", match_limit=5)
    unseen = client.post(RUNS, json=other, headers=AGAIN).json()
    assert unseen["findall_id"] not in (first["findall_id"], wanted_twice["findall_id"])


@promises("parallel-create-once")
def test_retries_that_come_at_once_begin_one_run(client: httpx2.Client) -> None:
    asked = body(metadata={"once": "at once"}, generator="preview", match_limit=5)
    with ThreadPoolExecutor(6) as pool:
        answers = list(
            pool.map(lambda _: client.post(RUNS, json=asked, headers=AGAIN).json(), range(6))
        )
    assert len({x["findall_id"] for x in answers}) == 1


@promises("parallel-create-enrichments", "parallel-enrichment-keys", "parallel-schema-reusable")
def test_fields_are_asked_in_both_forms(client: httpx2.Client) -> None:
    schema = {
        "type": "object",
        "properties": {
            "run_by": {"type": "string", "description": "Who runs it", "minLength": 2},
            "place": {
                "type": "object",
                "properties": {"country": {"type": "string"}, "height": {"type": "integer"}},
            },
        },
    }
    asked = {"processor": "pro-fast", "output_schema": {"type": "json", "json_schema": schema}}
    run = create(client, enrichments=[asked, {"name": "founded", "description": "first light"}])
    told = client.get(f"{RUNS}/{run['findall_id']}/schema").json()["enrichments"]
    assert told[0] == asked
    assert list(told[1]["output_schema"]["json_schema"]["properties"]) == ["founded"]
    finished(client, run["findall_id"])
    result = client.get(f"{RUNS}/{run['findall_id']}/result").json()
    for candidate in result["candidates"]:
        is_match = candidate["match_status"] == "matched"
        fields = {k for k, x in candidate["output"].items() if x["type"] == "enrichment"}
        assert fields == ({"run_by", "place", "founded"} if is_match else set())
        if is_match:
            place = candidate["output"]["place"]
            assert set(place) == {"value", "type"}
            assert set(place["value"]) == {"country", "height"}
            assert [x["field"] for x in candidate["basis"]] == list(candidate["output"])
    values = [x["output"].get("place", {}).get("value") for x in result["candidates"]]
    assert any(x and x["country"] for x in values)


@promises("parallel-budget-reason", "parallel-result-any-state")
def test_a_budget_that_is_spent_ends_a_run_as_completed(client: httpx2.Client) -> None:
    run = create(client, netnew={"budget": {"searches": 2}})
    assert run["netnew"]["budget"]["searches"] == 2
    assert client.get(f"{RUNS}/{run['findall_id']}/result").status_code == 200
    done = finished(client, run["findall_id"])
    assert done["status"]["status"] == "completed"
    assert done["status"]["termination_reason"] == "insufficient_funds"
    assert done["netnew"]["stop_reason"] == "budget_exhausted"


@promises("parallel-preview")
def test_a_preview_evaluates_as_many_as_were_asked_for(client: httpx2.Client) -> None:
    run = create(client, generator="preview", match_limit=6)
    done = finished(client, run["findall_id"])
    assert done["generator"] == "preview"
    assert done["status"]["status"] == "completed"
    assert done["status"]["termination_reason"] in ("candidates_exhausted", "match_limit_met")
    result = client.get(f"{RUNS}/{run['findall_id']}/result").json()
    states = [x["match_status"] for x in result["candidates"]]
    assert len([x for x in states if x != "generated"]) <= 6


@promises("parallel-match-limit-kept", "parallel-termination-reasons")
def test_there_are_never_more_matches_than_asked_for(client: httpx2.Client) -> None:
    done = finished(client, create(client, match_limit=5)["findall_id"])
    assert done["status"]["termination_reason"] == "match_limit_met"
    assert done["status"]["metrics"]["matched_candidates_count"] == 5


@promises("parallel-exclude", "parallel-exclude-normalised", "parallel-refresh")
def test_a_refresh_by_schema_finds_none_that_were_found(
    client: httpx2.Client, done: dict[str, Any]
) -> None:
    address = f"{RUNS}/{done['findall_id']}"
    schema = client.get(f"{address}/schema").json()
    found = client.get(f"{address}/result", params={"match_status": "matched"}).json()
    matches = {x["url"]: x["name"] for x in found["candidates"]}
    deferred = next(iter(matches))
    rewritten = [
        {"name": name, "url": url.replace("://", "://www.").rstrip("/") + "/#top"}
        for url, name in matches.items()
        if url != deferred
    ]
    again = client.post(RUNS, json={**schema, "match_limit": 30, "exclude_list": rewritten})
    assert again.status_code == 200, again.text
    findall_id = again.json()["findall_id"]
    finished(client, findall_id)
    seen = list(stream(client, findall_id))
    told = {x["data"]["url"] for x in seen if x["type"].startswith("findall.candidate.")}
    assert told & set(matches) == {deferred}
    result = client.get(f"{RUNS}/{findall_id}/result").json()
    assert [x["url"] for x in result["candidates"] if x["match_status"] == "matched"] == [deferred]
