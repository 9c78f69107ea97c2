"""The registered domain that somebody names, in an address or alone."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import tldextract

_ADDRESS = re.compile(
    r"(?:https?://(?:[^\s/?#@]*@)?|//)?(?P<host>[^\s/?#@:]+)(?::\d{0,5})?(?:[/?#]\S*)?",
    re.IGNORECASE,
)
_LABEL = re.compile(r"(?!-)(?:[^\W_]|-){1,63}(?<!-)")
_MAX_CHARS = 253


def registered_domain_of(text: str) -> str | None:
    """The registered domain of a web address or of a host, as the engine compares domains.

    'https://blog.Example.co.uk/x' and 'example.co.uk' → 'example.co.uk'; 'user.github.io' as it
    is. None for what names none: an IP address, a public suffix ('com', 'co.uk'), a word, a text.
    """
    found = _ADDRESS.fullmatch(text.strip())
    if found is None:
        return None
    host = host_of(found["host"])
    labels = host.split(".")
    if len(labels) < 2 or len(host) > _MAX_CHARS or labels[-1].isdecimal():
        return None
    if not all(_LABEL.fullmatch(label) for label in labels) or is_public_suffix(host):
        return None
    return registered_domain(host)


# The bundled public suffix list, private section included (user.github.io is a site of its own);
# nothing is fetched and nothing is cached on disk.
_SUFFIXES = tldextract.TLDExtract(
    suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True
)

_TRACKING = re.compile(
    r"^(utm_\w+|ref|ref_src|referrer|source|fbclid|gclid|gbraid|wbraid|msclkid|dclid|yclid|igshid"
    r"|mc_cid|mc_eid|_hsenc|_hsmi|mkt_tok|si|spm|cmpid|trk)$",
    re.IGNORECASE,
)
_INDEX_FILE = re.compile(r"/(index|default|home)\.(html?|php|aspx?|jsp)$", re.IGNORECASE)

# Hosts on which many entities live: a domain is no identity there, a path of so many parts is.
# 0 stands for 'the whole path'.
_SHARED_HOSTS: dict[str, int] = {
    # packages, maps, tickets
    "pypi.org": 2,
    "npmjs.com": 0,
    "crates.io": 2,
    "openstreetmap.org": 2,
    "eventbrite.com": 2,
    "lu.ma": 1,
    # code forges
    "github.com": 2,
    "gitlab.com": 2,
    "codeberg.org": 2,
    "bitbucket.org": 2,
    "sourceforge.net": 2,
    "git.sr.ht": 2,
    "sr.ht": 2,
    "framagit.org": 2,
    "gitea.com": 2,
    "salsa.debian.org": 2,
    "launchpad.net": 1,
    "code.launchpad.net": 1,
    "savannah.gnu.org": 2,
    "savannah.nongnu.org": 2,
    "notabug.org": 2,
    # images and models
    "hub.docker.com": 0,
    "huggingface.co": 2,
    "marketplace.visualstudio.com": 0,
    # app stores and shops
    "apps.apple.com": 0,
    "itunes.apple.com": 0,
    "play.google.com": 0,
    "chromewebstore.google.com": 0,
    "chrome.google.com": 0,
    "addons.mozilla.org": 0,
    "apps.microsoft.com": 0,
    "f-droid.org": 0,
    "store.steampowered.com": 2,
    "amazon.com": 0,
    "etsy.com": 2,
    # social networks, publishing, video
    "facebook.com": 1,
    "twitter.com": 1,
    "x.com": 1,
    "instagram.com": 1,
    "linkedin.com": 2,
    "youtube.com": 1,
    "tiktok.com": 1,
    "medium.com": 1,
    "reddit.com": 2,
    "t.me": 1,
    "discord.gg": 1,
    "discord.com": 2,
    "linktr.ee": 1,
    "about.me": 1,
    "vimeo.com": 1,
    "bsky.app": 2,
    "meetup.com": 1,
    "angel.co": 2,
    "wellfound.com": 2,
    "notion.site": 0,
    "sites.google.com": 2,
    "docs.google.com": 0,
    "drive.google.com": 0,
    "forms.gle": 1,
    "bit.ly": 1,
    # encyclopedias, directories, lists
    "wikipedia.org": 2,
    "wikidata.org": 2,
    "crunchbase.com": 2,
    "ycombinator.com": 2,
    "producthunt.com": 2,
    "g2.com": 2,
    "capterra.com": 0,
    "imdb.com": 2,
    "goodreads.com": 0,
    "yelp.com": 2,
    "tripadvisor.com": 0,
    "arxiv.org": 0,
    "openreview.net": 0,
    "semanticscholar.org": 0,
    "pubmed.ncbi.nlm.nih.gov": 1,
    "aclanthology.org": 1,
    "researchgate.net": 2,
    "doi.org": 0,
    "orcid.org": 1,
    "scholar.google.com": 0,
    "web.archive.org": 0,
    "archive.org": 2,
    "apache.org": 0,
    "eclipse.org": 0,
}

# Addresses of one thing that differ: what they have in common, and how that is written.
_SAME_THING = (
    (
        re.compile(r"arxiv\.org/(?:abs|pdf|html|format)/(.+?)(?:v\d+)?(?:\.pdf)?"),
        r"arxiv.org/abs/\1",
    ),
    (re.compile(r"(?:dx\.)?doi\.org/(10\.\d{4,}/.+)"), r"doi.org/\1"),
    (re.compile(r"openreview\.net/(?:forum|pdf)\?id=([\w-]+)"), r"openreview.net/forum?id=\1"),
    (
        re.compile(r"(amazon\.[a-z.]+)/(?:.*/)?(?:dp|gp/product)/([A-Z0-9]{10})(?:[/?].*)?"),
        r"\1/dp/\2",
    ),
    (re.compile(r"(meetup\.com/[^/]+/events/\d+)(?:[/?].*)?"), r"\1"),
)

# What hangs under an edition of an event, '/2026/speakers'; elsewhere these may be anything.
_OF_AN_EDITION = re.compile(
    r"^([^/]+/(?:[\w-]+/)?(?:19|20)\d\d)/(?:speakers?|schedule|program(?:me)?|agenda|venue|tickets?"
    r"|register|registration|sponsors?|cfp|call-for-papers|faq|location|travel)(?:\.html?)?$",
    re.IGNORECASE,
)
_EDITION = re.compile(r"^[^/]+/(?:[\w-]+/)?((?:19|20)\d\d)$")

# The last part of a path that leads to a page *of* an entity, not to another entity.
_SUBPAGES = re.compile(
    r"^(about([-_]?(us|the[-_]?\w+|company))?|company|who[-_]we[-_]are|our[-_](story|team|company)"
    r"|team|contact([-_]us)?|impressum|imprint|legal[-_]notice|facts|overview|info|information"
    r"|profile|readme(\.md)?|a[-_]propos|ueber[-_]uns|uber[-_]uns|quienes[-_]somos|sobre([-_]nos)?"
    r"|chi[-_]siamo|om[-_]oss|over[-_]ons)(\.(html?|php|aspx?))?$",
    re.IGNORECASE,
)


@lru_cache(maxsize=65_536)
def canonical_address(url: str) -> str:
    """`url` without what does not count: scheme, `www.`, default port, credentials, fragment,
    tracking parameters, index files and the last slash; host in lower case, parameters sorted.

    'https://www.Example.com:443/a/index.html?utm_source=x#top' → 'example.com/a'. A urn, and what
    is no address at all, comes back as it is. Paths keep their case.
    """
    text = url.strip()
    if text.lower().startswith("urn:"):
        return text
    try:
        parts = urlsplit(text if "//" in text else f"//{text}")
    except ValueError:  # 'https://[broken': pages and sources give such things as addresses
        return text
    host = (parts.hostname or "").rstrip(".").removeprefix("www.")
    port = _port(parts.netloc)
    path = _INDEX_FILE.sub("/", unquote(parts.path)).rstrip("/")
    query = urlencode(
        sorted(
            (k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _is_tracking(k)
        )
    )
    return f"{host}{port}{path}{'?' + query if query else ''}"


def _is_tracking(parameter: str) -> bool:
    return bool(_TRACKING.match(parameter))


def _port(netloc: str) -> str:
    match = re.search(r":(\d+)$", netloc)
    return f":{match[1]}" if match and match[1] not in ("80", "443") else ""


@lru_cache(maxsize=65_536)
def host_of(url: str) -> str:
    """The host of `url` in lower case without `www.`; '' for a urn."""
    return canonical_address(url).split("/", 1)[0].split("?", 1)[0] if not is_urn(url) else ""


def is_address(url: str) -> bool:
    """Whether `url` is a web address with a host, a file of a corpus, or a urn; anything else
    leads nowhere. (Files are only ever read out of a corpus: the fetcher refuses them.)"""
    if is_urn(url):
        return True
    try:
        parts = urlsplit(url)
        if parts.scheme == "file":
            return len(parts.path) > 1
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def is_urn(url: str) -> bool:
    return url.lower().startswith("urn:")


@lru_cache(maxsize=65_536)
def registered_domain(url: str) -> str:
    """The registered domain by the public suffix list, its private section included.

    'https://blog.example.co.uk/x' → 'example.co.uk'; 'https://user.github.io' → 'user.github.io';
    the host itself where no suffix is known (an IP address, a name of a test network).
    """
    host = host_of(url).split(":", 1)[0]
    found = _SUFFIXES(host)
    if found.domain and found.suffix:
        return f"{found.domain}.{found.suffix}"
    return ".".join(host.split(".")[-2:]) if not _is_ip(host) else host


def is_public_suffix(host: str) -> bool:
    """Whether all sorts of people register domains under it ('com', 'co.uk')."""
    found = _SUFFIXES(host, include_psl_private_domains=False)
    return bool(found.suffix) and not found.domain


def _is_ip(host: str) -> bool:
    return bool(re.fullmatch(r"[\d.]+|\[?[0-9a-f:]+\]?", host))


@lru_cache(maxsize=65_536)
def shared_host_depth(url: str) -> int | None:
    """How many parts of the path name an entity on this shared host (0: all); None: not shared."""
    host = host_of(url)
    if host in _SHARED_HOSTS:
        return _SHARED_HOSTS[host]
    domain = registered_domain(url)
    return _SHARED_HOSTS.get(domain)


@lru_cache(maxsize=65_536)
def home_address(url: str) -> str:
    """The address of the entity that a page at `url` belongs to, as far as the address tells.

    Pages of an entity ('/about', '/company/team') lead to what they hang under; on a shared host
    with a known depth, all below an entity's path leads to it. The result is canonical.
    """
    address = canonical_address(url)
    if is_urn(address):
        return address
    for form, written in _SAME_THING:
        if (match := form.fullmatch(address)) is not None:
            return match.expand(written)
    base, _, query = address.partition("?")
    edition = _OF_AN_EDITION.match(base)
    base = edition[1] if edition else base
    parts = base.split("/")
    depth = shared_host_depth(url)
    if depth and len(parts) > depth + 1:
        return "/".join(parts[: depth + 1])
    while not query and len(parts) > 1 and _SUBPAGES.match(parts[-1]):
        parts.pop()
    return "/".join(parts) + (f"?{query}" if query else "")


def edition_of(url: str) -> str:
    """The year that an edition of an event stands under ('kettlecon.org/2026'): two of them are not
    one, whatever they are called. '' for any other address."""
    match = _EDITION.match(home_address(url))
    return match[1] if match else ""


def is_subpage(url: str) -> bool:
    """Whether the address is that of a page of an entity, such as '/about'."""
    return home_address(url) != canonical_address(url)


@lru_cache(maxsize=65_536)
def identity_key(url: str) -> str:
    """The stable key of the entity at `url`: `site:<host>` for a site of its own, else
    `page:<canonical address>`; a urn as it is."""
    home = home_address(url)
    if is_urn(home):
        return home
    if "/" not in home and "?" not in home and shared_host_depth(url) is None:
        return f"site:{home}"
    return f"page:{home}"
