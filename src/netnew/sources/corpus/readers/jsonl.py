"""Crawl dumps: one JSON object a line, plain or gzip.

Read are `url`, `status`, `title`, `location`, `error`, `media_type`, and the page as the first of
`html`, `markdown`, `text`, `content` that is there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from netnew.sources.corpus.readers.base import BrokenRow, DumpRow, decoded, lines
from netnew.sources.html_text import whole
from netnew.sources.urls import is_page_address

_URL_KEYS = ("url", "final_url", "link", "address")


def jsonl_rows(path: Path) -> Iterator[DumpRow | BrokenRow]:
    """The rows of a JSONL(.gz) file, in order. Raises UnreadableDump where it cannot be opened."""
    for item in lines(path):
        if isinstance(item, BrokenRow):
            yield item
            continue
        number, line = item
        try:
            yield _row(json.loads(decoded(line)))
        except (ValueError, RecursionError) as error:
            yield BrokenRow(str(path), f"line {number}", str(error))


def _row(fields: object) -> DumpRow:
    if not isinstance(fields, dict):
        raise ValueError("not a JSON object")
    url = next((text for key in _URL_KEYS if (text := fields.get(key))), None)
    if not isinstance(url, str) or not is_page_address(url.strip()):
        raise ValueError(f"no address in it ('url' is {_short(url)})")
    title = _text(fields, "title")
    body, media_type = _page(fields)
    return DumpRow(
        url=whole(url.strip()),
        body=body,
        status=_status(fields),
        title=title,
        media_type=media_type,
        charset="utf-8",
        location=_text(fields, "location") or None,
        error=_text(fields, "error") or None,
    )


def _page(fields: dict[str, object]) -> tuple[bytes, str]:
    for key in ("html", "markdown", "text", "content"):
        text = fields.get(key)
        if not isinstance(text, str):
            continue
        if key == "html" or (key == "content" and text.lstrip()[:1] == "<"):
            return whole(text).encode(), _text(fields, "media_type") or "text/html"
        if key == "markdown":
            return whole(text).encode(), "text/markdown"
        return whole(text).encode(), "text/plain"
    return b"", "text/html"


def _status(fields: dict[str, object]) -> int:
    status = fields.get("status", fields.get("status_code"))
    if status is None:
        return 0 if fields.get("error") else 200
    if isinstance(status, str) and status.isdecimal():
        status = int(status)
    if not isinstance(status, int) or isinstance(status, bool) or not 0 <= status <= 999:
        raise ValueError(f"'status' is {status!r}, not an HTTP status")
    return status


def _text(fields: dict[str, object], key: str) -> str:
    value = fields.get(key)
    return whole(value).strip() if isinstance(value, str) else ""


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 120 else shown[:120] + "…"
