"""What the tests of the clients ask for."""

from __future__ import annotations

import pytest

from tests.support.clients import has_node


@pytest.fixture(scope="session")
def node(request: pytest.FixtureRequest) -> None:
    """Node.js. Where there is none, one line says so and its clients are not tested."""
    if not has_node():
        line = "no Node.js with npm on this machine: the tests of npm clients do not run"
        reporter = request.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line(line)
        pytest.skip(line)
