"""`netnew serve` as a process: how it starts, is asked to leave, dies, and is many."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable

import httpx2
import psutil
import pytest

from tests.dialects.conftest import StartServer
from tests.support.dialect_cases import begun
from tests.support.server_process import ServerProcess


def until(is_so: Callable[[], bool]) -> None:
    """Return once it is so; the test fails where that takes a minute."""
    for _ in range(1_200):
        if is_so():
            return
        threading.Event().wait(0.05)
    pytest.fail("it never came to be")


def refused(server: ServerProcess, *options: str) -> tuple[int, list[str]]:
    """How a further `netnew serve` in the same HOME ends."""
    done = subprocess.run(
        [sys.executable, "-m", "netnew", "serve", *options],
        env=server.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr.splitlines()


def test_it_says_how_it_serves(server: ServerProcess) -> None:
    said = server.heard("judge rules")[0]
    for part in ("sources web:searxng=", "workspace local", "no keys: anyone on this machine"):
        assert part in said


def test_a_taken_port_is_one_clear_line(server: ServerProcess) -> None:
    port = str(httpx2.URL(server.url).port)
    code, lines = refused(server, "--port", port)
    assert (code, len(lines)) == (2, 1)
    assert f"127.0.0.1:{port} cannot be listened on: address already in use" in lines[0]
    with server.client() as client:
        assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_beyond_this_machine_it_serves_only_with_a_key(server: ServerProcess, host: str) -> None:
    code, lines = refused(server, "--port", "0", "--host", host)
    assert (code, len(lines)) == (2, 1)
    assert f"host: {host} is reachable from other machines, and there is no key" in lines[0]


def test_with_a_key_it_does_and_never_opens_without_one(start_server: StartServer) -> None:
    server = start_server()
    secret = server.command("keys", "create", "a").strip()
    server.stop()
    server.options = ["--host", "0.0.0.0"]
    server.start()
    with httpx2.Client(base_url=server.url.replace("0.0.0.0", "127.0.0.1")) as client:
        keyed = {"x-api-key": secret}
        assert client.get("/netnew/runs", headers=keyed).status_code == 200
        assert client.get("/metrics").status_code == 401
        assert client.get("/metrics", headers=keyed).status_code == 200
        key_id = server.command("keys", "list", "--json").split('"id": "')[1].split('"')[0]
        server.command("keys", "revoke", key_id)
        assert client.get("/netnew/runs", headers=keyed).status_code == 401
        assert client.get("/netnew/runs", headers={"host": "localhost", **keyed}).status_code == 401


def test_asked_to_leave_it_ends_streams_and_says_that_it_is_not_ready(
    start_server: StartServer,
) -> None:
    server = start_server(options=["--api-only"], serve_drain_s=5)
    with server.client() as client, server.client() as another:
        run = begun(client)
        with client.stream("GET", f"/netnew/runs/{run}/events") as stream:
            parts = stream.iter_bytes()
            assert b"run.status" in next(parts)
            server.signal(signal.SIGTERM)
            assert b"".join(parts) == b""  # it ends as a stream does, not as a broken one
        assert another.get("/readyz").status_code == 503
        assert another.get("/readyz").json() == {"status": "closing"}
        assert another.get("/healthz").status_code == 200
    assert server.exit_code() == 0
    assert server.heard("leaving")


def test_asked_twice_it_does_not_wait(start_server: StartServer) -> None:
    server = start_server(serve_drain_s=3_600)
    server.signal(signal.SIGINT)
    assert server.heard("leaving")
    server.signal(signal.SIGINT)
    assert server.exit_code() == 130


def test_what_it_worked_on_goes_on_elsewhere_at_once(start_server: StartServer) -> None:
    first = start_server()
    with first.client() as client:
        runs = [begun(client) for _ in range(6)]
        second = start_server(home=first.home)
        assert first.stop() == 0
    with second.client() as client:
        for run in runs:
            client.get(f"/netnew/runs/{run}/events").raise_for_status()
            told = client.get(f"/netnew/runs/{run}").json()
            assert (told["status"], told["generation"]) == ("completed", 1)


def test_a_killed_server_loses_nothing_and_repeats_nothing(start_server: StartServer) -> None:
    server = start_server()
    with server.client() as client:
        run = begun(client)
        seen: list[bytes] = []
        with client.stream("GET", f"/netnew/runs/{run}/events") as stream:
            parts = stream.iter_bytes()
            while sum(x.count(b"\n\n") for x in seen) < 10:
                seen.append(next(parts))
            server.kill()
    server.start()
    whole = b"".join(seen)
    whole = whole[: whole.rindex(b"\n\n") + 2]
    last = whole.rsplit(b"\nid: ", 1)[1].split(b"\n")[0].decode()
    with server.client() as client:
        rest = client.get(f"/netnew/runs/{run}/events", headers={"last-event-id": last})
        again = client.get(f"/netnew/runs/{run}/events")
        assert whole + rest.content == again.content
        assert client.get(f"/netnew/runs/{run}").json()["status"] == "completed"


def children(server: ServerProcess) -> list[psutil.Process]:
    return psutil.Process(server.pid).children()


def answers(server: ServerProcess) -> bool:
    with server.client() as client:
        return client.get("/netnew/runs").status_code == 200


def test_several_processes_serve_one_port_and_replace_each_other(
    start_server: StartServer,
) -> None:
    server = start_server(options=["--workers", "2"])
    assert server.heard("runs wait for `netnew worker`")
    assert answers(server)
    until(lambda: len(children(server)) == 2)
    with server.client() as client:
        run = begun(client)
        assert client.get(f"/netnew/runs/{run}").json()["status"] == "queued"

    killed = children(server)[0]
    killed.kill()
    until(lambda: killed not in children(server) and len(children(server)) == 2)
    assert all(answers(server) for _ in range(20))
    total = sum(
        float(line.rsplit(" ", 1)[1])
        for line in metrics(server).splitlines()
        if line.startswith("netnew_http_requests_total") and 'route="/netnew/runs"' in line
    )
    assert total >= 21  # of both, also what the killed one had counted

    mine = children(server)
    server.signal(signal.SIGINT)
    assert server.exit_code() == 0
    assert not [x for x in mine if x.is_running()]


def metrics(server: ServerProcess) -> str:
    with server.client() as client:
        return client.get("/metrics").text


def test_they_leave_with_the_process_that_began_them(start_server: StartServer) -> None:
    server = start_server(options=["--workers", "1"])
    assert answers(server)
    mine = children(server)
    server.kill()
    gone, alive = psutil.wait_procs(mine, timeout=60)
    assert (len(gone), alive) == (1, [])
