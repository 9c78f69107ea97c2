"""Pages that stand before the page asked for and want a person to act first.

A wall is known by what its maker puts into the page, or by wording that speaks to the visitor; and
either way by little else being there. Sites that are protected by the same makers carry other
scripts of theirs, and articles about them use their names: neither is a wall.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from netnew.pages.extraction.links import host_of
from netnew.pages.extraction.whitespace import phrases

MAX_WALL_CHARS = 1_500
_MAX_CONSENT_CHARS = 4_000
_CONSENT_SHARE = 0.5

# What stands in the challenge itself, not in pages it let through: Cloudflare puts
# '/cdn-cgi/challenge-platform/scripts/' into ordinary pages, DataDome 'js.datadome.co'.
_CHALLENGE_MARKUP = (
    "_cf_chl_opt",
    "challenge-error-text",
    "cf-browser-verification",
    "cf-error-details",
    "/cdn-cgi/challenge-platform/h/",
    "captcha-delivery.com",
    "c.datado.me",
    "px-captcha",
    "Incapsula incident ID",
    "_Incapsula_Resource?CWUDNSAI",
    "gokuProps",
    "challenge.js?awswaf",
    "awswaf.com/captcha",
    "distil_r_captcha",
    "distilIdentificationBlock",
    "errors.edgesuite.net",
    "sgcaptcha",
    "ddos-guard/js-challenge",
    "/.within.website/x/cmd/anubis",
    "/.well-known/vercel/security",
    "sucuri_cloudproxy_js",
)
_CHALLENGE_WORDS = re.compile(
    r"""
      \b(?:checking|verifying)\s+(?:\S+\s+){0,3}?(?:your\s+browser|human|not\s+a\s+(?:ro)?bot|
        (?:your|the|this|site)\s+connection)
    | ^\W*just\s+a\s+moment\W*$ | ^\W*(?:einen\s+moment|un\s+(?:momento|instant))\W*$
    | ^\W*attention\s+required\s*!?\s*(?:\||$)
    | \b(?:verify|confirm|prove)\s+(?:that\s+)?you(?:'re|’re|\s+are)\s+
        (?:a\s+|not\s+a\s+)?(?:human|robot|bot)
    | ^\W*(?:making\s+sure|are)\s+you(?:'re|’re)?\s+(?:a\s+|not\s+a\s+)(?:human|robot|bot)\b
    | \b(?:complete|solve)\s+(?:the|this|a)\s+(?:captcha|security\s+check)\b | ^\W*captcha\W*$
    | \bpress\s*(?:&|and)\s*hold\b
    | \b(?:detected|noticed)\s+unusual\s+traffic\b | \bunusual\s+traffic\s+from\s+your\b
    | ^\W*pardon\s+our\s+interruption | \bsecurity\s+checkpoint\W*$
    | ^\W*(?:sorry,?\s+)?you\s+have\s+been\s+blocked\b
    | \baccess\s+to\s+this\s+\S+\s+has\s+been\s+denied\b
    | \bwe\s+believe\s+you\s+are\s+using\s+automation\b
    | \busing\s+a\s+security\s+service\s+to\s+protect\s+itself\b
    | \benable\s+js\s+and\s+disable\s+any\s+ad\s+blocker | \bplease\s+stand\s+by,?\s+while\s+we
    | \brequest\s+unsuccessful\.\s+incapsula\b
    | \benable\s+javascript\s+and\s+cookies\s+to\s+continue\b
    """,
    re.I | re.X,
)
# Words of walls that other short pages have too: they need a page that says hardly more.
_REFUSAL_WORDS = re.compile(
    r"""
      ^\W*access\s+denied\b | \bddos\s+protection\s+by\b | \bray\s+id\s*: | \baccess\s+denied\W*$
    | \byou\s+(?:don['’]t|do\s+not)\s+have\s+permission\s+to\s+access\b
    | \bthe\s+request\s+could\s+not\s+be\s+satisfied\b
    """,
    re.I | re.X,
)
_SCRIPT_DEMAND = re.compile(
    r"""
      \b(?:enable|activate|requires?|needs?)\s+(?:\S+\s+){0,3}?(?:javascript|js|cookies)\b
    | \bjavascript\s+(?:is\s+|must\s+be\s+|to\s+be\s+)?(?:disabled|required|enabled|turned\s+off)
    | \bwithout\s+javascript\b | \bjavascript\s+(?:seems|appears)\s+to\s+be\b
    | \b(?:aktivieren\s+sie|schalten\s+sie)\s+(?:\S+\s+){0,2}?javascript
    | \bactive[rz]\s+(?:\S+\s+){0,2}?javascript | \bhabilit[ae]r?\s+(?:\S+\s+){0,2}?javascript
    """,
    re.I | re.X,
)
_CONSENT_WORDS = re.compile(
    r"""
      \bcookies?\b | \bwe\s+(?:value|respect|care\s+about)\s+your\s+privacy\b
    | \bbefore\s+you\s+continue\s+to\b | \bstore\s+and/or\s+access\s+information\b
    | \b(?:our|\d+|and\s+its)\s+(?:\S+\s+)?(?:partners|vendors)\b | \bpersonali[sz]ed\s+ads\b
    | \b(?:your|privacy)\s+(?:privacy\s+)?(?:choices|settings|preferences|consent)\b
    | \b(?:withdraw|give|revoke)\s+(?:\S+\s+)?consent\b | \blegitimate\s+interest
    | \bdatenschutz | \beinwilligung | \bpartnern?\b | \bwerbung\s+und\s+tracking\b
    | \bvie\s+privée\b | \bpartenaires\b | \bprivacidad\b | \bsocios\b | \bconsenso\b
    | \btoestemming\b | \bciasteczk
    """,
    re.I | re.X,
)
_CONSENT_ACT = re.compile(
    r"""
      \b(?:accept|allow|reject|decline|refuse)\s+(?:all|cookies|everything|and\s+continue)\b
    | \b(?:manage|cookie)\s+(?:my\s+|your\s+)?(?:options|settings|preferences|choices)\b
    | \bi\s+(?:agree|accept|consent)\b | ^\W*(?:agree|accept|got\s+it)\W*$
    | \bscroll\s+down\s+to\s+reject\b
    | \b(?:alle[ns]?|cookies)\s+(?:akzeptieren|ablehnen|zulassen|zustimmen) | ^\W*zustimmen\b
    | \bakzeptieren\s+und\s+weiter\b
    | \btout\s+(?:accepter|refuser)\b | \baccepter\s+et\s+(?:continuer|fermer)\b
    | \b(?:aceptar|rechazar)\s+(?:todo|todas|y\s+continuar)\b
    | \b(?:accetta|rifiuta)\s+(?:tutto|tutti|e\s+continua)\b | \balles\s+(?:accepteren|weigeren)\b
    | \b(?:aceitar|rejeitar)\s+tud[oa]s?\b | \b(?:akceptuj|zaakceptuj)\b
    """,
    re.I | re.X,
)
# One cheap look at the whole text spares most pages the patterns above.
_CHALLENGE_STEMS = phrases(
    "check|verif|moment|instant|attention|confirm|prove|human|bot|captcha|hold|traffic|interruption|"
    "checkpoint|blocked|denied|automation|security service|ad blocker|stand by|incapsula|cookies|"
    "ddos|ray id|permission|satisfied"
)
_CONSENT_STEMS = phrases(
    "cookie|consent|accept|allow|reject|declin|refus|manage|agree|got it|akzept|ablehn|zulass|"
    "zustimm|acept|rechaz|accett|rifiut|weiger|aceit|rejeit|akceptuj"
)
# consent.google.com, consent.yahoo.com, guce.techcrunch.com: hosts that have no other pages.
_CONSENT_HOST = re.compile(r"^(?:consent|guce)\.[^.]+\.[^.]")


def is_challenge(markup: str, lines: Iterable[str], chars: int, facts: int) -> bool:
    """Whether a page of `chars` characters of text is a challenge to prove oneself a person, or a
    refusal of programs. `lines`: its title, headings and first lines; `facts`: how many there
    are."""
    if chars > MAX_WALL_CHARS:
        return False
    if any(sign in markup for sign in _CHALLENGE_MARKUP):
        return True
    texts = [line[:500] for line in lines]
    if not _any_of(_CHALLENGE_STEMS, texts):
        return False
    if chars <= MAX_WALL_CHARS * 3 // 5 and any(_CHALLENGE_WORDS.search(x) for x in texts):
        return True
    return chars <= 500 and facts < 2 and any(_REFUSAL_WORDS.search(x) for x in texts)


def _any_of(stems: frozenset[str], texts: Iterable[str]) -> bool:
    whole = "\n".join(texts).lower()
    return any(stem in whole for stem in stems)


def demands_script(text: str) -> bool:
    """Whether `text` tells the visitor to turn JavaScript or cookies on."""
    said = text[:500].lower()
    return ("js" in said or "javascript" in said or "cookies" in said) and (
        _SCRIPT_DEMAND.search(said) is not None
    )


def is_consent_wall(address: str, texts: list[str]) -> bool:
    """Whether a page with the visible `texts`, and no others, only asks for consent."""
    chars = sum(map(len, texts))
    if not texts or chars > _MAX_CONSENT_CHARS or not _any_of(_CONSENT_STEMS, texts):
        return False
    about = sum(len(x) for x in texts if _CONSENT_WORDS.search(x) or _CONSENT_ACT.search(x))
    if about and _CONSENT_HOST.match(host_of(address)):
        return True
    return about >= _CONSENT_SHARE * chars and asks_for_consent("\n".join(texts))


def asks_for_consent(text: str) -> bool:
    """Whether `text` both tells of cookies or partners and asks to accept or refuse them."""
    return _CONSENT_WORDS.search(text) is not None and any(
        map(_CONSENT_ACT.search, text.split("\n"))
    )
