"""Runs that outlive their process: who works on them, how they are to stop, what they leave out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _change_runs()
    op.create_table(
        "fa_exclude_lists",
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("entries", sa.BigInteger, nullable=False),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("run_id"),
        sa.ForeignKeyConstraint(["run_id"], ["fa_runs.id"], ondelete="CASCADE"),
    )
    op.create_table(
        "fa_workers",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("home", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("pid", sa.BigInteger, nullable=False),
        sa.Column("takes_all", sa.Boolean, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("beat_at", sa.BigInteger, nullable=False),
        sa.Column("reaped_by", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "fa_spend_by_day",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("cost", sa.Float, nullable=False),
        sa.Column("tokens", sa.BigInteger, nullable=False),
        sa.Column("searches", sa.BigInteger, nullable=False),
        sa.Column("pages", sa.BigInteger, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "day"),
    )
    op.create_table(
        "fa_provider_rates",
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("period_begins", sa.BigInteger, nullable=False),
        sa.Column("granted", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("provider"),
    )
    op.create_table(
        "fa_provider_slots",
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("slot", sa.Integer, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("provider", "slot"),
    )


def _change_runs() -> None:
    for column in (
        sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
        sa.Column("epoch", sa.Integer, nullable=False, server_default="0"),
        sa.Column("takeovers", sa.Integer, nullable=False, server_default="0"),
        sa.Column("stop_requested", sa.Text, nullable=False, server_default=""),
        sa.Column("worker_id", sa.Text, nullable=False, server_default=""),
    ):
        op.add_column("fa_runs", column)
    runs = sa.table(
        "fa_runs", sa.column("stop_requested", sa.Text), sa.column("cancel_requested", sa.Boolean)
    )
    op.execute(
        sa.update(runs).where(runs.c.cancel_requested.is_(True)).values(stop_requested="cancel")
    )
    op.drop_column("fa_runs", "cancel_requested")
    op.create_index("fa_runs_by_status", "fa_runs", ["status"])
