"""Make a HOME with a completed run and one whose process was killed, by whatever version of the
product is first on the path.

    git worktree add OLD d5262f0
    PYTHONPATH=OLD/src:. python tests/golden/old_home.py tests/golden/home_d5262f0.tar.xz
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from evals.data_folder import load_web
from evals.golden.runs import DOMAIN, OWN_WEB
from evals.golden.site import Site, serving_site
from evals.product import DEFAULT_COMMAND, environment
from evals.web_server import HOST

COMPLETED = ("Find all observatories in Chile or Argentina.",
             "country: The observatory stands in Chile or Argentina.")  # fmt: skip
KILLED = ("Find observatories that offer public tours.",
          "tours: The observatory offers public tours.")  # fmt: skip
KILLED_AFTER_PAGES = 40
LATENCY_MS = 20


@contextmanager
def serving(folder: Path) -> Iterator[Site]:
    """The web that the runs of a stored HOME ask; `folder` is new."""
    with serving_site(load_web(OWN_WEB, DOMAIN), folder, LATENCY_MS) as site:
        yield site


def command(home: Path, site: Site, *words: str) -> tuple[Sequence[str], Mapping[str, str]]:
    """The command line `netnew WORDS…` and its environment, in that HOME."""
    return (*DEFAULT_COMMAND, *words), environment(home, site.pages.port)


def source(site: Site) -> str:
    return f"web:searxng=http://{HOST}:{site.pages.port}"


def find(question: tuple[str, str], limit: int, site: Site) -> tuple[str, ...]:
    """The words that ask a question of the site."""
    objective, condition = question
    asked = ("find", objective, "--type", "observatory", "--where", condition, "--judge", "rules")
    return (*asked, "--generator", "base", "--limit", str(limit), "--source", source(site))


def make(home: Path, scratch: Path) -> None:
    """Make both runs in `home`."""
    with serving(scratch / "web") as site:
        words, env = command(home, site, *find(COMPLETED, 3, site))
        subprocess.run(words, env=env, cwd=scratch, check=True)
        before = site.pages.requests.total()
        words, env = command(home, site, *find(KILLED, 1000, site))
        with subprocess.Popen(words, env=env, cwd=scratch) as child:
            while site.pages.requests.total() < before + KILLED_AFTER_PAGES:
                assert child.poll() is None, "the run ended before it could be killed"
                time.sleep(0.005)
            child.kill()


def main() -> None:
    out = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        home = scratch / "home"
        home.mkdir()
        make(home, scratch)
        with tarfile.open(out, "w:xz") as archive:
            # The file of shared memory is made anew by whoever opens the database.
            for path in sorted(p for p in home.iterdir() if p.suffix != ".db-shm"):
                archive.add(path, path.name, filter=_nameless)
    print(f"{out}: {os.path.getsize(out):,} bytes")


def _nameless(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Without whose file it was and when."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    return member


if __name__ == "__main__":
    main()
