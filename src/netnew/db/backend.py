"""What differs between kinds of databases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa

from netnew.domain.errors import NetnewError

if TYPE_CHECKING:
    import psycopg


class Backend(Protocol):
    """A kind of database, bound to one address. `place` names it in messages, without a
    password."""

    @property
    def kind(self) -> str:
        """Its name in messages."""
        ...

    @property
    def place(self) -> str: ...

    @property
    def listens(self) -> bool:
        """Whether it can notify of commits."""
        ...

    @property
    def readers(self) -> int:
        """Maximum number of concurrent reader threads."""
        ...

    def is_there(self) -> bool:
        """False if it would have to be created first; True does not mean that it works."""
        ...

    def for_reading(self) -> Backend | None:
        """If nothing can be written: the same database, opened read-only. Otherwise None."""
        ...

    def check_file(self) -> None:
        """Raise StoreDamaged if the file was emptied since the database was created, or belongs
        to another program. Blocks."""
        ...

    def make_room(self) -> None:
        """Create what must exist before it can be opened (the folder of a file)."""
        ...

    def check_space(self) -> None:
        """Raise StoreDamaged if the disk is known to be full, even if space allocated before
        could still be written. Blocks."""
        ...

    def writer(self) -> sa.Engine:
        """An engine whose transactions hold the write lock from their beginning."""
        ...

    def reader(self) -> sa.Engine:
        """An engine for reading; each statement sees all earlier commits."""
        ...

    def connect_to_listen(self) -> psycopg.Connection[Any]:
        """A connection that may wait for notifications indefinitely, if it `listens`."""
        ...

    def lock_schema(self, connection: sa.Connection) -> None:
        """Keep all other openers from migrating until this transaction ends."""
        ...

    def settle_schema(self, connection: sa.Connection, prefix: str) -> None:
        """Called after migrations: apply settings of the tables `prefix…` that differ between
        databases."""
        ...

    def may_open_soon(self, error: sa.exc.DBAPIError) -> bool:
        """Whether to wait a moment and retry after `error` on opening the database."""
        ...

    def is_worth_retrying(self, error: sa.exc.DBAPIError) -> bool:
        """Whether the failed operation left nothing behind and may succeed when repeated.

        Not used for commits, whose outcome is unknown.
        """
        ...

    def explain(self, error: sa.exc.DBAPIError) -> NetnewError | None:
        """StoreBusy or StoreDamaged if the database itself is at fault, otherwise None."""
        ...
