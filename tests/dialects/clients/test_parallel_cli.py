"""`parallel-cli` of parallel-web-tools 0.9.4, every command of its `findall`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from evals.data_folder import load_web
from evals.oracle import Oracle
from evals.oracle_evidence import Knowledge
from evals.oracle_prompt import Kind
from evals.oracle_server import answering
from evals.oracle_tally import Tally
from tests.support.clients import Ran, program, run
from tests.support.promises import promises
from tests.support.server_process import CONDITIONS, OBJECTIVE, ServerProcess

StartServer = Callable[..., ServerProcess]

WEB = Path(__file__).resolve().parents[2] / "web"
PLAN = {
    "entity_type": "observatory",
    "conditions": list(CONDITIONS),
    "enrichments": [{"name": "altitude", "description": "Its altitude in metres."}],
    "queries": [],
}


class Suggesting(Oracle):
    """A model that suggests a field besides, as the vendor's ingest does."""

    def answer(self, text: str, model: str, tally: Tally) -> tuple[Kind, dict[str, Any]]:
        kind, answer = super().answer(text, model, tally)
        return kind, PLAN if kind is Kind.PLAN else answer


class Cli:
    """The command line, against one server."""

    def __init__(self, server: ServerProcess, folder: Path) -> None:
        self._url, self._folder = server.url, folder
        self._program = program("parallel-newest", "parallel-cli")

    def ran(self, *arguments: str) -> Ran:
        return run([self._program, "findall", *arguments, "--json"], self._url, self._folder)

    def said(self, *arguments: str) -> Any:
        return self.ran(*arguments).saw()


@pytest.fixture(scope="module")
def server(start_server: StartServer) -> Iterator[ServerProcess]:
    """A server with a model."""
    model = Suggesting(Knowledge(load_web(WEB, "observatories")))
    with answering(model) as (lane,):
        server = start_server(judge=f"compatible:suggesting@{lane.address}")
        yield server
        server.stop()


@pytest.fixture(scope="module")
def cli(server: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> Cli:
    return Cli(server, tmp_path_factory.mktemp("client"))


@pytest.fixture(scope="module")
def found(cli: Cli) -> dict[str, Any]:
    """What `findall run` printed; it adds what ingest suggests as enrichments."""
    said = cli.said("run", OBJECTIVE, "-g", "base", "-n", "5", "--poll-interval", "1")
    return dict(said)


@promises("client-cli-run", "parallel-ingest-suggests")
def test_run_waits_for_the_matches_and_their_fields(cli: Cli, found: dict[str, Any]) -> None:
    assert found["status"] == "completed"
    matched = [x for x in found["candidates"] if x["match_status"] == "matched"]
    assert len(matched) == found["metrics"]["matched_candidates_count"] == 5
    [suggested] = cli.said("ingest", OBJECTIVE)["enrichments"]
    assert list(suggested["output_schema"]["json_schema"]["properties"]) == ["altitude"]
    for candidate in matched:
        assert candidate["output"]["altitude"]["type"] == "enrichment"
    [kept] = cli.said("schema", found["findall_id"])["enrichments"]
    assert list(kept["output_schema"]["json_schema"]["properties"]) == ["altitude"]


@promises("parallel-ingest-suggests")
def test_what_ingest_suggests_is_not_asked_unless_it_is_sent(cli: Cli) -> None:
    run_id = cli.said("run", OBJECTIVE, "--no-wait", "-g", "base", "-n", "5")["findall_id"]
    result = cli.said("poll", run_id, "--poll-interval", "1")
    assert result["metrics"]["matched_candidates_count"] == 5
    assert not any("altitude" in (x["output"] or {}) for x in result["candidates"])
    assert cli.said("schema", run_id)["enrichments"] is None


@promises("client-cli-read")
def test_status_poll_result_and_schema_read_a_run(cli: Cli, found: dict[str, Any]) -> None:
    run_id = found["findall_id"]
    assert cli.said("status", run_id)["status"] == "completed"
    assert cli.said("result", run_id)["candidates"] == found["candidates"]
    assert cli.said("poll", run_id, "--poll-interval", "1")["findall_id"] == run_id
    assert cli.said("schema", run_id)["match_limit"] == 5


@promises("client-cli-extend-enrich")
def test_extend_and_enrich_go_on_with_a_run(cli: Cli, found: dict[str, Any]) -> None:
    run_id = found["findall_id"]
    assert cli.said("extend", run_id, "2")["match_limit"] == 7
    wanted = '{"type": "object", "properties": {"country": {"type": "string"}}}'
    schema = cli.said("enrich", run_id, wanted, "-p", "base")
    assert "country" in json.dumps(schema["enrichments"][-1])
    result = cli.said("poll", run_id, "--poll-interval", "1")
    matched = [x for x in result["candidates"] if x["match_status"] == "matched"]
    assert len(matched) == 7
    assert all({"altitude", "country"} <= set(x["output"]) for x in matched)


@promises("client-cli-cancel")
def test_cancel_stops_a_run_and_a_second_cancel_fails(
    start_server: StartServer, tmp_path: Path
) -> None:
    slow = Cli(start_server(per_host_delay_s=60), tmp_path)
    run_id = slow.said("run", OBJECTIVE, "--no-wait", "-n", "1000")["findall_id"]
    assert slow.said("cancel", run_id) == {"findall_id": run_id, "status": "cancelled"}
    assert slow.said("status", run_id)["status"] == "cancelled"
    again = slow.ran("cancel", run_id)
    assert again.code != 0
    assert "Cannot cancel a terminated FindAll run" in again.out + again.err


@promises("client-cli-search")
def test_entity_search_and_dry_runs_create_nothing(cli: Cli, server: ServerProcess) -> None:
    with server.client() as client:
        before = client.get("/v1beta/findall/runs").json()["runs"]
        searched = cli.said("entity-search", OBJECTIVE, "-t", "companies", "-n", "5")
        assert 0 < len(searched["entities"]) <= 5
        assert len(cli.said("run", OBJECTIVE, "--dry-run")["match_conditions"]) == 2
        assert client.get("/v1beta/findall/runs").json()["runs"] == before
