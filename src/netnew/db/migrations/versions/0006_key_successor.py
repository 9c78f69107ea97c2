"""A key that was rotated names its successor; keys rotated before name none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fa_keys", sa.Column("successor_id", sa.Text, nullable=True))
