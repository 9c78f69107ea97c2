"""Folding, stems, stop words and lists, for comparing texts and not for showing them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

STOP_WORDS = frozenset(
    """a about above across after all also am an and any are as at be been being both but by can
    could did do does doing each either every for from had has have having he her hers him his how i
    if in into is it its itself just many may me might more most must my neither no nor not of off
    on one only or other our ours out over own per shall she should so some such than that the their
    theirs them then there these they this those through to too under until up upon us very was we
    were what when where whether which while who whom whose will with within without would you your
    yours find list show""".split()  # noqa: SIM905
)

_APOSTROPHES = re.compile(r"['’‘`´]")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
# A dot stays inside a token (node.js, 3.0) and before a word (.net); + and # stay after a letter.
_TOKEN = re.compile(r"\.?\w+(?:\.\w+)*[+#]*")
_INITIALS = re.compile(r"\b(?:[a-z]\.){2,}")


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """`text` for comparison: no case, accents or punctuation, single spaces, '&' as 'and'.

    'C++', 'C#', '.net', 'node.js' and '3.0' stay apart from 'C', 'net', 'node js' and '3 0'.
    """
    plain = text.casefold() if text.isascii() else _bare(text)
    plain = _THOUSANDS.sub("", _APOSTROPHES.sub("", plain)).replace("&", " and ").replace("_", " ")
    plain = _INITIALS.sub(lambda m: m.group().replace(".", ""), plain)
    return " ".join(_TOKEN.findall(plain))


def _bare(text: str) -> str:
    """`text` in small letters without accents."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(c for c in apart if not unicodedata.combining(c)).casefold()


def tokens(text: str) -> list[str]:
    """The words of `fold(text)`."""
    return fold(text).split()


def singular(word: str) -> str:
    """A folded English word without its plural ending ('companies' → 'company')."""
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("xes", "ches", "shes", "sses", "zes")):
        return word[:-2]
    return word[:-1]


_SPELLINGS = {
    "licence": "license", "licenced": "license", "centre": "center", "theatre": "theater"
}  # fmt: skip
_IRREGULAR = """taught teach, held hold, built build, sold sell, ran run, won win, made make,
flew fly, flown fly, wrote write, written write, given give, gave give, taken take,
led lead, spoken speak,
spoke speak, began begin, begun begin, grown grow, kept keep, bought buy, paid pay, known know,
driven drive, eaten eat, chosen choose, chose choose, drawn draw, shown show, lent lend, sent send,
spent spend, born bear, sung sing, worn wear, met meet, lay lie, stood stand, sat sit, rose rise,
fed feed, laid lay, brought bring, seen see, saw see, went go, gone go"""
_SPELLINGS |= {pair.split()[0]: pair.split()[1] for pair in _IRREGULAR.split(",")}


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A light stem of a folded word, for comparing words and not for showing them.

    Takes off plural, -ing, -ed, -ion and -ance endings and a last e, and writes -ise as -ize:
    'graduated', 'graduation' and 'graduates' agree, 'gaming' and 'games' too.
    """
    word = _SPELLINGS.get(word, word)
    if not word.isalpha() or len(word) <= 3:
        return word
    word = _SPELLINGS.get(singular(word), singular(word))
    for ending, least in (("ance", 5), ("ing", 3), ("ion", 5), ("ed", 3)):
        if word.endswith(ending) and len(word) - len(ending) >= least:
            word = word[: -len(ending)]
            if word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    if len(word) > 3 and word.endswith("e"):
        word = word[:-1]
    if len(word) > 3 and word.endswith("y"):
        word = word[:-1] + "i"
    return re.sub(r"is(?=$|at$)", "iz", word) if len(word) > 6 else word


def stems(text: str) -> list[str]:
    """The stems of all words of `text`, in order."""
    return [stem(w) for w in tokens(text)]


def content_words(text: str) -> list[str]:
    """The folded words of `text` that are no stop words, in order."""
    return [w for w in tokens(text) if w not in STOP_WORDS]


_COMPOUNDS = re.compile(
    r"\b(trinidad and tobago|bosnia and herzegovina|antigua and barbuda|saint kitts and nevis"
    r"|st kitts and nevis|são tomé and príncipe|sao tome and principe|turks and caicos"
    r"|saint vincent and the grenadines|research and development|tyne and wear|search and rescue"
    r"|mergers and acquisitions|johnson and johnson|arts and crafts|bed and breakfast"
    r"|oil and gas|rock and roll)\b",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_HARD = re.compile(r"\s*(?:;|\||•|\n|\s·\s)\s*")
_COMMA = re.compile(r"\s*,(?=\s)\s*")
_OR = re.compile(r"\s+(?:or|nor|and/or)\s+", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_LEADING = re.compile(r"^(?:and|or|nor|either|neither|both)\s+", re.IGNORECASE)


def split_list(text: str, pairs: bool = False) -> list[str]:
    """The items of an enumeration ('A, B and C', 'A or B', 'A; B'), trimmed, in order.

    Does not split inside brackets, numbers ('1,000') or known pairs ('Trinidad and Tobago'), nor at
    'and' where another separator does the work ('A and B or C' → 'A and B', 'C'), nor a bare 'A and
    B' unless `pairs`, since it may be one name.
    """
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        held.append(match.group())
        return f"\x00{len(held) - 1}\x00"

    # Pages may have the very sign that holds the place of what is kept whole.
    guarded = _COMPOUNDS.sub(hold, _BRACKETS.sub(hold, text.replace("\x00", " ")))
    parts = [p for p in _HARD.split(guarded) if p.strip()]
    if len(parts) <= 1:
        parts = _soft_parts(guarded, pairs)
    restored = (_restore(p, held) for p in parts)
    return [p for p in (_LEADING.sub("", r.strip()).strip(" .,;:") for r in restored) if p]


def _soft_parts(text: str, pairs: bool) -> list[str]:
    parts = _COMMA.split(text)
    if _OR.search(text):
        return [p for part in parts for p in _OR.split(part)]
    if len(parts) > 1:
        if _LEADING.match(parts[-1]):  # 'A, B, and C and D': the comma before 'and' ends the list
            return parts
        return parts[:-1] + _AND.split(parts[-1])
    return _AND.split(text) if pairs else parts


def _restore(part: str, held: list[str]) -> str:
    while "\x00" in part:
        part = re.sub(r"\x00(\d+)\x00", lambda m: held[int(m.group(1))], part)
    return part
