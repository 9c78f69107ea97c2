"""Commands that begin work: in the foreground until the end, or in the background."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from netnew.cli import terminal
from netnew.cli.background import worker_for
from netnew.cli.foreground import Begin, work_and_watch
from netnew.cli.showing import Wishes, show_end
from netnew.cli.standing import how_to_go_on
from netnew.exports.document import run_document

if TYPE_CHECKING:
    from netnew.bootstrap import App


def announce(line: str, wishes: Wishes) -> None:
    """Say what the command is about to do, before anything that takes time is opened."""
    if not (wishes.quiet or wishes.as_json):
        print(line, file=sys.stderr, flush=True)


async def begin_and_show(app: App, begin: Begin, wishes: Wishes) -> int:
    """Begin, wait for the end and show it, or with `--detach` leave it to a worker; the exit
    code."""
    if wishes.is_detached:
        return await _detached(app, begin, wishes)
    seen = await work_and_watch(app, begin, wishes.quiet)
    return await show_end(app, seen, wishes)


async def _detached(app: App, begin: Begin, wishes: Wishes) -> int:
    run = await begin("")
    await worker_for(app, run)
    if wishes.as_json:
        terminal.print_json({"run": run_document(await app.service.run(run.id))})
    else:
        print(run.id, flush=True)
    if not wishes.as_json and not wishes.quiet:
        for line in how_to_go_on(run):
            terminal.progress().print(line)
    return 0
