"""Bringing a database up to date when it is opened."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from netnew.db.backend import Backend
from netnew.db.tables import PREFIX
from netnew.domain.errors import StoreDamaged

VERSION_TABLE = f"{PREFIX}version"
MIGRATIONS = Path(__file__).parent / "migrations"


def revisions() -> list[str]:
    """The numbers of all migrations, the oldest first."""
    return sorted(path.stem[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def newest_revision() -> str:
    """The number of the last migration: what this version of netnew works on."""
    return revisions()[-1]


def bring_up_to_date(engine: sa.Engine, backend: Backend) -> None:
    """Run the migrations that are missing, all in one transaction.

    Safe when several processes open a new database at once: one works, the others wait and find
    it done. Raises StoreDamaged where a newer version of netnew made the database.
    """
    wanted = newest_revision()
    with engine.begin() as connection:
        backend.lock_schema(connection)
        found = revision_of(connection)
        if found == wanted:
            return
        if found is not None and found > wanted:
            raise StoreDamaged(
                f"{backend.place}: made by a newer version of netnew "
                f"(schema {found}, this one knows {wanted}); upgrade netnew"
            )
        upgrade_to(connection, backend, wanted)


def revision_of(connection: sa.Connection) -> str | None:
    """The number of the last migration that was run there; None where none was."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    version = connection.execute(
        sa.select(sa.column("version_num")).select_from(sa.table(VERSION_TABLE))
    ).scalar()
    return None if version is None else str(version)


def upgrade_to(connection: sa.Connection, backend: Backend, revision: str) -> None:
    """Run the migrations from where the database is to `revision`, on the open transaction."""
    # Imported here: it takes a quarter of a second that only a database to be changed needs.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
    backend.settle_schema(connection, PREFIX)
