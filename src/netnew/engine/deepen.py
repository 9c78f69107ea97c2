"""Where else on its own site a candidate may say what is still unclear."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from netnew.domain.page import Link
from netnew.engine.addresses import (
    canonical_address,
    home_address,
    host_of,
    is_address,
    is_subpage,
    is_urn,
)
from netnew.engine.entity import Entity, home_url

_TELLS = re.compile(
    r"\b(about|company|who we are|our story|team|facts|profile|learn more|more about|imprint"
    r"|impressum|contact|overview|history|mission|details|specifications?|data ?sheet|pricing"
    r"|licen[cs]e|readme|documentation|über uns|a propos|quiénes somos|chi siamo)\b",
    re.IGNORECASE,
)


def deeper_addresses(entity: Entity, count: int) -> list[str]:
    """At most `count` addresses of the entity's own site that were not read yet, the likeliest to
    hold facts first: its home page, then pages whose address or link text says 'about'."""
    own = [s for s in entity.own_pages if not is_urn(s.final_url)]
    read = {canonical_address(a) for a in entity.addresses}
    ranked: dict[str, tuple[int, str]] = {}
    for snapshot in own:
        home = home_url(snapshot)
        ranked.setdefault(canonical_address(home), (0, home))
        for link in snapshot.links:
            worth = _worth(link, snapshot.final_url)
            if worth is not None:
                address = canonical_address(link.url)
                ranked[address] = min(ranked.get(address, (9, link.url)), (worth, link.url))
    open_ones = [(w, u) for a, (w, u) in ranked.items() if a not in read]
    return [u for _, u in sorted(open_ones, key=lambda x: x[0])][:count]


def _worth(link: Link, base: str) -> int | None:
    """1 is best; None where the link leads off the entity's own pages or says nothing of facts."""
    if not is_address(link.url) or host_of(link.url) != host_of(base):
        return None
    home, target = home_address(base), canonical_address(link.url)
    if "/" in home and not target.startswith(home):
        return None
    if is_subpage(link.url) and _TELLS.search(f"{link.text} {urlsplit(link.url).path}"):
        return 1
    return 2 if _TELLS.search(link.text) else None
