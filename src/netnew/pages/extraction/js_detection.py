"""Whether a page shows its text only where scripts run."""

from __future__ import annotations

import re

from netnew.domain.page import PageQuality, RawPage, SegmentKind, Snapshot
from netnew.pages.extraction.bot_walls import demands_script, is_challenge, is_consent_wall
from netnew.pages.fetching.charset import decoded

MAX_SHOWN_CHARS = 250
_FEW_CHARS = 80
_MANY_SCRIPTS = 3
_MAX_MARKUP_CHARS = 500_000
_HTML_TYPES = ("text/html", "application/xhtml+xml")
_MAY_BE_SCRIPTED = (PageQuality.OK, PageQuality.EMPTY, PageQuality.BOT_WALL, PageQuality.SOFT_404)
_VISIBLE = (SegmentKind.BODY, SegmentKind.FACT, SegmentKind.HEADING)

_SCRIPT = re.compile(r"<script\b(?![^>]{0,300}\btype\s*=\s*[\"']?application/(?:ld\+)?json)", re.I)
_EMPTY_ROOT = re.compile(
    r"<(div|main|section)\b[^>]{0,300}?\bid\s*=\s*[\"']?(?:root|app|__next|__nuxt|___gatsby|svelte|"
    r"react-root|app-root|application|main-app|q-app|ember-app|vue-app|mount)\b[^>]{0,300}>"
    r"\s*(?:<!--.{0,80}?-->\s*)?</\1>",
    re.I | re.S,
)
# Angular and web components: <app-root></app-root>.
_EMPTY_COMPONENT = re.compile(r"<([a-z]+(?:-[a-z]+)+)\b[^>]{0,300}>\s*</\1>", re.I)
_NOSCRIPT = re.compile(r"<noscript\b[^>]{0,100}>(.{0,1000}?)</noscript>", re.I | re.S)
_TAG = re.compile(r"<[^>]{0,300}>")
_LOADING = re.compile(r"^\W*(?:loading|please\s+wait|wird\s+geladen|chargement|cargando)\W*$", re.I)


def needs_browser(raw: RawPage, page: Snapshot) -> bool:
    """Whether scripts would fill the page: it shows next to nothing, and is built to be filled.

    False for walls that want a person: those are not for programs to get past.
    """
    if page.media_type not in _HTML_TYPES or page.quality not in _MAY_BE_SCRIPTED:
        return False
    if page.error is not None:
        return False
    shown = [s.text for s in page.segments if not s.boilerplate and s.kind in _VISIBLE]
    chars = sum(map(len, shown))
    if chars > MAX_SHOWN_CHARS:
        return False
    markup = decoded(raw.body, raw.charset)[:_MAX_MARKUP_CHARS]
    scripts = len(_SCRIPT.findall(markup))
    if not scripts or _is_for_persons(markup, page, chars):
        return False
    if _EMPTY_ROOT.search(markup) or _asks_for_scripts(markup, shown):
        return True
    if chars > _FEW_CHARS:
        return False
    return scripts >= _MANY_SCRIPTS or _EMPTY_COMPONENT.search(markup) is not None


def _is_for_persons(markup: str, page: Snapshot, chars: int) -> bool:
    texts = [s.text for s in page.segments if s.kind in _VISIBLE]
    return is_challenge(markup, [page.title, *texts], chars, 0) or is_consent_wall(
        page.final_url, texts
    )


def _asks_for_scripts(markup: str, shown: list[str]) -> bool:
    if any(demands_script(text) or _LOADING.match(text) for text in shown):
        return True
    return any(demands_script(_TAG.sub(" ", text)) for text in _NOSCRIPT.findall(markup))
