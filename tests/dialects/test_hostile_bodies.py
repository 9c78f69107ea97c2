"""Bodies made to keep a server busy: refused or read out of the way, and paid for by their key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from netnew.api.dialects.parallel.requests import MAX_EXCLUDED
from tests.dialects.conftest import StartServer
from tests.support.dialect_cases import FACES, Face, Json
from tests.support.server_process import ServerProcess

_JSON = {"content-type": "application/json"}
_CREATE = "/v1beta/findall/runs"
_INGEST = "/v1beta/findall/ingest"
every_face = pytest.mark.parametrize("face", FACES, ids=str)


@pytest.fixture(scope="module")
def server(start_server: StartServer) -> ServerProcess:
    """Runs that are begun wait."""
    return start_server(options=["--api-only"])


@pytest.fixture(scope="module")
def client(server: ServerProcess) -> Iterator[httpx2.Client]:
    with server.client() as client:
        yield client


def _excluding(count: int, **more: object) -> Json:
    entries = [
        {"name": f"Observatory {n}", "url": f"https://www.observatory-{n}.example/{'about/' * 20}"}
        for n in range(count)
    ]
    return {**FACES[0].body, "exclude_list": entries, **more}


@every_face
def test_a_megabyte_is_enough_where_no_list_is_expected(client: httpx2.Client, face: Face) -> None:
    large = {**face.body, "x": "a" * 1_000_000}
    answer = client.post(face.posts, json=large)
    assert answer.status_code == (413 if face.name != "parallel" else 200)
    assert client.get(face.runs).status_code == 200


def test_ten_thousand_exclusions_are_taken(client: httpx2.Client) -> None:
    body = _excluding(MAX_EXCLUDED)
    assert len(json.dumps(body)) > 1_000_000
    answer = client.post(_CREATE, json=body)
    assert answer.status_code == 200, answer.text
    refused = client.post(_CREATE, json=_excluding(MAX_EXCLUDED + 1))
    assert refused.status_code == 422


@every_face
@pytest.mark.parametrize(
    "element", ["1", "{}", "[]", "null", '""', '{"a":1}'], ids=lambda element: element
)
def test_a_great_many_elements_are_refused_before_they_are_read(
    client: httpx2.Client, face: Face, element: str
) -> None:
    body = json.dumps({**face.body, "x": "here"}).replace(
        '"here"', f"[{','.join([element] * 160_000)}]"
    )
    answer = client.post(face.posts, content=body, headers=_JSON)
    if answer.status_code != 413:
        assert answer.status_code == 422
        assert "commas, colons and opening brackets" in face.said(answer.json())
    assert client.get(face.runs).status_code == 200


def _ask(client: httpx2.Client, text: str) -> httpx2.Response:
    return client.post(_INGEST, json={"objective": text})


def test_dotted_capitals_are_read_like_any_question(client: httpx2.Client) -> None:
    """A pattern for 'MIT licensed' once tried every way to part them: 17 minutes."""
    answer = _ask(client, "A." * 5_000)
    assert answer.status_code == 200, answer.text


def test_a_question_that_takes_too_long_to_read_is_refused(client: httpx2.Client) -> None:
    conditions = [{"name": f"c{n}", "description": "1" * 9_990 + str(n)} for n in range(20)]
    refused = client.post(_CREATE, json={**FACES[0].body, "match_conditions": conditions})
    assert refused.status_code == 422
    assert "takes more than 1 s" in refused.text
    assert client.post(_CREATE, json=dict(FACES[0].body)).status_code == 200


def test_who_uses_too_much_processor_time_waits_and_others_do_not(
    start_server: StartServer,
) -> None:
    server = start_server(options=["--api-only"], serve_cpu_per_s=0.01)
    one, other = (server.command("keys", "create", x).split()[0] for x in ("one", "other"))
    with server.client(one) as client, server.client(other) as another:
        answers = (client.post(_CREATE, json=_asked(n)) for n in range(1_000))
        refused = next(x for x in answers if x.status_code != 200)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1
        assert "processor time" in refused.json()["error"]["message"]
        assert client.get("/netnew/runs").status_code == 200  # what has no body is not counted
        assert another.post(_CREATE, json=dict(FACES[0].body)).status_code == 200


def _asked(number: int) -> dict[str, Any]:
    return dict(_excluding(1_000, metadata={"n": str(number)}))
