from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from netnew.llms.answer_parser import Unusable, answer_in
from netnew.llms.lenient_json import values_in


class Found(BaseModel):
    name: str
    year: int | None = None


class Names(BaseModel):
    names: list[Found] = []


ACME = Found(name="Acme", year=1974)


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "Acme", "year": 1974}',
        'Here it is:\n```json\n{"name": "Acme", "year": 1974}\n```\nGlad to help {or not}.',
        '```\n{"name": "Acme", "year": 1974}',
        "{'name': 'Acme', 'year': 1974,}",
        "{name: 'Acme', year: 1974}",
        '{"name": "Acme", // as the page says\n "year": 1974}',
        '{"name": "Acme", "year": "1974"}',
        '{"name": "Acme", "year": 1974, "note": "more than was asked"}',
        '{"name": "Acme", "year": 1974 ',
        "\u201cWell\u201d: {\u201cname\u201d: \u201cAcme\u201d, \u201cyear\u201d: 1974}",
        '<think>{"name": "Other", "year": 1}</think>{"name": "Acme", "year": 1974}',
        'First {"name": "Other", "year": 1}, no: {"name": "Acme", "year": 1974}',
        '{"answer": {"name": "Acme", "year": 1974}}',
        '{"type": "object", "properties": {"name": "Acme", "year": 1974}}',
        '[{"name": "Acme", "year": 1974}]',
    ],
)
def test_an_answer_is_found_however_it_is_written(text: str) -> None:
    assert answer_in(text, Found) == ACME


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("{'name': 'it's Acme'}", "it's Acme"),
        ('{"name": "the "Acme" firm"}', 'the "Acme" firm'),
        ('{"name": "two\nlines"}', "two\nlines"),
        (r"{'name': 'caf\u00e9 \ud83d\ude00 \"x\"'}", 'café \N{GRINNING FACE} "x"'),
        (r"{'name': 'a\\b\/c\td'}", "a\\b/c\td"),
        ("{'name': 'x', 'year': None}", "x"),
    ],
)
def test_strings_are_read_as_they_were_meant(text: str, name: str) -> None:
    assert answer_in(text, Found).name == name


def test_a_bare_list_is_the_only_field_of_an_answer() -> None:
    assert answer_in('[{"name": "A"}, {"name": "B"}]', Names).names == [
        Found(name="A"),
        Found(name="B"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        '{"names": [{"name": "A"}, {"name": "B',
        '{"names": [{"name": "A"}, ',
        '{"names": [',
        '{"names": [{"name": "A", "year": 19',
        "{",
        "no JSON {at all}",
        '{"names": [{"name": "A", "also": []}, {"name": "B", "also": ["x"], "year": ',
        "7",
        "null",
        "[" * 5_000,
        f'{{"names": [{{"name": "A", "year": {"9" * 5_000}}}]}}',
        r'{"names": [{"name": "\ud800\uzzzz"}]}',
        r'{"names": [{"name": "\ud800"}]}',
        json.dumps(Names.model_json_schema()),
        '{"verdicts": []}',
    ],
)
def test_what_was_lost_is_not_made_up(text: str) -> None:
    with pytest.raises(Unusable):
        answer_in(text, Names)


def test_the_problem_says_where_it_is() -> None:
    with pytest.raises(Unusable, match=r"names\.0\.year: .*integer"):
        answer_in('{"names": [{"name": "A", "year": "soon"}]}', Names)
    many = {"names": [{"year": "x"}] * 20}
    with pytest.raises(Unusable, match="and 35 more"):
        answer_in(json.dumps(many), Names)


_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), _JSON, max_size=4) | st.lists(_JSON, max_size=4))
def test_json_as_it_should_be_is_read_as_it_is(value: Any) -> None:
    text = json.dumps(value, allow_nan=False)
    if "```" not in text and "<think" not in text:
        assert next(values_in(text)) == value


@given(st.text(alphabet="{}[]\"':, \\au0n1-+./*`\n<", max_size=60))
def test_any_text_is_read_without_an_error(text: str) -> None:
    list(values_in(text))


@pytest.mark.parametrize("text", ['{"a": ' * 60_000, '["' * 120_000, "{" * 300_000, "/*" * 100_000])
def test_a_hostile_text_does_not_take_long(text: str) -> None:
    begun = time.process_time()
    list(values_in(text))
    # The reader goes through all of it some 200 times at most; squared, it would be hours.
    assert time.process_time() - begun < 60
