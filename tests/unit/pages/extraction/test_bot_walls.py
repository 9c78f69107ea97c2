"""Walls are no evidence; pages about walls, and pages behind a banner, are."""

from __future__ import annotations

import pytest

from netnew.domain.page import PageQuality
from netnew.pages.extraction.extract import extract
from tests.support.snapshots import raw_page, read, texts

CLOUDFLARE = """<html lang=en-US><head><title>Just a moment...</title>
<meta http-equiv=refresh content=360></head><body><div class=main-wrapper role=main>
<div class=main-content><noscript><div class=h2><span id=challenge-error-text>Enable JavaScript and
cookies to continue</span></div></noscript></div></div>
<script>(function(){window._cf_chl_opt = {cvId: '3', cRay: '8a', cType: 'managed'};}());</script>
</body></html>"""
CLOUDFLARE_GERMAN = "<title>Nur einen Moment…</title><script>window._cf_chl_opt={};</script>"
CLOUDFLARE_BLOCK = """<title>Attention Required! | Cloudflare</title><div id=cf-wrapper>
<h1>Sorry, you have been blocked</h1><h2>You are unable to access acme.example</h2>
<div id=cf-error-details><h2>Why have I been blocked?</h2><p>This website is using a security
service to protect itself from online attacks.</p><h2>What can I do to resolve this?</h2>
<p>Write to the owner of the site and tell what you did.</p><p>Ray ID: 8a</p></div></div>"""
DATADOME = """<title>acme.example</title><p id=cmsg>Please enable JS and disable any ad blocker</p>
<script>var dd={'cid':'A','host':'geo.captcha-delivery.com'}</script>"""
PERIMETERX = """<title>Access to this page has been denied</title><meta name=description
content=px-captcha><h1>Press &amp; Hold to confirm you are a human (and not a bot).</h1>
<script>window._pxAppId = 'PX1';</script>"""
INCAPSULA = """<iframe id=main-iframe src='/_Incapsula_Resource?CWUDNSAI=9&incident_id=1'>Request
unsuccessful. Incapsula incident ID: 1</iframe>"""
AKAMAI = """<title>Access Denied</title><h1>Access Denied</h1><p>You don't have permission to access
"http://acme.example/" on this server.</p><p>Reference #18.1</p>"""
ANUBIS = "<title>Making sure you're not a bot!</title><h1>Making sure you're not a bot!</h1>"
VERCEL = "<title>Vercel Security Checkpoint</title><p>We're verifying your browser</p>"
GOOGLE_SORRY = """<p>Our systems have detected unusual traffic from your computer network. This page
checks to see if it is really you sending the requests, and not a robot.</p>"""
IMPERVA = """<title>Pardon Our Interruption</title><h1>Pardon Our Interruption</h1><p>As you were
browsing, something about your browser made us think you were a bot.</p>"""

GOOGLE_CONSENT = """<title>Before you continue to Google Search</title><h1>Before you continue to
Google</h1><p>We use cookies and data to</p><ul><li>Deliver and maintain our services</li><li>Track
outages and protect against spam, fraud and abuse</li></ul><p>If you choose to accept all, we will
also use cookies and data to show personalised ads, depending on your settings</p>
<button>Reject all</button><button>Accept all</button>"""
YAHOO_CONSENT = """<title>Yahoo is part of the Yahoo family of brands</title><div class=con-wizard>
<h1>Yahoo is part of the family of brands</h1><p>When you use our sites and apps, we use cookies
to provide them to you, to authenticate users and to measure your use. If you click 'Accept all', we
and our partners will also store and/or access information on a device.</p>
<button>Accept all</button><button>Reject all</button><button>Manage privacy settings</button>
</div>"""
GERMAN_PAY_OR_CONSENT = """<title>Morgenblatt</title><div><h2>Mit Werbung und Tracking
weiterlesen</h2><p>Besuchen Sie uns wie gewohnt mit Werbung. Wir und unsere 184 Partner verwenden
Cookies. Details und Widerruf in der Datenschutzerklärung.</p><button>Alle akzeptieren</button>
<h2>Abo ohne Tracking</h2><p>Lesen Sie ohne Cookies.</p></div>"""
NAMELESS_BANNER = """<title>Acme</title><div class=css-1x><p>We value your privacy. We and our 812
partners store and/or access information on a device, such as cookies.</p><button>Agree</button>
<button>Manage options</button></div>"""
NAMED_BANNER_ALONE = """<title>Acme</title><div id=onetrust-banner-sdk><p>We use cookies to make
this site better.</p><button>Accept all</button></div>"""


@pytest.mark.parametrize(
    "html",
    [
        CLOUDFLARE,
        CLOUDFLARE_GERMAN,
        CLOUDFLARE_BLOCK,
        DATADOME,
        PERIMETERX,
        INCAPSULA,
        AKAMAI,
        ANUBIS,
        VERCEL,
        GOOGLE_SORRY,
        IMPERVA,
        GOOGLE_CONSENT,
        YAHOO_CONSENT,
        GERMAN_PAY_OR_CONSENT,
        NAMELESS_BANNER,
        NAMED_BANNER_ALONE,
    ],
)
def test_a_wall_is_no_evidence(html: str) -> None:
    page = read(html)
    assert page.quality is PageQuality.BOT_WALL
    assert not page.is_evidence


def test_a_host_that_only_asks_for_consent_needs_few_words() -> None:
    html = "<title>Acme</title><p>Acme and its brands.</p><p>Cookies: what we keep.</p>"
    assert read(html).quality is PageQuality.OK
    wall = read(html, url="https://consent.acme.example/v2/collectConsent?sessionId=1")
    assert wall.quality is PageQuality.BOT_WALL


@pytest.mark.parametrize("status", [403, 429, 503])
def test_a_wall_that_comes_with_a_failure_is_told_from_other_failures(status: int) -> None:
    wall = extract(raw_page(CLOUDFLARE, status=status))
    assert (wall.quality, wall.error) == (PageQuality.BOT_WALL, f"status_{status}")
    other = extract(raw_page("<h1>Closed for today</h1>", status=status))
    assert (other.quality, other.error) == (PageQuality.ERROR, f"status_{status}")


@pytest.mark.parametrize(
    "html",
    [
        # Articles and profiles that name the makers of walls, or quote their words.
        """<title>How the "Just a moment" page works</title><h1>How the "Just a moment" page
        works</h1><p>Cloudflare shows a challenge page to visitors it cannot place. It runs a script
        and sends the visitor on.</p>""",
        """<h1>Cloudflare</h1><dl><dt>Founded</dt><dd>2009</dd><dt>Seat</dt>
        <dd>San Francisco</dd></dl><p>DDoS protection by anycast; every
        answer names its Ray ID: a number for support.</p>""",
        """<h1>Acme Captcha</h1><p>A captcha for dentists, in one line of code.</p>""",
        """<h1>PerimeterX</h1><p>PerimeterX made software that tells people from bots. It merged
        with HUMAN Security in 2022.</p>""",
        # Sites that the same makers protect carry their scripts.
        """<title>Acme</title><script src=/cdn-cgi/challenge-platform/scripts/jsd/main.js></script>
        <h1>Acme</h1><p>Cranes for ports, since 1921.</p>""",
        """<script src=https://js.datadome.co/tags.js></script><h1>Acme</h1><p>Cranes.</p>""",
        # Pages about cookies.
        """<h1>Cookie policy</h1><p>A cookie is a small file. We use three cookies: one for your
        language, one for your basket, one for your login.</p>""",
        """<h1>Anna's bakery</h1><div id=cookies><p>Oat cookies, 2 euros.</p><p>Rye cookies, 3
        euros.</p></div>""",
    ],
)
def test_a_page_that_only_speaks_of_walls_is_evidence(html: str) -> None:
    assert read(html).quality is PageQuality.OK


@pytest.mark.parametrize(
    "banner",
    [
        "<div class='cookie-banner'>{}</div>",
        "<div id='onetrust-consent-sdk'><div><div>{}</div></div></div>",
        "<div role=dialog aria-label=Consent>{}</div>",
    ],
)
def test_a_banner_on_a_page_is_boilerplate_and_the_page_is_evidence(banner: str) -> None:
    words = "<p>" + "We and our 812 partners store and/or access information on a device. " * 12
    notice = banner.format(f"{words}</p><button>Accept all</button><button>Reject all</button>")
    page = read(
        f"<h1>Acme</h1><p>{'Cranes for ports, since 1921. ' * 14}</p>"
        f"<p>Head office: Oslo</p>{notice}"
    )
    assert page.quality is PageQuality.OK
    shown = " ".join(texts(page))
    assert "Cranes for ports" in shown
    assert all(s.boilerplate for s in page.segments if "partners" in s.text)


def test_a_short_page_keeps_its_text_beside_a_longer_banner() -> None:
    banner = "<p>We use cookies and our partners do too.</p>" * 20 + "<button>Accept all</button>"
    page = read(f"<h1>Acme</h1><p>Cranes for ports.</p><div class=cookie-notice>{banner}</div>")
    assert page.quality is PageQuality.OK
    assert [s.text for s in page.segments if not s.boilerplate] == ["Acme", "Cranes for ports."]
