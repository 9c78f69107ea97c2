"""Install every lock into empty environments, with the oldest pip supported and with the newest.

A lock that installs today must install after any later release of any dependency: pip may not
resolve, and every file must have the pinned hash. The base lock is installed for real, without a
cache, and the demo is run on it; the other locks are downloaded and checked.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BASE = ROOT / "requirements.lock"
OTHERS = (
    ROOT / "requirements-dev.lock",
    *sorted((ROOT / "tests/dialects/clients").glob("*.lock")),
)
OLDEST_PIP = "pip==23.2.1"  # what comes with Python 3.11
PIPS = (OLDEST_PIP, "pip")
LOCKED = ("-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps")


def main() -> None:
    for pip in PIPS:
        with tempfile.TemporaryDirectory() as folder:
            check(pip, Path(folder))


def check(pip: str, folder: Path) -> None:
    """Raises CalledProcessError where a lock cannot be installed or the demo fails."""
    home = folder / "environment"
    venv.create(home, with_pip=True)
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    run(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--upgrade", pip)

    before = time.monotonic()
    run(python, *LOCKED, "--no-cache-dir", "--require-hashes", "-r", BASE)
    run(python, *LOCKED, "--no-build-isolation", ROOT)
    seconds = time.monotonic() - before
    run(python, "-m", "pip", "check")
    run(python, "-m", "netnew", "demo", NETNEW_HOME=str(folder / "home"))
    megabytes = sum(f.lstat().st_size for f in home.rglob("*") if f.is_file()) / 1e6
    print(f"{pip}: {BASE.name} installed in {seconds:.0f} s, {megabytes:.0f} MB; demo done")

    for lock in OTHERS:
        run(python, *LOCKED, "--dry-run", "--require-hashes", "-r", lock)
        print(f"{pip}: {lock.name} can be installed")


def run(python: Path, *arguments: str | Path, **environment: str) -> None:
    done = subprocess.run(
        [python, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        sys.stderr.buffer.write(done.stdout)
        done.check_returncode()


if __name__ == "__main__":
    main()
