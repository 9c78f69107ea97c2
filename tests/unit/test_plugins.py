from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from netnew.domain.errors import InvalidInput, SourceMisconfigured
from netnew.domain.page import RawPage
from netnew.plugins import installed_plugins, source_from_spec, source_kinds
from netnew.sources.context import SourceContext


class _Clock:
    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0


async def _no_page(url: str) -> RawPage:
    raise AssertionError(url)


@pytest.fixture
def sources(tmp_path: Path) -> SourceContext:
    return SourceContext(tmp_path, _Clock(), _no_page)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path with a distribution of two plugins: one breaks when imported."""
    site = tmp_path / "site"
    info = site / "stranger-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[netnew.sources]\nbroken = stranger_broken:open\npyenv = stranger_broken:open\n"
        "number = stranger_number:open\n"
    )
    (site / "stranger_broken.py").write_text("raise RuntimeError('needs a licence key')")
    (site / "stranger_number.py").write_text("open = 7")
    monkeypatch.syspath_prepend(str(site))
    return site


def test_built_in_sources_come_in_by_the_same_door() -> None:
    assert {"web", "corpus", "csv", "sitemap", "pyenv"} <= set(source_kinds())
    assert all(not plugin.problem for plugin in installed_plugins())


def test_an_unknown_kind_is_answered_with_the_known_ones_and_the_nearest(
    sources: SourceContext,
) -> None:
    with pytest.raises(InvalidInput, match="did you mean 'corpus'") as caught:
        source_from_spec("corpsu:crawl", sources)
    assert caught.value.field == "source"
    assert "sitemap" in caught.value.allowed


@pytest.mark.parametrize("spec", ["", ":", "  ", "::x", "https://example.org", "PYENV "])
def test_what_is_no_spec_is_refused_as_input(spec: str, sources: SourceContext) -> None:
    with pytest.raises(InvalidInput):
        source_from_spec(spec, sources)


def test_a_plugin_that_cannot_be_imported_is_named_with_its_package(
    sources: SourceContext, installed: Path
) -> None:
    with pytest.raises(SourceMisconfigured, match=r"stranger.*RuntimeError: needs a licence key"):
        source_from_spec("broken:x", sources)


def test_a_plugin_that_is_no_factory_is_named(sources: SourceContext, installed: Path) -> None:
    with pytest.raises(SourceMisconfigured, match="not callable"):
        source_from_spec("number", sources)


def test_broken_plugins_leave_the_others_working(sources: SourceContext, installed: Path) -> None:
    problems = {plugin.kind for plugin in installed_plugins() if plugin.problem}
    assert problems == {"broken", "number"}
    assert source_from_spec("pyenv", sources).spec == "pyenv"
