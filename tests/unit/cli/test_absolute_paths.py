from __future__ import annotations

from pathlib import Path

import pytest

from netnew.cli.run_options import absolute_paths
from netnew.domain.run import RunSpec


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("csv:list.csv", "csv:{here}/list.csv"),
        ("corpus:pages", "corpus:{here}/pages"),
        ("corpus:pots", "corpus:pots"),
        ("csv:missing.csv", "csv:missing.csv"),
        ("corpus:", "corpus:"),
        ("pyenv", "pyenv"),
        ("web:searxng=http://localhost", "web:searxng=http://localhost"),
    ],
)
def test_a_path_is_made_absolute_and_a_name_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, expected: str
) -> None:
    (tmp_path / "list.csv").write_text("name\nPot\n")
    (tmp_path / "pages").mkdir()
    (tmp_path / "pots").mkdir()
    monkeypatch.chdir(tmp_path)
    spec = absolute_paths(RunSpec("x", sources=(source,)), lambda: ["pots"])
    assert spec.sources == (expected.format(here=tmp_path),)
