"""Markdown → HTML, so that tables, lists and links of both are read by the same rules."""

from __future__ import annotations

from netnew.text.markdown import render_markdown

MAX_CHARS = 400_000
_MAX_FRONT_LINES = 100


def markdown_as_html(markdown: str) -> str:
    return f"<main>{render_markdown(markdown[:MAX_CHARS])}</main>"


def front_matter(markdown: str) -> tuple[list[tuple[str, str]], str]:
    """The flat 'key: value' fields between '---' lines at the top, and the rest."""
    lines = markdown.lstrip("\ufeff").split("\n", _MAX_FRONT_LINES)
    if lines[0].strip() != "---":
        return [], markdown
    end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() == "---"), None)
    if end is None:
        return [], markdown
    fields = []
    for line in lines[1:end]:
        key, colon, value = line.partition(":")
        value = value.strip().strip("\"'").strip("[]")
        if colon and key and not key[0].isspace() and value:
            fields.append((key.strip(), value))
    return fields, "\n".join(lines[end + 1 :])
