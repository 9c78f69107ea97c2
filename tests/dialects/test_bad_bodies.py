"""Bodies that are none: each is refused in the dialect's shape, and the server serves on."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx2
import pytest

from tests.support.dialect_cases import FACES, Face
from tests.support.server_process import ServerProcess

every_face = pytest.mark.parametrize("face", FACES, ids=str)
_JSON = {"content-type": "application/json"}

BROKEN = {
    "nothing": b"",
    "spaces": b"   ",
    "broken UTF-8": b'{"query": "\xff\xfe"}',
    "UTF-16": '{"query": "x"}'.encode("utf-16"),
    "cut short": b'{"query": "obs',
    "two documents": b"{} {}",
    "a list": b"[1, 2, 3]",
    "a text": b'"query"',
    "null": b"null",
    "NaN": b'{"query": NaN}',
    "infinity": b'{"query": -Infinity}',
    "too large a float": b'{"query": 1e999}',
    "too large an integer": b'{"query": 1' + b"0" * 30 + b"}",
    "a number of 5,000 digits": b'{"query": ' + b"9" * 5_000 + b"}",
    "half a surrogate pair": b'{"query": "\\ud800"}',
    "nested 100 deep": b'{"query": ' + b"[" * 100 + b"]" * 100 + b"}",
    "nested 100,000 deep": b'{"query": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "opened 1,000,000 times": b"[" * 1_000_000,
}


@pytest.fixture(scope="module")
def client(server: ServerProcess) -> Iterator[httpx2.Client]:
    with server.client() as client:
        yield client


@every_face
@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_what_is_no_json_object_is_refused(client: httpx2.Client, face: Face, body: bytes) -> None:
    answer = client.post(face.posts, content=body, headers=_JSON)
    assert answer.status_code == 422
    assert face.said(answer.json())
    assert client.get(face.runs).status_code == 200


@every_face
@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "json", "/", ""]
)
def test_what_does_not_say_that_it_is_json_is_refused(
    client: httpx2.Client, face: Face, kind: str
) -> None:
    answer = client.post(
        face.posts, content=json.dumps(dict(face.body)), headers={"content-type": kind}
    )
    assert answer.status_code == 422
    assert "content-type" in face.said(answer.json())


@every_face
def test_of_a_name_that_stands_twice_the_last_counts(client: httpx2.Client, face: Face) -> None:
    name, value = next(iter(face.body.items()))
    whole = json.dumps(dict(face.body))
    twice = f'{{"{name}": {{"wrong": true}}, {whole[1:]}'
    answer = client.post(face.posts, content=twice, headers=_JSON)
    assert answer.status_code in (200, 201, 202, 404), (answer.text, value)


_CONDITIONS = [{"name": f"c{n}", "description": "x"} for n in range(10_001)]
TOO_MANY = {
    "parallel": {"match_conditions": _CONDITIONS},
    "scout": {"fields": [x["name"] for x in _CONDITIONS]},
    "extruct": {
        "criteria": [{"key": x["name"], "name": "x", "criterion": "x"} for x in _CONDITIONS]
    },
    "netnew": {"additional": 10_001_000_000},
}


@every_face
def test_ten_thousand_conditions_are_too_many(client: httpx2.Client, face: Face) -> None:
    answer = client.post(face.posts, json={**face.body, **TOO_MANY[face.name]})
    assert answer.status_code == 422
    assert len(answer.content) < 100_000
    assert client.get(face.runs).status_code == 200


@pytest.mark.parametrize("face", FACES, ids=str)
def test_the_character_that_no_database_holds_is_refused(face: Face, server: ServerProcess) -> None:
    with server.client() as client:
        refused = client.post(face.posts, json={**face.body, "netnew": {"queries": ["a\0b"]}})
        assert refused.status_code == 422
        assert "U+0000" in face.said(refused.json())
        assert client.get("/netnew/deliveries/%00").status_code == 404
