"""Keys may be read-only and may expire; those made before are neither."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fa_keys", sa.Column("scope", sa.Text, nullable=False, server_default="full"))
    op.add_column("fa_keys", sa.Column("expires_at", sa.BigInteger, nullable=True))
