"""Opens the application for one command."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, TypeVar, cast

import typer

from netnew.cli.log_setup import log_to_standard_error, report_suppressed_warnings
from netnew.error_log import ERRORS
from netnew.redaction import hide
from netnew.settings import Settings

if TYPE_CHECKING:
    from netnew.bootstrap import App

T = TypeVar("T")

Opener = Callable[[Settings], AbstractAsyncContextManager["App"]]
"""Opens an App with the settings: `bootstrap.open_app`, or a test's own."""


def with_app(
    context: typer.Context,
    use: Callable[[App], Coroutine[None, None, T]],
    settings: Settings | None = None,
) -> T:
    """Run `use` with the application open, and return its result."""
    opener = cast(Opener, context.obj)
    in_force = settings or Settings.load()
    log_to_standard_error(in_force.log_level, in_force.log_format)
    ERRORS.keep_in(in_force.home)
    hide(*in_force.secrets())

    async def opened() -> T:
        async with opener(in_force) as app:
            return await use(app)

    try:
        return asyncio.run(opened())
    finally:
        report_suppressed_warnings()
