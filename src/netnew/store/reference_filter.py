"""Which snapshots and page addresses the stored rows refer to.

Every string in a candidate, a merge or a ledger entry counts as a reference, whatever its field,
so that later fields are not forgotten. References are kept in a Bloom filter of 16 MiB. Some
strings seem to be referenced although they are not (one in two hundred at ten million
references), never the other way round."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa

from netnew.db.database import Database
from netnew.db.tables import candidates, ledger, merges
from netnew.store.compression import decompress

_BITS = 1 << 27
_PROBES = 4
_READ_AT_ONCE = 500
_TABLES = (candidates, merges, ledger)


class BloomFilter:
    """A set of texts that may report a few more than were added."""

    def __init__(self) -> None:
        self._bits = bytearray(_BITS // 8)

    def add(self, text: str) -> None:
        for bit in _bits_of(text):
            self._bits[bit >> 3] |= 1 << (bit & 7)

    def __contains__(self, text: str) -> bool:
        return all(self._bits[bit >> 3] & (1 << (bit & 7)) for bit in _bits_of(text))


async def all_references(database: Database) -> BloomFilter:
    """All references, read a few hundred rows at a time, off the event loop."""
    mentions = BloomFilter()
    for table in _TABLES:
        after: tuple[Any, ...] | None = ()
        while after is not None:
            after = await database.read(partial(_add_some, table, after, mentions))
    return mentions


def _add_some(
    table: sa.Table, after: tuple[Any, ...], mentions: BloomFilter, connection: sa.Connection
) -> tuple[Any, ...] | None:
    """Add those of the next rows; return the key of the last, None at the end."""
    key = list(table.primary_key)
    query = sa.select(*key, table.c.packed).order_by(*key).limit(_READ_AT_ONCE)
    if after:
        query = query.where(sa.tuple_(*key) > sa.tuple_(*map(sa.literal, after)))
    rows: Sequence[sa.Row[*tuple[Any, ...]]] = connection.execute(query).all()
    for row in rows:
        for text in _texts(json.loads(decompress(row.packed))):
            mentions.add(text)
    return tuple(rows[-1][:-1]) if len(rows) == _READ_AT_ONCE else None


def _texts(value: object) -> Iterator[str]:
    """All strings that may be an id or an address: neither contains a space."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, str):
            if " " not in one:
                yield one
        elif isinstance(one, list):
            left.extend(one)
        elif isinstance(one, dict):
            left.extend(one.values())


def _bits_of(text: str) -> Iterator[int]:
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4 * _PROBES).digest()
    for at in range(0, len(digest), 4):
        yield int.from_bytes(digest[at : at + 4], "little") % _BITS
