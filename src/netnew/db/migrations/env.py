"""Read by Alembic: the connection and tables of the migrations."""

from __future__ import annotations

from alembic import context

from netnew.db.migrate import VERSION_TABLE
from netnew.db.tables import PREFIX, metadata


def _is_ours(
    _object: object, name: str | None, type_: str, _reflected: bool, _other: object
) -> bool:
    return type_ != "table" or (name or "").startswith(PREFIX)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    include_object=_is_ours,
    render_as_batch=True,
    # The writer begins SQLite transactions itself.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
