"""Follows a run: its stored events first, then each as it is committed by any process."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from netnew.db.database import Database
from netnew.domain.errors import NotFound
from netnew.domain.event import Event
from netnew.domain.ids import RunId, WorkspaceId
from netnew.store.event_poller import PAGE, EventPoller
from netnew.store.events import SqlEventStore


class Tailer:
    """Follows runs of one workspace. Tailers of one process share an `EventPoller`."""

    def __init__(
        self, database: Database, workspace_id: WorkspaceId, pulse: EventPoller | None = None
    ) -> None:
        self._workspace_id = workspace_id
        self._events = SqlEventStore(database, workspace_id)
        self._pulse = pulse or EventPoller(database)

    async def watch(
        self, run_id: RunId, after: int = 0, until_terminal: bool = True
    ) -> AsyncGenerator[list[Event], None]:
        """The events with a number above `after`, in order, in lists of 1 to 500.

        Ends when the run is deleted, and with `until_terminal` when it has ended and all its events
        were yielded. No event is omitted except those deleted by retention: then a number is more
        than one above the previous one (or `after`).

        Raises NotFound for an unknown run, and errors of the store (StoreDamaged; a busy one is
        waited for). Call `aclose` if the iterator is not exhausted."""
        with self._pulse.watching(run_id) as watched:
            if watched.beat is None and not watched.gone:
                await watched.change()
            if watched.beat is None or watched.beat.workspace_id != self._workspace_id:
                raise NotFound("run", run_id)
            while (beat := watched.beat) and beat.workspace_id == self._workspace_id:
                if beat.last_seq > after:
                    page = watched.after(after) or await self._page(run_id, after, beat.last_seq)
                    # Events counted by a poll can be read, or were deleted.
                    after = page[-1].seq if page else beat.last_seq
                    if page:
                        yield page
                elif until_terminal and beat.status.is_terminal:
                    return
                elif watched.beat is beat:
                    await watched.change()

    async def _page(self, run_id: RunId, after: int, last: int) -> list[Event]:
        """No more than the poll counted: newer events belong to a newer status."""
        found = await self._events.after(run_id, after, PAGE)
        return [event for event in found if event.seq <= last]
