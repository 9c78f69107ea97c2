"""A page made of label–value rows, for entities that a source knows facts of but no web page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from netnew.sources.corpus.readers.base import html_page


def fact_page(
    name: str, facts: Sequence[tuple[str, str]], summary: str = "", more: str = ""
) -> str:
    """An HTML page: `name` as title and heading, a definition list, then `more` as it is (HTML).

    A value that is an http address becomes a link.
    """
    rows = "".join(f"<dt>{escape(label)}</dt><dd>{_value(value)}</dd>\n" for label, value in facts)
    lead = f"<p>{escape(summary)}</p>\n" if summary else ""
    title = f"{name}: {summary}" if summary else name
    return html_page(title, f"<h1>{escape(name)}</h1>\n{lead}<dl>\n{rows}</dl>\n{more}")


def _value(value: str) -> str:
    if value.startswith(("http://", "https://")) and " " not in value:
        return f'<a href="{escape(value)}">{escape(value)}</a>'
    return escape(value)
