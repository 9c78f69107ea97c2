"""Words for the state of an organisation or a thing, in groups that exclude each other."""

from __future__ import annotations

from functools import lru_cache

from netnew.lexicon.words import fold

_GROUPS = {
    "active": "active, operating, operational, in operation, live, running, in business, ongoing,"
    " currently operating, still active, actively maintained, maintained",
    "closed": "inactive, shut down, closed, closed down, defunct, dead, dissolved, ceased,"
    " out of business, ceased operations, shutdown, discontinued, permanently closed, liquidated,"
    " bankrupt, wound up, no longer operating, no longer active, not active, has shut down,"
    " no longer in business, no longer operates, no longer exist,"
    " no longer in operation, went out of business, no longer exists",
    "acquired": "acquired, merged, taken over, bought, acquired by, was acquired, been acquired,"
    " exited by acquisition",
    "public": "public, publicly traded, listed, publicly listed, ipo, went public, gone public,"
    " public company, listed on the stock exchange, traded publicly, stock listed,"
    " listed on a stock exchange, traded on the stock exchange",
    "private": "private, privately held, privately owned",
    "archived": "archived, retired, deprecated, unmaintained, abandoned",
    "planned": "planned, proposed, announced, upcoming, in planning",
    "suspended": "suspended, paused, on hold, under renovation, temporarily closed",
    "in force": "in force, effective",
    "repealed": "repealed, revoked, expired, withdrawn",
}
_GROUP_OF = {
    fold(word): group for group, words in _GROUPS.items() for word in words.split(", ")
} | {fold(w.strip()): g for g, words in _GROUPS.items() for w in words.split(",")}
_LONGEST_FIRST = sorted(_GROUP_OF, key=lambda w: -len(w))
GROUPS = frozenset(_GROUPS)


@lru_cache(maxsize=4096)
def group_of(text: str) -> str | None:
    """The group that `text` as a whole names ('Publicly traded' → 'public'), else None."""
    key = fold(text)
    for lead in ("is ", "was ", "has ", "been ", "has been ", "it is ", "now ", "currently "):
        key = key.removeprefix(lead)
    return _GROUP_OF.get(key)


@lru_cache(maxsize=4096)
def group_led_by(text: str) -> str | None:
    """The group that the value `text` begins with ('Acquired by Oracle in 2019' → 'acquired')."""
    if whole := group_of(text):
        return whole
    key = fold(text) + " "
    for word in _LONGEST_FIRST:
        if key.startswith(word + " "):
            return _GROUP_OF[word]
    return None
