"""The row of a provider that stands for all its limits: who has it locked may change them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from netnew.db.tables import provider_rates
from netnew.db.upsert import insert_new

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_ROW = (
    sa.select(provider_rates)
    .where(provider_rates.c.provider == sa.bindparam("provider"))
    .with_for_update(skip_locked=True)
)

LOCKED_AGAIN_AFTER_S = 0.02
"""How long to wait before one asks again for a row that another process has locked."""


def locked_row(connection: sa.Connection, provider: str) -> sa.Row[Any] | None:
    """The row of `provider`, this transaction's alone from now on; None while another has it.

    It does not wait for others: its transaction may hold the locks of other rows already, and
    two that wait for each other are worse than one that asks again.
    """
    for _ in range(2):
        row = connection.execute(_ROW, {"provider": provider}).first()
        if row is not None:
            return row
        new = {"provider": provider, "period_begins": _NEVER, "granted": 0}
        connection.execute(insert_new(connection, provider_rates), new)
    return None
