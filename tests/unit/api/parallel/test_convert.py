"""How a run and its candidates read in Parallel's format."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from netnew.api.dialects.parallel.candidates import candidate_named, candidate_view
from netnew.api.dialects.parallel.convert import metrics_of, run_view, schema_view
from netnew.domain.candidate import MatchStatus
from netnew.domain.condition import ConditionOutcome, MatchRule
from netnew.domain.enrichment import Enrichment, EnrichmentValue, Format
from netnew.domain.evidence import Confidence
from netnew.domain.run import GenerationKind, RunStatus, StopRequest, TerminationReason
from tests.unit.api.parallel.stored_runs import candidate, cited, key, run, verdict

YES, NO, UNCLEAR = ConditionOutcome.MATCHED, ConditionOutcome.UNMATCHED, ConditionOutcome.UNCLEAR


@pytest.mark.parametrize(
    ("status", "told", "active"),
    [
        (RunStatus.QUEUED, "queued", True),
        (RunStatus.RUNNING, "running", True),
        (RunStatus.PAUSED, "running", True),
        (RunStatus.COMPLETED, "completed", False),
        (RunStatus.FAILED, "failed", False),
        (RunStatus.CANCELLED, "cancelled", False),
    ],
)
def test_every_status_has_its_word(status: RunStatus, told: str, active: bool) -> None:
    view = run_view(run(status), metrics_of(3, 1)).status
    assert (view.status, view.is_active) == (told, active)


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (TerminationReason.MATCH_LIMIT_MET, "match_limit_met"),
        (TerminationReason.EVALUATE_LIMIT_MET, "candidates_exhausted"),
        (TerminationReason.CANDIDATES_EXHAUSTED, "candidates_exhausted"),
        (TerminationReason.LOW_MATCH_RATE, "low_match_rate"),
        (TerminationReason.BUDGET_EXHAUSTED, "insufficient_funds"),
        (TerminationReason.USER_CANCELLED, "user_cancelled"),
        (TerminationReason.ERROR_OCCURRED, "error_occurred"),
        (TerminationReason.TIMEOUT, "timeout"),
    ],
)
def test_every_reason_has_its_word(reason: TerminationReason, told: str) -> None:
    ended = run(RunStatus.COMPLETED, termination_reason=reason)
    assert run_view(ended, metrics_of(0, 0)).status.termination_reason == told


def test_a_run_taken_up_again_has_no_reason_until_it_ends() -> None:
    met = TerminationReason.MATCH_LIMIT_MET
    filling = run(RunStatus.QUEUED, termination_reason=met, ended_as=RunStatus.COMPLETED)
    told = json.loads(run_view(filling, metrics_of(0, 0)).text())
    assert "termination_reason" not in told["status"]


def test_a_run_that_was_asked_to_stop_is_cancelled_at_once() -> None:
    asked = run(stop_requested=StopRequest.CANCEL)
    status = run_view(asked, metrics_of(0, 0)).status
    assert (status.status, status.termination_reason) == ("cancelled", "user_cancelled")


def test_fields_that_were_given_up_leave_a_run_as_it_had_ended() -> None:
    met = TerminationReason.MATCH_LIMIT_MET
    filling = run(
        stop_requested=StopRequest.CANCEL,
        errand=GenerationKind.ENRICH,
        ended_as=RunStatus.COMPLETED,
        termination_reason=met,
    )
    status = run_view(filling, metrics_of(0, 0)).status
    assert (status.status, status.termination_reason) == ("completed", "match_limit_met")


def test_what_is_not_known_is_left_out() -> None:
    told = json.loads(candidate_view(candidate(MatchStatus.GENERATED), run()).text())
    assert told == {
        "candidate_id": candidate_named(key(1)),
        "name": "Sky",
        "url": "https://sky.test",
        "match_status": "generated",
    }


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ((YES, YES), "matched"),
        ((YES, NO), "unmatched"),
        ((YES, UNCLEAR), "unmatched"),
        ((YES,), "unmatched"),
    ],
)
def test_a_match_of_a_share_is_one_only_where_all_conditions_hold(
    outcomes: tuple[ConditionOutcome, ...], state: str
) -> None:
    asked = run()
    asked = replace(asked, spec=replace(asked.spec, match_rule=MatchRule(0.5)))
    assert candidate_view(candidate(MatchStatus.MATCHED, *outcomes), asked).match_status == state


def test_what_is_unclear_is_no_match_and_says_that_it_is_not_stated() -> None:
    view = candidate_view(candidate(MatchStatus.UNCLEAR, YES, UNCLEAR), run())
    assert view.match_status == "unmatched"
    assert view.output is not None
    assert view.output["tours"] == {
        "value": None,
        "type": "match_condition",
        "is_matched": False,
    }
    assert view.basis is not None
    assert view.basis[1].reasoning == "not stated: it says so"


def test_the_value_of_a_condition_is_what_the_pages_say_or_else_their_words() -> None:
    valued = verdict("domes", YES, value="3")
    quoted = verdict("tours", YES, citations=(cited(excerpt="Tours daily."),))
    view = candidate_view(candidate(MatchStatus.MATCHED, verdicts=(valued, quoted)), run())
    assert view.output is not None
    values = {k: x["value"] for k, x in view.output.items() if isinstance(x, dict)}
    assert values == {"domes": "3", "tours": "Tours daily."}


def test_citations_are_told_a_page_at_a_time() -> None:
    proof = (cited(excerpt="One."), cited(excerpt="Two."), cited("https://b.test", "One."))
    matched = (verdict("domes", YES, citations=(*proof, proof[0])), verdict("tours", YES))
    view = candidate_view(candidate(MatchStatus.MATCHED, verdicts=matched), run())
    assert view.basis is not None
    told = [(x.url, x.excerpts) for x in view.basis[0].citations]
    assert told == [("https://sky.test/about", ["One.", "Two."]), ("https://b.test", ["One."])]


PLACE = Enrichment(
    "place",
    "",
    Format.OBJECT,
    fields=(Enrichment("country", ""), Enrichment("height", "", Format.NUMBER)),
)
VALUES = (
    EnrichmentValue("place.country", "Chile", (cited(),), "in the text", Confidence.LOW),
    EnrichmentValue("place.height", "2400", (cited(),), "in a table", Confidence.HIGH),
    EnrichmentValue("founded", None),
)


def test_fields_have_the_shape_that_was_asked_and_one_basis_each() -> None:
    asked = run()
    fields = (PLACE, Enrichment("founded", ""))
    asked = replace(asked, spec=replace(asked.spec, enrichments=fields))
    match = candidate(MatchStatus.MATCHED, YES, YES, enrichments=VALUES)
    told = json.loads(candidate_view(match, asked).text())
    place = {"country": "Chile", "height": 2400}
    assert told["output"]["place"] == {"value": place, "type": "enrichment"}
    assert told["output"]["founded"] == {"value": None, "type": "enrichment"}
    assert [x["field"] for x in told["basis"]] == ["domes", "tours", "place", "founded"]
    of_place = told["basis"][2]
    assert of_place["reasoning"] == "place.country: in the text; place.height: in a table"
    assert of_place["confidence"] == "low"
    assert len(of_place["citations"]) == 1


def test_a_field_has_its_key_only_once_it_was_looked_for() -> None:
    asked = run()
    asked = replace(asked, spec=replace(asked.spec, enrichments=(Enrichment("founded", ""),)))
    match = candidate(MatchStatus.MATCHED, YES, YES)
    waiting = candidate_view(match, asked).output
    ended = candidate_view(match, replace(asked, status=RunStatus.CANCELLED)).output
    assert waiting is not None
    assert ended is not None
    assert "founded" not in waiting
    assert ended["founded"] == {"value": None, "type": "enrichment"}


def test_a_schema_of_another_face_has_its_fields_as_one_schema() -> None:
    asked = run()
    asked = replace(asked, spec=replace(asked.spec, enrichments=(PLACE,), generator="pro"))
    told = schema_view(asked).enrichments
    assert told is not None
    [enrichment] = told
    assert enrichment.processor == "pro"
    assert list(enrichment.output_schema.json_schema["properties"]) == ["place"]
