"""The schema version of a database, and upgrading it, without opening the store."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from netnew.db.database import backend_of, open_database
from netnew.db.migrate import (
    VERSION_TABLE,
    missing_parts,
    newest_revision,
    revision_of,
    surplus_parts,
)
from netnew.db.tables import PREFIX
from netnew.domain.errors import StoreBusy, StoreDamaged


class SchemaAge(StrEnum):
    """How a database's schema relates to this version."""

    CURRENT = "current"
    EMPTY = "empty"
    """It has no tables or does not exist yet: it is created on first use."""
    BEHIND = "behind"
    NEWER = "newer"
    INCOMPLETE = "incomplete"
    """It lacks tables or columns of its revision, or has tables but no revision."""
    HALF_MIGRATED = "half_migrated"
    """It has tables or columns that only later revisions create."""
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class SchemaState:
    """`found` is the number of the database's last migration, `wanted` the newest; `problem`
    says why the database cannot be examined, '' if it can; `missing` are missing tables and
    columns, `surplus` those of later revisions."""

    kind: str
    place: str
    found: str | None
    wanted: str
    problem: str = ""
    missing: tuple[str, ...] = ()
    surplus: tuple[str, ...] = ()

    @property
    def age(self) -> SchemaAge:
        if self.problem:
            return SchemaAge.UNREACHABLE
        if self.missing:
            return SchemaAge.INCOMPLETE
        if self.surplus:
            return SchemaAge.HALF_MIGRATED
        if self.found is None:
            return SchemaAge.EMPTY
        if self.found == self.wanted:
            return SchemaAge.CURRENT
        return SchemaAge.BEHIND if self.found < self.wanted else SchemaAge.NEWER


def look_at_schema(url: str) -> SchemaState:
    """The state of the database at `url`; changes nothing and does not wait.

    Raises InvalidInput for an unknown kind of address.
    """
    backend = backend_of(url)
    wanted = newest_revision()
    if not backend.is_there():
        return SchemaState(backend.kind, backend.place, None, wanted)
    engine = (backend.for_reading() or backend).reader()
    try:
        backend.check_file()
        with engine.connect() as connection:
            found = revision_of(connection)
            missing = _missing(connection, found, wanted)
            surplus = tuple(surplus_parts(connection, found))
            return SchemaState(backend.kind, backend.place, found, wanted, "", missing, surplus)
    except sa.exc.DBAPIError as error:
        problem = str(backend.explain(error) or error)
    except (StoreBusy, StoreDamaged) as error:
        problem = str(error)
    finally:
        engine.dispose()
    return SchemaState(backend.kind, backend.place, None, wanted, problem)


def _missing(connection: sa.Connection, found: str | None, wanted: str) -> tuple[str, ...]:
    """What an older revision lacks is added by migrations."""
    if found == wanted:
        return tuple(missing_parts(connection))
    tables = sa.inspect(connection).get_table_names()
    has_tables = any(x.startswith(PREFIX) and x != VERSION_TABLE for x in tables)
    return ("the number of its schema",) if found is None and has_tables else ()


def upgrade_schema(url: str) -> SchemaState:
    """Migrate the database at `url`, or create it; return its state before.

    Raises what `open_database` raises.
    """
    before = look_at_schema(url)
    asyncio.run(_open_once(url))
    return before


async def _open_once(url: str) -> None:
    async with open_database(url):
        pass
