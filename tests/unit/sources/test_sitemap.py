from __future__ import annotations

import asyncio
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from netnew.domain.errors import InvalidInput, SourceMisconfigured, SourceUnavailable
from netnew.domain.page import RawPage
from netnew.domain.search import SearchAnswer
from netnew.sources.context import SourceContext
from netnew.sources.sitemap import open_sitemap, read_sitemap

Web = dict[str, RawPage | bytes]
_NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def _map(*urls: str) -> bytes:
    listed = "".join(f"<url><loc> {url}\n</loc><lastmod>2026</lastmod></url>" for url in urls)
    return f'<?xml version="1.0"?><urlset {_NS}>{listed}</urlset>'.encode()


def _index(*urls: str) -> bytes:
    listed = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return f"<sitemapindex {_NS}>{listed}</sitemapindex>".encode()


def _search(context: SourceContext, rest: str, page: int = 1) -> SearchAnswer:
    return asyncio.run(open_sitemap(rest, context).search("", page))


def _urls(context: SourceContext, rest: str) -> list[str]:
    return [hit.url for hit in _search(context, rest).hits]


def _failed(context: SourceContext, url: str, status: int, error: str | None = None) -> RawPage:
    return RawPage(url, url, status, b"", "text/html", context.clock.now(), error=error)


def test_addresses_of_a_sitemap_are_hits_in_their_order(context: SourceContext, web: Web) -> None:
    web["https://a.org/s.xml"] = _map("https://a.org/2", "https://a.org/1?x=1&amp;y=2", "/rel")
    assert _urls(context, "https://a.org/s.xml") == [
        "https://a.org/2",
        "https://a.org/1?x=1&y=2",
        "https://a.org/rel",
    ]


def test_an_index_is_walked_once_through_each_of_its_maps(context: SourceContext, web: Web) -> None:
    web["https://a.org/i.xml"] = _index("https://a.org/1.xml.gz", "/2.txt", "https://a.org/i.xml")
    web["https://a.org/1.xml.gz"] = gzip.compress(_map("https://a.org/1"))
    web["https://a.org/2.txt"] = b"\xef\xbb\xbfhttps://a.org/1\r\nhttps://a.org/3\r\nnothing\r\n"
    assert _urls(context, "https://a.org/i.xml") == ["https://a.org/1", "https://a.org/3"]


def test_the_root_of_a_site_leads_through_its_robots_txt(context: SourceContext, web: Web) -> None:
    web["https://a.org/robots.txt"] = b"User-agent: *\nSitemap: /maps/all.xml\n"
    web["https://a.org/maps/all.xml"] = _map("https://a.org/1")
    assert _urls(context, "a.org") == ["https://a.org/1"]


def test_without_robots_txt_the_usual_address_is_tried(context: SourceContext, web: Web) -> None:
    web["https://a.org/sitemap.xml"] = _map("https://a.org/1")
    assert _urls(context, "https://a.org/") == ["https://a.org/1"]


def test_a_map_that_fails_does_not_lose_the_others(context: SourceContext, web: Web) -> None:
    web["https://a.org/i.xml"] = _index("https://a.org/gone.xml", "https://a.org/1.xml")
    web["https://a.org/1.xml"] = _map("https://a.org/1")
    assert _urls(context, "https://a.org/i.xml") == ["https://a.org/1"]


def test_a_limit_bounds_the_list_and_pages_end(context: SourceContext, web: Web) -> None:
    web["https://a.org/s.xml"] = _map(*(f"https://a.org/{n}" for n in range(300)))
    found = _search(context, "https://a.org/s.xml,limit=150", page=2)
    assert (len(found.hits), found.has_more, found.total) == (50, False, 150)


@pytest.mark.parametrize(("status", "error"), [(503, None), (0, "timeout"), (429, None)])
def test_a_site_that_does_not_answer_now_is_unavailable(
    status: int, error: str | None, context: SourceContext, web: Web
) -> None:
    web["https://a.org/s.xml"] = _failed(context, "https://a.org/s.xml", status, error)
    with pytest.raises(SourceUnavailable):
        _search(context, "https://a.org/s.xml")


@pytest.mark.parametrize(("status", "error"), [(404, None), (0, "robots"), (0, "address")])
def test_a_site_that_never_will_is_misconfigured(
    status: int, error: str | None, context: SourceContext, web: Web
) -> None:
    web["https://a.org/s.xml"] = _failed(context, "https://a.org/s.xml", status, error)
    with pytest.raises(SourceMisconfigured):
        _search(context, "https://a.org/s.xml")


def test_a_refused_address_is_told_with_the_setting_that_allows_it(
    context: SourceContext, web: Web
) -> None:
    url = "http://10.0.0.1/s.xml"
    web[url] = _failed(context, url, 0, "address")
    words = "not a public address; set NETNEW_ALLOW_PRIVATE_ADDRESSES"
    with pytest.raises(SourceMisconfigured, match=words):
        _search(context, url)


def test_entries_that_are_no_address_are_left_out_and_counted(
    context: SourceContext, web: Web
) -> None:
    web["https://a.org/s.xml"] = _map("https://[broken/x", "https://a.org/1", "http://a:b/", "/2")
    with capture_logs() as logged:
        found = _search(context, "https://a.org/s.xml")
    assert [hit.url for hit in found.hits] == ["https://a.org/1", "https://a.org/2"]
    assert logged[0]["without_address"] == 2


@pytest.mark.parametrize("body", [b"<html><body>hi</body></html>", b"words", b"\x1f\x8bx", b"<a"])
def test_a_page_that_is_no_sitemap_is_told(body: bytes, context: SourceContext, web: Web) -> None:
    web["https://a.org/s.xml"] = body
    with pytest.raises(SourceMisconfigured, match="is no sitemap"):
        _search(context, "https://a.org/s.xml")


def test_entities_are_refused() -> None:
    bomb = b'<!DOCTYPE u [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><urlset><url>&b;</url></urlset>'
    with pytest.raises(ValueError, match="declares entities"):
        read_sitemap(bomb)


def test_a_gzip_that_unpacks_beyond_the_protocol_is_refused() -> None:
    with pytest.raises(ValueError, match="unpacks to more"):
        read_sitemap(gzip.compress(b"\n" * 60_000_000))


def test_a_sitemap_cut_off_keeps_what_it_listed() -> None:
    assert read_sitemap(_map("https://a.org/1", "https://a.org/2")[:-40])[0][0] == "https://a.org/1"


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for prefix in (b"", b"<urlset>"):
        try:
            pages, maps = read_sitemap(prefix + body)
        except ValueError:
            continue
        assert all(isinstance(url, str) for url in [*pages, *maps])


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "words",
        "ftp://a.org/x",
        "https://a.org,limit=0",
        "https://[x/s.xml",
        "https://a.org,limit=\xb2",
    ],
)
def test_what_is_no_address_is_refused(rest: str, context: SourceContext) -> None:
    with pytest.raises(InvalidInput):
        open_sitemap(rest, context)
