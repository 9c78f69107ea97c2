"""Other makers' clients, each run by the environment that `make clients` made for it.

A client finds the server by the variables its own documentation names; nothing in it is patched.
What a script saw it prints as one JSON object.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = ROOT / "tests" / "dialects" / "clients"
SCRIPTS = CLIENTS / "scripts"
SNIPPETS = CLIENTS / "snippets"
KEY = "test"
_ENVIRONMENTS = ROOT / ".venv-clients"
_MAX_S = 240.0


@dataclass(frozen=True, slots=True)
class Ran:
    """How a client's process ended."""

    code: int
    out: str
    err: str

    def saw(self) -> Any:
        """The JSON it printed, once it ended well."""
        assert self.code == 0, f"{self.err}\n{self.out}"
        return json.loads(self.out)


def program(environment: str, name: str = "python") -> Path:
    """A program of an environment. One that is not made yet fails with what makes it."""
    folder = _ENVIRONMENTS / environment
    assert list(folder.glob(".ready-*")), f"{folder.name} is not made; `make clients` makes it"
    return folder / "bin" / name


def run(command: Sequence[str | Path], url: str, folder: Path, **variables: str) -> Ran:
    """Run a client against the server at `url`, in a folder of its own that is its home too."""
    kept = {k: v for k, v in os.environ.items() if not k.upper().endswith("_PROXY")}
    own = {
        "HOME": str(folder),
        "PARALLEL_API_KEY": KEY,
        "PARALLEL_BASE_URL": url,
        "PARALLEL_API_URL": url,
        "SERVER_URL": url,
        "PYTHONDONTWRITEBYTECODE": "1",
        **variables,
    }
    done = subprocess.run(
        [str(x) for x in command],
        env=kept | own,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=_MAX_S,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def python_script(environment: str, script: str, url: str, folder: Path, **variables: str) -> Any:
    """What one of the scripts beside the tests saw."""
    return run([program(environment), SCRIPTS / script], url, folder, **variables).saw()


def has_node() -> bool:
    return shutil.which("node") is not None and shutil.which("npm") is not None


def typescript(script: Path, url: str, folder: Path, **variables: str) -> Ran:
    """Run a TypeScript file as a user would: in a project of its own that has the packages."""
    packages = program("node").parents[1] / "node_modules"
    here = folder / "node_modules"
    if not here.exists():
        here.symlink_to(packages)
        (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    copy = folder / script.name
    if copy != script:
        shutil.copyfile(script, copy)
    return run(["node", "--import", "tsx", copy], url, folder, **variables)
