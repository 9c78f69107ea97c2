"""Markdown as an HTML page, so that the rest of netnew reads one format of page."""

from __future__ import annotations

from html import escape

from markdown_it import MarkdownIt

_RENDERER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def html_of_markdown(text: str, title: str = "") -> str:
    """A whole HTML page. Tables become tables; HTML inside the Markdown is passed through."""
    return html_page(title, body_of_markdown(text))


def body_of_markdown(text: str) -> str:
    rendered: str = _RENDERER.render(text)
    return rendered


def html_page(title: str, body: str) -> str:
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>'
    return (
        f"<!doctype html>\n<html><head>{head}</head>\n<body><main>\n{body}</main></body></html>\n"
    )
