"""What one kind of database does in its own way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa

from netnew.domain.errors import NetnewError

if TYPE_CHECKING:
    import psycopg


class Backend(Protocol):
    """A kind of database, bound to one address. `place` names it in messages (no password)."""

    @property
    def kind(self) -> str:
        """What it is called in messages."""
        ...

    @property
    def place(self) -> str: ...

    @property
    def listens(self) -> bool:
        """Whether it can tell of commits as they happen."""
        ...

    @property
    def readers(self) -> int:
        """How many threads may read at once."""
        ...

    def is_there(self) -> bool:
        """False where it would have to be made first; True says nothing of whether it works."""
        ...

    def for_reading(self) -> Backend | None:
        """Where nothing can be written: the same database, opened for reading alone. Else None."""
        ...

    def check_file(self) -> None:
        """Raises StoreDamaged where the file was emptied since the database was made, or belongs to
        another program. Blocks."""
        ...

    def make_room(self) -> None:
        """Make what must be there before it can be opened (the folder of a file)."""
        ...

    def check_space(self) -> None:
        """Raises StoreDamaged where the disk is known to be full, whatever can still be written
        to space that was taken before. Blocks."""
        ...

    def writer(self) -> sa.Engine:
        """An engine whose transactions hold the write lock from their beginning."""
        ...

    def reader(self) -> sa.Engine:
        """An engine for reading; each statement sees everything committed before it."""
        ...

    def connect_to_listen(self) -> psycopg.Connection[Any]:
        """A connection that may wait for news for as long as it likes, where it `listens`."""
        ...

    def lock_schema(self, connection: sa.Connection) -> None:
        """Keep all other openers from migrating until this transaction ends."""
        ...

    def settle_schema(self, connection: sa.Connection, prefix: str) -> None:
        """Called after migrations: make of the tables `prefix…` what they do not say alike."""
        ...

    def may_open_soon(self, error: sa.exc.DBAPIError) -> bool:
        """Whether one who opens the database and met `error` had better wait a moment."""
        ...

    def is_worth_retrying(self, error: sa.exc.DBAPIError) -> bool:
        """Whether what failed left nothing behind, and may succeed when it is done again.

        Not asked about a commit: of that nobody knows what it left behind.
        """
        ...

    def explain(self, error: sa.exc.DBAPIError) -> NetnewError | None:
        """StoreBusy or StoreDamaged where the database itself is at fault, else None."""
        ...
