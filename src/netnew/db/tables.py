"""The tables, as SQLAlchemy knows them; `migrations/` makes them.

Names begin with `fa_`, since the workflow engine keeps its own tables in the same SQLite file.
Values that are only ever read whole are JSON, as text or packed; `format` is the version of that
JSON. Ids of several long fields are 128 bits of their hash in hex. Instants are microseconds since
1970 in UTC: exact, sortable and the same everywhere.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

PREFIX = "fa_"
PUBLIC = ""
"""The workspace of pages that anyone may read."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware datetime, kept as microseconds since 1970 in UTC."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=value)


class ForeignText(sa.types.TypeDecorator[str]):
    """Text from outside. Lone surrogates and NUL, which no UTF-8 or not every database can hold,
    become U+FFFD."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else _UNSTORABLE.sub("\ufffd", value)


metadata = sa.MetaData()


def _run_fk() -> sa.Column[str]:
    return sa.Column(
        "run_id", sa.Text, sa.ForeignKey(f"{PREFIX}runs.id", ondelete="CASCADE"), nullable=False
    )


def _format() -> sa.Column[int]:
    return sa.Column("format", sa.SmallInteger, nullable=False)


runs = sa.Table(
    f"{PREFIX}runs",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("workspace_id", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("generation", sa.Integer, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("last_seq", sa.BigInteger, nullable=False),
    sa.Column("last_ordinal", sa.BigInteger, nullable=False),
    _format(),
    sa.Column("spec", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    # Counts the changes of what is asked; a worker that knows an older one reads `spec` again.
    sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
    # Counts the workers that took the run; one that was taken over writes no more.
    sa.Column("epoch", sa.Integer, nullable=False, server_default="0"),
    sa.Column("takeovers", sa.Integer, nullable=False, server_default="0"),
    sa.Column("stop_requested", sa.Text, nullable=False, server_default=""),
    sa.Column("worker_id", sa.Text, nullable=False, server_default=""),
    sa.Index(f"{PREFIX}runs_by_age", "workspace_id", "created_at"),
    sa.Index(f"{PREFIX}runs_by_status", "status"),
)

# Whom a run leaves out, as sorted hashes of 8 bytes: frozen when the run is made.
exclude_lists = sa.Table(
    f"{PREFIX}exclude_lists",
    metadata,
    sa.Column(
        "run_id", sa.Text, sa.ForeignKey(f"{PREFIX}runs.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("workspace_id", sa.Text, nullable=False),
    sa.Column("entries", sa.BigInteger, nullable=False),
    sa.Column("hashes", sa.LargeBinary, nullable=False),
)

# The processes that work on runs. `takes_all`: any run of the queue, not only its own.
workers = sa.Table(
    f"{PREFIX}workers",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("home", sa.Text, nullable=False),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("pid", sa.BigInteger, nullable=False),
    sa.Column("takes_all", sa.Boolean, nullable=False),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("beat_at", Instant, nullable=False),
    sa.Column("reaped_by", sa.Text, nullable=True),
)

# What a workspace has spent on a day (UTC, ISO date).
spend_by_day = sa.Table(
    f"{PREFIX}spend_by_day",
    metadata,
    sa.Column("workspace_id", sa.Text, primary_key=True),
    sa.Column("day", sa.Text, primary_key=True),
    sa.Column("cost", sa.Float, nullable=False),
    sa.Column("tokens", sa.BigInteger, nullable=False),
    sa.Column("searches", sa.BigInteger, nullable=False),
    sa.Column("pages", sa.BigInteger, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
)

# How many calls of a provider all processes together were granted in the period that runs.
provider_rates = sa.Table(
    f"{PREFIX}provider_rates",
    metadata,
    sa.Column("provider", sa.Text, primary_key=True),
    sa.Column("period_begins", Instant, nullable=False),
    sa.Column("granted", sa.BigInteger, nullable=False),
)

# Which process holds which of a provider's slots for calls at the same time, and until when.
provider_slots = sa.Table(
    f"{PREFIX}provider_slots",
    metadata,
    sa.Column("provider", sa.Text, primary_key=True),
    sa.Column("slot", sa.Integer, primary_key=True),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("until", Instant, nullable=False),
)

candidates = sa.Table(
    f"{PREFIX}candidates",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    _run_fk(),
    sa.Column("workspace_id", sa.Text, nullable=False),
    sa.Column("ordinal", sa.BigInteger, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    _format(),
    sa.Column("packed", sa.LargeBinary, nullable=False),
    sa.Index(f"{PREFIX}candidates_in_order", "run_id", "ordinal", unique=True),
)

merges = sa.Table(
    f"{PREFIX}merges",
    metadata,
    _run_fk(),
    sa.Column("lost", sa.Text, nullable=False),
    sa.Column("kept", sa.Text, nullable=False),
    sa.Column("workspace_id", sa.Text, nullable=False),
    sa.Column("merged_at", Instant, nullable=False),
    _format(),
    sa.Column("packed", sa.LargeBinary, nullable=False),
    sa.PrimaryKeyConstraint("run_id", "lost", "kept"),
)

events = sa.Table(
    f"{PREFIX}events",
    metadata,
    _run_fk(),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("workspace_id", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    _format(),
    sa.Column("packed", sa.LargeBinary, nullable=False),
    sa.PrimaryKeyConstraint("run_id", "seq"),
)

# What was asked is long and the same for thousands of entities: kept once, known by its hash.
questions = sa.Table(
    f"{PREFIX}questions",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("workspace_id", sa.Text, nullable=False),
    sa.Column("entity_type", ForeignText, nullable=False),
    sa.Column("condition_key", ForeignText, nullable=False),
    sa.Column("judge_profile", ForeignText, nullable=False),
)

ledger = sa.Table(
    f"{PREFIX}ledger",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("workspace_id", sa.Text, nullable=False),
    sa.Column("entity_key", ForeignText, nullable=False),
    sa.Column("question_id", sa.Text, nullable=False),
    sa.Column("decided_at", Instant, nullable=False),
    _format(),
    sa.Column("packed", sa.LargeBinary, nullable=False),
)

raw = sa.Table(
    f"{PREFIX}raw",
    metadata,
    sa.Column("sha256", sa.Text, primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("packed", sa.LargeBinary, nullable=False),
)

# What a page says: depends on its bytes and the extractor alone, and is never overwritten.
contents = sa.Table(
    f"{PREFIX}contents",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("raw_sha256", sa.Text, sa.ForeignKey(f"{PREFIX}raw.sha256"), nullable=False),
    _format(),
    sa.Column("packed", sa.LargeBinary, nullable=False),
)

# What depends on where and when it was read: status, links, redirects. One row per address and
# content; reading the same content there again only makes the row newer.
visits = sa.Table(
    f"{PREFIX}visits",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("content_id", sa.Text, sa.ForeignKey(f"{PREFIX}contents.id"), nullable=False),
    sa.Column("workspace_id", sa.Text, nullable=False),
    sa.Column("url", ForeignText, nullable=False),
    sa.Column("fetched_at", Instant, nullable=False),
    sa.Column("first_fetched_at", Instant, nullable=False),
    _format(),
    sa.Column("packed", sa.LargeBinary, nullable=False),
    sa.Index(f"{PREFIX}visits_of_content", "content_id", "fetched_at"),
)

# The newest visit of every address that led to a page: requested, redirected through, arrived at.
addresses = sa.Table(
    f"{PREFIX}addresses",
    metadata,
    sa.Column("workspace_id", sa.Text, nullable=False),
    sa.Column("url", ForeignText, nullable=False),
    sa.Column("visit_id", sa.Text, nullable=False),
    sa.Column("fetched_at", Instant, nullable=False),
    sa.PrimaryKeyConstraint("workspace_id", "url"),
)

searches = sa.Table(
    f"{PREFIX}searches",
    metadata,
    sa.Column("workspace_id", sa.Text, nullable=False),
    sa.Column("source", ForeignText, nullable=False),
    sa.Column("query", ForeignText, nullable=False),
    sa.Column("page", sa.Integer, nullable=False),
    sa.Column("at", Instant, nullable=False),
    _format(),
    sa.Column("packed", sa.LargeBinary, nullable=False),
    sa.PrimaryKeyConstraint("workspace_id", "source", "query", "page"),
)

# API keys: a key's digest and its workspace; the key itself is not stored.
keys = sa.Table(
    f"{PREFIX}keys",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("workspace_id", sa.Text, nullable=False),
    sa.Column("name", ForeignText, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("last_used_at", Instant, nullable=True),
    sa.Column("revoked_at", Instant, nullable=True),
    sa.Column("scope", sa.Text, nullable=False, server_default="full"),
    sa.Column("expires_at", Instant, nullable=True),
    sa.Column("successor_id", sa.Text, nullable=True),  # the key it was rotated to
    sa.Index(f"{PREFIX}keys_by_digest", "digest", unique=True),
)

# The audit log: one line per command, never changed. It outlives the runs.
audit = sa.Table(
    f"{PREFIX}audit",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("workspace_id", sa.Text, nullable=False),
    sa.Column("actor", ForeignText, nullable=False),
    sa.Column("face", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("subject", ForeignText, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Index(f"{PREFIX}audit_by_age", "at"),
)

# What signs the webhooks of a workspace.
secrets = sa.Table(
    f"{PREFIX}secrets",
    metadata,
    sa.Column("workspace_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

# The webhooks of a run. `seq`: the last event that was examined for it.
webhooks = sa.Table(
    f"{PREFIX}webhooks",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    _run_fk(),
    sa.Column("workspace_id", sa.Text, nullable=False),
    sa.Column("face", sa.Text, nullable=False),
    sa.Column("url", ForeignText, nullable=False),
    sa.Column("wants", sa.Text, nullable=False),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Index(f"{PREFIX}webhooks_of_run", "run_id"),
)

# One event on its way to one webhook. `state`: pending, delivered or dead.
deliveries = sa.Table(
    f"{PREFIX}deliveries",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column(
        "webhook_id",
        sa.Text,
        sa.ForeignKey(f"{PREFIX}webhooks.id", ondelete="CASCADE"),
        nullable=False,
    ),
    sa.Column("run_id", sa.Text, nullable=False),
    sa.Column("workspace_id", sa.Text, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("event_type", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("next_at", Instant, nullable=True),
    sa.Column("claimed_by", sa.Text, nullable=True),
    sa.Column("claimed_until", Instant, nullable=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index(f"{PREFIX}deliveries_due", "state", "next_at"),
    sa.Index(f"{PREFIX}deliveries_of_run", "run_id", "seq"),
    sa.Index(f"{PREFIX}deliveries_of_webhook", "webhook_id"),
)

attempts = sa.Table(
    f"{PREFIX}attempts",
    metadata,
    sa.Column(
        "delivery_id",
        sa.Text,
        sa.ForeignKey(f"{PREFIX}deliveries.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("status", sa.Integer, nullable=True),
    sa.Column("problem", ForeignText, nullable=False),
    sa.Column("took_ms", sa.Integer, nullable=False),
)

# Stored responses to requests with an idempotency key.
answers = sa.Table(
    f"{PREFIX}answers",
    metadata,
    sa.Column("workspace_id", sa.Text, primary_key=True),
    sa.Column("route", sa.Text, primary_key=True),
    sa.Column("key", ForeignText, primary_key=True),
    sa.Column("asked", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("status", sa.Integer, nullable=True),
    sa.Column("body", sa.LargeBinary, nullable=True),
    sa.Index(f"{PREFIX}answers_by_age", "at"),
)
