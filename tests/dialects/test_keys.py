"""Who may come in: keys end to end, in every dialect's shape; nothing leaks."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import httpx2
import pytest
from websockets.sync.client import connect

from tests.dialects.conftest import StartServer
from tests.support.dialect_cases import FACES, NOBODY, Face, found
from tests.support.server_process import ServerProcess

_REFUSED = "Invalid or missing API key"
every_face = pytest.mark.parametrize("face", FACES, ids=str)


@dataclass(frozen=True, slots=True)
class Keyed:
    """A server with keys of two workspaces, and one that was revoked; a run of the first."""

    server: ServerProcess
    mine: str
    others: str
    revoked: str
    run: str

    @property
    def secrets(self) -> tuple[str, ...]:
        return self.mine, self.others, self.revoked

    def as_owner(self) -> httpx2.Client:
        return self.server.client(self.mine)

    def as_other(self) -> httpx2.Client:
        return self.server.client(self.others)


def made(server: ServerProcess, name: str, *options: str) -> dict[str, str]:
    key: dict[str, str] = json.loads(server.command("keys", "create", name, "--json", *options))
    return key


@pytest.fixture(scope="module")
def keyed(start_server: StartServer) -> Keyed:
    server = start_server()
    mine, others = made(server, "mine"), made(server, "others", "--workspace", "other")
    revoked = made(server, "revoked")
    with server.client(revoked["key"]) as client:
        assert client.get("/netnew/runs").status_code == 200
        server.command("keys", "revoke", revoked["id"])
        assert client.get("/netnew/runs").status_code == 401
    with server.client(mine["key"]) as client:
        run = found(client, limit=5)
    return Keyed(server, mine["key"], others["key"], revoked["key"], run)


@every_face
def test_a_key_opens_in_either_header(keyed: Keyed, face: Face) -> None:
    with keyed.server.client(key="") as client:
        for headers in ({"x-api-key": keyed.mine}, {"authorization": f"Bearer {keyed.mine}"}):
            assert client.get(face.runs, headers=headers).status_code == 200
            assert client.get(face.run.format(run=keyed.run), headers=headers).status_code == 200


@every_face
def test_a_missing_a_wrong_and_a_revoked_key_are_refused_alike(keyed: Keyed, face: Face) -> None:
    wrong = (
        {},
        {"x-api-key": ""},
        {"x-api-key": "nn_" + "0" * 40},
        {"x-api-key": keyed.revoked},
        {"authorization": f"Basic {keyed.mine}"},
        {"authorization": "Bearer"},
        {"authorization": keyed.mine},
        {"cookie": f"x-api-key={keyed.mine}"},
    )
    with keyed.server.client(key="") as client:
        for headers in wrong:
            for answer in (
                client.get(face.runs, headers=headers),
                client.get(face.run.format(run=keyed.run), headers=headers),
                client.post(face.posts, json=dict(face.body), headers=headers),
            ):
                assert (answer.status_code, face.said(answer.json())) == (401, _REFUSED)
                assert answer.headers["www-authenticate"] == "Bearer"


@every_face
def test_no_operation_answers_without_a_key(keyed: Keyed, face: Face) -> None:
    with keyed.server.client(key="") as client:
        paths = client.get(f"/openapi/{face.name}.json").json()["paths"]
        for path, item in paths.items():
            if path == "/v1/healthcheck":
                continue
            filled = re.sub(r"{[^}]*}", keyed.run, path)
            for method in item:
                answer = client.request(method.upper(), filled, json={})
                assert (answer.status_code, face.said(answer.json())) == (401, _REFUSED), filled


@every_face
def test_a_key_in_the_address_does_not_open(keyed: Keyed, face: Face) -> None:
    with keyed.server.client(key="") as client:
        for name in ("x-api-key", "api_key", "key", "token", "access_token"):
            assert client.get(face.runs, params={name: keyed.mine}).status_code == 401


@every_face
def test_a_run_of_another_workspace_is_no_run(keyed: Keyed, face: Face) -> None:
    with keyed.as_other() as client:
        for path in (face.run, face.cancel):
            method = "GET" if path == face.run else "POST"
            body = {"desired_new_results": 5} if path.endswith("resume") else None
            there, nowhere = (
                client.request(method, path.format(run=run), json=body)
                for run in (keyed.run, NOBODY)
            )
            assert there.status_code == nowhere.status_code == 404
            said = face.said(there.json()).replace(keyed.run, NOBODY)
            assert said == face.said(nowhere.json())
        listed = client.get(face.runs).text
        assert keyed.run.removeprefix("run_") not in listed.replace("-", "")


def test_nothing_of_another_workspace_comes_out_of_our_own_endpoints(keyed: Keyed) -> None:
    with keyed.as_other() as client:
        for rest in ("/candidates", "/export", "/events", "/merges", "/deliveries"):
            assert client.get(f"/netnew/runs/{keyed.run}{rest}").status_code == 404
        assert client.post(f"/netnew/runs/{keyed.run}/refresh").status_code == 404
        assert client.delete(f"/netnew/runs/{keyed.run}").status_code == 404
    with keyed.as_owner() as client:
        assert client.get(f"/netnew/runs/{keyed.run}").status_code == 200


def test_secrets_are_in_no_log_metric_event_or_export(keyed: Keyed) -> None:
    with keyed.as_owner() as client:
        client.get("/netnew/runs", params={"key": keyed.mine})
        client.get("/netnew/nothing", headers={"authorization": f"Bearer {keyed.others}"})
        client.post("/netnew/runs/x/extend", content=b"{", headers={"x-api-key": keyed.mine})
        told = [client.get("/metrics").text, client.get(f"/netnew/runs/{keyed.run}").text]
        for rest in ("/events", "/export?format=json", "/export?format=md", "/candidates"):
            told += [client.get(f"/netnew/runs/{keyed.run}{rest}").text]
    told += ["\n".join(keyed.server.log), keyed.server.command("keys", "list", "--json")]
    assert "event=request" in told[-2]
    for text in told:
        assert not [x for x in keyed.secrets if x in text]


@every_face
def test_a_read_only_key_reads_and_streams_and_may_do_nothing_else(
    keyed: Keyed, face: Face
) -> None:
    secret = made(keyed.server, f"reader-{face.name}", "--read-only")["key"]
    with keyed.server.client(secret) as client:
        assert client.get(face.runs).status_code == 200
        assert client.get(face.run.format(run=keyed.run)).status_code == 200
        assert client.get(f"/netnew/runs/{keyed.run}/events").status_code == 200
        paths = client.get(f"/openapi/{face.name}.json").json()["paths"]
        writes = [(path, x) for path, item in paths.items() for x in item if x != "get"]
        assert writes
        for path, method in writes:
            filled = re.sub(r"{[^}]*}", keyed.run, path)
            for body in (b"{}", b"not JSON"):
                answer = client.request(method.upper(), filled, content=body)
                said = (answer.status_code, face.said(answer.json()))
                assert said == (403, "This key is read-only"), filled
            assert "403" in paths[path][method]["responses"], path
    with keyed.as_owner() as client:
        assert client.get(f"/netnew/runs/{keyed.run}").json()["status"] == "completed"


def test_a_read_only_key_opens_a_socket(keyed: Keyed) -> None:
    secret = made(keyed.server, "listener", "--read-only")["key"]
    address = keyed.server.url.replace("http://", "ws://") + f"/v1/findall/runs/{keyed.run}/ws"
    with connect(address, additional_headers={"x-api-key": secret}) as socket:
        assert json.loads(socket.recv())["type"] == "run.queued"


def test_a_read_only_key_does_not_see_what_signs_webhooks(keyed: Keyed) -> None:
    secret = made(keyed.server, "watcher", "--read-only")["key"]
    with keyed.server.client(secret) as client:
        answer = client.get("/netnew/webhook-secret")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")


@every_face
def test_an_expired_key_is_refused_as_an_unknown_one(keyed: Keyed, face: Face) -> None:
    old = made(keyed.server, f"old-{face.name}")
    new = json.loads(keyed.server.command("keys", "rotate", old["id"], "--overlap", "0m", "--json"))
    with keyed.server.client(old["key"]) as client:
        answer = client.get(face.runs)
        assert (answer.status_code, face.said(answer.json())) == (401, _REFUSED)
    with keyed.server.client(new["key"]) as client:
        assert client.get(face.runs).status_code == 200


def test_listed_keys_tell_which_are_in_force(keyed: Keyed) -> None:
    listed = json.loads(keyed.server.command("keys", "list", "--json"))
    states = {x["name"]: (x["workspace_id"], x["revoked_at"] is None) for x in listed}
    assert (
        states.items()
        >= {
            "mine": ("local", True),
            "others": ("other", True),
            "revoked": ("local", False),
        }.items()
    )


def test_without_any_key_the_server_is_this_machines_alone(start_server: StartServer) -> None:
    server = start_server()
    with server.client() as client:
        refused = (
            {"host": "netnew.example"},
            {"host": "127.0.0.1.nip.example"},
            {"x-forwarded-for": "203.0.113.7"},
            {"forwarded": "for=203.0.113.7"},
            {"x-api-key": ""},
        )
        for headers in refused:
            for face in FACES:
                assert client.get(face.runs, headers=headers).status_code in (400, 401, 403), (
                    headers
                )
        port = client.base_url.port
        for name in ("localhost", "127.0.0.1", "[::1]", "127.0.0.1:1", f"LOCALHOST:{port}"):
            assert client.get("/netnew/runs", headers={"host": name}).status_code == 200, name
        made(server, "first")
        assert client.get("/netnew/runs").status_code == 401


def test_once_the_last_key_is_revoked_none_opens(start_server: StartServer) -> None:
    server = start_server(options=["--api-only"])
    with server.client("any") as client:
        assert client.get("/netnew/runs").status_code == 200
        key = made(server, "only")
        assert client.get("/netnew/runs").status_code == 401
        server.command("keys", "revoke", key["id"])
        assert client.get("/netnew/runs").status_code == 401
        assert client.get("/netnew/runs", headers={"x-api-key": key["key"]}).status_code == 401
