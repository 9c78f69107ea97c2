"""`netnew serve` in a process of its own, for tests of what it speaks."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx2

_SERVES = re.compile(r"serves on (http://\S+)")
_STARTS_WITHIN_S = 60.0

OBJECTIVE = "Find all observatories with more than two domes that offer public tours."
CONDITIONS = (
    {"name": "domes", "description": "The observatory has more than two domes."},
    {"name": "tours", "description": "The observatory offers public tours."},
)
"""A question of the suite's own web (entity type `observatory`) that has a handful of matches."""


class ServerProcess:
    """A server; `url` is where it answers. `settings` go by the environment. `descriptors`: how
    many files and sockets it may have open."""

    def __init__(
        self,
        home: Path,
        gateway: str,
        settings: Mapping[str, object],
        options: Sequence[str] = (),
        descriptors: int | None = None,
    ) -> None:
        self.home = home
        self.descriptors = descriptors
        self.options = options
        own = {
            "home": home,
            "test_gateway": gateway,
            "sources": f"web:searxng={gateway}",
            "judge": "rules",
            "per_host_delay_s": 0,
            "log_level": "info",
            **settings,
        }
        environment = {k: v for k, v in os.environ.items() if not k.startswith("NETNEW_")}
        self.environment = environment | {
            f"NETNEW_{name.upper()}": str(value) for name, value in own.items() if value is not None
        }
        self.log: deque[str] = deque(maxlen=10_000)
        self._serves = threading.Event()
        self._port = 0
        self.start()

    def start(self) -> None:
        """Begin (again) in the same HOME, on the port it had before."""
        self._serves.clear()
        limit = f"ulimit -n {self.descriptors};" if self.descriptors else ""
        command = [sys.executable, "-m", "netnew", "serve", "--port", str(self._port)]
        self._process = subprocess.Popen(
            ["sh", "-c", f'{limit} exec "$@"', "sh", *command, *self.options],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()
        assert self._serves.wait(_STARTS_WITHIN_S), "\n".join(self.log)
        self._port = httpx2.URL(self.url).port or 0

    def command(self, *arguments: str) -> str:
        """What `netnew …` prints, in the same HOME."""
        done = subprocess.run(
            [sys.executable, "-m", "netnew", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def client(self, key: str = "test", **headers: str) -> httpx2.Client:
        """A client with a key in `x-api-key`; '' for none."""
        given = {"x-api-key": key, **headers} if key else headers
        return httpx2.Client(base_url=self.url, headers=given, timeout=60)

    def heard(self, text: str) -> list[str]:
        """The lines of its log that have `text`; waits for the first of them."""
        for _ in range(1_200):
            lines = [x for x in list(self.log) if text in x]
            if lines:
                return lines
            threading.Event().wait(0.05)
        raise AssertionError(f"{text!r} was not said:\n" + "\n".join(self.log))

    @property
    def pid(self) -> int:
        return self._process.pid

    def signal(self, what: signal.Signals) -> None:
        self._process.send_signal(what)

    def exit_code(self) -> int:
        """Its exit code, once it has left by itself."""
        code = self._process.wait(timeout=60)
        self._reader.join()
        return code

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()
        self._process.wait()
        self._reader.join()

    def stop(self) -> int:
        """Ask it to leave, as Ctrl-C does; its exit code."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(timeout=60)
        self._reader.join()
        return code

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        with process.stderr as lines:
            for line in lines:
                self.log.append(line.rstrip())
                found = _SERVES.search(line)
                if found:
                    self.url = found[1]
                    self._serves.set()
