"""Fixtures that tests of every folder may ask for."""

from __future__ import annotations

from tests.support.postgres import (
    empty_postgres_url,
    postgres_server,
    postgres_template,
    postgres_url,
)

__all__ = ["empty_postgres_url", "postgres_server", "postgres_template", "postgres_url"]
