"""Whom to leave out: an exclude list, ready to be asked a million times."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from netnew.domain.run import ExcludeList
from netnew.engine.addresses import (
    canonical_address,
    identity_key,
    registered_domain,
    shared_host_depth,
)
from netnew.lexicon.names import name_key


class Exclusions:
    """Answers whether an entity is excluded, by key, name or domain.

    Entries are kept as 8-byte hashes: a million take about 60 MB. (Odds that any two of a million
    collide: 3 in 10^8.)
    """

    def __init__(self, exclude: ExcludeList, keys: Iterable[str] = ()) -> None:
        """`keys` are identity keys and names that earlier runs found, from `exclude.run_ids`."""
        self._entries: set[int] = set()
        self._add("key", (identity_key(url) for url in exclude.urls))
        # A candidate that a page is about may be shown under that page's address.
        self._add("key", (f"at:{canonical_address(url)}" for url in exclude.urls))
        self._add("name", (name_key(name) for name in exclude.names))
        self._add("domain", (registered_domain(domain) for domain in exclude.domains))
        self._add("key", keys)

    def _add(self, kind: str, entries: Iterable[str]) -> None:
        self._entries.update(_hash(kind, entry) for entry in entries if entry)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, entity: tuple[Iterable[str], Iterable[str], str]) -> bool:
        """Whether (keys, names, url) is excluded. A shared host's domain excludes only the entity
        whose identity is that domain."""
        if not self._entries:
            return False
        keys, names, url = entity
        if any(_hash("key", key) in self._entries for key in keys):
            return True
        if any(_hash("name", name_key(name)) in self._entries for name in names):
            return True
        own = shared_host_depth(url) is None or identity_key(url).startswith("site:")
        return own and _hash("domain", registered_domain(url)) in self._entries


def _hash(kind: str, entry: str) -> int:
    digest = blake2b(f"{kind}\0{entry}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")
