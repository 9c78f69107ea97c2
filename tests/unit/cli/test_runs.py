from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from netnew.domain.event import SourceFailed
from netnew.domain.run import RunStatus


def test_list_shows_the_newest_runs(netnew: Any) -> None:
    lines = netnew.run("runs", "list").stdout.splitlines()
    expected = "0badcafe 2026-01-02 03:04 completed 1 of 3 Teapot makers in Wales"
    assert " ".join(lines[1].split()) == expected


def test_a_run_that_is_not_over_shows_its_last_change(netnew: Any) -> None:
    run = replace(
        netnew.service.queries.kept[0],
        status=RunStatus.RUNNING,
        updated_at=datetime.now(UTC) - timedelta(minutes=3, seconds=5),
    )
    netnew.service.queries.kept[0] = run
    assert "interrupted, last change 3 min ago" in netnew.run("runs", "list").stdout
    assert "interrupted, last change 3 min ago" in netnew.run("runs", "show", "last").stdout
    document = json.loads(netnew.run("runs", "list", "--json").stdout)
    assert document["runs"][0]["updated_at"] == run.updated_at.isoformat()


@pytest.mark.parametrize(
    "name",
    [
        "last",
        "0badcafe",
        "run_0badca",
        "run_0badcafe000000000000000000000000",
        "findall_0badcafe000000000000000000000000",
        "fa-0badcafe000000000000000000000000",
        "0badcafe-0000-0000-0000-000000000000",
    ],
)
def test_a_run_is_known_by_any_form_of_its_id(netnew: Any, name: str) -> None:
    document = json.loads(netnew.run("runs", "show", name, "--json").stdout)
    assert document["run"]["id"] == "run_0badcafe000000000000000000000000"


def test_the_beginning_of_two_ids_is_refused_with_both(netnew: Any) -> None:
    netnew.other_run("0badc0de")
    done = netnew.run("runs", "show", "0bad")
    assert done.exit_code == 2
    assert "'0bad' matches 2 runs (allowed: run_0badcafe" in done.stderr


def test_a_run_that_is_not_there_ends_with_2(netnew: Any) -> None:
    done = netnew.run("runs", "show", "ffffffff")
    assert (done.exit_code, done.stderr) == (2, "netnew: no run 'ffffffff'\n")


def test_quotes_come_with_page_and_place(netnew: Any) -> None:
    text = netnew.run("runs", "show", "last", "--quotes").stdout
    assert "✓ place  Cardiff, Wales" in text
    assert "“Location: Cardiff, Wales”" in text
    assert "https://brewer.example/about  (fact “Location”)" in text
    assert "https://brewer.example/about  (paragraph)" in text


def test_status_shows_the_others_with_their_reasons(netnew: Any) -> None:
    text = netnew.run("runs", "show", "last", "--status", "unclear", "--quotes").stdout
    assert "=Kettle|Works" in text
    assert "not stated: no page says so" in text
    assert "Brewer" not in text


@pytest.mark.parametrize("name", ["brewer & sons", "https://brewer.example/", "cand_00000000"])
def test_one_candidate_is_shown_whole(netnew: Any, name: str) -> None:
    text = netnew.run("runs", "show", "last", "--candidate", name).stdout
    assert text.startswith("Brewer & Sons  https://brewer.example/")
    assert "status: matched" in text


def test_a_run_is_shown_with_its_receipt_and_the_sources_that_failed(netnew: Any) -> None:
    netnew.service.queries.failures = [SourceFailed("web", x, "answered 503") for x in ("a", "b")]
    netnew.service.queries.kept[0] = replace(netnew.service.queries.kept[0], generation=3)
    text = netnew.run("runs", "show", "last").stdout
    assert "generation 3" in text
    assert "Spent: 4 searches, 9 pages, 0 judgements, 2 reused, 1.2 s, $0.0000." in text
    assert "source web failed on 2 queries: answered 503" in text
    assert "It is exhausted" in text
    document = json.loads(netnew.run("runs", "show", "last", "--json").stdout)
    assert document["source_failures"] == [
        {"source": "web", "problem": "answered 503", "queries": 2}
    ]
    run = document["run"]
    assert (run["is_exhausted"], run["generation"], run["is_interrupted"]) == (True, 3, False)


def test_an_interrupted_run_says_how_to_resume_it(netnew: Any) -> None:
    netnew.service.queries.kept[0] = replace(
        netnew.service.queries.kept[0], status=RunStatus.RUNNING
    )
    for command in (("list",), ("show", "last")):
        assert "netnew runs resume 0badcafe" in netnew.run("runs", *command).stderr


def test_an_unknown_candidate_ends_with_2(netnew: Any) -> None:
    done = netnew.run("runs", "show", "last", "--candidate", "Nobody")
    assert (done.exit_code, done.stderr) == (2, "netnew: no candidate 'Nobody'\n")


def test_result_prints_rows_alone(netnew: Any) -> None:
    lines = netnew.run("runs", "result", "last").stdout.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("Brewer & Sons")


def test_events_are_listed_in_order(netnew: Any) -> None:
    document = json.loads(netnew.run("runs", "events", "last", "--after", "1", "--json").stdout)
    assert [x["seq"] for x in document["events"]] == list(range(2, 10))
    assert document["events"][-1]["kind"] == "run.status"
    assert "candidates_exhausted" in netnew.run("runs", "events", "last").stdout


def test_export_writes_and_says_so(netnew: Any, tmp_path: Path) -> None:
    path = tmp_path / "found.jsonl"
    done = netnew.run("runs", "export", "last", "-o", str(path), "--all")
    assert done.stdout == f"Wrote 3 candidates to {path}\n"
    assert len(path.read_text().splitlines()) == 3


def test_merges_say_what_became_of_whom_and_why(netnew: Any) -> None:
    lines = netnew.run("runs", "merges", "last").stdout.splitlines()
    assert "same telephone" in lines[1]
    document = json.loads(netnew.run("runs", "merges", "last", "--json").stdout)
    assert document["merges"][0]["reason"] == "same telephone"


def test_delete_with_yes_deletes(netnew: Any) -> None:
    assert netnew.run("runs", "delete", "last", "--yes").exit_code == 0
    assert netnew.service.deleted == [netnew.service.finished.run.id]


def test_an_ended_run_cannot_be_stopped_any_more(netnew: Any) -> None:
    assert "has already ended: completed" in netnew.run("runs", "cancel", "last").stdout
