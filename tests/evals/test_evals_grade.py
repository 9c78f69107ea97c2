"""Hand-made results with known scores."""

from __future__ import annotations

from typing import Any

import pytest

from evals.grade import Grade, Grader, harmonic_mean
from evals.results import Result
from evals.rows import Condition, Query
from evals.summary import interval, macro, missed_by_kind, missed_by_op, totals
from evals.verdicts import COLUMNS


def candidate(
    url: str, status: str = "matched", verdicts: list[dict[str, Any]] | None = None, **row: Any
) -> dict[str, Any]:
    return {
        "candidate_id": f"cand:{url}",
        "name": url,
        "url": url,
        "alternate_urls": [],
        "pages": [],
        "match_status": status,
        "verdicts": verdicts or [],
        **row,
    }


def verdict(condition: str, outcome: str, *cited: str) -> dict[str, Any]:
    citations = [{"snapshot_id": "0", "url": url, "segment": 0} for url in cited]
    return {"condition": condition, "outcome": outcome, "value": None, "citations": citations}


def result(*candidates: dict[str, Any], **run: Any) -> Result:
    run = {"termination_reason": "candidates_exhausted", "spend": {}, **run}
    return Result.of({"run": run, "candidates": list(candidates)})


def graded(
    tiny: Any, query: Query, given: Result, reachable: frozenset[str] | None = None
) -> Grade:
    within = query.truth if reachable is None else reachable
    return Grader(tiny.web(), {query.id: within}).grade(query, given)


@pytest.fixture
def pots(tiny: Any) -> Any:
    """Entities a to e with a home page each, and a profile of a."""
    for name in "abcde":
        tiny.page(f"https://{name}.test/", about=name, facts=("litres",))
    tiny.page("https://dir.test/a", "directory", "a", facts=("colour",), stale=("litres",))
    tiny.page("https://list.test/", "list")
    return tiny


def test_precision_and_recall_follow_the_folders_own_score(pots: Any) -> None:
    query = pots.query(["a", "b", "c", "d"], ambiguous=["e"])
    urls = ["https://a.test/", "https://b.test/", "https://e.test/", "https://list.test/"]
    measures = graded(pots, query, result(*map(candidate, urls))).measures
    assert measures["precision"] == pytest.approx(2 / 3)
    assert measures["recall"] == pytest.approx(1 / 2)


def test_recall_of_reachable_leaves_the_unreachable_out_above_and_below(pots: Any) -> None:
    query = pots.query(["a", "b", "c", "d"])
    given = result(candidate("https://a.test/"), candidate("https://d.test/"))
    measures = graded(pots, query, given, frozenset({"a", "b", "c"})).measures
    assert measures["recall"] == pytest.approx(1 / 2)
    assert measures["recall_reachable"] == pytest.approx(1 / 3)
    assert measures["f1"] == pytest.approx(harmonic_mean(1.0, 1 / 3))


def test_one_entity_twice_is_a_duplicate_and_costs_precision(pots: Any) -> None:
    query = pots.query(["a"])
    given = result(candidate("https://a.test/"), candidate("https://dir.test/a"))
    measures = graded(pots, query, given).measures
    assert measures["duplicates"] == 1
    assert measures["precision"] == pytest.approx(1 / 2)


def test_a_candidate_is_known_by_an_alternate_address_where_its_own_says_nothing(pots: Any) -> None:
    query = pots.query(["a"])
    given = result(
        candidate("urn:netnew:x:1", alternate_urls=["https://list.test/", "https://a.test/"])
    )
    assert graded(pots, query, given).measures["recall"] == 1.0


def test_only_matched_candidates_are_answers(pots: Any) -> None:
    query = pots.query(["a", "b"])
    given = result(candidate("https://a.test/"), candidate("https://b.test/", "unclear"))
    grade = graded(pots, query, given)
    assert (grade.counts["matched"], grade.counts["judged"]) == (1, 2)
    assert grade.measures["unclear_share"] == pytest.approx(1 / 2)


def test_nothing_found_is_no_precision_at_all_only_where_there_is_no_truth(pots: Any) -> None:
    assert graded(pots, pots.query(["a"]), result()).measures["precision"] == 0.0
    assert graded(pots, pots.query([]), result()).measures["precision"] is None
    assert graded(pots, pots.query([]), result()).measures["f1"] is None
    wrong = result(candidate("https://a.test/"))
    assert graded(pots, pots.query([]), wrong).measures["precision"] == 0.0


def test_a_failed_run_is_an_empty_result_with_its_problem(pots: Any) -> None:
    grade = graded(pots, pots.query(["a"]), Result.of(None, "exit code 3"))
    assert (grade.stop_reason, grade.problem) == ("failed", "exit code 3")
    assert grade.measures["recall"] == 0.0
    assert grade.missed["not_found"] == 1


# -------------------------------------------------------------------------------------- misses


def test_every_miss_has_its_cause(pots: Any) -> None:
    query = pots.query(["a", "b", "c", "d", "e"])
    given = result(
        candidate("https://a.test/"),
        candidate("https://b.test/", "unclear"),
        candidate("https://c.test/", "unmatched"),
        candidate("https://list.test/", "unmatched", pages=["https://d.test/"]),
    )
    grade = graded(pots, query, given, frozenset({"a", "b", "c"}))
    assert grade.missed == {
        "not_found": 1,
        "not_resolved": 1,
        "not_decided": 1,
        "decided_wrong": 1,
    }
    assert grade.missed_reachable == {
        "not_found": 0,
        "not_resolved": 0,
        "not_decided": 1,
        "decided_wrong": 1,
    }


@pytest.mark.parametrize(
    ("status", "cause"),
    [("discarded", "not_resolved"), ("generated", "not_decided"), ("unmatched", "decided_wrong")],
)
def test_the_cause_follows_the_candidates_standing(pots: Any, status: str, cause: str) -> None:
    grade = graded(pots, pots.query(["a"]), result(candidate("https://a.test/", status)))
    assert [miss.cause for miss in grade.misses] == [cause]


def test_a_page_merged_into_another_entity_is_not_resolved(pots: Any) -> None:
    given = result(candidate("https://a.test/", alternate_urls=["https://b.test/"]))
    grade = graded(pots, pots.query(["a", "b"]), given)
    assert [(miss.entity, miss.cause) for miss in grade.misses] == [("b", "not_resolved")]


def test_misses_are_laid_to_the_conditions_that_stood_in_the_way(
    pots: Any, a_condition: Any
) -> None:
    asked = [a_condition("big", "litres", "gt", 2), a_condition("red", "colour", "ne", "blue")]
    query = pots.query(["a", "b"], asked, kinds=["numeric", "negative"])
    given = result(
        candidate(
            "https://a.test/",
            "unclear",
            [verdict("big", "matched", "https://a.test/"), verdict("red", "unclear")],
        ),
        candidate(
            "https://b.test/",
            "unmatched",
            [verdict("big", "unmatched", "https://b.test/"), verdict("red", "unclear")],
        ),
    )
    grade = graded(pots, query, given)
    assert grade.missed_by_op == {
        "gt": {"not_decided": 0, "decided_wrong": 1},
        "ne": {"not_decided": 1, "decided_wrong": 0},
    }
    assert missed_by_op([grade, grade])["gt"]["decided_wrong"] == 2
    assert missed_by_kind([grade])["numeric"]["truth"] == 2


def test_single_verdicts_are_held_against_the_fields_where_there_are_entities(
    pots: Any, a_condition: Any
) -> None:
    litres = {"a": 1, "b": 2, "c": 3, "d": 4}
    pots.entities = [{"id": i, "attributes": {"litres": n}} for i, n in litres.items()]
    query = pots.query(["c", "d"], [a_condition("big", "litres", "gt", 2)])
    outcomes = ["matched", "unclear", "unmatched", "unclear"]
    given = result(
        *(
            candidate(f"https://{i}.test/", outcome, [verdict("big", outcome)])
            for i, outcome in zip("abcd", outcomes, strict=True)
        ),
        candidate("https://list.test/", "matched", [verdict("big", "matched")]),
    )
    counts = {"matched_wrong": 1, "unmatched_wrong": 1, "unclear_yes": 1, "unclear_no": 1}
    every = {**dict.fromkeys(COLUMNS, 0), **counts}
    assert graded(pots, query, given).verdicts == {"gt": every}
    pots.entities = []
    assert graded(pots, query, given).verdicts == {}


# --------------------------------------------------------------------------------------- proofs


@pytest.mark.parametrize(
    ("cited", "right"),
    [
        (["https://a.test/"], 1.0),
        (["https://b.test/"], 0.0),  # another entity's page
        (["https://list.test/"], 0.0),  # nobody's page
        (["https://dir.test/a"], 0.0),  # its own profile, which has the field wrong
        (["https://dir.test/a", "https://a.test/"], 1.0),
        (["https://a.test/", "https://b.test/"], 0.0),  # half of the proof is another's
        (["https://nowhere.test/"], 0.0),
        ([], 0.0),
    ],
)
def test_a_proof_needs_a_page_about_the_entity_that_states_the_field(
    pots: Any, cited: list[str], right: float
) -> None:
    given = result(candidate("https://a.test/", verdicts=[verdict("big", "matched", *cited)]))
    assert graded(pots, pots.query(["a"]), given).measures["proof_right"] == right


def test_a_derived_field_is_proved_by_any_page_of_the_entity_with_facts(
    pots: Any, a_condition: Any
) -> None:
    asked = [a_condition("old", "century", "lt", 20)]
    pots.page("https://bare-a.test/", "about", "a")
    for cited, right in (("a", 1.0), ("b", 0.0), ("bare-a", 0.0)):
        verdicts = [verdict("old", "matched", f"https://{cited}.test/")]
        given = result(candidate("https://a.test/", verdicts=verdicts))
        assert graded(pots, pots.query(["a"], asked), given).measures["proof_right"] == right


def test_a_derived_field_is_not_proved_by_the_page_that_has_it_wrong(
    pots: Any, a_condition: Any
) -> None:
    asked = [a_condition("old", "century", "lt", 20)]
    pots.page(
        "https://archive.test/a", "directory_stale", "a", facts=("litres",), stale=("century",)
    )
    for cited, right in (("https://a.test/", 1.0), ("https://archive.test/a", 0.0)):
        given = result(candidate("https://a.test/", verdicts=[verdict("old", "matched", cited)]))
        assert graded(pots, pots.query(["a"], asked), given).measures["proof_right"] == right


def test_a_redirect_proves_what_its_target_states(pots: Any) -> None:
    pots.page("http://old-a.test/", "redirect", "a", canonical="https://a.test/", status=301)
    given = result(
        candidate("https://a.test/", verdicts=[verdict("big", "matched", "http://old-a.test/")])
    )
    assert graded(pots, pots.query(["a"]), given).measures["proof_right"] == 1.0


def test_verdicts_of_a_candidate_that_is_no_entity_are_not_proved(pots: Any) -> None:
    verdicts = [verdict("big", "matched", "https://list.test/")]
    given = result(candidate("https://list.test/", verdicts=verdicts))
    assert graded(pots, pots.query(["a"]), given).measures["proof_right"] == 0.0


def test_an_and_needs_all_of_its_fields_and_an_or_any() -> None:
    parts = [{"field": "x", "op": "exists"}, {"field": "y", "op": "eq", "value": 1}]
    both = Condition("c", "", {"op": "and", "of": parts})
    either = Condition("c", "", {"op": "or", "of": parts})
    assert both.is_stated_by(frozenset("xy"))
    assert not both.is_stated_by(frozenset("x"))
    assert either.is_stated_by(frozenset("x"))
    assert not either.is_stated_by(frozenset("z"))
    assert Condition("c", "", {"op": "no", "field": "x"}).is_stated_by(frozenset())


# ---------------------------------------------------------------------------- estimates and sums


@pytest.mark.parametrize(("low", "high", "holds"), [(2, 5, 1.0), (4, 9, 1.0), (5, 9, 0.0)])
def test_an_estimate_is_held_against_reachable_truth(
    pots: Any, low: float, high: float, holds: float
) -> None:
    query = pots.query(["a", "b", "c", "d", "e"])
    given = result(estimate={"matches": 3, "low": low, "high": high, "coverage": 0.5})
    measures = graded(pots, query, given, frozenset("abcd")).measures
    assert measures["estimate_coverage"] == holds
    assert measures["estimate_width"] == pytest.approx((high - low) / 4)
    assert measures["total_width"] is not None


@pytest.mark.parametrize(("high", "holds"), [(2, 1.0), (1, 0.0)])
def test_right_answers_among_the_candidates_are_held_against_the_upper_end(
    pots: Any, high: float, holds: float
) -> None:
    query = pots.query(["a", "b", "c"])
    undecided = candidate("https://b.test/", status="unclear")
    other = candidate("https://d.test/", status="unclear")
    said = {"matches": 1, "low": 1, "high": high}
    given = result(candidate("https://a.test/"), undecided, other, estimate=said)
    assert graded(pots, query, given).measures["upper_end_holds"] == holds


def test_what_is_said_of_own_words_and_of_everything_is_held_apart(pots: Any) -> None:
    query = pots.query(["a", "b", "c", "d", "e"])
    said = {"matches": 9, "low": 9, "high": 9, "own_words": {"matches": 3, "low": 2, "high": 4}}
    measures = graded(pots, query, result(estimate=said), frozenset("abcd")).measures
    assert (measures["estimate_coverage"], measures["total_coverage"]) == (1.0, 0.0)
    assert (measures["estimate_width"], measures["total_width"]) == (0.5, 0.0)


def test_macro_figures_count_every_query_alike_and_leave_the_meaningless_out(pots: Any) -> None:
    one = graded(pots, pots.query(["a"]), result(candidate("https://a.test/")))
    none = graded(pots, pots.query(["a", "b", "c", "d"]), result())
    empty = graded(pots, pots.query([]), result())
    means = macro([one, none, empty])
    assert means["recall"] == pytest.approx(1 / 2)
    assert means["precision"] == pytest.approx(1 / 2)
    assert means["estimate_width"] is None
    assert macro([])["recall"] is None


def test_the_interval_is_the_same_every_time_and_holds_the_mean(pots: Any) -> None:
    hit = graded(pots, pots.query(["a"]), result(candidate("https://a.test/")))
    miss = graded(pots, pots.query(["a"]), result())
    grades = [hit] * 6 + [miss] * 4
    spread = interval(grades)["recall"]
    assert spread is not None
    assert spread == interval(grades)["recall"]
    assert 0.2 < spread[0] < 0.6 < spread[1] < 1.0


def test_totals_add_up_counts_and_spend(pots: Any) -> None:
    given = result(candidate("https://a.test/"), spend={"searches": 3, "judge_calls": 4})
    grade = graded(pots, pots.query(["a"]), given)
    assert grade.measures["calls_per_match"] == 4.0
    summed = totals([grade, grade])
    assert (summed["matched"], summed["searches"], summed["pages"]) == (2, 6, 0)
