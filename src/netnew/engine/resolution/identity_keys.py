"""Which keys the addresses of a page give to the entity it is about."""

from __future__ import annotations

from netnew.domain.page import Snapshot
from netnew.engine.url_identity import (
    canonical_address,
    identity_key,
    registered_domain,
    shared_host_depth,
)


def keys_of(snapshot: Snapshot, website: str | None) -> list[str]:
    """The keys that the page's addresses give: the identity keys of its entity, and where it is."""
    if website is not None:
        keys = [identity_key(website)]
    else:
        keys = [identity_key(u) for u in _own_addresses(snapshot)]
    keys.append(f"at:{canonical_address(snapshot.final_url)}")
    return list(dict.fromkeys(keys))


def is_profile_elsewhere(snapshot: Snapshot, website: str) -> bool:
    """A page that names another site as the entity's own is a profile, unless that other site is
    only a place on a shared host (its code, its channel) and this is the site itself."""
    on_shared_host = shared_host_depth(website) is not None
    here_is_a_home = identity_key(snapshot.final_url).startswith("site:")
    return not (on_shared_host and here_is_a_home)


def _own_addresses(snapshot: Snapshot) -> list[str]:
    addresses = [snapshot.final_url]
    canonical = snapshot.canonical_url
    if canonical and registered_domain(canonical) == registered_domain(snapshot.final_url):
        addresses.insert(0, canonical)
    return addresses
