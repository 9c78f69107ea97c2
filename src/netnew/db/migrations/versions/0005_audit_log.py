"""The audit log: a line a command."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TEXTS = ("actor", "face", "action", "subject", "outcome", "detail")


def upgrade() -> None:
    op.create_table(
        "fa_audit",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("workspace_id", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in _TEXTS),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("fa_audit_by_age", "fa_audit", ["at"])
