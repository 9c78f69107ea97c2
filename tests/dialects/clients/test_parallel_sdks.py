"""The whole life of a run through Parallel's own SDKs: Python newest and 0.5.1, and TypeScript."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.clients import SCRIPTS, python_script, typescript
from tests.support.heartbeats import without_beats
from tests.support.promises import promises
from tests.support.server_process import OBJECTIVE, ServerProcess

Seen = dict[str, Any]
FIELDS = {"country", "altitude"}


@pytest.fixture(scope="module", params=["parallel-newest", "parallel-langchain", "node"])
def seen(
    request: pytest.FixtureRequest, server: ServerProcess, tmp_path_factory: pytest.TempPathFactory
) -> Seen:
    """What one SDK saw of its run."""
    folder = tmp_path_factory.mktemp("client")
    if request.param == "node":
        request.getfixturevalue("node")
        script = SCRIPTS / "parallel_life.ts"
        return typescript(script, server.url, folder, OBJECTIVE=OBJECTIVE).saw()
    return python_script(request.param, "parallel_life.py", server.url, folder, OBJECTIVE=OBJECTIVE)


def matches(result: Seen) -> list[Seen]:
    return [x for x in result["candidates"] if x["match_status"] == "matched"]


def ids(events: list[Seen]) -> list[str]:
    return [x["event_id"] for x in events]


def ended(events: list[Seen]) -> Seen:
    """The run in the last event, which tells of its end."""
    assert events[-1]["type"] == "findall.status"
    assert not events[-1]["data"]["status"]["is_active"]
    return events[-1]["data"]


@promises("parallel-ingest")
def test_ingest_reads_the_objective(seen: Seen) -> None:
    schema = seen["ingest"]
    assert schema["objective"] == OBJECTIVE
    assert "observator" in schema["entity_type"]
    assert len(schema["match_conditions"]) == 2
    assert schema["generator"] == "core"
    assert schema.get("match_limit") is None


@promises("parallel-create", "parallel-ids", "parallel-metadata", "parallel-run-shape")
def test_a_created_run_is_active_and_keeps_its_metadata(seen: Seen) -> None:
    run = seen["created"]
    assert re.fullmatch("findall_[0-9a-f]{32}", run["findall_id"])
    assert run["status"]["is_active"]
    assert run["status"]["status"] == "queued"
    assert run["generator"] == "base"
    assert run["metadata"] == {"team": "night", "week": 7}


@promises("parallel-sse-resume", "parallel-sse-framing")
def test_a_dropped_stream_goes_on_without_gap_or_repeat(seen: Seen) -> None:
    persisted = set(ids(seen["replayed"]))
    told = without_beats([*seen["dropped"], *seen["resumed"]])
    whole = [x for x in ids(told) if x in persisted]
    assert whole == ids(seen["replayed"])
    assert whole == sorted(set(whole))


@promises("parallel-sse-types", "parallel-order", "parallel-termination-reasons")
def test_the_stream_tells_every_candidate_and_ends_with_the_run(seen: Seen) -> None:
    run = ended(seen["replayed"])
    assert run["status"]["status"] == "completed"
    assert run["status"]["termination_reason"] == "match_limit_met"
    told: dict[str, list[str]] = {}
    for event in seen["replayed"]:
        if event["type"].startswith("findall.candidate."):
            kind = event["type"].removeprefix("findall.candidate.")
            told.setdefault(event["data"]["candidate_id"], []).append(kind)
    assert told
    for kinds in told.values():
        assert kinds in (["generated"], ["generated", "matched"], ["generated", "unmatched"])
    assert sum("matched" in kinds for kinds in told.values()) == 5


@promises("parallel-sse-timeout")
def test_a_stream_without_time_sends_what_there_is_and_ends(seen: Seen) -> None:
    assert ids(seen["cut_short"]) == ids(seen["replayed"])


@promises("parallel-result-shape", "parallel-metrics-agree", "parallel-sse-terminal-closes")
def test_the_result_agrees_with_the_run_and_its_events(seen: Seen) -> None:
    result = seen["result"]
    assert result["run"]["findall_id"] == seen["created"]["findall_id"]
    assert result["last_event_id"] == seen["replayed"][-1]["event_id"]
    assert len(matches(result)) == 5
    assert result["run"]["status"]["metrics"]["matched_candidates_count"] == 5
    assert seen["retrieved"]["status"] == result["run"]["status"]
    assert [x["match_status"] for x in result["candidates"][:5]] == ["matched"] * 5


@promises("parallel-output", "parallel-basis", "parallel-matched-means-all")
def test_every_match_shows_each_condition_with_quotes(seen: Seen) -> None:
    names = {x["name"] for x in seen["ingest"]["match_conditions"]}
    for candidate in matches(seen["result"]):
        assert names == set(candidate["output"])
        assert all(x["type"] == "match_condition" for x in candidate["output"].values())
        assert all(x["is_matched"] for x in candidate["output"].values())
        assert {x["field"] for x in candidate["basis"]} == names
        for basis in candidate["basis"]:
            assert basis["citations"][0]["excerpts"][0]
            assert basis["confidence"] in ("low", "medium", "high")


@promises("parallel-schema-shape")
def test_the_schema_is_what_was_asked(seen: Seen) -> None:
    schema = seen["schema"]
    assert schema["match_conditions"] == seen["ingest"]["match_conditions"]
    assert schema["match_limit"] == 5
    assert schema["generator"] == "base"


@promises("client-raw-answers")
def test_raw_answers_are_json(seen: Seen) -> None:
    run_id = seen["created"]["findall_id"]
    assert seen["raw"] == {"status": 200, "type": "application/json", "id": run_id}
    assert seen.get("streamed_id", run_id) == run_id


@promises("parallel-extend", "parallel-schema-limit-grows")
def test_extending_finds_more_and_keeps_what_was_found(seen: Seen) -> None:
    assert seen["extended"]["match_limit"] == 9
    types = [x["type"] for x in seen["extending"]]
    assert types[0] == "findall.schema.updated"
    assert ended(seen["extending"])["status"]["termination_reason"] == "match_limit_met"
    before = {x["candidate_id"] for x in matches(seen["result"])}
    after = {x["candidate_id"] for x in matches(seen["extended_result"])}
    assert len(before) == 5
    assert len(after) == 9
    assert before < after


@promises("parallel-enrich", "parallel-enrichment-keys")
def test_enriching_fills_every_field_of_every_match(seen: Seen) -> None:
    schema = seen["enriched"]["enrichments"][0]
    assert schema["processor"] == "base"
    assert set(schema["output_schema"]["json_schema"]["properties"]) == FIELDS
    told = [x["data"] for x in seen["enriching"] if x["type"] == "findall.candidate.enriched"]
    assert len({x["candidate_id"] for x in told}) == 9
    found = matches(seen["enriched_result"])
    assert len(found) == 9
    for candidate in found:
        assert set(candidate["output"]) >= FIELDS
        assert all(candidate["output"][x]["type"] == "enrichment" for x in FIELDS)
    assert any(candidate["output"]["country"]["value"] for candidate in found)
    run = ended(seen["enriching"])
    assert run["status"]["status"] == "completed"
    assert run["status"]["termination_reason"] == "match_limit_met"


@promises("parallel-refresh")
def test_a_refresh_finds_only_what_is_new(seen: Seen) -> None:
    before = {x["url"] for x in matches(seen["enriched_result"])}
    refreshed = matches(seen["refreshed"])
    assert refreshed
    assert not before & {x["url"] for x in seen["refreshed"]["candidates"]}
    assert ended(seen["refreshing"])["status"]["termination_reason"] == "candidates_exhausted"


@promises("parallel-schema-reusable")
def test_a_schemas_enrichment_is_taken_as_it_is(seen: Seen) -> None:
    fields = seen["enriched_again"]["enrichments"][0]["output_schema"]["json_schema"]
    assert fields == seen["enriched"]["enrichments"][0]["output_schema"]["json_schema"]


@promises("parallel-cancel", "parallel-cancel-ended")
def test_a_cancelled_run_is_over_at_once_and_is_refused_once(seen: Seen) -> None:
    assert not seen["cancel"]  # 0.5.1 makes an empty text of no body
    assert seen["cancelled"]["status"]["status"] == "cancelled"
    assert seen["cancelled"]["status"]["termination_reason"] == "user_cancelled"
    again = seen["cancelled_again"]
    assert (again["class"], again["status"]) == ("ConflictError", 409)
    assert again["requests"] == 1
    assert "Cannot cancel a terminated FindAll run" in again["body"]["error"]["message"]


@promises("parallel-entity-search", "parallel-candidates-older-name")
def test_a_search_gives_ranked_names(seen: Seen) -> None:
    if "entity_search" in seen:
        found, set_id = seen["entity_search"]["entities"], seen["entity_search"]["entity_set_id"]
    else:
        found, set_id = seen["candidates"]["candidates"], seen["candidates"]["candidate_set_id"]
    assert set_id
    assert 0 < len(found) <= 5
    assert all(x["name"] and x["url"] and isinstance(x["description"], str) for x in found)


@promises("parallel-unknown-run", "parallel-errors", "parallel-sse-unknown-run")
def test_an_unknown_run_is_the_sdks_not_found(seen: Seen) -> None:
    for refused in (seen["unknown"], seen["unknown_stream"]):
        assert (refused["class"], refused["status"]) == ("NotFoundError", 404)
        assert refused["body"]["type"] == "error"
        assert refused["body"]["error"]["message"] == "FindAll run not found"
        assert refused["requests"] == 1


@promises("parallel-match-limit", "parallel-422-shapes", "parallel-extend-refused")
@pytest.mark.parametrize("what", ["too_small", "extend_refused", "bad_processor"])
def test_what_cannot_be_is_the_sdks_unprocessable_entity(seen: Seen, what: str) -> None:
    refused = seen[what]
    assert (refused["class"], refused["status"]) == ("UnprocessableEntityError", 422)
    assert refused["body"]["type"] == "error"
    assert refused["body"]["error"]["detail"]["errors"] == refused["body"]["detail"]
    assert refused["requests"] == 1
