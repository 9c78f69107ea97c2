"""Runs in Scout's words: begun, read, listed."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx2
import pytest

from tests.dialects.scout.requests import ASKED, FIELDS, OURS, RUN_VIEW, RUNS, begun, ended, read
from tests.support.promises import promises
from tests.support.server_process import OBJECTIVE, ServerProcess

STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"


@promises("scout-create", "scout-run-view", "scout-ids", "scout-timestamps", "scout-metadata")
def test_a_run_is_begun_in_the_background(scout: httpx2.Client) -> None:
    mine = {"team": {"name": "sky"}, "week": 7, "title": "not mine to give"}
    answer = scout.post(RUNS, json=ASKED | {"metadata": mine})
    run = answer.json()
    assert answer.status_code == 202
    assert set(run) == RUN_VIEW | OURS
    assert re.fullmatch(r"fa-[0-9a-f]{32}", run["findall_id"])
    assert (run["status"], run["query"], run["fields"]) == ("queued", OBJECTIVE, FIELDS)
    assert (run["entities"], run["count"], run["credits"]) == ([], 0, 0)
    assert run["candidates"] is run["error"] is run["completedAt"] is run["output_schema"] is None
    assert re.fullmatch(STAMP, run["createdAt"])
    given = {"team": {"name": "sky"}, "week": 7}
    assert run["metadata"] == {**given, "title": OBJECTIVE, "input": OBJECTIVE}


@promises("scout-status-object", "scout-entities-flat", "scout-credits", "scout-fields")
def test_a_completed_run_has_flat_rows_and_a_status_of_its_own_shape(
    completed: dict[str, Any],
) -> None:
    assert set(completed) == RUN_VIEW | OURS
    assert set(completed["status"]) == {"status", "is_active", "metrics", "termination_reason"}
    assert completed["status"]["status"] == "completed"
    assert completed["status"]["is_active"] is False
    assert completed["status"]["termination_reason"] == "match_limit_met"
    metrics = completed["status"]["metrics"]
    assert metrics["matched_candidates_count"] == completed["count"] == 5
    assert metrics["generated_candidates_count"] >= 5
    assert [list(row) for row in completed["entities"]] == [[*FIELDS, "source"]] * 5
    assert len({row["name"] for row in completed["entities"]}) == 5
    assert all(row["country"] for row in completed["entities"])
    assert all(row["source"].startswith("http") for row in completed["entities"])
    assert completed["credits"] == 10
    assert re.fullmatch(STAMP, completed["completedAt"])


@promises("scout-candidate-shape", "scout-candidates-completed")
def test_candidates_have_their_proof(completed: dict[str, Any]) -> None:
    matched = [x for x in completed["candidates"] if x["match_status"] == "matched"]
    assert [x["name"] for x in matched] == [x["name"] for x in completed["entities"]]
    assert {x["match_status"] for x in completed["candidates"]} <= {
        "generated",
        "matched",
        "unmatched",
    }
    keys = {"candidate_id", "name", "url", "description", "match_status", "output", "basis"}
    assert all(set(x) == keys for x in completed["candidates"])
    first = matched[0]
    conditions = [x["name"] for x in completed["findall_schema"]["match_conditions"]]
    assert list(first["output"]) == [*conditions, "country"]
    for name in conditions:
        assert set(first["output"][name]) == {"type", "value", "is_matched"}
        assert first["output"][name]["is_matched"] is True
    assert first["output"]["country"] == {
        "type": "enrichment",
        "value": completed["entities"][0]["country"],
    }
    assert [x["field"] for x in first["basis"]] == [*conditions, "country"]
    for basis in first["basis"]:
        assert set(basis) == {"field", "citations", "reasoning", "confidence"}
        assert basis["confidence"] in ("low", "medium", "high")
        assert all(set(x) == {"url", "title", "excerpts"} for x in basis["citations"])
        assert all(excerpt for x in basis["citations"] for excerpt in x["excerpts"])


@promises("scout-schema")
def test_what_was_read_in_the_query_is_told(completed: dict[str, Any]) -> None:
    schema = completed["findall_schema"]
    assert set(schema) == {
        "objective",
        "entity_type",
        "match_conditions",
        "generator",
        "match_limit",
    }
    assert (schema["objective"], schema["entity_type"]) == (OBJECTIVE, "observatory")
    assert (schema["generator"], schema["match_limit"]) == ("core", 5)
    assert len(schema["match_conditions"]) == 2
    assert all(set(x) == {"name", "description"} for x in schema["match_conditions"])


@promises("scout-fields")
def test_a_schema_beats_names_and_gives_typed_columns(scout: httpx2.Client) -> None:
    schema = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "url": {"type": "string", "format": "uri"},
            "number_of_domes": {"type": "integer", "description": "How many domes it has"},
            "place": {"type": "object", "properties": {"country": {"type": "string"}}},
        },
        "required": ["name"],
    }
    asked = {"query": OBJECTIVE, "fields": ["motto"], "output_schema": schema, "limit": 3}
    run = ended(scout, begun(scout, **asked)["findall_id"])
    assert run["output_schema"] == schema
    assert run["fields"] == ["motto"]
    assert list(run["entities"][0]) == ["name", "url", "number_of_domes", "place", "source"]
    assert any(isinstance(row["number_of_domes"], int) for row in run["entities"])
    assert all(set(row["place"]) == {"country"} for row in run["entities"])


def test_without_columns_a_row_has_its_name_its_address_and_its_source(
    scout: httpx2.Client,
) -> None:
    answer = scout.post(RUNS, json={"query": OBJECTIVE})
    run = ended(scout, answer.json()["findall_id"])
    assert run["fields"] is None
    assert run["findall_schema"]["match_limit"] == 20
    assert {tuple(row) for row in run["entities"]} == {("name", "website", "source")}


@promises("scout-unknown-fields")
def test_what_is_not_known_of_a_body_is_passed_over(scout: httpx2.Client) -> None:
    run = begun(scout, processor="ultra", limit=1, nested={"a": [1]})
    assert run["status"] == "queued"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"query": ""}, "query"),
        ({"query": "   "}, "query"),
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"fields": ["a.b"]}, "fields"),
        ({"output_schema": {"type": "array"}}, "output_schema"),
        ({"webhook": "http://example.org/hook"}, "webhook"),
        ({"webhook": "https://169.254.169.254/"}, "webhook"),
    ],
)
@promises("scout-errors", "scout-preview-limits")
def test_a_wrong_field_is_named(scout: httpx2.Client, changes: Any, field: str) -> None:
    answer = scout.post(RUNS, json=ASKED | changes)
    assert answer.status_code == 422
    (wrong,) = answer.json()["detail"]
    assert wrong["loc"] == ["body", field]
    assert set(wrong) == {"loc", "msg", "type"}


@pytest.mark.parametrize("field", ["metadata", "output_schema"])
def test_what_is_kept_as_it_came_is_not_endless(scout: httpx2.Client, field: str) -> None:
    answer = scout.post(RUNS, json=ASKED | {field: {"x": "ä" * 40_000}})
    assert answer.status_code == 422
    (wrong,) = answer.json()["detail"]
    assert wrong["loc"] == ["body", field]
    assert "65,536 bytes" in wrong["msg"]


@promises("scout-errors")
def test_what_is_missing_is_told_in_the_words_of_pydantic(scout: httpx2.Client) -> None:
    answer = scout.post(RUNS, json={"limit": 5})
    wrong = {"loc": ["body", "query"], "msg": "Field required", "type": "missing"}
    assert (answer.status_code, answer.json()) == (422, {"detail": [wrong]})


@promises("scout-404", "scout-errors")
@pytest.mark.parametrize("named", ["fa-" + "0" * 32, "fa-37e97d4654d14fa6ad2fb342", "x"])
def test_an_unknown_run_is_not_found(scout: httpx2.Client, named: str) -> None:
    answers = [
        scout.get(f"{RUNS}/{named}"),
        scout.get(f"{RUNS}/{named}/events"),
        scout.post(f"{RUNS}/{named}/cancel"),
        scout.post(f"{RUNS}/{named}/extend", json={"limit": 1}),
        scout.post(f"{RUNS}/{named}/enrich", json={"fields": ["a"]}),
    ]
    assert [x.status_code for x in answers] == [404] * 5
    assert all(isinstance(x.json()["detail"], str) for x in answers)


@promises("scout-bearer")
def test_without_a_key_nothing_is_told(server: ServerProcess) -> None:
    with server.client(key="") as nobody:
        for headers in ({}, {"authorization": "Basic abc"}, {"authorization": "Bearer"}):
            answer = nobody.get(RUNS, headers=headers)
            assert answer.status_code == 401
            assert answer.json() == {"detail": "Invalid or missing API key"}
            assert answer.headers["www-authenticate"] == "Bearer"


@promises("scout-version-header", "scout-elapsed-header")
def test_headers_come_back(scout: httpx2.Client) -> None:
    answer = scout.get(RUNS, headers={"Scout-Version": "2026-06-21", "x-request-id": "req-7"})
    assert answer.headers["scout-version"] == "2026-06-21"
    assert answer.headers["x-request-id"] == "req-7"
    assert answer.headers["x-elapsed-ms"].isdecimal()
    assert answer.headers["x-cache"] == "MISS"
    assert "scout-version" not in scout.get(RUNS).headers


# ---------------------------------------------------------------------------------------- the list


@promises("scout-list", "scout-list-envelope")
def test_runs_are_listed_newest_first_page_by_page(scout: httpx2.Client) -> None:
    begun_here = [begun(scout, limit=1)["findall_id"] for _ in range(3)]
    whole = scout.get(RUNS).json()
    assert set(whole) == {"runs", "total", "limit", "offset", "next_cursor"}
    assert [k for k, v in whole.items() if isinstance(v, list)] == ["runs"]
    assert (whole["limit"], whole["offset"]) == (50, 0)
    assert [x["findall_id"] for x in whole["runs"][:3]] == begun_here[::-1]
    ids = [x["findall_id"] for x in whole["runs"]]
    assert whole["total"] == len(ids)
    paged: list[str] = []
    while (
        len(page := scout.get(RUNS, params={"limit": 2, "offset": len(paged)}).json()["runs"]) == 2
    ):
        paged += [x["findall_id"] for x in page]
    assert [*paged, *(x["findall_id"] for x in page)] == ids
    assert scout.get(RUNS, params={"limit": 1_000}).status_code == 422


@promises("scout-list-envelope")
def test_a_cursor_goes_on_behind_its_page_whatever_is_begun_meanwhile(
    scout: httpx2.Client,
) -> None:
    ids = [x["findall_id"] for x in scout.get(RUNS).json()["runs"]]
    first = scout.get(RUNS, params={"limit": 2}).json()
    begun(scout, limit=1)
    cursor = {"limit": 2, "offset": 40, "cursor": first["next_cursor"]}
    second = scout.get(RUNS, params=cursor).json()
    assert [x["findall_id"] for x in (*first["runs"], *second["runs"])] == ids[:4]
    refused = scout.get(RUNS, params={"cursor": "bm9uZQ=="})
    assert refused.status_code == 422


def test_a_row_of_the_list_is_the_run_without_its_candidates(
    scout: httpx2.Client, completed: dict[str, Any]
) -> None:
    listed = scout.get(RUNS, params={"limit": 100}).json()["runs"]
    (row,) = (x for x in listed if x["findall_id"] == completed["findall_id"])
    assert row == {**completed, "candidates": None}


@promises("scout-lists-alias")
def test_older_clients_find_the_same_under_lists(
    scout: httpx2.Client, completed: dict[str, Any]
) -> None:
    named = f"/v1/lists/runs/{completed['findall_id']}"
    assert scout.get(named).json() == completed
    assert scout.post(f"{named}/cancel").json() == completed
    assert scout.get(f"{named}/events", headers={"accept": "application/json"}).json()["events"]
    assert scout.get("/v1/lists/runs").json()["total"] >= 1
    assert scout.post("/v1/lists/runs", json=ASKED | {"limit": 1}).status_code == 202
    assert scout.post(f"{named}/extend", json={"limit": 0}).status_code == 422
    assert scout.post(f"{named}/enrich", json={}).status_code == 422
    preview = scout.post("/v1/lists", json=ASKED)
    assert preview.json()["is_preview"] is True


# ------------------------------------------------------------------------------ all interfaces


@promises("one-run-all-faces")
def test_a_run_of_the_command_line_is_read_here(
    server: ServerProcess, scout: httpx2.Client
) -> None:
    enrich = ("--enrich", "country: the country it stands in")
    made = json.loads(server.command("find", OBJECTIVE, "--limit", "3", *enrich, "--json"))
    run = read(scout, made["run"]["id"])
    assert run["findall_id"] == made["run"]["id"].replace("run_", "fa-")
    assert (run["query"], run["fields"], run["count"]) == (OBJECTIVE, ["country"], 3)
    assert {tuple(row) for row in run["entities"]} == {("name", "website", "country", "source")}
    assert run["status"]["termination_reason"] == "match_limit_met"
    extended = scout.post(f"{RUNS}/{made['run']['id']}/extend", json={"limit": 2})
    assert extended.status_code == 202
    assert ended(scout, run["findall_id"])["count"] == 5


@promises("one-run-all-faces")
def test_a_run_that_was_begun_here_is_read_by_the_others(
    server: ServerProcess, scout: httpx2.Client, completed: dict[str, Any]
) -> None:
    named = completed["findall_id"].replace("fa-", "run_")
    shown = json.loads(server.command("runs", "show", named, "--json"))
    assert shown["run"]["objective"] == OBJECTIVE
    assert [x["name"] for x in shown["run"]["enrichments"]] == ["country"]
    ours = scout.get(completed["netnew"]["links"]["self"]).json()
    assert ours["counts"]["matched"] == 5


@promises("scout-refresh", "extension-asked", "extension-told")
def test_what_is_asked_beyond_the_wire_format_stands_in_one_object(
    scout: httpx2.Client, completed: dict[str, Any]
) -> None:
    budget = {"searches": 1}
    run = ended(scout, begun(scout, netnew={"budget": budget}, limit=100)["findall_id"])
    assert run["netnew"]["budget"]["searches"] == 1
    assert run["netnew"]["stop_reason"] == "budget_exhausted"
    assert run["status"]["termination_reason"] == "insufficient_funds"
    refused = scout.post(RUNS, json=ASKED | {"netnew": {"sources": ["csv:/etc/passwd"]}})
    assert refused.status_code == 422
    refreshed = scout.post(f"{completed['netnew']['links']['self']}/refresh").json()
    again = ended(scout, refreshed["run_id"])
    found = {row["name"] for row in completed["entities"]}
    assert again["count"] == 5
    assert found.isdisjoint(row["name"] for row in again["entities"])
