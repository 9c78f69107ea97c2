"""What a page says about itself: that it is an archived copy, and when it was last updated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from netnew.domain.page import Segment, SegmentKind
from netnew.pages.extraction.links import host_of
from netnew.pages.extraction.whitespace import phrases, words

_MAX_NOTICE_CHARS = 300
_MAX_UPDATE_CHARS = 250

_COPY = (
    r"(?:page|profile|entry|listing|record|article|document|copy|version|snapshot|content|"
    r"information|data|wiki|site|website|webpage|web page|documentation)"
)
_OLD = r"(?:archived|outdated|out[- ]of[- ]date|obsolete|superseded|deprecated)"
_ARCHIVED = re.compile(
    rf"""
      ^\W*(?:archived|outdated|historical|cached|obsolete)\s+{_COPY}\b
    | \b(?:this|the\ following)\s+{_COPY}\s+(?:is|has\ been|was)\s+(?:an?\s+|now\s+|being\s+)*
        (?:{_OLD}|no\ longer\ (?:being\ )?(?:maintained|updated|current|up\ to\ date)|frozen)\b
    | \b(?:this|the\ following)\s+{_COPY}\s+(?:may|might)\s+be\s+(?:outdated|out[- ]of[- ]date)\b
    | \b(?:this|the\ following)\s+{_COPY}\s+is\s+not\s+(?:longer\s+)?(?:maintained|updated)\b
    | \bthis\s+is\s+(?:an?|the)\s+(?:{_OLD}|old|older|historical|cached|previous)\s+{_COPY}\b
    | \byou\s+are\s+(?:viewing|reading|looking\s+at)\s+an?\s+
        (?:{_OLD}|old|older|historical|cached|previous)\s+{_COPY}\b
    | \b(?:an?|the)\s+archived\s+copy\s+of\s+(?:the|this|a)\b
    | \b{_COPY}\s+(?:is\s+)?(?:archived|kept)\s+for\s+(?:historical|reference|archival)\b
    | ^\W*this\s+{_COPY}\s+was\s+archived\s+(?:on|in)\b
    | \bdiese\s+(?:seite|version|fassung)\s+(?:ist|wurde)\s+(?:archiviert|veraltet)
    | \bdiese\s+seite\s+wird\s+nicht\s+mehr\s+(?:aktualisiert|gepflegt)
    | \bcette\s+(?:page|version)\s+(?:est|a\s+été)\s+(?:archivée|obsolète)
    | \besta\s+(?:página|versión)\s+(?:está|ha\s+sido)\s+(?:archivada|desactualizada|obsoleta)
    """,
    re.I | re.X,
)
# One cheap look at the whole text spares most pages the pattern above.
_ARCHIVED_STEMS = phrases(
    "archiv|outdated|obsol|superseded|deprecated|maintained|updated|historical|cached|older|"
    "previous|frozen|current|veraltet|desactualizada|out-of-date|out of date|up to date|old |"
    "nicht mehr"
)
_UPDATED_STEMS = words(
    "updat modif edit review revis change verifi check aktual änder stand jour actuali aggiorn "
    "bijge"
)
_VISIBLE = (SegmentKind.BODY, SegmentKind.FACT, SegmentKind.HEADING)
_ARCHIVE_HOSTS = ("web.archive.org", "archive.ph", "archive.today", "archive.is")
_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mai|okt|dez|janv|févr|mars|avr|juin|"
    r"juil|août|déc|ene|abr|ago|dic)[a-zà-ü]*\.?"
)
_DATE = (
    rf"(?:\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}(?:T[\d:.]+Z?)?|\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{4}}|"
    rf"\d{{1,2}}(?:st|nd|rd|th|\.)?\s+(?:de\s+)?{_MONTH},?\s+(?:de\s+)?\d{{4}}|"
    rf"{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|{_MONTH}\s+\d{{4}}|\d{{4}}[-/]\d{{2}})"
)
# At the start of a sentence alone: 'Repository last updated' is a field of the subject.
_UPDATED = re.compile(
    r"(?<![\w'’-] )\b"
    r"(?:last\s+(?:updated?|modified|edited|reviewed|revised|changed|verified|checked)|"
    r"(?:th(?:is|e)\s+)?(?:page|profile|entry|article|listing|record)\s+(?:was\s+)?(?:last\s+)?"
    r"(?:updated|modified)|"
    r"updated|date\s+modified|zuletzt\s+(?:aktualisiert|geändert)|letzte\s+(?:änderung|"
    r"aktualisierung)|stand|dernière\s+mise\s+à\s+jour|mis\s+à\s+jour|última\s+actualización|"
    r"actualizado|ultimo\s+aggiornamento|laatst\s+bijgewerkt)"
    r"(?:\s+(?:on|at|am|le|el|il|op))?\s*[:：]?\s*(?:on\s+)?(?P<date>" + _DATE + r")\b",
    re.I,
)
_MODIFIED_FIELDS = ("article:modified_time", "og:updated_time", "last-modified", "revised")


def is_archived(segments: Sequence[Segment], final_url: str) -> bool:
    """Whether the page says of itself (not of its subject) that it is an archived or old copy."""
    if host_of(final_url) in _ARCHIVE_HOSTS:
        return True
    texts = [s.text for s in segments if s.kind in _VISIBLE and len(s.text) <= _MAX_NOTICE_CHARS]
    whole = "\n".join(texts).lower()
    if not any(stem in whole for stem in _ARCHIVED_STEMS):
        return False
    return any(_ARCHIVED.search(text) is not None for text in texts)


def updated_on(segments: Iterable[Segment]) -> str | None:
    """The date of the page's last update as it is written there, visible text before metadata."""
    hidden: str | None = None
    for segment in segments:
        if segment.kind is SegmentKind.METADATA:
            label = segment.label or ""
            if hidden is None and (label in _MODIFIED_FIELDS or label.endswith(".dateModified")):
                hidden = segment.value
        elif len(segment.text) <= _MAX_UPDATE_CHARS and _may_tell_update(segment.text):
            match = _UPDATED.search(segment.text)
            if match is not None:
                return match["date"]
    return hidden


def _may_tell_update(text: str) -> bool:
    lowered = text.lower()
    return any(stem in lowered for stem in _UPDATED_STEMS)
