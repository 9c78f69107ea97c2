"""Values that are said in several ways, and licences by family: general knowledge, not a site's."""

from __future__ import annotations

import re
from functools import lru_cache

from netnew.text.tokens import fold

# One value a line: the ways to write it, already folded and in the singular.
_SAME = """
free, free of charge, no charge, no fee, gratis, free entry, free admission, without charge
  at no cost, no cost, complimentary, free of cost, toll free, costless, free for all
prescription only, prescription required, on prescription, rx, rx only, pom, only on prescription
  prescription only medicine, by prescription, prescription needed, prescription
over the counter, otc, without prescription, non prescription, without a prescription
  sold without prescription
  no prescription needed, no prescription required, prescription free, over the counter medicine
oral, orally, by mouth, taken by mouth, swallowed, oral use
intravenous, iv, into a vein, intravenously, intravenous use
subcutaneous, subcutaneously, under the skin, injected under the skin, subcutaneous injection
  by injection under the skin, injection under the skin, subcutaneous use, by subcutaneous injection
topical, topically, on the skin, cutaneous, to the skin, applied to the skin, cutaneous use
injection, by injection, injected, injectable
inhalation, by inhalation, inhaled, inhalation use
open access, open, freely accessible, free to read, gold open access
public, state, state funded, public university, state university
  state owned, government owned, public sector, publicly owned, state run, publicly run
  government run, owned by the state
government, governmental, government agency, government body, state agency, public agency
private, privately owned, privately run, private sector, privately held
nonprofit, non profit, not for profit, nonprofit organization, nonprofit organisation
  non profit organization, non profit organisation
annual, annually, yearly, every year, once a year
biannual, twice a year, every six month, half yearly
biennial, every two year, every other year, every second year
monthly, every month, once a month
weekly, every week, once a week
daily, every day, once a day
rolling, all year round, open ended, no deadline, continuous, year round, at any time, any time
  rolling basis, on a rolling basis, always open
allowed, permitted, yes, welcome
required, mandatory, compulsory, obligatory, needed, must
individual, individual person, private person, natural person
"""


def _table() -> dict[str, str]:
    of: dict[str, str] = {}
    for line in _SAME.strip().replace("\n  ", ", ").splitlines():
        words = [w.strip() for w in line.split(",")]
        of.update(dict.fromkeys(words, "=" + words[0]))
    return of


SAME_VALUE = _table()

_PERMISSIVE = (
    r"mit|x11|bsd|[0234] clause bsd|(?:new|modified|simplified) bsd|apache|asl|isc|zlib|0bsd"
    r"|unlicense|boost|psf|python software|artistic|cc0|wtfpl|postgresql|ncsa|hpnd|zpl|zope|ecl"
)
_WEAK = r"lgpl|gnu lesser|gnu library|mpl|mozilla|epl|eclipse|cddl|cpl"
_STRONG = (
    r"gpl|agpl|gnu general|gnu affero|affero|eupl|osl|cc by sa"
    r"|creative commons attribution share"
)
_FAMILIES = {
    "permissive": _PERMISSIVE,
    "copyleft": f"{_WEAK}|{_STRONG}",
    "weak copyleft": _WEAK,
    "strong copyleft": _STRONG,
    "open source": f"{_PERMISSIVE}|{_WEAK}|{_STRONG}",
    "free software": f"{_PERMISSIVE}|{_WEAK}|{_STRONG}",
    "creative commons": r"cc|cc0|creative commons",
    "public domain": r"cc0|unlicense|public domain|pddl|wtfpl",
}
_NAMED = frozenset(
    {"apache", "bsd", "gpl", "lgpl", "agpl", "mpl", "eupl", "cc by", "cc0", "artistic"}
)
_NAMED_TAIL = (
    r"(?:$|[\s-]?v?\d|\s(?:software|clause|style|new|only|or later|licen[sc]e|public|like))"
)
_LICENSE_WORDS = re.compile(r"^(?:an?|the) |\s?(?:open source )?licen[sc]e[ds]?$")


@lru_cache(maxsize=4096)
def family_pattern(wanted: str) -> re.Pattern[str] | None:
    """What an item of the family `wanted` begins with ('permissive', 'BSD'), None for no family."""
    key = _LICENSE_WORDS.sub("", fold(wanted))
    if key in _FAMILIES:
        return re.compile(rf"(?:the )?(?:{_FAMILIES[key]})(?:\b|v?\d)")
    if key in _NAMED:
        return re.compile(rf"(?:the |gnu )?{key}{_NAMED_TAIL}")
    return None
