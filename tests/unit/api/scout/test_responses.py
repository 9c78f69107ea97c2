"""Runs of ours in Scout's words, whatever they are and whoever began them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from netnew.api.dialects.scout.convert_response import Delivered, preview_view, run_view, timestamp
from netnew.api.dialects.scout.flat_rows import columns_of, is_match, row_of
from netnew.api.dialects.scout.run_metadata import ScoutMetadata, metadata_of
from netnew.api.dialects.scout.run_reader import last_completed
from netnew.domain.condition import MatchRule
from netnew.domain.enrichment import Enrichment, Format
from netnew.domain.event import Event, RunStatusChanged
from netnew.domain.run import Run, RunSpec, RunStatus, TerminationReason
from tests.unit.conftest import NOW, Finished

ENDS = TerminationReason


def view(finished: Finished, **changes: object) -> dict[str, object]:
    run = replace(finished.run, **changes)  # type: ignore[arg-type]
    return asyncio.run(run_view(run, finished.candidates, Delivered())).model_dump(mode="json")


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (RunStatus.QUEUED, "queued"),
        (RunStatus.RUNNING, "running"),
        (RunStatus.PAUSED, "running"),
        (RunStatus.FAILED, "failed"),
        (RunStatus.CANCELLED, "cancelled"),
    ],
)
def test_a_run_that_did_not_complete_stands_in_one_word(
    finished: Finished, status: RunStatus, told: str
) -> None:
    run = view(finished, status=status, termination_detail="no source answered")
    assert (run["status"], run["candidates"]) == (told, None)
    assert run["error"] == ("no source answered" if told == "failed" else None)
    assert (run["completedAt"] is None) is (told in ("queued", "running"))


@pytest.mark.parametrize(
    ("reason", "generator", "told"),
    [
        (ENDS.MATCH_LIMIT_MET, "core", "match_limit_met"),
        (ENDS.CANDIDATES_EXHAUSTED, "core", "candidates_exhausted"),
        (ENDS.LOW_MATCH_RATE, "core", "low_match_rate"),
        (ENDS.BUDGET_EXHAUSTED, "core", "insufficient_funds"),
        (ENDS.EVALUATE_LIMIT_MET, "preview", "candidates_exhausted"),
        (ENDS.USER_CANCELLED, "preview", "timeout"),
        (ENDS.USER_CANCELLED, "core", "user_cancelled"),
    ],
)
def test_a_completed_run_says_why_it_ended(
    finished: Finished, reason: TerminationReason, generator: str, told: str
) -> None:
    spec = replace(finished.run.spec, generator=generator)
    run = replace(finished.run, spec=spec, termination_reason=reason)
    status = asyncio.run(run_view(run, finished.candidates, Delivered())).status
    assert not isinstance(status, str)
    assert status.termination_reason == told
    assert asyncio.run(preview_view(run, finished.candidates)).status == status


def test_matches_come_first_and_what_is_unclear_is_not_matched(finished: Finished) -> None:
    turned = finished.candidates[::-1]
    candidates = asyncio.run(run_view(finished.run, turned, Delivered())).candidates
    assert candidates is not None
    assert [x.match_status for x in candidates] == ["matched", "unmatched", "unmatched"]
    (unclear,) = (x for x in candidates if "product" in x.output and x is not candidates[0])
    output = unclear.output["product"].model_dump()
    assert output == {"type": "match_condition", "value": None, "is_matched": False}
    assert unclear.basis[1].reasoning.startswith("not stated: no page")


def test_a_candidate_for_which_a_part_of_the_conditions_is_enough_is_no_match_here(
    finished: Finished,
) -> None:
    (match,) = finished.matched
    lenient = replace(finished.run.spec, match_rule=MatchRule(0.5))
    assert is_match(match, lenient)
    assert not is_match(replace(match, verdicts=match.verdicts[:1]), lenient)


def test_a_list_row_has_no_candidates(finished: Finished) -> None:
    told = run_view(finished.run, finished.candidates, Delivered(), is_row_of_list=True)
    row = asyncio.run(told)
    assert row.candidates is None
    assert row.entities


def test_what_was_asked_in_other_words_becomes_columns(finished: Finished) -> None:
    run = view(finished)
    assert run["fields"] == ["founded"]
    assert run["entities"] == [
        {
            "name": "Brewer & Sons",
            "website": "https://brewer.example/",
            "founded": "1891",
            "source": "https://brewer.example/about",
        }
    ]


@pytest.mark.parametrize(
    ("asked", "columns"),
    [
        ((), ["name", "website", "source"]),
        (("city",), ["name", "website", "city", "source"]),
        (("city", "name"), ["city", "name", "website", "source"]),
        (("URL", "Name", "city"), ["URL", "Name", "city", "source"]),
        (("source", "description"), ["name", "website", "source", "description"]),
    ],
)
def test_columns_stand_as_they_were_asked_for(asked: tuple[str, ...], columns: list[str]) -> None:
    assert columns_of(RunSpec("x"), ScoutMetadata(columns=asked)) == columns


def test_what_a_candidate_is_fills_its_columns(finished: Finished) -> None:
    (match,) = finished.matched
    spec = replace(finished.run.spec, enrichments=(Enrichment("url", "home", Format.LIST),))
    columns = ["Name", "website", "url", "description", "unheard"]
    bare = replace(match, verdicts=(), pages=(), description="")
    assert row_of(bare, spec, columns) == {
        "Name": "Brewer & Sons",
        "website": "https://brewer.example/",
        "url": None,
        "description": None,
        "unheard": None,
    }
    assert row_of(bare, spec, ["source"]) == {"source": "https://brewer.example/"}


def test_notes_come_back_as_they_were_kept() -> None:
    notes = ScoutMetadata(("a",), {"type": "object"}, ("a", "name"), {"b": [1, None]}, hooked=True)
    assert metadata_of(RunSpec("x", notes=notes.packed())) == notes
    assert metadata_of(RunSpec("x", metadata={"b": 1})) == ScoutMetadata(metadata={"b": 1})


def test_times_are_told_to_the_second_in_utc() -> None:
    at = NOW.replace(microsecond=999_999).astimezone(timezone(timedelta(hours=9)))
    assert timestamp(at) == "2026-01-02T03:04:05+00:00"


# ----------------------------------------------------------------------------- what is thrown away


def stood(run: Run, statuses: Iterable[str]) -> list[Event]:
    bodies = (RunStatusChanged(RunStatus(x)) for x in statuses)
    return [Event(run.id, n, NOW, body) for n, body in enumerate(bodies, 1)]


@pytest.mark.parametrize(
    ("statuses", "generation", "last"),
    [
        ("queued running cancelled", 1, 0),
        ("queued cancelled", 1, 0),
        ("queued running completed queued running cancelled", 2, 1),
        ("queued running cancelled queued running cancelled", 2, 0),
        ("queued running cancelled queued running completed queued cancelled", 3, 2),
        ("queued running paused queued running completed queued cancelled", 3, 2),
        ("cancelled", 2, 1),
    ],
)
def test_the_rows_of_completed_passes_stay(
    finished: Finished, statuses: str, generation: int, last: int
) -> None:
    assert last_completed(stood(finished.run, statuses.split()), generation) == last
