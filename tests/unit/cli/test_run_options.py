from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netnew.cli.run_options import named_texts
from netnew.domain.errors import InvalidInput


@pytest.mark.parametrize(
    ("argument", "name", "text"),
    [
        ("size: Has 50 employees", "size", "Has 50 employees"),
        ("Is listed on https://example.org", "is_listed_on_https_example_org", None),
        ("Opens at 10:30", "opens_at_10_30", None),
        (
            "One of the following words, in any order: tea",
            "one_of_the_following_words_in_any_order",
            None,
        ),
        ("größer als Köln", "größer_als_köln", None),
    ],
)
def test_a_text_is_named_by_what_stands_before_the_colon_or_by_its_words(
    argument: str, name: str, text: str | None
) -> None:
    assert named_texts("--where", [argument]) == [(name, text or argument)]


def test_equal_words_get_different_names() -> None:
    names = [x for x, _ in named_texts("--where", ["Is blue", "is blue!", "Is blue?"])]
    assert names == ["is_blue", "is_blue_2", "is_blue_3"]


def test_two_conditions_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidInput, match="the name is used twice: 'a'"):
        named_texts("--where", ["a: one", "a: two"])


@given(st.lists(st.text(min_size=1).filter(lambda x: x.strip() and ":" not in x), max_size=6))
def test_any_texts_get_a_name_each(texts: list[str]) -> None:
    named = named_texts("--where", texts)
    assert [text for _, text in named] == [x.strip() for x in texts]
    assert len({name for name, _ in named}) == len(texts)
    assert all(name for name, _ in named)
