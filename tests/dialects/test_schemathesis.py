"""Every operation of every dialect, asked with what its own document allows and forbids: no answer
is a failure of ours, none is undocumented, each has the shape that is documented."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from requests import Session
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi import checks

from tests.dialects.conftest import StartServer
from tests.support.dialect_cases import FACES, NOBODY, begun
from tests.support.server_process import ServerProcess

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    checks.unsupported_method,
]
EXAMPLES = 4
# Looks for real, in process, until it has found something.
_SLOW = {"/v1/findall", "/v1/lists", "/v1beta/findall/ingest", "/v1beta/findall/entity-search"}


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """A server with a key, a run that has ended and one that waits."""

    server: ServerProcess
    session: Session
    ended: str
    waiting: str

    def schema(self, face: str) -> BaseSchema:
        return schemathesis.openapi.from_url(f"{self.server.url}/openapi/{face}.json")


@pytest.fixture(scope="module")
def fuzzed(start_server: StartServer) -> Iterator[Fuzzed]:
    server = start_server(
        options=["--api-only"], serve_rate_per_s=100_000, serve_runs_per_hour=1_000_000
    )
    secret = server.command("keys", "create", "fuzz").strip()
    with server.client(secret) as client, Session() as session:
        ended = begun(client)
        server.command("worker", "--until-idle")
        session.headers["x-api-key"] = secret
        yield Fuzzed(server, session, ended, begun(client))
        assert client.get("/netnew/runs").status_code == 200


@pytest.mark.parametrize("face", [x.name for x in FACES])
def test_every_operation_answers_as_it_is_documented(fuzzed: Fuzzed, face: str) -> None:
    asked = 0
    for result in fuzzed.schema(face).get_all_operations():
        ask(fuzzed, result.ok())
        asked += 1
    assert asked


def ask(fuzzed: Fuzzed, operation: APIOperation[Any, Any, Any, Any]) -> None:
    examples = 1 if operation.path in _SLOW else EXAMPLES
    cases = [operation.as_strategy(mode) for mode in GenerationMode]
    names = [x.name for x in operation.path_parameters]
    if names:
        # What changes a run has one that waits; a stream of one that has ended ends.
        run = fuzzed.ended if operation.method == "get" else fuzzed.waiting
        run = NOBODY if operation.method == "delete" else run
        there = dict.fromkeys(names, run)
        cases += [operation.as_strategy(mode, path_parameters=there) for mode in GenerationMode]

    @settings(
        max_examples=examples * len(cases),
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of(cases))
    def asked(case: schemathesis.Case) -> None:
        response = case.call(session=fuzzed.session, timeout=60)
        case.validate_response(response, checks=CHECKS)

    asked()
