"""Words for the state of an organisation or a thing, in groups that exclude each other."""

from __future__ import annotations

import re
from functools import lru_cache

from netnew.text.tokens import fold

_GROUPS = {
    "active": "active, operating, operational, in operation, live, running, in business, ongoing,"
    " currently operating, still active, actively maintained, maintained, open, in service,"
    " in use, functioning, trading, current, up and running, working, still operating,"
    " open to the public, open to visitors, open for business, still open, still running,"
    " being accepted, accepting applications, open for applications, taking applications,"
    " applications are accepted,"
    " applications are being accepted, applications are open, open to applications,"
    " in production, open and operating, in good standing, operating normally, in orbit",
    "closed": "inactive, shut down, closed, closed down, defunct, dead, dissolved, ceased, shut,"
    " out of business, ceased operations, shutdown, discontinued, permanently closed, liquidated,"
    " bankrupt, wound up, no longer operating, no longer active, not active, has shut down,"
    " no longer in business, no longer operates, no longer exist, disbanded, decommissioned,"
    " no longer in operation, went out of business, no longer exists, out of service, abolished,"
    " no longer accepting applications, not accepting applications, applications are closed,"
    " applications are no longer accepted, closed for applications, closed to applications,"
    " closed for good, closed permanently, demolished, terminated, no longer open,"
    " ceased to exist, extinct, disused, out of operation, out of use, not operating, insolvent,"
    " no longer in use, no longer in service, off the market, closed to the public, scrapped",
    "acquired": "acquired, merged, taken over, bought, acquired by, was acquired, been acquired,"
    " exited by acquisition, merged into, absorbed, sold",
    "public": "public, publicly traded, listed, publicly listed, ipo, went public, gone public,"
    " state owned, state run, publicly owned, publicly funded, government owned, government run,"
    " publicly run, public company, listed on the stock exchange, traded publicly, stock listed,"
    " listed on a stock exchange, traded on the stock exchange, quoted on the stock exchange",
    "private": "private, privately held, privately owned, privately run, privately funded",
    "archived": "archived, retired, deprecated, unmaintained, abandoned, obsolete, superseded",
    "planned": "planned, proposed, announced, upcoming, in planning, under construction,"
    " being built, in development, under development, not yet open, forthcoming,"
    " not open yet, not yet launched, coming soon, to be launched, opening soon,"
    " under consideration, awaiting approval, pending, scheduled",
    "suspended": "suspended, paused, on hold, under renovation, temporarily closed, dormant,"
    " under refurbishment, being refurbished, being renovated, closed for renovation,"
    " closed for refurbishment, closed temporarily, under repair, under restoration, mothballed,"
    " closed for repairs, closed for restoration, under maintenance, temporarily suspended,"
    " under reconstruction, being restored, being rebuilt, temporarily shut, in renovation",
    "approved": "approved, authorised, authorized, valid, granted, licensed, accredited, permitted",
    "refused": "refused, rejected, denied, declined, not approved, not granted, not authorised",
    "in force": "in force, effective, in effect",
    "repealed": "repealed, revoked, expired, lapsed, annulled, no longer in force, rescinded,"
    " struck down, not in force",
    "withdrawn": "withdrawn, withdrawn from the market, withdrawn by the holder, recalled,"
    " retracted, cancelled, canceled",
    "completed": "completed, finished, ended, concluded, over",
}
_GROUP_OF = {
    fold(word): group for group, words in _GROUPS.items() for word in words.split(", ")
} | {fold(w.strip()): g for g, words in _GROUPS.items() for w in words.split(",")}
_MAX_FIRST = sorted(_GROUP_OF, key=lambda w: -len(w))
GROUPS = frozenset(_GROUPS)


_LEADS = (
    "is ", "are ", "was ", "has ", "been ", "has been ", "it is ", "now ", "currently ", "still ",
    "fully ", "permanently ", "again ",
)  # fmt: skip
# 'open daily', 'closed on Mondays', 'open source', 'closed to cars' tell no state.
_NO_STATE = re.compile(
    r"^(?:open|closed|shut|live|working|running|current|over)\s+(?:on|daily|at|from|every|during"
    r"|between|source|access|air|minded|days?|hours?|all|year|only|mon|tues|wednes|thurs|fri|satur"
    r"|sun|weekdays|weekends|with|by|around|under|time|captioned|music|group|loop|term)"
)


@lru_cache(maxsize=4096)
def group_of(text: str) -> str | None:
    """The group that `text` as a whole names ('Publicly traded' → 'public'), else None."""
    key = fold(text)
    for lead in _LEADS:
        key = key.removeprefix(lead)
    for tail in (" today", " now", " at present", " only", " at the moment", " right now"):
        key = key.removesuffix(tail)
    return _GROUP_OF.get(key)


@lru_cache(maxsize=4096)
def group_led_by(text: str) -> str | None:
    """The group that the value `text` begins with ('Acquired by Oracle in 2019' → 'acquired')."""
    if whole := group_of(text):
        return whole
    key = fold(text) + " "
    if _NO_STATE.match(key):
        return None
    for word in _MAX_FIRST:
        if key.startswith(word + " "):
            return _GROUP_OF[word]
    words = key.split()
    if 1 < len(words) <= 3 and not {"not", "no", "never", "without"} & set(words):
        return _GROUP_OF.get(words[-1])  # 'Show ended', 'Temporarily paused'
    return None
