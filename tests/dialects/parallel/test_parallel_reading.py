"""Runs, results and schemas as Parallel's format has them, of runs of any face."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx2
import pytest

from tests.dialects.parallel.requests import RUNS, body, create, events, finished
from tests.support.promises import promises
from tests.support.server_process import CONDITIONS, OBJECTIVE, ServerProcess

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


@pytest.fixture(scope="module")
def result(client: httpx2.Client, done: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"{RUNS}/{done['findall_id']}/result").json()
    return found


@promises("parallel-run-shape", "parallel-ids", "parallel-timestamps", "parallel-metadata")
def test_a_run_has_the_shape_of_the_format(done: dict[str, Any]) -> None:
    assert re.fullmatch(r"findall_[0-9a-f]{32}", done["findall_id"])
    assert done["status"]["status"] == "completed"
    assert done["status"]["is_active"] is False
    assert done["generator"] == "core"
    assert done["metadata"] == {}
    assert TIME.fullmatch(done["created_at"])
    assert TIME.fullmatch(done["modified_at"])
    assert done["created_at"] < done["modified_at"]


@promises("parallel-termination-reasons")
def test_a_run_that_finds_no_more_ends_as_exhausted(done: dict[str, Any]) -> None:
    assert done["status"]["termination_reason"] == "candidates_exhausted"


@promises("parallel-run-shape")
def test_a_run_tells_what_the_format_has_no_word_for(done: dict[str, Any]) -> None:
    told = done["netnew"]
    assert told["run_id"] == done["findall_id"].replace("findall_", "run_")
    assert told["spend"]["searches"] > 0
    assert told["counts"]["matched"] == done["status"]["metrics"]["matched_candidates_count"]


@promises("parallel-result-shape", "parallel-result-older-keys")
def test_a_result_has_its_run_and_the_older_keys(
    result: dict[str, Any], done: dict[str, Any]
) -> None:
    assert result["run"] == done
    assert result["findall_id"] == done["findall_id"]
    assert result["status"] == done["status"]
    assert re.fullmatch(r"[0-9a-f]{13}", result["last_event_id"])


@promises("parallel-metrics-agree")
def test_the_counters_are_what_the_candidates_add_up_to(result: dict[str, Any]) -> None:
    states = [x["match_status"] for x in result["candidates"]]
    metrics = result["run"]["status"]["metrics"]
    assert metrics["generated_candidates_count"] == len(states)
    assert metrics["matched_candidates_count"] == states.count("matched") > 0
    assert states.count("unmatched") > 0


@promises("parallel-result-order")
def test_matches_come_first(result: dict[str, Any]) -> None:
    states = [x["match_status"] == "matched" for x in result["candidates"]]
    assert states == sorted(states, reverse=True)


@promises("parallel-candidate-shape", "parallel-ids")
def test_a_candidate_has_an_id_a_name_and_an_address(result: dict[str, Any]) -> None:
    uuid = r"candidate_[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    for candidate in result["candidates"]:
        assert re.fullmatch(uuid, candidate["candidate_id"])
        assert candidate["name"]
        assert candidate["url"]
    assert len({x["url"] for x in result["candidates"]}) == len(result["candidates"])


@promises("parallel-output", "parallel-matched-means-all")
def test_a_candidate_is_matched_exactly_where_every_condition_is(result: dict[str, Any]) -> None:
    names = {x["name"] for x in CONDITIONS}
    for candidate in result["candidates"]:
        held = {k for k, x in candidate["output"].items() if x["is_matched"] is True}
        assert (candidate["match_status"] == "matched") is (held == names)
        assert all(x["type"] == "match_condition" for x in candidate["output"].values())


@promises("parallel-basis")
def test_every_key_of_the_output_has_its_basis_and_matches_are_cited(
    result: dict[str, Any],
) -> None:
    for candidate in result["candidates"]:
        fields = [x["field"] for x in candidate["basis"]]
        assert fields == list(candidate["output"])
        for basis in candidate["basis"]:
            cited = [y for x in basis["citations"] for y in x["excerpts"] if x["url"]]
            if candidate["output"][basis["field"]]["is_matched"]:
                assert cited
            elif not cited:
                assert basis["reasoning"].startswith("not stated:")


@promises("parallel-result-filters")
def test_a_result_can_be_narrowed(client: httpx2.Client, result: dict[str, Any]) -> None:
    address = f"{RUNS}/{result['findall_id']}/result"
    matched = client.get(address, params={"match_status": "matched"}).json()
    whole = [x for x in result["candidates"] if x["match_status"] == "matched"]
    assert matched["candidates"] == whole
    assert matched["status"] == result["status"]
    three = client.get(address, params={"limit": 3}).json()
    assert three["candidates"] == result["candidates"][:3]
    assert client.get(address, params={"match_status": "maybe"}).status_code == 422


@promises("parallel-schema-shape")
def test_a_schema_says_what_is_asked(client: httpx2.Client, done: dict[str, Any]) -> None:
    schema = client.get(f"{RUNS}/{done['findall_id']}/schema").json()
    assert schema == {
        "objective": OBJECTIVE,
        "entity_type": "observatory",
        "match_conditions": list(CONDITIONS),
        "enrichments": None,
        "generator": "core",
        "match_limit": 50,
    }


@promises("parallel-unknown-run", "parallel-errors")
@pytest.mark.parametrize("what", ["", "/result", "/schema", "/events"])
@pytest.mark.parametrize("name", ["findall_" + 32 * "0", "nothing"])
def test_an_unknown_run_is_not_found(client: httpx2.Client, name: str, what: str) -> None:
    answer = client.get(f"{RUNS}/{name}{what}")
    assert answer.status_code == 404
    error = answer.json()
    assert error["type"] == "error"
    assert error["error"]["message"] == "FindAll run not found"
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", error["error"]["ref_id"])


@promises("parallel-list-runs")
def test_runs_are_listed_the_newest_first(client: httpx2.Client, done: dict[str, Any]) -> None:
    newer = create(client, generator="preview", match_limit=5)
    listed = client.get(RUNS, params={"limit": 2}).json()["runs"]
    assert len(listed) == 2
    assert listed[0]["findall_id"] == newer["findall_id"]
    assert done["findall_id"] in [x["findall_id"] for x in client.get(RUNS).json()["runs"]]
    assert client.get(RUNS, params={"limit": 0}).status_code == 422


@promises("parallel-preview")
def test_a_preview_lists_and_counts_what_it_judged_alone(client: httpx2.Client) -> None:
    findall_id = create(client, generator="preview", match_limit=5)["findall_id"]
    run = finished(client, findall_id)
    assert run["status"]["metrics"]["generated_candidates_count"] == 5
    result = client.get(f"{RUNS}/{findall_id}/result").json()
    assert len(result["candidates"]) == 5
    assert {x["match_status"] for x in result["candidates"]} <= {"matched", "unmatched"}
    told = [x for x in events(client, findall_id) if x["type"] == "findall.candidate.generated"]
    assert {x["data"]["candidate_id"] for x in told} == {
        x["candidate_id"] for x in result["candidates"]
    }
    assert run["netnew"]["counts"]["generated"] == 5
    own = client.get(f"/netnew/runs/{findall_id}/candidates").json()
    assert len(own["candidates"]) == 5
    (found,) = (
        x
        for x in client.get("/v1/findall/runs").json()["runs"]
        if x["findall_id"].removeprefix("fa-") == findall_id.removeprefix("findall_")
    )
    assert found["status"]["metrics"]["generated_candidates_count"] == 5


@promises("parallel-key-header", "parallel-bearer", "parallel-any-key", "parallel-errors")
def test_a_key_is_asked_for_in_either_header(server: ServerProcess) -> None:
    with server.client(key="") as client:
        refused = client.get(RUNS)
        assert refused.status_code == 401
        assert refused.json()["type"] == "error"
        assert client.get(RUNS, headers={"Authorization": "Bearer any"}).status_code == 200
        assert client.get(RUNS, headers={"x-api-key": "any"}).status_code == 200


@promises("parallel-beta-header", "parallel-unknown-query", "parallel-trailing-slash")
def test_what_is_unknown_changes_nothing(client: httpx2.Client, done: dict[str, Any]) -> None:
    address = f"{RUNS}/{done['findall_id']}"
    for beta in ("findall-2025-09-15", "zzz,findall-2025-09-15"):
        assert client.get(address, headers={"parallel-beta": beta}).json() == done
    assert client.get(address, params={"beta": "true"}).json() == done
    assert client.get(f"{address}/", follow_redirects=True).json() == done


@promises("parallel-paths")
def test_there_is_no_such_operation_elsewhere(client: httpx2.Client) -> None:
    missing = client.post("/v1beta/memory/retrieve", json={})
    assert missing.status_code == 404
    assert missing.json()["type"] == "error"
    assert client.post("/v1/findall/entity-search", json={}).status_code in (404, 405)


def test_a_run_of_the_command_line_is_read_in_the_format(
    server: ServerProcess, client: httpx2.Client
) -> None:
    printed = server.command(
        "find",
        OBJECTIVE,
        *("--type", "observatory", "--limit", "3", "--json"),
        *("--enrich", "founded (date): when it was founded"),
    )
    run = json.loads(printed)["run"]
    for name in (run["id"], run["id"].replace("run_", "findall_"), run["id"].replace("run_", "")):
        read = client.get(f"{RUNS}/{name}").json()
        assert read["findall_id"] == run["id"].replace("run_", "findall_")
    assert read["status"]["termination_reason"] == "match_limit_met"
    [enrichment] = client.get(f"{RUNS}/{run['id']}/schema").json()["enrichments"]
    assert enrichment["processor"] == "core"
    assert list(enrichment["output_schema"]["json_schema"]["properties"]) == ["founded"]
    found = client.get(f"{RUNS}/{run['id']}/result", params={"match_status": "matched"}).json()
    assert len(found["candidates"]) == 3
    for match in found["candidates"]:
        assert match["output"]["founded"]["type"] == "enrichment"


def test_a_run_that_asks_for_a_share_of_its_conditions_matches_only_where_all_hold(
    server: ServerProcess, client: httpx2.Client
) -> None:
    where = [f"{x['name']}: {x['description']}" for x in CONDITIONS]
    printed = server.command(
        "find",
        OBJECTIVE,
        *("--type", "observatory", "--where", where[0], "--where", where[1]),
        *("--match-share", "0.5", "--limit", "20", "--json"),
    )
    run = json.loads(printed)["run"]
    result = client.get(f"{RUNS}/{run['id']}/result").json()
    metrics = result["status"]["metrics"]
    states = [x["match_status"] for x in result["candidates"]]
    assert 0 < states.count("matched") < run["counts"]["matched"]
    assert metrics["matched_candidates_count"] == states.count("matched")
    assert client.get(f"{RUNS}/{run['id']}").json()["status"]["metrics"] == metrics
    [told] = [x for x in client.get(RUNS).json()["runs"] if x["netnew"]["run_id"] == run["id"]]
    assert told["status"]["metrics"] == metrics


@promises("parallel-entity-search", "parallel-candidates-older-name")
def test_entities_are_searched_under_both_names(client: httpx2.Client) -> None:
    asked = {"objective": "observatories with public tours", "match_limit": 5}
    answer = client.post("/v1beta/findall/entity-search", json=asked | {"entity_type": "companies"})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert re.fullmatch(r"entity_set_[0-9a-f]{32}", found["entity_set_id"])
    assert 0 < len(found["entities"]) <= 5
    assert all(set(x) == {"name", "url", "description"} for x in found["entities"])
    older = client.post("/v1beta/findall/candidates", json=asked | {"entity_type": "company"})
    assert older.json()["candidate_set_id"].startswith("candidate_set_")
    assert older.json()["candidates"] == found["entities"]


@promises("parallel-entity-search-limits")
@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("entity-search", {"entity_type": "company"}),
        ("entity-search", {"match_limit": 4}),
        ("entity-search", {"match_limit": 1_001}),
        ("entity-search", {"objective": ""}),
        ("candidates", {"entity_type": "companies"}),
    ],
)
def test_an_entity_search_beyond_its_limits_is_refused(
    client: httpx2.Client, path: str, changes: dict[str, Any]
) -> None:
    right = {"objective": "firms", "entity_type": "people", "match_limit": 5}
    answer = client.post(f"/v1beta/findall/{path}", json=right | changes)
    assert answer.status_code == 422
    [wrong] = answer.json()["detail"]
    assert wrong["loc"] == ["body", *changes]


@promises("parallel-ingest")
def test_an_objective_is_read_into_a_schema_that_can_be_asked(client: httpx2.Client) -> None:
    answer = client.post("/v1beta/findall/ingest", json={"objective": OBJECTIVE})
    assert answer.status_code == 200
    schema = answer.json()
    assert schema["objective"] == OBJECTIVE
    assert schema["entity_type"] == "observatory"
    assert len(schema["match_conditions"]) == 2
    assert schema["generator"] == "core"
    assert schema["match_limit"] is None
    asked = body(match_conditions=schema["match_conditions"], generator="preview", match_limit=5)
    assert client.post(RUNS, json=asked).status_code == 200


@promises("parallel-ingest")
def test_an_objective_without_a_condition_becomes_one(client: httpx2.Client) -> None:
    schema = client.post("/v1beta/findall/ingest", json={"objective": "teapots"}).json()
    assert [x["description"] for x in schema["match_conditions"]] == ["teapots"]
    assert client.post("/v1beta/findall/ingest", json={"objective": " "}).status_code == 422


def test_the_document_tells_every_operation_and_its_errors(client: httpx2.Client) -> None:
    document = client.get("/openapi/parallel.json").json()
    operations = {
        (method, path): item
        for path, methods in document["paths"].items()
        for method, item in methods.items()
    }
    assert len(operations) == 12
    for (_, path), item in operations.items():
        assert path.startswith("/v1beta/findall/")
        assert {"401", "422", "429", "503"} <= set(item["responses"])
        assert ("404" in item["responses"]) is ("{findall_id}" in path)
        assert {"ApiKey": []} in item["security"]
    assert "204" in operations["post", "/v1beta/findall/runs/{findall_id}/cancel"]["responses"]
    limit = document["components"]["schemas"]["FindAllRunInput"]["properties"]["match_limit"]
    assert (limit["type"], limit["minimum"], limit["maximum"]) == ("integer", 5, 1000)


def test_a_run_is_known_by_the_ids_of_other_formats(
    client: httpx2.Client, done: dict[str, Any]
) -> None:
    bare = done["findall_id"].removeprefix("findall_")
    dashed = "-".join((bare[:8], bare[8:12], bare[12:16], bare[16:20], bare[20:]))
    assert client.get(f"{RUNS}/{dashed}").json() == done
    assert finished(client, f"fa-{bare}") == done
