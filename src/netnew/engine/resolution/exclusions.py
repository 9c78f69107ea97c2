"""The exclude list, as a compact set of hashes."""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import chain, groupby

from netnew.domain.errors import StoreDamaged
from netnew.domain.run import ExcludedEntity, ExcludeList
from netnew.engine.url_identity import (
    canonical_address,
    identity_key,
    registered_domain,
    shared_host_depth,
)
from netnew.text.name_keys import name_key

_ENTRY_BYTES = 8
# Of a domain in an exclude list: whatever is on it, on a shared host too, and whoever was there.
ALL_OF = "*."
# Entries are sorted part by part, since to sort a million at once takes 40 MB for the while.
_PARTS_BITS = 6
_LOOK_UP_BITS = 12
# A name whose bearer has a site: somebody of that name with another site is somebody else.
_NAME_WITH_SITE = "name with a site"


class Exclusions:
    """Answers whether an entity is excluded, by key, name or domain.

    An entry is a hash of 8 bytes: a million take 8 MB, in memory as in `to_bytes`. (Odds that any
    two of a million collide: 3 in 10^8.) It never changes; `|` makes one of two.
    """

    __slots__ = ("_entries", "_parts")

    def __init__(self, entries: Iterable[int] = ()) -> None:
        """`entries` are what `__iter__` gives, in any order."""
        parts = [array("Q") for _ in range(1 << _PARTS_BITS)]
        for entry in entries:
            parts[entry >> (64 - _PARTS_BITS)].append(entry)
        self._entries = array("Q")
        for part in parts:
            self._entries.extend(entry for entry, _ in groupby(sorted(part)))
        self._parts = self._where_parts_begin()

    @classmethod
    def of(cls, exclude: ExcludeList, keys: Iterable[str] = ()) -> Exclusions:
        """All that `exclude` names itself. `keys` are the identity keys that the runs it names
        found. A domain that begins with '*.' leaves out whoever has a page on it: on a shared host
        too, and who was met there and has a site elsewhere."""
        urls, names, domains = exclude.urls, exclude.names, exclude.domains
        whole = [registered_domain(x) for x in domains if x.startswith(ALL_OF)]
        return cls(
            chain(
                _hashes("key", (identity_key(url) for url in urls)),
                # A candidate that a page is about may be shown under that page's address.
                _hashes("key", (f"at:{canonical_address(url)}" for url in urls)),
                _hashes("name", (name_key(name) for name in names)),
                _hashes("domain", (registered_domain(domain) for domain in domains)),
                _hashes("whole", whole),
                _hashes("key", (f"site:{domain}" for domain in whole)),
                _hashes("key", keys),
                chain.from_iterable(map(_hashes_of_entity, exclude.entities)),
            )
        )

    @classmethod
    def from_bytes(cls, kept: bytes) -> Exclusions:
        """What `to_bytes` gave. Raises StoreDamaged where it cannot have been that."""
        if len(kept) % _ENTRY_BYTES:
            raise StoreDamaged(f"a stored exclude list has {len(kept):,} bytes, which is no list")
        made = cls()
        made._entries.frombytes(kept)
        if sys.byteorder == "big":
            made._entries.byteswap()
        made._parts = made._where_parts_begin()
        return made

    def to_bytes(self) -> bytes:
        """Its entries in ascending order, 8 bytes each, the lowest byte first."""
        if sys.byteorder == "little":
            return self._entries.tobytes()
        swapped = self._entries[:]
        swapped.byteswap()
        return swapped.tobytes()

    def __or__(self, other: Exclusions) -> Exclusions:
        return Exclusions(chain(self, other)) if len(self) and len(other) else self or other

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[int]:
        return iter(self._entries)

    def __contains__(self, entity: tuple[Iterable[str], Iterable[str], str]) -> bool:
        """Whether (keys, names, url) is excluded. A shared host's domain excludes only the entity
        whose identity is that domain, unless all of it is excluded."""
        if not self._entries:
            return False
        keys, names, url = entity
        # A text that two pages share is no address that anybody could have listed.
        if any(self._has("key", key) for key in keys if not key.startswith("text:")):
            return True
        if any(self._has("name", name_key(name)) for name in names):
            return True
        has_site = identity_key(url).startswith("site:")
        if not has_site and any(self._has(_NAME_WITH_SITE, name_key(name)) for name in names):
            return True
        own = has_site or shared_host_depth(url) is None
        kind = "domain" if own else "whole"
        return self._has(kind, registered_domain(url))

    def _has(self, kind: str, entry: str) -> bool:
        wanted = _hash(kind, entry)
        part = wanted >> (64 - _LOOK_UP_BITS)
        begin, end = self._parts[part], self._parts[part + 1]
        at = bisect_left(self._entries, wanted, begin, end)
        return at < end and self._entries[at] == wanted

    def _where_parts_begin(self) -> array[int]:
        """To search a part of a list alone takes half as long as to search all of it: most of the
        time goes into fetching far-off memory."""
        if not self._entries:
            return array("Q", bytes(8 * ((1 << _LOOK_UP_BITS) + 1)))
        step = 1 << (64 - _LOOK_UP_BITS)
        begins = (bisect_left(self._entries, i * step) for i in range(1 << _LOOK_UP_BITS))
        return array("Q", [*begins, len(self._entries)])


def _hashes_of_entity(entity: ExcludedEntity) -> Iterator[int]:
    """By its address: that of a home page stands for all on its domain, and any page of a domain
    for the domain's home page. By its name, unless the other has a site elsewhere."""
    url, name = entity.url.strip(), name_key(entity.name)
    domain = registered_domain(url) if url else ""
    if "." not in domain or shared_host_depth(url) is not None:
        yield from _hashes("name", [name])
    else:
        is_home = identity_key(url) == f"site:{domain}"
        yield _hash("domain", domain) if is_home else _hash("key", f"site:{domain}")
        yield from _hashes(_NAME_WITH_SITE, [name])
    if url:
        yield from _hashes("key", (identity_key(url), f"at:{canonical_address(url)}"))


def _hashes(kind: str, entries: Iterable[str]) -> Iterator[int]:
    return (_hash(kind, entry) for entry in entries if entry)


def _hash(kind: str, entry: str) -> int:
    whole = f"{kind}\0{entry}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(whole, digest_size=_ENTRY_BYTES).digest(), "big")
