"""Clients generated from our OpenAPI documents, each driving a whole life.

For Scout and Extruct they stand for the vendors' own, which no package index has.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.clients import program, python_script, run
from tests.support.promises import promises
from tests.support.server_process import CONDITIONS, OBJECTIVE, ServerProcess

Seen = dict[str, Any]


def generate(server: ServerProcess, dialect: str, folder: Path) -> None:
    """Make the package `DIALECT_client` in the folder."""
    with server.client() as client:
        document = folder / f"{dialect}.json"
        document.write_text(client.get(f"/openapi/{dialect}.json").text, encoding="utf-8")
    config = folder / "config.yml"
    config.write_text("post_hooks: []\n", encoding="utf-8")
    command = [
        *(program("generated", "openapi-python-client"), "generate", "--fail-on-warning"),
        *("--path", document, "--output-path", folder / f"{dialect}_client"),
        *("--meta", "none", "--config", config),
    ]
    ran = run(command, server.url, folder)
    assert ran.code == 0, ran.out + ran.err


def life(server: ServerProcess, dialect: str, folder: Path) -> Seen:
    for each in (dialect, "netnew"):
        generate(server, each, folder)
    return dict(
        python_script(
            "generated",
            f"{dialect}_life.py",
            server.url,
            folder,
            PYTHONPATH=str(folder),
            OBJECTIVE=OBJECTIVE,
            CONDITIONS=json.dumps(CONDITIONS),
        )
    )


@pytest.fixture(scope="module")
def scout(server: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return life(server, "scout", tmp_path_factory.mktemp("scout"))


@pytest.fixture(scope="module")
def extruct(server: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return life(server, "extruct", tmp_path_factory.mktemp("extruct"))


def websites(view: Seen) -> set[str]:
    return {x["website"] for x in view["entities"]}


@promises("scout-generated-client", "scout-preview", "scout-create", "scout-status-string")
def test_scout_previews_at_once_and_queues_runs(scout: Seen) -> None:
    assert scout["preview"]["is_preview"]
    assert scout["preview"]["count"] == len(scout["preview"]["entities"])
    assert scout["created"]["code"] == 202
    assert scout["created"]["status"] == "queued"
    assert scout["created"]["fields"] == ["name", "website", "country"]


@promises("scout-events-sse", "scout-events-resume")
def test_scout_streams_to_the_end_and_goes_on_behind_an_id(scout: Seen) -> None:
    assert scout["events"][0][0] == "run.queued"
    assert scout["events"][-1][0] == "run.completed"
    behind = [x for x in scout["events"] if int(x[1]) > int(scout["half"])]
    assert scout["rest"] == behind


@promises("scout-status-object", "scout-candidates-completed", "scout-entities-flat")
def test_scout_tells_a_completed_run_with_its_rows(scout: Seen) -> None:
    found = scout["found"]
    assert found["status"]["status"] == "completed"
    assert found["status"]["metrics"]["matched_candidates_count"] == 5
    assert found["count"] == len(found["entities"]) == 5
    assert all({"name", "website", "country"} <= set(x) for x in found["entities"])
    assert found["candidates"][0]["basis"][0]["citations"]


@promises("scout-extend", "scout-enrich")
def test_scout_extends_and_enriches(scout: Seen) -> None:
    assert scout["extended"]["code"] == scout["enriched"]["code"] == 202
    assert scout["extended"]["status"] == scout["enriched"]["status"] == "queued"
    assert scout["more"]["count"] == 9
    assert websites(scout["found"]) < websites(scout["more"])
    assert all("altitude" in x for x in scout["filled"]["entities"])
    assert "altitude" in scout["filled"]["fields"]
    assert websites(scout["filled"]) == websites(scout["more"])


@promises("scout-refresh", "one-run-all-faces")
def test_scout_reads_a_refresh_that_leaves_out_what_was_found(scout: Seen) -> None:
    refreshed = scout["refreshed"]
    assert refreshed["count"] == 5
    assert not websites(refreshed) & websites(scout["filled"])


@promises("scout-cancel", "scout-cancel-finished")
def test_scout_throws_away_what_a_cancelled_first_pass_found(scout: Seen) -> None:
    assert scout["cancelled"]["status"] == "cancelled"
    for view in (scout["cancelled_later"], scout["cancelled_again"]):
        assert view["status"] == "cancelled"
        assert view["entities"] == []
        assert view["candidates"] is None


@promises("scout-list", "scout-list-envelope", "scout-404", "scout-errors")
def test_scout_lists_runs_and_does_not_know_others(scout: Seen) -> None:
    assert len(scout["listed"]["runs"]) == 2
    assert scout["listed"]["offset"] == 1
    assert scout["unknown"]["code"] == 404
    assert isinstance(scout["unknown"]["detail"], str)


@promises("extruct-generated-client", "extruct-create", "extruct-get", "extruct-states")
def test_extruct_creates_a_task_that_gets_done(extruct: Seen) -> None:
    assert extruct["created"]["code"] == 200
    assert extruct["created"]["status"] in ("created", "in_progress")
    assert extruct["done"]["status"] == "done"
    assert extruct["done"]["num_results"] == 5
    assert not extruct["done"]["is_exhausted"]


@promises("extruct-results", "extruct-results-paging", "extruct-scores", "extruct-counters")
def test_extruct_pages_graded_results(extruct: Seen) -> None:
    rows = extruct["results"]["results"]
    assert [x["relevance"] for x in rows] == sorted((x["relevance"] for x in rows), reverse=True)
    assert [n for page in extruct["pages"] for n in page] == [x["id"] for x in rows]
    assert [len(page) for page in extruct["pages"]] == [2, 2, 1]
    for row in rows:
        assert set(row["scores"]) == {"domes", "tours"}
        assert all(x["grade"] >= 4 and x["sources"] for x in row["scores"].values())
    task = extruct["done"]
    stages = ("discovered", "enriched", "evaluated")
    counts = [*(task[f"num_results_{x}"] for x in stages), task["num_results"]]
    assert counts == sorted(counts, reverse=True)


@promises("extruct-resume", "extruct-resume-keeps")
def test_extruct_resumes_and_keeps_its_results(extruct: Seen) -> None:
    assert extruct["resumed"]["desired_num_results"] == 9
    assert extruct["resumed_done"]["num_results"] == 9
    before = {x["id"] for x in extruct["results"]["results"]}
    after = [x["company_website"] for x in extruct["resumed_results"]["results"]]
    assert before < {x["id"] for x in extruct["resumed_results"]["results"]}
    assert len(set(after)) == len(after) == 9


@promises("extruct-exclude-tasks", "extruct-exhausted", "extruct-resume-exhausted")
def test_extruct_leaves_out_what_another_task_found(extruct: Seen) -> None:
    earlier = {x["company_website"] for x in extruct["resumed_results"]["results"]}
    assert set(extruct["refreshing"]["exclude_domains"]) == earlier
    assert extruct["refreshed"]["num_results"] == 5
    assert not earlier & {x["company_website"] for x in extruct["refreshed_results"]["results"]}
    assert extruct["refreshed"]["is_exhausted"]
    assert extruct["exhausted"]["code"] == 400
    assert isinstance(extruct["exhausted"]["detail"], str)


@promises("one-run-all-faces", "extruct-states")
def test_extruct_reads_a_task_cancelled_elsewhere_as_done(extruct: Seen) -> None:
    assert extruct["cancelled"]["status"] == "done"
    assert not extruct["cancelled"]["is_exhausted"]


@promises("extruct-list", "extruct-user", "extruct-billing", "extruct-healthcheck")
@promises("extruct-unknown-task")
def test_extruct_tells_of_the_account(extruct: Seen) -> None:
    assert len(extruct["listed"]) == 2
    assert extruct["user"]["available_credits"] > 0
    assert extruct["billing"]["subscription"]["requires_subscription"] is False
    assert extruct["health"]
    assert extruct["unknown"]["code"] == 404
