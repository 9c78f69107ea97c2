"""The options that all search services of the web have in common, and what becomes of a query."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from netnew.domain.errors import InvalidInput
from netnew.sources.html_text import whole

FRESHNESS = ("day", "week", "month", "year")
COMMON = ("country", "language", "freshness", "include", "exclude", "timeout")
"""`include` and `exclude` are domains separated by '|', `timeout` is in seconds."""

_COUNTRY = re.compile(r"[a-z]{2}")
_LANGUAGE = re.compile(r"[a-z]{2}(-[a-z]{2,4})?")
_DOMAIN = re.compile(r"(?:[\w-]{1,63}\.)+[^\W\d_]{2,63}")
_MAX_DOMAINS = 100
_MAX_TIMEOUT_S = 600


@dataclass(frozen=True, slots=True)
class WebOptions:
    """`country`: two small letters of ISO 3166 ('gb'), `language`: 'de' or 'pt-br', `freshness`:
    one of FRESHNESS; '' where not asked. Domains are in small letters."""

    country: str = ""
    language: str = ""
    freshness: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    timeout_s: float = 20.0

    @property
    def operators(self) -> str:
        """The domains as operators of a query: '(site:a.org OR site:b.org) -site:c.org'."""
        sites = " OR ".join(f"site:{domain}" for domain in self.include)
        wanted = f"({sites})" if len(self.include) > 1 else sites
        return " ".join([*filter(None, [wanted]), *(f"-site:{x}" for x in self.exclude)])


@dataclass(frozen=True, slots=True)
class QueryForm:
    """How long a query of a service may be, and the operators that stand at its end."""

    max_chars: int
    max_words: int = 1_000
    operators: str = ""

    def text(self, query: str) -> str:
        """`query` on one line, without control characters, cut to what the service takes; ''
        where nothing is left to ask."""
        words = whole(query).translate(_NO_CONTROLS).split()
        room = self.max_chars - len(self.operators) - 1
        kept = " ".join(words[: self.max_words - len(self.operators.split())])[: max(room, 0)]
        return f"{kept.rstrip()} {self.operators}".strip() if kept.strip() else ""


def query_form(options: WebOptions, max_chars: int, max_words: int = 1_000) -> QueryForm:
    """The form of a service that knows domains as operators alone. Raises InvalidInput where they
    leave less than half of the room to the query."""
    operators = options.operators
    if len(operators) > max_chars // 2 or len(operators.split()) > max_words // 2:
        raise InvalidInput(
            "source", "include and exclude are too long for a query", f"{max_chars // 2} letters"
        )
    return QueryForm(max_chars, max_words, operators)


def web_options(
    provider: str, texts: Mapping[str, str], able: Collection[str], timeout_s: float
) -> WebOptions:
    """The common options of `texts`, of which `provider` is `able` to do some. Raises InvalidInput
    for one it cannot do, and for a value that cannot be."""
    for name in texts:
        if name not in able:
            raise InvalidInput("source", f"{provider} has no option {name!r}", ", ".join(able))
    country = texts.get("country", "").lower()
    return WebOptions(
        _matching(_COUNTRY, "country", "gb" if country == "uk" else country, texts, "de"),
        _matching(_LANGUAGE, "language", texts.get("language", "").lower(), texts, "de, pt-br"),
        _freshness(texts),
        _domains("include", texts),
        _domains("exclude", texts),
        _timeout_s(texts.get("timeout"), timeout_s),
    )


def _matching(
    form: re.Pattern[str], name: str, value: str, texts: Mapping[str, str], example: str
) -> str:
    if name in texts and not form.fullmatch(value):
        raise InvalidInput("source", f"{name} {texts[name]!r} cannot be", f"such as {example}")
    return value


def _freshness(texts: Mapping[str, str]) -> str:
    freshness = texts.get("freshness", "")
    if "freshness" in texts and freshness not in FRESHNESS:
        raise InvalidInput("source", f"freshness {freshness!r} cannot be", ", ".join(FRESHNESS))
    return freshness


def _domains(name: str, texts: Mapping[str, str]) -> tuple[str, ...]:
    if name not in texts:
        return ()
    domains = tuple(dict.fromkeys(x.strip().lower() for x in texts[name].split("|")))
    wrong = next((x for x in domains if not _DOMAIN.fullmatch(x)), None)
    if wrong is not None or len(domains) > _MAX_DOMAINS:
        problem = f"{name} {wrong!r} is no domain" if wrong is not None else f"{name} is too long"
        raise InvalidInput(
            "source", problem, f"up to {_MAX_DOMAINS} domains, example.org|example.com"
        )
    return domains


def _timeout_s(text: str | None, default_s: float) -> float:
    if text is None:
        return default_s
    try:
        timeout_s = float(text)
    except ValueError:
        timeout_s = 0.0
    if not 0 < timeout_s <= _MAX_TIMEOUT_S:
        allowed = f"0 to {_MAX_TIMEOUT_S}"
        raise InvalidInput("source", f"timeout {text!r} is no number of seconds", allowed)
    return timeout_s


_NO_CONTROLS = {code: " " for code in range(0xA0) if unicodedata.category(chr(code)) == "Cc"}
