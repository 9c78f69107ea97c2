from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netnew.text.name_keys import name_key
from netnew.text.tokens import content_words, fold, split_list, stem


def test_folding_drops_case_accents_and_punctuation() -> None:
    assert fold("  Café—Bar, “Zürich”! ") == "cafe bar zurich"


def test_names_of_languages_stay_apart() -> None:
    assert len({fold(x) for x in ("C", "C++", "C#", ".NET", "Node.js")}) == 5


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("graduated", "graduation"),
        ("companies", "company"),
        ("licence", "licensed"),
        ("hiring", "hire"),
    ],
)
def test_forms_of_a_word_have_one_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_founded_is_not_foundation() -> None:
    assert stem("founded") != stem("foundation")


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("A, B and C", ["A", "B", "C"]),
        ("A or B", ["A", "B"]),
        ("A; B, c", ["A", "B, c"]),
        (
            "Research & Development, Trinidad and Tobago",
            ["Research & Development", "Trinidad and Tobago"],
        ),
        ("Drug Discovery and Delivery", ["Drug Discovery and Delivery"]),
        ("Therapy or Drug Discovery and Delivery", ["Therapy", "Drug Discovery and Delivery"]),
        ("Foo (a, b), Bar", ["Foo (a, b)", "Bar"]),
        ("1,000 or 2,000", ["1,000", "2,000"]),
    ],
)
def test_enumerations_are_split_and_names_are_not(text: str, items: list[str]) -> None:
    assert split_list(text) == items


def test_a_pair_is_split_on_request() -> None:
    assert split_list("India and Chile", pairs=True) == ["India", "Chile"]


def test_content_words_leave_out_stop_words() -> None:
    assert content_words("Find all of the museums in Oslo") == ["museums", "oslo"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ACME Holding, Inc.", "Acme Holding"),
        ("Foo S.p.A.", "foo"),
        ("Bär GmbH & Co. KG", "Bar"),
        ("The Hut", "Hut Ltd"),
    ],
)
def test_names_agree_without_legal_forms(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_a_name_that_is_a_legal_form_is_kept() -> None:
    assert name_key("SE") == "se"


@pytest.mark.parametrize("text", ["a\x00b, c", "\x00", "\x007\x00; d", "(x\x00), y"])
def test_a_list_with_a_null_sign_is_split_like_any_other(text: str) -> None:
    assert split_list(text) == split_list(text.replace("\x00", " "))
