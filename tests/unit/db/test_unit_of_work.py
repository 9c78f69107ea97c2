"""An open transaction that is handed on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from netnew.db.database import open_database
from netnew.db.unit_of_work import connection_of


def test_what_is_done_with_it_is_part_of_the_write(tmp_path: Path) -> None:
    def write(unit: sa.Connection, asked: Sequence[str]) -> list[bool]:
        return [connection_of(unit).in_transaction() for _ in asked]

    async def work() -> bool:
        async with open_database(f"sqlite:///{tmp_path / 'netnew.db'}") as database:
            return await database.write(write, "a")

    assert asyncio.run(work())


def test_anything_else_is_refused_by_its_kind() -> None:
    with pytest.raises(TypeError, match="str is no open transaction"):
        connection_of("a connection")
