"""What the HTTP server carries on this machine, and how soon a committed event is at a client.

    python -m benchmarks.serve [--seconds S] [--clients N] [--streams N] [--database-url URL]
    python -m benchmarks.serve --parsers [--seconds S] [--clients N]

The server is `netnew serve --api-only` in a process of its own, over a SQLite file (or the given
database); the load comes from this process over kept connections, one request at a time each, so
both share the machine's cores. `bare` is a FastAPI application of one empty route, served by the
same uvicorn in the same run: what the framework alone would carry. Latency of events is from the
return of `commit`, in a third process, to the client having the frame.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from benchmarks.events import SystemClock, quantile
from benchmarks.store import decided
from netnew.domain.condition import MatchCondition
from netnew.domain.event import SourceFailed
from netnew.domain.ids import LOCAL_WORKSPACE, RunId, run_id
from netnew.domain.run import Counts, Run, RunSpec, RunStatus, TerminationReason
from netnew.ports.store import Changes
from netnew.store import SqlStore, open_store

CANDIDATES = 1_000
QUESTION = {
    "objective": "Find all companies that make tools for data teams.",
    "entity_type": "company",
    "match_conditions": [
        {"name": "data", "description": "The company makes tools for data teams."},
        {"name": "young", "description": "The company was founded after 2010."},
        {"name": "small", "description": "The company has fewer than 200 people."},
    ],
    "generator": "core",
    "match_limit": 50,
}
_SERVES = re.compile(rb"serves on http://[^:]+:(\d+)")
_BARE = """
import sys, uvicorn
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
async def root() -> dict[str, str]:
    return {"status": "ok"}
if sys.argv[2] == "ours":
    from netnew.api.connections import ConnectionLimits
    from netnew.api.http_protocol import limited_protocol
    http = limited_protocol(ConnectionLimits())
else:
    http = sys.argv[2]
uvicorn.run(app, port=int(sys.argv[1]), http=http, access_log=False, log_level="error")
"""
PARSERS = ("httptools", "ours", "h11")


@dataclass(slots=True)
class Measured:
    """Answers of one kind of request: how long each took, in seconds, and how large they were."""

    took: list[float] = field(default_factory=list)
    largest: int = 0


@dataclass(frozen=True, slots=True)
class Connection:
    """A kept connection that asks one thing after the other."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, int]:
        """The status and the bytes of the answer's body."""
        head = f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: bench\r\n"
        head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        self.writer.write(head.encode() + body)
        answer = await self.reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", answer, re.IGNORECASE)
        assert length is not None, answer
        await self.reader.readexactly(int(length[1]))
        return int(answer.split()[1]), int(length[1])


async def load(port: int, clients: int, seconds: float, method: str, path: str) -> Measured:
    """Ask the same from `clients` connections for `seconds`."""
    measured, ends_at = Measured(), time.perf_counter() + seconds

    async def one() -> None:
        connection = Connection(*await asyncio.open_connection("127.0.0.1", port, limit=2**24))
        while time.perf_counter() < ends_at:
            question = {**QUESTION, "metadata": {"n": str(uuid4())}}
            body = json.dumps(question).encode() if method == "POST" else b""
            began = time.perf_counter()
            status, size = await connection.ask(method, path, body)
            measured.took.append(time.perf_counter() - began)
            assert status == 200, f"{method} {path}: {status}"
            measured.largest = max(measured.largest, size)
        connection.writer.close()

    await asyncio.gather(*(one() for _ in range(clients)))
    return measured


async def stream(port: int, run: RunId, seen: list[int], is_open: asyncio.Event) -> None:
    """Read a run's events; note when the frame of each came."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    path = f"/netnew/runs/{run}/events"
    writer.write(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: bench\r\n\r\n".encode())
    answer = await reader.readuntil(b"\r\n\r\n")
    assert b" 200 " in answer, answer
    is_open.set()
    try:
        while line := await reader.readline():
            if line.startswith(b"id:"):
                seen.append(time.monotonic_ns())
    finally:
        writer.close()


async def write(url: str, run: RunId, count: int, pause_s: float) -> None:
    """The child that commits: prints the instant at which each commit returned."""
    async with open_store(url) as store:
        for _ in range(count):
            await asyncio.sleep(pause_s)
            await store.journal.commit(Changes(run, (SourceFailed("s", "q", "p"),)))
            print(time.monotonic_ns(), flush=True)


async def make_runs(url: str) -> tuple[RunId, RunId]:
    """A run of 1,000 matches that has ended, and one that is under way."""
    now = datetime.now(UTC)
    ended, open_ = run_id(uuid4()), run_id(uuid4())
    conditions = tuple(MatchCondition(**x) for x in QUESTION["match_conditions"])  # type: ignore[arg-type,union-attr]
    spec = RunSpec(str(QUESTION["objective"]), "company", conditions, sources=("web",))
    async with open_store(url) as store:
        for id_, status in ((ended, RunStatus.RUNNING), (open_, RunStatus.RUNNING)):
            await store.runs.create(Run(id_, LOCAL_WORKSPACE, spec, status, now, now))
        await fill(store, ended)
    return ended, open_


async def fill(store: SqlStore, run: RunId) -> None:
    await asyncio.gather(*(store.journal.commit(decided(run, n)) for n in range(CANDIDATES)))
    done = replace(
        await store.runs.get(run),
        status=RunStatus.COMPLETED,
        termination_reason=TerminationReason.CANDIDATES_EXHAUSTED,
        counts=Counts(CANDIDATES, CANDIDATES),
        ended_at=SystemClock().now(),
    )
    await store.journal.commit(Changes(run, run=done))


@asynccontextmanager
async def server(home: Path, url: str, more: int) -> AsyncIterator[tuple[int, int]]:
    """The port and the process id of a server without a worker, and with room for all this."""
    environment = os.environ | {
        "NETNEW_HOME": str(home),
        "NETNEW_DATABASE_URL": url,
        "NETNEW_JUDGE": "rules",
        "NETNEW_SERVE_RATE_PER_S": "1000000",
        "NETNEW_SERVE_RUNS_PER_HOUR": "10000000",
        "NETNEW_SERVE_STREAMS_PER_KEY": str(more),
    }
    command = [sys.executable, "-m", "netnew", "serve", "--port", "0", "--api-only"]
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        while not (found := _SERVES.search(line := await process.stderr.readline())):
            assert line, "the server ended"
        draining = asyncio.create_task(process.stderr.read())
        yield int(found[1]), process.pid
        process.terminate()
        await process.wait()
        await draining
    finally:
        if process.returncode is None:
            process.kill()


@asynccontextmanager
async def bare_server(http: str = "httptools") -> AsyncIterator[int]:
    port = 18_000 + os.getpid() % 1_000 + PARSERS.index(http)
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", _BARE, str(port), http)
    try:
        for _ in range(200):
            await asyncio.sleep(0.05)
            try:
                (await asyncio.open_connection("127.0.0.1", port))[1].close()
                break
            except OSError:
                continue
        yield port
    finally:
        process.kill()
        await process.wait()


def memory_mb(pid: int) -> float:
    """What the process holds in memory, in MB (Linux)."""
    text = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", text)
    return int(found[1]) / 1024 if found else 0.0


def row(name: str, measured: Measured, seconds: float, memory: str = "") -> str:
    ordered = sorted(measured.took)
    per_s = len(ordered) / seconds
    p50, p95 = (quantile(ordered, q) * 1000 for q in (0.5, 0.95))
    kb = f"{measured.largest / 1000:,.0f}" if measured.largest > 2_000 else "<2"
    return f"| {name} | {per_s:,.0f} | {p50:.1f} | {p95:.1f} | {kb} | {memory} |"


async def measure_requests(port: int, pid: int, ended: RunId, clients: int, seconds: float) -> None:
    base = "/v1beta/findall/runs"
    for name, method, path, at_once in (
        ("health", "GET", "/healthz", clients),
        ("create", "POST", base, clients),
        ("get", "GET", f"{base}/{ended}", clients),
        (f"result of {CANDIDATES:,}, one client", "GET", f"{base}/{ended}/result", 1),
        (f"result of {CANDIDATES:,}", "GET", f"{base}/{ended}/result", clients),
    ):
        await load(port, 1, 0.2, method, path)
        measured = await load(port, at_once, seconds, method, path)
        print(row(name, measured, seconds, f"{memory_mb(pid):,.0f} MB"), flush=True)


async def measure_streams(
    port: int, pid: int, url: str, run: RunId, streams: int, commits: int, pause_s: float
) -> None:
    seen: list[list[int]] = [[] for _ in range(streams)]
    opened = [asyncio.Event() for _ in range(streams)]
    before_mb = memory_mb(pid)
    readers = [
        asyncio.create_task(stream(port, run, mine, is_open))
        for mine, is_open in zip(seen, opened, strict=True)
    ]
    await asyncio.gather(*(x.wait() for x in opened))
    await until_quiet(seen)
    for mine in seen:
        mine.clear()
    cpu_before, wall = cpu_s(pid), time.perf_counter()
    arguments = ["--write", run, "--database-url", url, "--commits", str(commits)]
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.serve",
        *arguments,
        "--pause",
        str(pause_s),
        stdout=asyncio.subprocess.PIPE,
    )
    told = [int(line) for line in (await child.communicate())[0].split()]
    cores = (cpu_s(pid) - cpu_before) / (time.perf_counter() - wall)
    await until_quiet(seen)
    took = []
    for mine in seen:
        assert len(mine) == len(told), f"{len(mine)} of {len(told)} events came"
        took += [max(0, at - t) / 1e6 for at, t in zip(mine, told, strict=True)]
    took.sort()
    rate = 1 / pause_s if pause_s else 0
    print(
        f"| {streams} | {rate:.0f} | {quantile(took, 0.5):.1f} | {quantile(took, 0.95):.1f} "
        f"| {took[-1]:.1f} | {cores:.2f} | {memory_mb(pid) - before_mb:,.0f} MB |",
        flush=True,
    )
    for reader in readers:
        reader.cancel()
    await asyncio.gather(*readers, return_exceptions=True)


async def until_quiet(seen: list[list[int]]) -> None:
    """All that was stored before has come."""
    before = -1
    while before != (now := sum(len(mine) for mine in seen)):
        before = now
        await asyncio.sleep(2)


def cpu_s(pid: int) -> float:
    """Processor seconds the process has used (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(url: str | None, clients: int, streams: int, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        url = url or f"sqlite:///{home / 'netnew.db'}"
        ended, open_ = await make_runs(url)
        print("| request | a second | p50 ms | p95 ms | kB | server holds |")
        print("| --- | --- | --- | --- | --- | --- |")
        async with bare_server() as port:
            await load(port, clients, 0.5, "GET", "/")
            print(row("bare FastAPI", await load(port, clients, seconds, "GET", "/"), seconds))
        async with server(home, url, streams + 10) as (port, pid):
            await measure_requests(port, pid, ended, clients, seconds)
            print("\n| streams | commits/s | p50 ms | p95 ms | max ms | server cores | for them |")
            print("| --- | --- | --- | --- | --- | --- | --- |")
            for count, pause_s in ((1, 0.05), (streams, 1.0), (streams, 0.1), (streams, 0.05)):
                commits = max(10, int(seconds / pause_s))
                await measure_streams(port, pid, url, open_, count, commits, pause_s)


async def measure_parsers(clients: int, seconds: float) -> None:
    """The empty route behind each HTTP parser; `ours` is httptools with the server's limits."""
    print("| parser | a second | p50 ms | p95 ms | kB | |")
    print("| --- | --- | --- | --- | --- | --- |")
    for http in PARSERS:
        async with bare_server(http) as port:
            await load(port, clients, 0.5, "GET", "/")
            print(row(http, await load(port, clients, seconds, "GET", "/"), seconds), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--database-url", default=None)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--parsers", action="store_true", help="compare the HTTP parsers alone")
    parser.add_argument("--write", default="", help=argparse.SUPPRESS)
    parser.add_argument("--commits", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--pause", type=float, default=0.0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.write:
        work = write(given.database_url, RunId(given.write), given.commits, given.pause)
        asyncio.run(work)
    elif given.parsers:
        asyncio.run(measure_parsers(given.clients, given.seconds))
    else:
        asyncio.run(measure(given.database_url, given.clients, given.streams, given.seconds))


if __name__ == "__main__":
    main()
