from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from netnew.domain.errors import (
    Conflict,
    InvalidInput,
    SourceMisconfigured,
    SourceUnavailable,
    StoreDamaged,
)
from netnew.domain.event import SourceFailed
from netnew.domain.run import RunStatus, TerminationReason


def test_find_prints_the_table_the_numbers_the_estimate_and_why_it_stopped(netnew: Any) -> None:
    done = netnew.run("find", "Teapot makers in Wales")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["name", "address", "place", "product", "founded"]
    assert lines[1].split("  ")[0] == "Brewer & Sons"
    assert "✓ Cardiff, Wales" in lines[1]
    assert "1 matched, 1 unmatched, 1 unclear of 3 candidates; 9 pages, 4 searches" in done.stdout
    assert "Probably 1 match exists (80 % interval: 1 to 3)." in done.stdout
    assert "returned no new candidates." in done.stdout


def test_progress_and_hints_go_to_standard_error(netnew: Any) -> None:
    done = netnew.run("find", "Teapot makers in Wales")
    assert "matched: Brewer & Sons  https://brewer.example/" in done.stderr
    assert "round 1: 3 new candidates, 1 new match" in done.stderr
    assert "netnew runs show 0badcafe --quotes" in done.stderr
    assert "matched:" not in done.stdout


def test_without_a_terminal_there_are_no_escape_codes(netnew: Any) -> None:
    done = netnew.run("find", "Teapot makers in Wales", "--all")
    assert "\x1b" not in done.stdout + done.stderr
    assert "Cosy [31mred" in done.stdout


def test_quiet_says_nothing_on_standard_error(netnew: Any) -> None:
    assert netnew.run("find", "Teapots", "--quiet").stderr == ""


def test_json_is_one_document_on_standard_output(netnew: Any) -> None:
    done = netnew.run("find", "Teapots", "--json")
    document = json.loads(done.stdout)
    assert document["run"]["objective"] == "Teapot makers in Wales"
    assert [x["match_status"] for x in document["candidates"]] == ["matched"]


def test_all_adds_the_unclear_and_the_unmatched(netnew: Any) -> None:
    document = json.loads(netnew.run("find", "Teapots", "--json", "--all").stdout)
    statuses = [x["match_status"] for x in document["candidates"]]
    assert statuses == ["matched", "unclear", "unmatched"]


def test_every_option_reaches_the_spec(netnew: Any) -> None:
    arguments = (
        "find  Teapots  --type  company  --where  place: Located in Wales  --where  Makes teapots"
        "  --enrich  founded: Year of foundation  --limit  7  --generator  pro  --judge  rules"
        "  --source  pyenv  --source  csv:list.csv  --max-cost  1.5  --max-seconds  60"
        "  --max-searches  10  --max-pages  20  --evaluate-limit  50  --match-share  0.75"
    )
    assert netnew.run(*arguments.split("  ")).exit_code == 0
    spec = netnew.service.asked[-1]
    assert [(x.name, x.description) for x in spec.conditions] == [
        ("place", "Located in Wales"),
        ("makes_teapots", "Makes teapots"),
    ]
    assert [(x.name, x.description) for x in spec.enrichments] == [
        ("founded", "Year of foundation")
    ]
    assert (spec.entity_type, spec.match_limit, spec.generator) == ("company", 7, "pro")
    assert (spec.judge, spec.sources) == ("rules", ("pyenv", "csv:list.csv"))
    assert (spec.budget.cost, spec.budget.seconds) == (1.5, 60)
    assert (spec.budget.searches, spec.budget.pages) == (10, 20)
    assert (spec.evaluate_limit, spec.match_rule.share) == (50, 0.75)


def test_outputs_are_written_with_the_matched_rows(netnew: Any, tmp_path: Path) -> None:
    table, document = tmp_path / "found.csv", tmp_path / "found.json"
    done = netnew.run("find", "Teapots", "-o", str(table), "-o", str(document))
    assert done.exit_code == 0
    assert len(table.read_text().splitlines()) == 2
    assert len(json.loads(document.read_text())["candidates"]) == 1
    assert netnew.service.exported == ["csv, json"]


def test_an_output_that_cannot_be_written_stops_before_the_run(netnew: Any) -> None:
    done = netnew.run("find", "Teapots", "-o", "/no/such/folder/found.csv")
    assert done.exit_code == 2
    assert done.stderr.startswith("netnew: output: '/no/such/folder/found.csv' cannot be written")
    assert netnew.service.asked == []


def test_an_output_that_fails_in_the_end_still_shows_the_result(
    netnew: Any, tmp_path: Path
) -> None:
    full = tmp_path / "full.csv"
    full.symlink_to("/dev/full")
    done = netnew.run("find", "Teapots", "-o", str(full))
    assert done.exit_code == 1
    assert "Brewer & Sons" in done.stdout
    assert "No space left on device" in done.stderr
    assert netnew.service.exported == []
    assert "netnew runs export 0badcafe -o FILE" in done.stderr


def test_a_run_stopped_by_the_user_says_how_to_go_on(netnew: Any) -> None:
    netnew.service.queries.kept[0] = replace(
        netnew.service.queries.kept[0],
        status=RunStatus.CANCELLED,
        termination_reason=TerminationReason.USER_CANCELLED,
    )
    done = netnew.run("find", "Teapots")
    assert done.exit_code == 130
    assert "everything found is kept" in done.stdout
    assert "netnew runs resume 0badcafe" in done.stderr


def test_a_failed_run_ends_with_1(netnew: Any) -> None:
    netnew.service.queries.kept[0] = replace(
        netnew.service.queries.kept[0], status=RunStatus.FAILED
    )
    assert netnew.run("find", "Teapots").exit_code == 1


def test_a_source_that_cannot_work_ends_with_1_and_names_others(netnew: Any) -> None:
    netnew.service.problem = SourceMisconfigured("web", "no search service is set up")
    done = netnew.run("find", "Teapots")
    assert done.exit_code == 1
    begun, first, second = done.stderr.splitlines()
    assert begun == "Finding: Teapots"
    assert first == "netnew: source web: no search service is set up"
    assert "pyenv" in second
    assert "csv:FILE" in second
    assert "web:searxng=URL" in second


def test_wrong_input_is_one_line_and_ends_with_2(netnew: Any) -> None:
    netnew.service.problem = InvalidInput("match_limit", "0 is too few", "1 to 100,000")
    done = netnew.run("find", "Teapots")
    assert (done.exit_code, done.stdout) == (2, "")
    assert (
        done.stderr
        == "Finding: Teapots\nnetnew: match_limit: 0 is too few (allowed: 1 to 100,000)\n"
    )


def test_what_was_not_foreseen_is_one_line_too(netnew: Any) -> None:
    netnew.service.problem = RuntimeError("boom")
    done = netnew.run("find", "Teapots")
    assert done.exit_code == 1
    first, told = done.stderr.splitlines()
    assert first == "Finding: Teapots"
    found = re.fullmatch(r"netnew: unexpected error: RuntimeError: boom \(details in (.+)\)", told)
    assert found
    assert "Traceback" in Path(found[1]).read_text()


def test_the_first_line_is_there_before_anything_is_opened(netnew: Any) -> None:
    netnew.service.problem = RuntimeError("boom")
    assert netnew.run("find", "Teapots\x1b[2J", "--quiet").stderr.startswith("netnew: ")
    assert netnew.run("find", "Teapots\x1b[2J").stderr.startswith("Finding: Teapots [2J\n")


BREAKS = [StoreDamaged("disk full"), SourceUnavailable("web", "away"), Conflict("x"), OSError("y")]


@pytest.mark.parametrize("error", BREAKS, ids=lambda x: type(x).__name__)
def test_a_run_that_broke_off_shows_its_rows_writes_its_files_and_ends_with_1(
    netnew: Any, tmp_path: Path, error: Exception
) -> None:
    netnew.service.broken_off = error
    netnew.service.queries.kept[0] = replace(
        netnew.service.queries.kept[0], status=RunStatus.RUNNING
    )
    table = tmp_path / "found.csv"
    done = netnew.run("find", "Teapots", "-o", str(table))
    assert done.exit_code == 1
    assert "Brewer & Sons" in done.stdout
    assert len(table.read_text().splitlines()) == 2
    assert f"Failed ({error})." in done.stdout
    assert "this export is not in the audit log: no line is written" in done.stderr
    lines = done.stderr.splitlines()
    kept = "The run is kept: netnew runs show run_0badcafe000000000000000000000000"
    assert str(error) in "".join(lines[lines.index(kept) + 1 :])


@pytest.mark.parametrize("command", [("find", "Teapots"), ("demo",)], ids=lambda x: x[0])
def test_a_run_that_broke_off_is_still_one_json_document(
    netnew: Any, command: tuple[str, ...]
) -> None:
    netnew.service.broken_off = StoreDamaged("disk full")
    netnew.service.queries.kept[0] = replace(
        netnew.service.queries.kept[0], status=RunStatus.RUNNING
    )
    done = netnew.run(*command, "--json", "--quiet")
    assert done.exit_code == 1
    document = json.loads(done.stdout)
    assert document["run"]["status"] == "failed"
    assert [x["name"] for x in document["candidates"]] == ["Brewer & Sons"]
    assert done.stderr.splitlines()[-1] == "netnew: disk full"


def test_a_source_that_failed_is_told_in_one_line_with_its_queries(netnew: Any) -> None:
    netnew.service.queries.failures = [SourceFailed("web", x, "answered 503") for x in ("a", "b")]
    done = netnew.run("find", "Teapots", "--quiet")
    assert done.exit_code == 0
    assert done.stderr == "netnew: source web failed on 2 queries: answered 503\n"


def test_where_no_source_answers_the_run_fails_with_the_problem(tmp_path: Path) -> None:
    deaf = socket.socket()
    deaf.bind(("127.0.0.1", 0))  # bound and not listening: every connection is refused
    spec = f"web:searxng=http://127.0.0.1:{deaf.getsockname()[1]}"
    with deaf:
        done = subprocess.run(
            [sys.executable, "-m", "netnew", "find", "teapots", "--source", spec],
            env=os.environ | {"NETNEW_HOME": str(tmp_path)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 1
    assert "nothing new any more" not in done.stdout
    assert f"Failed (source {spec}: " in done.stdout
    assert f"netnew: source {spec} failed on " in done.stderr
    assert "Sources to try: " in done.stderr
