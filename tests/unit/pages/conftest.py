"""Pages made in a line, the test suite's own server and store, and a Chromium within reach."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from netnew.pages.fetching.chromium import Chromium, find_chromium


@pytest.fixture(scope="session")
def chromium_path(request: pytest.FixtureRequest) -> Path:
    """The machine's Chromium. Where there is none, one line says so and rendering is not tested."""
    path = find_chromium()
    if path is None:
        line = "no Chromium on this machine: the tests of rendering do not run"
        reporter = request.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line(line)
        pytest.skip(line)
    return path


@pytest.fixture(scope="module")
def loop_of_browser() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def chromium(chromium_path: Path, loop_of_browser: asyncio.Runner) -> Iterator[Chromium]:
    """One browser for the tests of a module: it starts once."""

    async def begin() -> Chromium:
        browser = Chromium(chromium_path)
        browser.lease()
        return browser

    browser = loop_of_browser.run(begin())
    yield browser
    loop_of_browser.run(browser.release())
