"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_runs()
    _make_rows_of_runs()
    _make_ledger()
    _make_pages()
    op.create_table(
        "fa_searches",
        _text("workspace_id"),
        _text("source"),
        _text("query"),
        sa.Column("page", sa.Integer, nullable=False),
        _instant("at"),
        _format(),
        _bytes("packed"),
        sa.PrimaryKeyConstraint("workspace_id", "source", "query", "page"),
    )


def _make_runs() -> None:
    op.create_table(
        "fa_runs",
        _text("id"),
        _text("workspace_id"),
        _text("status"),
        sa.Column("generation", sa.Integer, nullable=False),
        _instant("created_at"),
        sa.Column("last_seq", sa.BigInteger, nullable=False),
        sa.Column("last_ordinal", sa.BigInteger, nullable=False),
        sa.Column("cancel_requested", sa.Boolean, nullable=False),
        _format(),
        _text("spec"),
        _text("body"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("fa_runs_by_age", "fa_runs", ["workspace_id", "created_at"])


def _make_rows_of_runs() -> None:
    op.create_table(
        "fa_candidates",
        _text("id"),
        _text("run_id"),
        _text("workspace_id"),
        sa.Column("ordinal", sa.BigInteger, nullable=False),
        _text("status"),
        _format(),
        _bytes("packed"),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["run_id"], ["fa_runs.id"], ondelete="CASCADE"),
    )
    op.create_index("fa_candidates_in_order", "fa_candidates", ["run_id", "ordinal"], unique=True)
    op.create_table(
        "fa_merges",
        _text("run_id"),
        _text("lost"),
        _text("kept"),
        _text("workspace_id"),
        _instant("merged_at"),
        _format(),
        _bytes("packed"),
        sa.PrimaryKeyConstraint("run_id", "lost", "kept"),
        sa.ForeignKeyConstraint(["run_id"], ["fa_runs.id"], ondelete="CASCADE"),
    )
    op.create_table(
        "fa_events",
        _text("run_id"),
        sa.Column("seq", sa.BigInteger, nullable=False),
        _text("workspace_id"),
        _instant("at"),
        _text("kind"),
        _format(),
        _bytes("packed"),
        sa.PrimaryKeyConstraint("run_id", "seq"),
        sa.ForeignKeyConstraint(["run_id"], ["fa_runs.id"], ondelete="CASCADE"),
    )


def _make_ledger() -> None:
    op.create_table(
        "fa_questions",
        _text("id"),
        _text("workspace_id"),
        _text("entity_type"),
        _text("condition_key"),
        _text("judge_profile"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "fa_ledger",
        _text("id"),
        _text("workspace_id"),
        _text("entity_key"),
        _text("question_id"),
        _instant("decided_at"),
        _format(),
        _bytes("packed"),
        sa.PrimaryKeyConstraint("id"),
    )


def _make_pages() -> None:
    op.create_table(
        "fa_raw",
        _text("sha256"),
        sa.Column("size", sa.BigInteger, nullable=False),
        _bytes("packed"),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "fa_contents",
        _text("id"),
        _text("raw_sha256"),
        _format(),
        _bytes("packed"),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["raw_sha256"], ["fa_raw.sha256"]),
    )
    op.create_table(
        "fa_visits",
        _text("id"),
        _text("content_id"),
        _text("workspace_id"),
        _text("url"),
        _instant("fetched_at"),
        _instant("first_fetched_at"),
        _format(),
        _bytes("packed"),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["content_id"], ["fa_contents.id"]),
    )
    op.create_index("fa_visits_of_content", "fa_visits", ["content_id", "fetched_at"])
    op.create_table(
        "fa_addresses",
        _text("workspace_id"),
        _text("url"),
        _text("visit_id"),
        _instant("fetched_at"),
        sa.PrimaryKeyConstraint("workspace_id", "url"),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _instant(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _format() -> sa.Column[int]:
    return sa.Column("format", sa.SmallInteger, nullable=False)
