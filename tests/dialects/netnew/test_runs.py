"""Our own endpoints: runs of every interface, what they found, and what can be asked of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest

from tests.support.dialect_cases import NOBODY, found
from tests.support.server_process import CONDITIONS, OBJECTIVE, ServerProcess

_NONE = {"error": {"code": "not_found", "message": f"no run '{NOBODY}'", "fields": []}}


@dataclass(frozen=True, slots=True)
class Served:
    client: httpx2.Client
    run: str

    def of_run(self, rest: str = "", **params: str | int) -> httpx2.Response:
        return self.client.get(f"/netnew/runs/{self.run}{rest}", params=params)


@pytest.fixture(scope="module")
def served(server: ServerProcess) -> Iterator[Served]:
    with server.client() as client:
        yield Served(client, found(client))


def test_a_run_is_shown_with_all_that_is_known_of_it(served: Served) -> None:
    run = served.of_run().json()
    assert run["objective"] == OBJECTIVE
    assert run["conditions"] == list(CONDITIONS)
    assert (run["status"], run["stop_reason"]) == ("completed", "candidates_exhausted")
    assert run["counts"]["matched"] >= 10
    assert run["spend"]["searches"] > 0
    assert run["estimate"]["low"] <= run["estimate"]["matches"] <= run["estimate"]["high"]
    assert run["metadata"].keys() == {"which"}
    assert run["created_at"] < run["started_at"] < run["ended_at"]


def test_an_id_may_be_written_in_any_form(served: Served) -> None:
    digits = served.run.removeprefix("run_")
    for form in (f"findall_{digits}", f"fa-{digits}", digits):
        assert served.client.get(f"/netnew/runs/{form}").json()["run_id"] == served.run


def test_the_links_of_a_run_lead_somewhere(served: Served) -> None:
    for link in served.of_run().json()["links"].values():
        assert served.client.get(link).status_code == 200, link


def test_runs_are_listed_in_pages(served: Served) -> None:
    whole = served.client.get("/netnew/runs", params={"limit": 1_000}).json()
    assert served.run in [x["run_id"] for x in whole["runs"]]
    assert (whole["total"], whole["next_offset"]) == (len(whole["runs"]), None)
    beyond = served.client.get("/netnew/runs", params={"offset": whole["total"]}).json()
    assert (beyond["runs"], beyond["next_offset"]) == ([], None)


def test_candidates_come_with_verdicts_and_quotes(served: Served) -> None:
    matches = served.of_run("/candidates", match_status="matched").json()["candidates"]
    assert len(matches) == served.of_run().json()["counts"]["matched"]
    for match in matches:
        assert match["match_status"] == "matched"
        assert {x["condition"] for x in match["verdicts"]} == {x["name"] for x in CONDITIONS}
        assert all(x["citations"][0]["excerpt"] for x in match["verdicts"])


def test_pages_of_candidates_join_without_gap_or_repeat(served: Served) -> None:
    everything = served.of_run("/candidates", limit=1_000).json()
    joined: list[str] = []
    offset: int | None = 0
    while offset is not None:
        page = served.of_run("/candidates", limit=7, offset=offset).json()
        joined += [x["candidate_id"] for x in page["candidates"]]
        offset = page["next_offset"]
    assert joined == [x["candidate_id"] for x in everything["candidates"]]
    assert len(joined) == served.of_run().json()["counts"]["generated"]


def test_merges_are_told(served: Served) -> None:
    assert served.of_run("/merges").json() == {"merges": []}


def test_a_run_without_webhooks_has_no_deliveries(served: Served) -> None:
    empty = {"webhooks": [], "deliveries": [], "next_offset": None}
    assert served.of_run("/deliveries").json() == empty


@pytest.mark.parametrize(
    "rest", ["", "/candidates", "/export", "/events", "/merges", "/deliveries"]
)
def test_an_unknown_run_is_not_found(served: Served, rest: str) -> None:
    answer = served.client.get(f"/netnew/runs/{NOBODY}{rest}")
    assert (answer.status_code, answer.json()) == (404, _NONE)


@pytest.mark.parametrize(
    "command", ["pause", "continue", "resume", "cancel", "keep", "refresh", "extend"]
)
def test_nothing_can_be_asked_of_an_unknown_run(served: Served, command: str) -> None:
    body = {"additional": 1} if command == "extend" else None
    answer = served.client.post(f"/netnew/runs/{NOBODY}/{command}", json=body)
    assert (answer.status_code, answer.json()) == (404, _NONE)


def test_an_unknown_delivery_is_not_found(served: Served) -> None:
    for answer in (
        served.client.get("/netnew/deliveries/none"),
        served.client.post("/netnew/deliveries/none/resend"),
    ):
        assert answer.status_code == 404
        assert answer.json()["error"]["message"] == "no delivery 'none'"


@pytest.mark.parametrize("command", ["pause", "continue", "resume"])
def test_what_does_not_fit_how_a_run_stands_is_a_conflict(served: Served, command: str) -> None:
    answer = served.client.post(f"/netnew/runs/{served.run}/{command}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("params", "field"),
    [({"limit": 0}, "query.limit"), ({"limit": 1_001}, "query.limit"),
     ({"offset": -1}, "query.offset"), ({"match_status": "maybe"}, "query.match_status")],
)  # fmt: skip
def test_a_wrong_parameter_is_named(
    served: Served, params: dict[str, str | int], field: str
) -> None:
    answer = served.of_run("/candidates", **params)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "invalid")
    assert [x["field"] for x in error["fields"]] == [field]


def test_a_wrong_body_is_named(served: Served) -> None:
    answer = served.client.post(f"/netnew/runs/{served.run}/extend", json={"additional": 0})
    assert answer.status_code == 422
    assert [x["field"] for x in answer.json()["error"]["fields"]] == ["body.additional"]


def test_an_unknown_address_and_method_are_told_in_the_same_shape(served: Served) -> None:
    unknown = served.client.get("/netnew/nothing")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "not_found")
    wrong = served.client.put("/netnew/runs")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (405, "method_not_allowed")
    assert wrong.headers["allow"] == "GET"
