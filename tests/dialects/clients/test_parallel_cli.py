"""`parallel-cli` of parallel-web-tools 0.9.4, every command of its `findall`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.clients import Ran, program, run
from tests.support.promises import promises
from tests.support.served import OBJECTIVE, ServerProcess

StartServer = Callable[..., ServerProcess]

ASKED = "Find all observatories with more than two domes that offer public tours, and their country"


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
def cli(server: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> Cli:
    return Cli(server, tmp_path_factory.mktemp("client"))


@pytest.fixture(scope="module")
def found(cli: Cli) -> dict[str, Any]:
    """What `findall run` printed; it adds what the objective asks besides as enrichments."""
    said = cli.said("run", ASKED, "-g", "base", "-n", "5", "--poll-interval", "1")
    return dict(said)


@promises("client-cli-run", "parallel-ingest-suggests")
def test_run_waits_for_the_matches_and_their_fields(cli: Cli, found: dict[str, Any]) -> None:
    assert found["status"] == "completed"
    matched = [x for x in found["candidates"] if x["match_status"] == "matched"]
    assert len(matched) == found["metrics"]["matched_candidates_count"] == 5
    suggested = cli.said("ingest", ASKED)["enrichments"]
    names = {n for x in suggested for n in x["output_schema"]["json_schema"]["properties"]}
    assert names
    for candidate in matched:
        assert names <= set(candidate["output"])
        assert all(candidate["output"][x]["type"] == "enrichment" for x in names)


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
    wanted = '{"type": "object", "properties": {"altitude": {"type": "number"}}}'
    schema = cli.said("enrich", run_id, wanted, "-p", "base")
    assert "altitude" in json.dumps(schema["enrichments"][-1])
    result = cli.said("poll", run_id, "--poll-interval", "1")
    matched = [x for x in result["candidates"] if x["match_status"] == "matched"]
    assert len(matched) == 7
    assert all("altitude" in x["output"] for x in matched)


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
