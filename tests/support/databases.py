"""The databases a test of the store runs over, each new and up to date."""

from __future__ import annotations

from pathlib import Path

import pytest

KINDS = ("sqlite", "postgres")


def new_database(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database of one of `KINDS`."""
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / 'netnew.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url
