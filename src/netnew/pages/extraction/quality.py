"""Whether a page may serve as evidence: soft 404s, parked domains, walls, empty pages.

Every rule needs two things: wording, and a page with little else on it. A long page that mentions
'not found' is a page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from netnew.domain.page import PageQuality, Segment, SegmentKind
from netnew.pages.extraction.bot_walls import demands_script, is_challenge, is_consent_wall

_SHORT = 700
_SHORT_DEMAND = 500
_SHORT_LOGIN = 500
_SHORT_PARKED = 2_500
_VISIBLE = (SegmentKind.BODY, SegmentKind.FACT, SegmentKind.HEADING)

_NOT_FOUND = re.compile(
    r"""
      \b(?:page|file|document|content|resource|url|site|profile|article|product|listing|entry)
        \s+(?:\S+\s+){0,7}?(?:(?:was|is|were|could|can|cannot|can't|couldn't|be|has)\s+)*
        (?:not|n't|cannot\s+be|can't\s+be|couldn't\s+be|never)\s+(?:be\s+)?(?:found|located|exist)
    | \b(?:page|url|address|link|profile|resource|listing)\s+(?:\S+\s+){0,8}?
        (?:does\s+not|doesn't|doesn’t|no\s+longer)\s+exists?\b
    | \bpage\s+(?:\S+\s+){0,8}?(?:is\s+|has\s+been\s+)?(?:no\s+longer\s+available|removed|
        unavailable|not\s+available)\b
    | ^\W*(?:error\s*)?(?:404|410)\b | \b(?:404|410)\s*(?:error|not\s+found|gone)\b
    | ^\W*not\s+found\W*$ | \bnothing\s+(?:was\s+)?found\s+(?:here|at)\b
    | \bwe\s+(?:could\s*n[o']?t|can\s*no?t|can't|couldn['’]t)\s+find\s+(?:the|that|this|your)\s+page
    | \bseite\s+(?:\S+\s+){0,4}?nicht\s+(?:gefunden|verfügbar|vorhanden)
    | \bpage\s+(?:introuvable|non\s+trouvée) | \bpage\s+n['’]existe\s+pas
    | \bpágina\s+no\s+(?:encontrada|existe) | \bno\s+se\s+(?:ha\s+)?encontr(?:ó|ado)\s+la\s+página
    | \bpágina\s+não\s+encontrada | \bpagina\s+non\s+trovata | \bpagina\s+niet\s+gevonden
    | \bsidan\s+(?:kunde\s+inte\s+)?hitta | \bnie\s+znaleziono\s+strony | \bстраница\s+не\s+найдена
    | ページが見つかりません | 页面不存在 | 找不到页面 | 페이지를\s*찾을\s*수\s*없습니다
    """,
    re.I | re.X,
)
_PARKED = re.compile(
    r"""
      \b(?:domain|domain\s+name|website|web\s+address)\s+(?:\S+\s+){0,4}?
        (?:is|may\s+be|are|might\s+be)\s+(?:\S+\s+)?(?:for\s+sale|parked|available\s+for\s+purchase)
    | ^\W*\S+\.[a-z]{2,}\s+(?:is|may\s+be)\s+(?:\S+\s+)?(?:for\s+sale|parked|available)
    | \b(?:buy|purchase|inquire\s+about|make\s+an\s+offer\s+(?:on|for))\s+this\s+domain\b
    | \bdomain\s+(?:parking|for\s+sale) | \bparked\s+(?:free|domain|page)\b
    | \bthis\s+domain\s+(?:has\s+)?(?:recently\s+|just\s+)?(?:been\s+)?(?:registered|expired)\b
    | \bdomain\s+(?:name\s+)?has\s+expired\b | \baccount\s+has\s+been\s+suspended\b
    | \bdiese\s+domain\s+(?:steht\s+zum\s+verkauf|ist\s+geparkt|kaufen)
    | \bdomaine\s+(?:est\s+)?à\s+vendre | \beste\s+dominio\s+está\s+(?:a\s+la|en)\s+venta
    | \bif\s+you\s+(?:can\s+)?(?:see|read)\s+this\s+page,?\s+(?:the|it\s+means)\b
    | ^\W*(?:apache2?\s+\S*\s*default\s+page\b|it\s+works!\s*$|iis\s+windows\s+server\s*$)
    """,
    re.I | re.X,
)
_LOGIN_WORDS = (
    r"(?:log\s?in|sign\s?in|log\s?on|login|anmelden|einloggen|anmeldung|(?:se\s+)?connecte[rz]|"
    r"connexion|iniciar\s+sesión|acceder|entrar|accedi|inloggen|logga\s+in|войти|登录|ログイン)"
)
_LOGIN_TITLE = re.compile(
    rf"^\W*(?:please\s+)?{_LOGIN_WORDS}(?:\s+(?:to|with|or|bei|à|en)\b.{{0,60}}|\s*[|·–—-].{{0,60}}|\W*)$",
    re.I,
)
_LOGIN_DEMAND = re.compile(
    r"\b(?:(?:must|have\s+to|need\s+to|please|required\s+to)\s+(?:be\s+)?(?:first\s+)?"
    r"(?:log(?:ged)?|sign(?:ed)?)\s?-?(?:in|on)|log\s?in\s+(?:or\s+\S+\s+\S*\s*)?to\s+(?:continue|"
    r"view|see|access)|sign\s?in\s+(?:or\s+\S+\s+\S*\s*)?to\s+(?:continue|view|see|access)|"
    r"authentication\s+required|bitte\s+melden\s+sie\s+sich\s+an|veuillez\s+vous\s+connecter)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class PageSigns:
    """What quality is judged on, apart from the segments. `markup` is the page as it came."""

    title: str
    noscript: str = ""
    has_password_field: bool = False
    address: str = ""
    markup: str = ""


def quality_of(segments: list[Segment], signs: PageSigns) -> PageQuality:
    """The quality of a page that was answered with a 2xx status."""
    judged = judged_segments(segments)
    chars = sum(len(s.text) for s in judged)
    # The page's own claims: its title, its headings, its first lines.
    heads = [signs.title, *(s.text for s in judged if s.kind is SegmentKind.HEADING)][:4]
    lines = [s.text for s in judged[:8]]
    if _is_wall(judged, heads + lines, chars, signs):
        return PageQuality.BOT_WALL
    if chars <= _SHORT_PARKED and _is_parked(heads, lines, chars):
        return PageQuality.PARKED
    if _is_soft_404(heads, lines, chars):
        return PageQuality.SOFT_404
    if chars <= _SHORT_LOGIN and _is_login(heads, lines, signs):
        return PageQuality.LOGIN_WALL
    if _says_nothing(judged):
        return _without_text(segments, signs)
    return PageQuality.OK


def judged_segments(segments: list[Segment]) -> list[Segment]:
    """The visible ones that are the page's own text."""
    return [s for s in segments if not s.boilerplate and s.kind in _VISIBLE]


def _is_wall(judged: list[Segment], lines: list[str], chars: int, signs: PageSigns) -> bool:
    facts = sum(s.kind is SegmentKind.FACT for s in judged)
    if is_challenge(signs.markup, lines, chars, facts):
        return True
    if chars <= _SHORT_DEMAND and facts < 2 and any(map(demands_script, lines)):
        return True
    return is_consent_wall(signs.address, [s.text for s in judged])


def _any(pattern: re.Pattern[str], texts: list[str]) -> bool:
    return any(pattern.search(text[:500]) for text in texts)


def _is_parked(heads: list[str], lines: list[str], chars: int) -> bool:
    return _any(_PARKED, heads) or (chars <= _SHORT and _any(_PARKED, lines))


def _is_soft_404(heads: list[str], lines: list[str], chars: int) -> bool:
    if chars > _SHORT:
        # A 404 that comes with the whole site around it: its headline begins with the news.
        return chars <= _SHORT_PARKED and any(
            len(head) <= 60 and (found := _NOT_FOUND.search(head)) and found.start() == 0
            for head in heads[1:2]
        )
    return _any(_NOT_FOUND, heads) or (chars <= _SHORT // 2 and _any(_NOT_FOUND, lines[:4]))


def _is_login(heads: list[str], lines: list[str], signs: PageSigns) -> bool:
    if any(_LOGIN_TITLE.match(head[:120]) for head in heads[:2]):
        return True
    return _any(_LOGIN_DEMAND, lines[:4]) or (signs.has_password_field and len(lines) <= 3)


def _says_nothing(judged: list[Segment]) -> bool:
    """No text, or a headline alone."""
    return not judged or (len(judged) == 1 and judged[0].kind is SegmentKind.HEADING)


def _without_text(segments: list[Segment], signs: PageSigns) -> PageQuality:
    """No visible text: a script draws the page. Embedded data may still say what it is about."""
    if any(
        s.kind is SegmentKind.METADATA and (s.label or "")[:1].isupper() and "." in (s.label or "")
        for s in segments
    ):
        return PageQuality.OK
    # A banner is boilerplate; where there is nothing but the banner, the page is behind it.
    banner = [s.text for s in segments if s.boilerplate and s.kind in _VISIBLE]
    behind = demands_script(signs.noscript) or is_consent_wall(signs.address, banner)
    return PageQuality.BOT_WALL if behind else PageQuality.EMPTY
