"""Migrates a database when it is opened."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from netnew.db.backend import Backend
from netnew.db.tables import PREFIX, metadata
from netnew.domain.errors import StoreDamaged

VERSION_TABLE = f"{PREFIX}version"
MIGRATIONS = Path(__file__).parent / "migrations"


def revisions() -> list[str]:
    """The numbers of all migrations, oldest first."""
    return sorted(path.stem[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def newest_revision() -> str:
    """The number of the last migration, which this version needs."""
    return revisions()[-1]


def bring_up_to_date(engine: sa.Engine, backend: Backend) -> None:
    """Run the missing migrations in one transaction.

    Safe when several processes open a new database at once: one migrates while the others wait.
    Raises StoreDamaged if the database was created by a newer version or is half-migrated."""
    wanted = newest_revision()
    with engine.begin() as connection:
        backend.lock_schema(connection)
        found = revision_of(connection)
        check_tables(connection, backend, found)
        if found == wanted:
            return
        if found is not None and found > wanted:
            raise StoreDamaged(
                f"{backend.place}: made by a newer version of netnew "
                f"(schema {found}, this one knows {wanted}); upgrade netnew"
            )
        if surplus := surplus_parts(connection, found):
            raise StoreDamaged(
                f"{backend.place}: the database is half-migrated (its number says schema {found},"
                f" but it has {', '.join(surplus[:5])} of a later one); restore it from a backup,"
                " or set NETNEW_DATABASE_URL to another"
            )
        upgrade_to(connection, backend, wanted)


def check_revision(engine: sa.Engine, backend: Backend) -> None:
    """For a read-only database. Raises StoreDamaged if its schema is not the current one."""
    wanted = newest_revision()
    with engine.connect() as connection:
        found = revision_of(connection)
    if found != wanted:
        raise StoreDamaged(
            f"{backend.place}: it is read-only, and of schema {found or 'none'}; this version reads"
            f" {wanted}"
        )
    with engine.connect() as connection:
        check_tables(connection, backend, found)


def missing_parts(connection: sa.Connection) -> list[str]:
    """The missing tables, and missing columns as 'table.column'."""
    there = _columns(connection)
    missing = [name for name in sorted(metadata.tables) if name not in there]
    for name in sorted(there):
        missing += [
            f"{name}.{x.name}" for x in metadata.tables[name].columns if x.name not in there[name]
        ]
    return missing


def surplus_parts(connection: sa.Connection, found: str | None) -> list[str]:
    """The tables, and columns as 'table.column', that only revisions after `found` create and that
    are there already: a migration was interrupted, or the number was set back."""
    if found not in revisions() or found == newest_revision():
        return []
    there, of_found = _columns(connection), _columns_of_revision(found)
    surplus = [name for name in sorted(there) if name not in of_found]
    for name in sorted(there.keys() & of_found.keys()):
        own = metadata.tables[name].columns.keys()
        surplus += [f"{name}.{x}" for x in own if x in there[name] - of_found[name]]
    return surplus


def _columns(connection: sa.Connection) -> dict[str, set[str]]:
    """The column names of each existing table of ours."""
    inspector = sa.inspect(connection)
    ours = sorted(set(inspector.get_table_names()) & set(metadata.tables))
    found = inspector.get_multi_columns(filter_names=ours).items() if ours else ()
    return {str(name): {column["name"] for column in rows} for (_, name), rows in found}


def _columns_of_revision(revision: str) -> dict[str, set[str]]:
    """The columns of a new database of that revision."""
    engine = sa.create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            _migrate(connection, revision)
            return _columns(connection)
    finally:
        engine.dispose()


def check_tables(connection: sa.Connection, backend: Backend, found: str | None) -> None:
    """Raises StoreDamaged where the tables are not what revision `found` makes: some of ours and no
    revision, or the newest revision and not all tables and columns."""
    there = {x for x in sa.inspect(connection).get_table_names() if x.startswith(PREFIX)}
    ours = there - {VERSION_TABLE}
    missing = missing_parts(connection) if found == newest_revision() else []
    if missing or (found is None and ours):
        problem = f"it lacks {', '.join(missing[:5])}" if missing else "its schema has no number"
        raise StoreDamaged(
            f"{backend.place}: the database is incomplete ({problem}); restore it from a backup, or"
            " set NETNEW_DATABASE_URL to another"
        )


def revision_of(connection: sa.Connection) -> str | None:
    """The number of the last migration that was run; None if there was none."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    version = connection.execute(
        sa.select(sa.column("version_num")).select_from(sa.table(VERSION_TABLE))
    ).scalar()
    return None if version is None else str(version)


def upgrade_to(connection: sa.Connection, backend: Backend, revision: str) -> None:
    """Migrate to `revision` within the open transaction."""
    _migrate(connection, revision)
    backend.settle_schema(connection, PREFIX)


def _migrate(connection: sa.Connection, revision: str) -> None:
    # Imported on use: it takes a quarter of a second that only migrations need.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
