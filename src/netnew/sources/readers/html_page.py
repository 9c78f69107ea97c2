"""HTML pages that sources make from parts."""

from __future__ import annotations

from html import escape


def html_page(title: str, body: str) -> str:
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>'
    return (
        f"<!doctype html>\n<html><head>{head}</head>\n<body><main>\n{body}</main></body></html>\n"
    )
