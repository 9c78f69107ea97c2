"""What is asked of a run later: more entities, more fields, its end."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tests.dialects.scout.requests import RUNS, begun, ended, read, told, until
from tests.support.promises import promises


@promises("scout-extend")
def test_an_extended_run_has_what_it_had_and_more(scout: httpx2.Client) -> None:
    first = ended(scout, begun(scout, limit=3)["findall_id"])
    named = f"{RUNS}/{first['findall_id']}"
    answer = scout.post(f"{named}/extend", json={"limit": 4})
    queued = answer.json()
    assert answer.status_code == 202
    assert queued["status"] == "queued"
    assert queued["candidates"] is queued["completedAt"] is None
    assert (queued["entities"], queued["credits"]) == (first["entities"], first["credits"])
    again = ended(scout, first["findall_id"])
    assert again["entities"][:3] == first["entities"]
    assert (again["count"], again["credits"]) == (7, 14)
    assert len({row["website"] for row in again["entities"]}) == 7


@promises("scout-extend-limits")
@pytest.mark.parametrize(("body", "most"), [(b"", 21), (b"{}", 21), (b'{"limit": 100}', 101)])
def test_so_many_more_are_looked_for_as_asked(scout: httpx2.Client, body: bytes, most: int) -> None:
    run = ended(scout, begun(scout, limit=1)["findall_id"])
    headers = {"content-type": "application/json"}
    answer = scout.post(f"{RUNS}/{run['findall_id']}/extend", content=body, headers=headers)
    assert answer.status_code == 202
    assert answer.json()["findall_schema"]["match_limit"] == most


@promises("scout-extend-limits")
@pytest.mark.parametrize("limit", [0, 101, "many"])
def test_an_extension_has_its_bounds(
    scout: httpx2.Client, completed: dict[str, Any], limit: Any
) -> None:
    answer = scout.post(f"{RUNS}/{completed['findall_id']}/extend", json={"limit": limit})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "limit"]


def test_as_many_more_may_come_as_are_asked_for_though_fewer_were_found(
    scout: httpx2.Client,
) -> None:
    run = ended(scout, begun(scout, limit=60)["findall_id"])
    assert run["count"] < 40
    answer = scout.post(f"{RUNS}/{run['findall_id']}/extend", json={"limit": 70})
    assert answer.json()["findall_schema"]["match_limit"] == run["count"] + 70


@promises("scout-enrich")
def test_further_fields_come_into_rows_and_candidates(scout: httpx2.Client) -> None:
    first = ended(scout, begun(scout, limit=3)["findall_id"])
    asked = {"fields": ["country", "number_of_domes", "website"], "processor": "core"}
    answer = scout.post(f"{RUNS}/{first['findall_id']}/enrich", json=asked)
    queued = answer.json()
    assert (answer.status_code, queued["status"], queued["candidates"]) == (202, "queued", None)
    assert queued["fields"] == [*first["fields"], "number_of_domes"]
    run = ended(scout, first["findall_id"])
    columns = [*first["fields"], "number_of_domes", "source"]
    assert [list(row) for row in run["entities"]] == [columns] * 3
    assert any(row["number_of_domes"] for row in run["entities"])
    for candidate in run["candidates"][:3]:
        assert set(candidate["output"]["number_of_domes"]) == {"type", "value"}
        assert "number_of_domes" in [x["field"] for x in candidate["basis"]]
    last = list(told(scout, run["findall_id"]))[-1]
    assert last.data["run"] == run


@promises("scout-enrich")
def test_a_schema_gives_further_fields_as_well(scout: httpx2.Client) -> None:
    first = ended(scout, begun(scout, limit=3)["findall_id"])
    properties = {"number_of_domes": {"type": "number"}}
    asked = {"output_schema": {"type": "object", "properties": properties}}
    assert scout.post(f"{RUNS}/{first['findall_id']}/enrich", json=asked).status_code == 202
    rows = ended(scout, first["findall_id"])["entities"]
    assert any(isinstance(row["number_of_domes"], int) for row in rows)


@promises("scout-enrich-empty")
@pytest.mark.parametrize(
    ("asked", "loc"),
    [
        ({}, ["body"]),
        ({"fields": []}, ["body"]),
        ({"fields": ["website", "country"]}, ["body", "fields"]),
        ({"fields": ["two_domes"]}, ["body", "fields"]),
        ({"output_schema": {"type": "string"}}, ["body", "output_schema"]),
    ],
)
def test_what_gives_no_new_field_is_refused(
    scout: httpx2.Client, completed: dict[str, Any], asked: Any, loc: list[str]
) -> None:
    answer = scout.post(f"{RUNS}/{completed['findall_id']}/enrich", json=asked)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == loc
    assert read(scout, completed["findall_id"]) == completed


@promises("scout-cancel-finished", "scout-bodyless-posts")
@pytest.mark.parametrize("body", [None, b"", b"{}"])
def test_cancelling_what_has_ended_changes_nothing(
    scout: httpx2.Client, completed: dict[str, Any], body: bytes | None
) -> None:
    answer = scout.post(f"{RUNS}/{completed['findall_id']}/cancel", content=body)
    assert (answer.status_code, answer.json()) == (200, completed)


# ----------------------------------------------------------------------------------- under way


@promises("scout-cancel", "scout-not-completed", "scout-status-string", "scout-entities-flat")
def test_a_cancelled_first_pass_is_thrown_away(slow: httpx2.Client) -> None:
    named = begun(slow, limit=100)["findall_id"]
    until(slow, named, "run.entity")
    running = read(slow, named)
    assert (running["status"], running["candidates"]) == ("running", None)
    assert running["count"] == len(running["entities"]) > 0
    for later, asked in (("extend", {"limit": 5}), ("enrich", {"fields": ["altitude"]})):
        refused = slow.post(f"{RUNS}/{named}/{later}", json=asked)
        assert refused.status_code == 409
        assert refused.json()["code"] == "run_not_completed"
        assert isinstance(refused.json()["detail"], str)
    answer = slow.post(f"{RUNS}/{named}/cancel").json()
    assert (answer["status"], answer["entities"], answer["count"]) == ("cancelled", [], 0)
    run = ended(slow, named)
    assert (run["status"], run["entities"], run["count"]) == ("cancelled", [], 0)
    assert (run["candidates"], run["credits"]) == (None, 0)
    assert run["completedAt"]
    assert run["netnew"]["counts"]["matched"] > 0
    assert slow.post(f"{RUNS}/{named}/extend").status_code == 409


@promises("scout-cancel-extended")
def test_a_cancelled_extension_leaves_what_was_there_before_it(slow: httpx2.Client) -> None:
    first = ended(slow, begun(slow, limit=2)["findall_id"])
    named = first["findall_id"]
    slow.post(f"{RUNS}/{named}/extend", json={"limit": 100})
    until(slow, named, "run.entity", 4)
    assert read(slow, named)["count"] >= 4
    answer = slow.post(f"{RUNS}/{named}/cancel").json()
    run = ended(slow, named)
    same = ("entities", "count", "credits", "findall_schema", "completedAt")
    for view in (answer, run):
        assert view["status"]["status"] == "completed"
        assert [view[x] for x in same] == [first[x] for x in same]
    (row,) = (x for x in slow.get(RUNS).json()["runs"] if x["findall_id"] == named)
    assert (row["status"], row["entities"]) == (run["status"], run["entities"])
    # It can be enriched and extended again, by what is asked for and no more.
    assert slow.post(f"{RUNS}/{named}/enrich", json={"fields": ["telescope"]}).status_code == 202
    enriched = ended(slow, named)
    assert [x["name"] for x in enriched["entities"]] == [x["name"] for x in first["entities"]]
    assert enriched["status"]["status"] == "completed"
    assert slow.post(f"{RUNS}/{named}/extend", json={"limit": 1}).status_code == 202
    last = ended(slow, named)
    assert (last["status"]["status"], last["count"]) == ("completed", 3)
    assert last["entities"][:2] == enriched["entities"]
