"""Criteria, grades and states: what follows from conditions, verdicts and runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from netnew.api.dialects.extruct.convert import spec_of, task_of, uuid_in
from netnew.api.dialects.extruct.criteria import criteria_of
from netnew.api.dialects.extruct.data_sources import data_sources_of, sources_for
from netnew.api.dialects.extruct.grades import grade_of, is_qualified, relevance_of, scores_of
from netnew.api.dialects.extruct.openapi_examples import RESULT, TASK
from netnew.api.dialects.extruct.requests import (
    CriterionDefinition,
    DataSourceRequest,
    DiscoveryTaskInput,
    Status,
)
from netnew.api.dialects.extruct.responses import DiscoveryTaskOutput, DiscoveryTaskResults
from netnew.api.dialects.extruct.statuses import status_of
from netnew.domain.candidate import Candidate, MatchStatus
from netnew.domain.condition import ConditionOutcome, MatchCondition, Verdict
from netnew.domain.errors import InvalidInput
from netnew.domain.evidence import Confidence
from netnew.domain.ids import LOCAL_WORKSPACE, run_id
from netnew.domain.run import (
    Counts,
    ExcludeList,
    GenerationKind,
    Run,
    RunSpec,
    RunStatus,
    TerminationReason,
)
from netnew.settings import Settings
from tests.support.rule_pages import candidate

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def a_run(spec: RunSpec, status: RunStatus = RunStatus.COMPLETED) -> Run:
    return Run(run_id(UUID(int=2)), LOCAL_WORKSPACE, spec, status, NOON, NOON)


def asking(*names: str, **more: object) -> RunSpec:
    conditions = tuple(MatchCondition(x, f"The firm meets {x}.") for x in names)
    return replace(RunSpec("Find firms", "firm", conditions), **more)


def judged(*outcomes: ConditionOutcome, status: MatchStatus = MatchStatus.UNMATCHED) -> Candidate:
    verdicts = tuple(Verdict(f"c{i}", outcome) for i, outcome in enumerate(outcomes))
    return replace(candidate("Kettle Works"), status=status, verdicts=verdicts)


YES, NO, UNCLEAR = ConditionOutcome.MATCHED, ConditionOutcome.UNMATCHED, ConditionOutcome.UNCLEAR


def test_criteria_are_null_until_the_query_is_read_and_at_least_one_then() -> None:
    assert criteria_of(a_run(asking(unread=True))) is None
    (only,) = criteria_of(a_run(asking())) or ()
    assert (only.key, only.condition) == ("is_firm", None)
    read = criteria_of(a_run(asking("b", "a"))) or ()
    assert [x.key for x in read] == ["b", "a"]


def test_conditions_of_any_name_and_length_become_criteria_of_the_wire_format() -> None:
    names = ("founded after 2015", "Founded_After_2015", "2 offices", "ünï", "—", "isHiring")
    conditions = tuple(MatchCondition(x, "Is so.") for x in names)
    long = MatchCondition("n" * 200, "x" * 900)
    read = criteria_of(a_run(replace(asking(), conditions=(*conditions, long)))) or ()
    assert [x.key for x in read[:6]] == [
        "founded_after_2015",
        "founded_after_2015_2",
        "criterion_2_offices",
        "n",
        "criterion",
        "is_hiring",
    ]
    for criterion in read:  # what is told can be sent
        CriterionDefinition.model_validate(criterion.definition.model_dump())


def test_criteria_given_are_told_as_they_were_only_of_the_conditions_they_became() -> None:
    given = CriterionDefinition(key="big", name="Big firm", criterion="The firm is big enough.")
    body = DiscoveryTaskInput(query="Find firms", criteria=[given])
    spec = spec_of(body, ExcludeList(), Settings())
    dated = replace(spec, conditions=(MatchCondition("big", "It is big since 2024-01-01."),))
    (told,) = criteria_of(a_run(dated)) or ()
    assert told.definition == given
    (other,) = criteria_of(a_run(replace(spec, conditions=(MatchCondition("b", "Other."),)))) or ()
    assert other.key == "b"


@pytest.mark.parametrize(
    ("outcome", "confidence", "grade"),
    [
        (YES, Confidence.HIGH, 5),
        (YES, Confidence.MEDIUM, 4),
        (YES, Confidence.LOW, 4),
        (UNCLEAR, Confidence.HIGH, 3),
        (NO, Confidence.LOW, 2),
        (NO, Confidence.HIGH, 1),
    ],
)
def test_a_grade_says_how_surely_it_holds(
    outcome: ConditionOutcome, confidence: Confidence, grade: int
) -> None:
    assert grade_of(Verdict("c", outcome, confidence=confidence)) == grade


@pytest.mark.parametrize(
    ("outcomes", "qualifies"),
    [
        ((YES,), True),
        ((YES, UNCLEAR), False),
        ((YES, YES, NO), False),
        ((YES, YES, YES, NO), True),
        ((YES, YES, UNCLEAR, NO), False),
        ((YES, YES, YES, YES, NO), True),
        ((YES, YES, YES, NO, NO), False),
    ],
)
def test_three_in_four_criteria_make_a_result(
    outcomes: tuple[ConditionOutcome, ...], qualifies: bool
) -> None:
    criteria = criteria_of(a_run(asking(*(f"c{i}" for i in range(len(outcomes)))))) or ()
    assert is_qualified(judged(*outcomes), criteria) is qualifies


def test_a_condition_that_was_not_judged_is_graded_three_and_says_so() -> None:
    criteria = criteria_of(a_run(asking("c0", "c1"))) or ()
    scores = scores_of(judged(NO), criteria)
    assert [x.grade for x in scores.values()] == [2, 3]
    assert scores["c1"].explanation.startswith("not judged")
    assert relevance_of(judged(NO), criteria) == round((25 + 50) / 2)


def test_what_matched_by_its_kind_alone_has_a_score_for_that() -> None:
    criteria = criteria_of(a_run(asking())) or ()
    matched, other = judged(status=MatchStatus.MATCHED), judged(status=MatchStatus.UNCLEAR)
    assert [scores_of(x, criteria)["is_firm"].grade for x in (matched, other)] == [4, 3]
    assert [is_qualified(x, criteria) for x in (matched, other)] == [True, False]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"status": RunStatus.QUEUED}, Status.CREATED),
        ({"status": RunStatus.QUEUED, "generation": 2}, Status.IN_PROGRESS),
        ({"status": RunStatus.RUNNING}, Status.IN_PROGRESS),
        ({"status": RunStatus.PAUSED}, Status.IN_PROGRESS),
        ({"status": RunStatus.CANCELLED}, Status.DONE),
        ({"status": RunStatus.FAILED}, Status.FAILED),
        (
            {
                "status": RunStatus.RUNNING,
                "errand": GenerationKind.ENRICH,
                "ended_as": RunStatus.COMPLETED,
                "generation": 2,
            },
            Status.DONE,
        ),
    ],
)
def test_a_run_stands_in_one_of_four_states(changes: dict[str, object], status: Status) -> None:
    assert status_of(replace(a_run(asking()), **changes)) is status


def test_only_what_found_nothing_more_is_exhausted() -> None:
    for reason in TerminationReason:
        run = replace(a_run(asking("c0")), termination_reason=reason)
        exhausted = reason is TerminationReason.CANDIDATES_EXHAUSTED
        assert task_of(run, 0).is_exhausted is exhausted


def test_counters_never_fall_short_of_each_other() -> None:
    counts = Counts(generated=7, matched=1, unmatched=2, unclear=1, discarded=2)
    task = task_of(replace(a_run(asking("c0")), counts=counts), 5)
    told = (task.num_results_discovered, task.num_results_enriched, task.num_results_evaluated)
    assert (*told, task.num_results) == (9, 5, 5, 5)


def test_sources_are_called_by_the_words_of_the_wire_format() -> None:
    assert data_sources_of(["web:brave", "corpus:mine", "sitemap:https://a.example"]) == [
        "web_search"
    ]
    assert data_sources_of(["maps:key", "linkedin"]) == ["linkedin", "maps"]
    assert data_sources_of(["corpus:mine", "csv:list.csv"]) is None


def test_data_sources_mean_those_that_the_server_has() -> None:
    settings = Settings(sources=("web:brave", "corpus:mine"), serve_sources=("web:exa", "maps"))
    asked = [DataSourceRequest.MAPS, DataSourceRequest.WEB_SEARCH, DataSourceRequest.EXTRUCT_DB]
    assert sources_for(asked, settings) == ("maps", "web:brave", "corpus:mine")
    assert sources_for(asked[2:], Settings(sources=("web",))) == ()
    with pytest.raises(InvalidInput, match="linkedin") as refused:
        sources_for([DataSourceRequest.MAPS, DataSourceRequest.LINKEDIN], settings)
    assert refused.value.field == "data_sources.1"


def test_an_id_is_the_bare_uuid() -> None:
    assert uuid_in("run_" + "0" * 31 + "2") == "00000000-0000-0000-0000-000000000002"


def test_the_examples_of_the_document_are_of_its_shapes() -> None:
    for model, example in (
        (DiscoveryTaskOutput, TASK),
        (DiscoveryTaskResults, {**TASK, "results": [RESULT]}),
    ):
        told = model.model_validate(example).model_dump(mode="json")
        assert set(told) == set(example)
    for example in DiscoveryTaskInput.model_json_schema()["examples"]:
        DiscoveryTaskInput.model_validate(example)
