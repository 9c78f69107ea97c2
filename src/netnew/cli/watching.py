"""Watching a run that somebody else works on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netnew.cli.follow import Following
from netnew.cli.foreground import Seen
from netnew.cli.interrupt import Interrupts, can_ask
from netnew.cli.progress import display
from netnew.cli.standing import how_to_go_on
from netnew.cli.tally import Tally

if TYPE_CHECKING:
    from netnew.bootstrap import App
    from netnew.domain.run import Run


async def watch_to_the_end(app: App, run: Run, after: int, as_json: bool, quiet: bool) -> Seen:
    """Follow `run` from the event after `after` on. Who only watches stops nobody's work unless
    asked on a terminal."""
    asks = can_ask()
    tally = Tally.of(run, after)
    with display(quiet, as_json) as shown:
        stop = (lambda: app.service.cancel(run.id)) if asks else None
        interrupts = Interrupts(shown, stop, how_to_go_on(run), asks)
        end = await Following(app, run, shown, tally, interrupts).to_the_end()
    return Seen(run, tally, end)
