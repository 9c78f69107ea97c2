"""Which pages may serve as evidence, and what they say of themselves."""

from __future__ import annotations

import pytest

from netnew.domain.page import PageQuality
from tests.support.snapshots import read

LONG = "<p>" + "A sentence about cranes and the ports they stand in. " * 40 + "</p>"


@pytest.mark.parametrize(
    ("html", "quality"),
    [
        ("<title>Page not found</title><h1>Oops</h1><p>Try the search.</p>", "soft_404"),
        ("<h1>404</h1>", "soft_404"),
        ("<h1>Sorry</h1><p>The page you requested could not be found.</p>", "soft_404"),
        ("<p>We can’t find that page.</p>".replace("’", "'"), "soft_404"),
        ("<title>Seite nicht gefunden</title><p>Leider.</p>", "soft_404"),
        ("<h1>Page introuvable</h1><p>Désolé.</p>", "soft_404"),
        ("<h1>Página no encontrada</h1><p>Lo sentimos.</p>", "soft_404"),
        ("<h1>acme.example is for sale</h1><p>Make us an offer.</p>", "parked"),
        ("<p>Buy this domain. The domain name acme.example may be for sale.</p>", "parked"),
        ("<p>This domain is parked free, courtesy of a registrar.</p>", "parked"),
        ("<h1>Welcome!</h1><p>If you see this page, the web server is installed.</p>", "parked"),
        ("<title>Just a moment...</title><p>Checking your browser.</p>", "bot_wall"),
        ("<p>Please complete the CAPTCHA. Verify you are human.</p>", "bot_wall"),
        ("<p>You need to enable JavaScript to run this app.</p>", "bot_wall"),
        ("<div id=root></div><noscript>Please enable JavaScript.</noscript>", "bot_wall"),
        ("<title>Sign in - Acme</title><form><input type=password></form>", "login_wall"),
        ("<h1>Members</h1><p>You must be logged in to view this page.</p>", "login_wall"),
        ("<title>Untitled</title>", "empty"),
        ("<h1>Untitled</h1>", "empty"),
        ("<nav><a href='/'>Home</a></nav>", "empty"),
        (f"<h1>Cranes</h1>{LONG}<p>When a page is not found we show a crane.</p>", "ok"),
        (f"<h1>How to fix error 404 not found</h1>{LONG}", "ok"),
        (f"<h1>Acme</h1>{LONG}<a href='/login'>Log in</a>", "ok"),
        ("<h1>Captchas.example</h1><p>Payments for dentists in one click.</p>", "ok"),
        ("<title>Welcome to Nginx</title><h1>Nginx</h1><p>An HTTP server.</p>", "ok"),
        ("<h1>Lost &amp; Found</h1><p>We bring lost things back to owners.</p>", "ok"),
        ("<h1>Cabin</h1><p>The cabin is for sale, with two rooms and a boat.</p>", "ok"),
        (
            "<script type='application/ld+json'>{'@type':'Organization','name':'Acme'}</script>"
            "<div id=root></div>".replace("'", '"')
            .replace('="', "='")
            .replace('">', "'>"),
            "ok",
        ),
    ],
)
def test_quality_needs_the_words_and_a_page_with_little_else(html: str, quality: str) -> None:
    assert read(html).quality == PageQuality(quality)


@pytest.mark.parametrize(
    "notice",
    [
        "Archived profile. Last updated: 2021-04-02.",
        "This page is archived and kept for reference.",
        "This page is no longer maintained.",
        "You are viewing an old version of this document.",
        "This is an archived copy of the original.",
        "Note: this entry has been archived.",
        "The information may be wrong: this listing is outdated.",
        "Diese Seite wird nicht mehr aktualisiert.",
        "Cette page est archivée.",
    ],
)
def test_a_page_that_calls_itself_old_is_archived(notice: str) -> None:
    assert read(f"<h1>Acme</h1><p>{notice}</p><p>Cranes.</p>").archived


@pytest.mark.parametrize(
    "sentence",
    [
        "Kestrel is an archived project of the foundation.",
        "This repository has been archived by the owner.",
        "Project stage: Archived",
        "The company is no longer active.",
        "We archive web pages so that nothing is lost.",
        "It replaces outdated profiles with fresh ones.",
        "The project was archived in 2023.",
    ],
)
def test_an_archived_subject_does_not_make_the_page_archived(sentence: str) -> None:
    assert not read(f"<h1>Kestrel</h1><p>{sentence}</p><p>A database.</p>").archived


def test_a_copy_in_a_web_archive_is_archived() -> None:
    assert read("<p>Text.</p>", url="https://web.archive.org/web/2020/https://a.example/").archived


@pytest.mark.parametrize(
    ("html", "date"),
    [
        ("<p>Last updated: 2024-05-06</p>", "2024-05-06"),
        ("<p>Last updated on 6 May 2024 by Ann</p>", "6 May 2024"),
        ("<footer><p>Page last modified May 6, 2024.</p></footer>", "May 6, 2024"),
        ("<p>Updated 06.05.2024</p>", "06.05.2024"),
        ("<p>Zuletzt aktualisiert am 6. Mai 2024</p>", "6. Mai 2024"),
        (
            "<meta property='article:modified_time' content='2024-05-06T01:02:03Z'><p>x</p>",
            "2024-05-06T01:02:03Z",
        ),
        ("<p>This page was last updated on 2024-05-06.</p>", "2024-05-06"),
        ("<p>Cranes. Last updated: May 2024.</p>", "May 2024"),
        ("<p>Repository updated: 2024-05-06</p>", None),
        ("<p>Repository last updated: 2024-05-06.</p>", None),
        ("<p>Founded on 6 May 2024</p>", None),
    ],
)
def test_the_date_of_the_pages_own_update_is_read_as_written(html: str, date: str | None) -> None:
    assert read(f"<h1>Acme</h1>{html}").updated_on == date
