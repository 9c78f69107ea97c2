"""Every bash and python block of the README and the documentation runs.

The blocks of a page run one after the other in a folder of their own with an empty HOME, without
network; `evals` and `tests` of the checkout are found there. Blocks that are to be looked at and
not run are marked `text`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
# Pages that speak of a PostgreSQL: it is there, and empty.
ON_POSTGRES = {ROOT / "docs" / "how-to" / "scale-out.md"}
_BLOCK = re.compile(r"^```(bash|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[tuple[str, str]]:
    return _BLOCK.findall(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "page", [x for x in PAGES if blocks(x)], ids=lambda x: str(x.relative_to(ROOT))
)
def test_every_code_block_runs(page: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    env = environment(tmp_path)
    if page in ON_POSTGRES:
        env["NETNEW_DATABASE_URL"] = request.getfixturevalue("empty_postgres_url")
    for part in ("evals", "tests"):
        (tmp_path / part).symlink_to(ROOT / part)
    for language, code in blocks(page):
        command = [sys.executable, "-c", code] if language == "python" else ["bash", "-ec", code]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"


def environment(home: Path) -> dict[str, str]:
    """The venv's `netnew` first on the path, nothing of the machine's own settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("NETNEW_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
    return kept | {"HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "PATH": path}


def test_readme_and_tutorial_have_code_that_runs() -> None:
    assert blocks(ROOT / "README.md")
    assert blocks(ROOT / "docs" / "tutorial" / "first-run.md")


@pytest.mark.parametrize("page", [*ROOT.glob("*.md"), *PAGES[1:]], ids=lambda x: x.name)
def test_every_block_says_whether_it_runs(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    opened = re.findall(r"^```([^\n]*)\n.*?^```$", text, re.MULTILINE | re.DOTALL)
    assert {x.strip() for x in opened} <= {"bash", "python", "text", "toml"}
    outside = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    assert not re.search(r"\n\n(    |\t)\S", outside), "an indented block, which nothing runs"
