"""How long others wait while one key sends the worst bodies there are, at its full rate.

    python -m benchmarks.hostile [--seconds S] [--only WORD]

For each kind of body a server of its own (`netnew serve --api-only` over SQLite, two keys) is sent
`RATE` requests a second by one key, over at most `CONNECTIONS` connections, from a process of its
own. Meanwhile `/healthz` is asked every 25 ms, however long answers take, and the other key begins
a run every 250 ms. What is not answered counts with the time it has waited. The generator, the
probe and the server share this machine's cores.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.events import quantile
from benchmarks.serve import QUESTION, cpu_s

RATE = 100
CONNECTIONS = 32
_WAITS_S = 3.0
_SERVES = re.compile(rb"serves on http://[^:]+:(\d+)")
_CREATE, _INGEST = "/v1beta/findall/runs", "/v1beta/findall/ingest"
_CHARS = 10_000


def _with(**more: Any) -> bytes:
    return json.dumps({**QUESTION, **more}, separators=(",", ":")).encode()


def _asking(text: str) -> bytes:
    whole = (text * (_CHARS // len(text) + 1))[:_CHARS]
    return json.dumps({"objective": whole}).encode()


def _conditions(text: str) -> bytes:
    return _with(
        match_conditions=[
            {"name": f"c{n}", "description": (text * _CHARS)[: _CHARS - 8] + str(n)}
            for n in range(20)
        ]
    )


BODIES: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "an ordinary question": (_CREATE, _with),
    "2,600,000 numbers": (_CREATE, lambda: _with(x=[1] * 2_600_000)),
    "490,000 numbers": (_CREATE, lambda: _with(x=[1] * 490_000)),
    "1 MB of escapes": (_CREATE, lambda: _with(x="\x01" * 160_000)),
    "30,000 numbers": (_CREATE, lambda: _with(x=[1] * 30_000)),
    "10,000 exclusions": (
        _CREATE,
        lambda: _with(
            exclude_list=[
                {"name": f"Company {n}", "url": f"https://www.company-{n}.example/about"}
                for n in range(10_000)
            ]
        ),
    ),
    "10,000 wrong exclusions": (_CREATE, lambda: _with(exclude_list=[{}] * 10_000)),
    "a question of 10,000 characters": (
        _INGEST,
        lambda: _asking("companies in Paris that make databases with 20 people and "),
    ),
    "a question of 10,000 clauses": (_INGEST, lambda: _asking("in ")),
    "a question of dotted capitals": (_INGEST, lambda: _asking("A.")),
    "20 conditions of 10,000 digits": (_CREATE, lambda: _conditions("1")),
    "20 conditions of 10,000 characters": (_CREATE, lambda: _conditions("a 1 in Paris or ")),
}


@dataclass(slots=True)
class Waited:
    """Seconds of each answer, by status; 0: none came."""

    took: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    async def ask(self, port: int, method: str, path: str, key: str, body: bytes = b"") -> None:
        began, status = time.perf_counter(), 0
        try:
            with suppress(OSError, ValueError, asyncio.IncompleteReadError):
                status = await _answer(port, method, path, key, body)
        finally:
            self.took.append(time.perf_counter() - began)
            self.statuses[status] += 1

    def of(self, share: float) -> float:
        """Milliseconds."""
        return quantile(sorted(self.took), share) * 1000 if self.took else float("nan")


async def _answer(port: int, method: str, path: str, key: str, body: bytes) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        head = f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: {key}\r\n"
        head += "content-type: application/json\r\n"
        writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
        head_of_answer = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head_of_answer)
        await reader.readexactly(int(length[1]) if length else 0)
        return int(head_of_answer.split()[1])
    finally:
        writer.close()


async def attack(port: int, key: str, name: str, seconds: float) -> None:
    """Send at the rate for so long, and print the statuses; what waits at the end is let go of."""
    path, make = BODIES[name]
    body, waited = make(), Waited()
    places = asyncio.Semaphore(CONNECTIONS)

    async def one() -> None:
        async with places:
            await waited.ask(port, "POST", path, key, body)

    await _steadily(one, 1 / RATE, seconds)
    print(json.dumps(waited.statuses))


async def _steadily(ask: Callable[[], Any], every_s: float, seconds: float) -> None:
    tasks, begins = [], time.perf_counter()
    for number in range(int(seconds / every_s)):
        await asyncio.sleep(max(0.0, begins + number * every_s - time.perf_counter()))
        tasks.append(asyncio.ensure_future(ask()))
    _, late = await asyncio.wait(tasks, timeout=_WAITS_S)
    for task in late:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def server(home: Path) -> AsyncIterator[tuple[int, int, list[str]]]:
    """Port, process id and two keys."""
    environment = os.environ | {
        "NETNEW_HOME": str(home),
        "NETNEW_JUDGE": "rules",
        "NETNEW_SERVE_RUNS_PER_HOUR": "1000000",
        "NETNEW_LOG_LEVEL": "error",
    }
    command = [sys.executable, "-m", "netnew"]
    keys = [_key([*command, "keys", "create", name], environment) for name in ("one", "other")]
    process = await asyncio.create_subprocess_exec(
        *command, "serve", "--port", "0", "--api-only", env=environment, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        while not (found := _SERVES.search(line := await process.stderr.readline())):
            assert line, "the server ended"
        draining = asyncio.create_task(process.stderr.read())
        yield int(found[1]), process.pid, keys
    finally:
        process.kill()
        await process.wait()
        await draining


def _key(command: list[str], environment: Mapping[str, str]) -> str:
    made = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found = re.search(r"\bnn_\w+", made.stdout)
    assert found is not None, made.stdout
    return found[0]


async def measure(name: str, seconds: float) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        async with server(Path(folder)) as (port, pid, (key, other)):
            await _answer(port, "POST", _CREATE, other, _with())  # what is loaded once, is
            health, begun = Waited(), Waited()
            command = [sys.executable, "-m", "benchmarks.hostile", "--attack", name]
            command += ["--port", str(port), "--key", key, "--seconds", str(seconds)]
            child = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
            await asyncio.sleep(0.5)  # it imports, and makes its body
            cpu, began = cpu_s(pid), time.perf_counter()
            await asyncio.gather(
                _steadily(lambda: health.ask(port, "GET", "/healthz", ""), 0.025, seconds),
                _steadily(lambda: begun.ask(port, "POST", _CREATE, other, _with()), 0.25, seconds),
            )
            cores = (cpu_s(pid) - cpu) / (time.perf_counter() - began)
            answers = json.loads((await child.communicate())[0])
    told = ", ".join(f"{n} × {x if x != '0' else 'none'}" for x, n in sorted(answers.items()))
    p50, p99, worst = health.of(0.5), health.of(0.99), health.of(1.0)
    print(
        f"| {name} | {told} | {p50:,.0f} | {p99:,.0f} | {worst:,.0f}"
        f" | {begun.of(0.5):,.0f} | {begun.of(0.95):,.0f} | {dict(begun.statuses)} | {cores:.2f} |",
        flush=True,
    )


async def measure_all(word: str, seconds: float) -> None:
    print("| bodies of one key | answers | health p50 ms | p99 | max | other p50 | p95 | | cores |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in BODIES:
        if word in name:
            await measure(name, seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=2.0, help="for each kind of body")
    parser.add_argument("--only", default="", help="kinds that have this word")
    parser.add_argument("--attack", default="", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--key", default="", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.attack:
        asyncio.run(attack(given.port, given.key, given.attack, given.seconds))
    else:
        asyncio.run(measure_all(given.only, given.seconds))


if __name__ == "__main__":
    main()
