"""Which pages are worth a browser."""

from __future__ import annotations

import pytest

from netnew.pages.extraction.extract import extract
from netnew.pages.extraction.js_detection import needs_browser
from tests.support.snapshots import raw_page

BUNDLE = "<script type=module src=/assets/index.js></script>"
TEXT = "<h1>Acme</h1><p>" + "Cranes for ports, made in Oslo since 1921. " * 8 + "</p>"


def needs(html: str, media_type: str = "text/html", status: int = 200) -> bool:
    raw = raw_page(html, media_type, status=status)
    return needs_browser(raw, extract(raw))


@pytest.mark.parametrize(
    "html",
    [
        f"<title>Acme</title><div id=root></div>{BUNDLE}",
        f'<title>Acme</title><div id="app" class="x"><!-- app --></div>{BUNDLE}',
        f"<div id=__next></div>{BUNDLE}",
        f"<title>Acme</title><app-root></app-root>{BUNDLE}",
        f"<noscript>You need to enable JavaScript to run this app.</noscript><main></main>{BUNDLE}",
        f"<noscript><p>Bitte aktivieren Sie <b>JavaScript</b>.</p></noscript>{BUNDLE}",
        f"<div id=shell><p>Loading...</p></div>{BUNDLE}",
        f"<nav><a href=/a>Home</a><a href=/b>About</a></nav>{BUNDLE * 3}",
        # What a search engine is told beside it does not make the page's own text needless.
        '<script type="application/ld+json">{"@type": "Organization", "name": "Acme"}</script>'
        f"<div id=root></div>{BUNDLE}",
    ],
)
def test_a_page_that_is_built_to_be_filled_needs_a_browser(html: str) -> None:
    assert needs(html)


@pytest.mark.parametrize(
    "html",
    [
        f"<title>Acme</title>{TEXT}<div id=root></div>{BUNDLE}",
        "<title>Acme</title><div id=root></div>",
        '<div id=root></div><script type="application/ld+json">{"@type": "Organization"}</script>',
        f"<title>Acme</title><h1>Acme</h1><p>{'A short page with a counter. ' * 4}</p>{BUNDLE}",
        f"<title>Page not found</title><h1>404</h1>{BUNDLE}",
        f"<title>Sign in</title><form><input type=password></form>{BUNDLE}",
        # Walls are not for programs to get past.
        "<title>Just a moment...</title><noscript><span id=challenge-error-text>Enable JavaScript "
        f"and cookies to continue</span></noscript>{BUNDLE}",
        f"<p>Please enable JS and disable any ad blocker</p>{BUNDLE}",
        f"<p>We value your privacy. We use cookies.</p><button>Accept all</button>{BUNDLE}",
    ],
)
def test_other_pages_do_not(html: str) -> None:
    assert not needs(html)


def test_only_pages_that_were_had_and_are_html_do() -> None:
    shell = f"<div id=root></div>{BUNDLE}"
    assert not needs(shell, status=404)
    assert not needs(shell, "text/plain")
    assert not needs("", "image/png")
