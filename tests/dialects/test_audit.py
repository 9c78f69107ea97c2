"""Commands over HTTP are told in the audit log, whichever wire format they came in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.dialects.conftest import StartServer
from tests.support.dialect_cases import FACES, NOBODY, Face, begun, found
from tests.support.server_process import ServerProcess

every_face = pytest.mark.parametrize("face", FACES, ids=str)
# What a run that is under way is asked, by wire format: the address and what the log calls it.
STOPS = {
    "parallel": ("/v1beta/findall/runs/{run}/cancel", "cancel"),
    "scout": ("/v1/findall/runs/{run}/cancel", "cancel"),
    "extruct": ("/v1/discovery_tasks/{run}/pause", "pause"),
    "netnew": ("/netnew/runs/{run}/pause", "pause"),
}


@pytest.fixture(scope="module")
def server(start_server: StartServer) -> ServerProcess:
    return start_server(options=["--api-only"])


def made(server: ServerProcess, *options: str) -> dict[str, str]:
    name = f"key {uuid4().hex[:8]}"
    key: dict[str, str] = json.loads(server.command("keys", "create", name, "--json", *options))
    return key


def lines(server: ServerProcess, *options: str) -> list[dict[str, Any]]:
    """The newest first."""
    told: list[dict[str, Any]] = json.loads(server.command("keys", "audit", "--json", *options))
    return told


@every_face
def test_a_command_is_a_line_with_key_wire_format_run_and_outcome(
    server: ServerProcess, face: Face
) -> None:
    key = made(server, "--workspace", "sales")
    address, action = STOPS[face.name]
    with server.client(key["key"]) as client:
        run = begun(client)
        client.post(address.format(run=run)).raise_for_status()
        client.post(address.format(run=NOBODY))
        client.get(face.run.format(run=run)).raise_for_status()
    told = lines(server, "--key", key["id"])
    assert {x["workspace_id"] for x in told} == {"sales"}
    who = [(x["who"], x["from"], x["what"], x["on"], x["outcome"]) for x in told[:-1]]
    # Some wire formats look a run up before they change it: then there was no command.
    refused = (key["id"], face.name, action, NOBODY, "refused")
    assert [x for x in who if x != refused] == [
        (key["id"], face.name, action, run, "done"),
        (key["id"], "parallel", "create", run, "done"),
    ]
    created = told[-1]
    assert (created["what"], created["from"], created["on"]) == ("key.create", "cli", key["id"])
    assert created["who"].startswith("user:")


@every_face
def test_what_a_read_only_key_tried_is_a_line(server: ServerProcess, face: Face) -> None:
    key = made(server, "--read-only")
    address, _ = STOPS[face.name]
    with server.client(key["key"]) as client:
        assert client.post(address.format(run=NOBODY)).status_code == 403
    (refused, _) = lines(server, "--key", key["id"])
    assert refused["what"].startswith(f"POST {address.partition('{')[0]}")
    assert refused["what"].endswith(address.rpartition("/")[2])
    assert (refused["outcome"], refused["detail"]) == ("refused", "Forbidden")
    assert refused["from"] == face.name


def test_exports_deletions_and_the_command_line_are_told_too(
    start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server()
    with server.client() as client:
        run = found(client, limit=5)
        client.get(f"/netnew/runs/{run}/export", params={"format": "xlsx"}).raise_for_status()
        client.delete(f"/netnew/runs/{run}").raise_for_status()
        other = found(client, limit=5)
    server.command("runs", "delete", other, "--yes")
    files = [tmp_path / "found.csv", tmp_path / "found.md"]
    outputs = [x for path in files for x in ("-o", str(path))]
    server.command("find", "Observatories in Japan", "--limit", "1", "-q", *outputs)
    (export, create), rest = lines(server)[:2], lines(server)[2:]
    assert (export["from"], export["what"], export["detail"]) == ("cli", "export", "csv, md")
    assert (create["from"], create["what"], create["on"]) == ("cli", "create", export["on"])
    told = [(x["from"], x["what"], x["on"], x["detail"]) for x in rest]
    assert told == [
        ("cli", "delete", other, ""),
        ("parallel", "create", other, ""),
        ("netnew", "delete", run, ""),
        ("netnew", "export", run, "xlsx"),
        ("parallel", "create", run, ""),
    ]
    assert [x["who"] for x in rest][1:] == ["anybody"] * 4


def test_no_secret_and_no_word_of_a_caller_is_in_the_log(server: ServerProcess) -> None:
    key = made(server)
    with server.client(key["key"]) as client:
        begun(client)
        client.post("/netnew/runs/" + key["key"] + "/cancel")
        _hook(client)
    told = server.command("keys", "audit", "--json")
    for secret in (key["key"], "whsec_", "hunter2", "observator"):
        assert secret not in told


def _hook(client: httpx2.Client) -> None:
    webhook = {
        "url": "https://user:hunter2@hooks.example/x",
        "event_types": ["findall.run.completed"],
    }
    body = {**FACES[0].body, "webhook": webhook}
    client.post(FACES[0].posts, json=body)


def test_the_log_is_read_by_time_and_number(server: ServerProcess) -> None:
    for _ in range(3):
        made(server)
    newest, second, *_ = lines(server)
    assert lines(server, "--limit", "2") == [newest, second]
    assert lines(server, "--since", newest["at"]) == [newest]
    assert lines(server, "--since", "2999-01-01") == []
    assert lines(server, "--since", "1h", "--limit", "1") == [newest]
