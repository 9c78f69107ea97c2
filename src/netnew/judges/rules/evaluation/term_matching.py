"""Whether a field's items name a value: equality of items, not words in common."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from netnew.judges.rules.knowledge.synonyms import SAME_VALUE, family_pattern
from netnew.text.tokens import fold, singular, split_list

_IN_BRACKETS = re.compile(r"\s*[(\[](?P<in>[^()\[\]]{1,60})[)\]]\s*")
_VERSION_TAIL = re.compile(r"\s+(?:only|or later|or newer|licen[sc]e|license|language)$")
_LEAD = re.compile(r"^(?:the|a|an) ")


@lru_cache(maxsize=32768)
def forms(value: str) -> frozenset[str]:
    """How `value` may be written: without brackets, what they hold, joined, in the singular."""
    found = {value}
    if bracket := _IN_BRACKETS.search(value):
        found.add(_IN_BRACKETS.sub(" ", value))
        found.add(bracket["in"])
    result: set[str] = set()
    for text in found:
        key = _LEAD.sub("", fold(text.strip(" .,;:\"'“”")))
        for variant in (key, _VERSION_TAIL.sub("", key)):
            one = " ".join(singular(w) for w in variant.split())
            result |= {one, one.removesuffix("ly") if one.endswith("ally") else one}
            result |= {one.replace(" ", "").replace(".", "")}
    result |= {SAME_VALUE[r] for r in result if r in SAME_VALUE}
    return frozenset(r for r in result if r)


_NEXT_CLAUSE = re.compile(r",?\s+and\s+(?=(?:is|was|were|are|has|had|have|\w+ed)\b)")


@lru_cache(maxsize=16384)
def items(value: str, plural: bool = True, prose: bool = False) -> tuple[str, ...]:
    """The items of a field's value. In prose 'A and B' is a list if the label is plural."""
    if value.startswith(("http://", "https://")) and " " not in value:
        return (value,)
    text = value
    if prose:
        text = re.split(
            r"(?:;|\s[–—-]\s(?=[a-z])|,?\s+(?:which|that|who|where|while|because|so that|but)\s)",
            text,
        )[0]
        text = _NEXT_CLAUSE.split(text)[0]
    halves = text.split(" and ")
    # Two longer names, or codes ('GPL-2.0 and MIT'), are two; 'Aviation and Space' may be one.
    long_pair = len(halves) == 2 and (
        all(len(h.split()) >= 2 for h in halves) or any(re.search(r"\d", h) for h in halves)
    )
    alike = len(halves) == 2 and (_same_head(*halves) or all(map(_ENUMERATED.fullmatch, halves)))
    found = split_list(text, pairs=alike or (prose and (plural or long_pair)))
    if not prose and "," in text and ";" not in text:
        # A cell's commas part its items; 'and' inside of one belongs to a name.
        found = [i.strip() for i in re.split(r",\s+(?![^(]*\))", text) if i.strip()]
    if _PATH.search(text):  # 'Topic :: Internet :: WWW/HTTP'
        found += [part.strip() for step in _PATH.split(text) for part in (step, *step.split("/"))]
    return tuple(dict.fromkeys([*found, text.strip()]))


_PATH = re.compile(r"\s(?:::|>|›|»|→)\s")


# Names of languages and weekdays: two of them are two.
_ENUMERATED = re.compile(
    r"\s*(?:(?:available |only |also )?in |on )?(?:arabic|basque|bengali|bulgarian|catalan|chinese"
    r"|croatian|czech|danish|dutch|english|estonian|finnish|french|galician|german|greek|hebrew|hindi"
    r"|hungarian|icelandic|irish|italian|japanese|korean|latin|latvian|lithuanian|malay|mandarin"
    r"|norwegian|persian|polish|portuguese|romanian|russian|serbian|slovak|slovene|slovenian|spanish"
    r"|swahili|swedish|tamil|thai|turkish|ukrainian|urdu|vietnamese|welsh|(?:mon|tues|wednes|thurs"
    r"|fri|satur|sun)days?)\s*",
    re.IGNORECASE,
)


def _same_head(one: str, other: str) -> bool:
    """'optical telescope', 'radio telescope': two of a kind, so surely not one name."""
    a, b = fold(one).split(), fold(other).split()
    return len(a) > 1 and len(b) > 1 and singular(a[-1]) == singular(b[-1])


@lru_cache(maxsize=65536)
def names_value(value: str, wanted: str, plural: bool = True, prose: bool = False) -> bool:
    """Whether `wanted` is one of the items of `value` ('Go, Rust' names 'Rust')."""
    targets = forms(wanted)
    family = family_pattern(wanted)
    for item in items(value, plural, prose):
        if forms(item) & targets or (family and any(family.match(f) for f in forms(item))):
            return True
    if "=free" in targets and _FREE.match(value.strip()):
        return True
    return _host_is(value, targets) or any(
        _qualifies(i, wanted) for i in items(value, plural, prose)
    )


_FREE = re.compile(
    r"(?:free\b(?! of\b(?! charge))|no (?:\w+ )?(?:charge|fee|cost)s?|none\b|nil\b|gratis"
    r"|without charge)",
    re.I,
)


def _qualifies(item: str, wanted: str) -> bool:
    """'independent charitable trust' is an 'independent trust': more adjectives, the same noun."""
    told, asked = fold(item).split(), fold(wanted).split()
    if not 1 < len(asked) < len(told) <= len(asked) + 2:
        return False
    if told[0] != asked[0] or singular(told[-1]) != singular(asked[-1]) or "and" in told:
        return False
    rest = iter(told)
    return all(word in rest for word in asked[:-1])


_HALVES = re.compile(r"\s+(?:and|&|/)\s+")


def may_name(value: str, wanted: str) -> bool:
    """Whether `wanted` is one half of an 'A and B' that may be one name or two."""
    targets = forms(wanted)
    halves = [h for i in items(value, False, True) for h in _HALVES.split(i)]
    return any(forms(h) & targets for h in halves)


_FORGE = re.compile(
    r"git|code|svn|\bhg\b|src|source|forge|bitbucket|sr\.ht|launchpad|savannah|pagure|gerrit|cvs"
)


def is_code_address(value: str) -> bool:
    """Whether an address looks like a place that hosts source code."""
    hosts = [urlsplit(a).hostname or "" for a in re.findall(r"https?://\S+", value)]
    return not hosts or any(_FORGE.search(h) for h in hosts)


def _host_is(value: str, targets: frozenset[str]) -> bool:
    """'https://codeberg.org/x' is at 'Codeberg'."""
    for address in re.findall(r"https?://\S+", value):
        host = (urlsplit(address).hostname or "").removeprefix("www.")
        parts = host.split(".")
        if (
            host in targets
            or host.replace(".", "") in targets
            or (len(parts) >= 2 and any(p in targets for p in parts[:-1]))
        ):
            return True
    return False


_NOTHING = re.compile(
    r"^(?:no|none|nil|n/?a|not|unknown|false|0"
    r"|never|without|there (?:is|are) no|no longer|currently no)\b"
    r"|^(?:-+|–|—|✗|✘|❌)$",
    re.IGNORECASE,
)
_YES = re.compile(
    r"^(?:yes|true|available|✓|✔|✅|y|offered|provided|included)\b|^[✓✔✅]", re.IGNORECASE
)


def denies(value: str) -> bool:
    """Whether a value says that there is none ('No', 'None', 'No open positions', '0')."""
    return bool(_NOTHING.match(value.strip()))


def affirms(value: str) -> bool:
    return bool(_YES.match(value.strip()))
