"""HTML made by sources: pages from parts, and the Markdown of READMEs within them."""

from __future__ import annotations

from html import escape

from markdown_it import MarkdownIt

_RENDERER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def body_of_markdown(text: str) -> str:
    rendered: str = _RENDERER.render(text)
    return rendered


def html_page(title: str, body: str) -> str:
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>'
    return (
        f"<!doctype html>\n<html><head>{head}</head>\n<body><main>\n{body}</main></body></html>\n"
    )
