"""What text a page has, block by block."""

from __future__ import annotations

import pytest

from netnew.domain.page import PageQuality, SegmentKind
from netnew.pages.extraction.dom import MAX_OPEN_FORMATS, parse
from netnew.pages.extraction.extract import EXTRACTOR_VERSION, extract
from netnew.pages.extraction.segmenter import MAX_SEGMENT_CHARS, MAX_SEGMENTS
from tests.support.snapshots import boilerplate, raw_page, read, texts


def test_each_block_is_a_segment_in_reading_order() -> None:
    page = read(
        "<title> Harbour\n Tools </title><h1>Harbour</h1><p>Makes <b>cranes</b>\n for ports.</p>"
        "<ul><li>One crane<li>Two cranes</ul><blockquote>Very strong.</blockquote>"
        "<pre>lift\n   now</pre><div>Loose <i>text</i><p>Inner block.</p>tail</div>"
    )
    assert [(s.kind, s.text) for s in page.segments] == [
        (SegmentKind.TITLE, "Harbour Tools"),
        (SegmentKind.HEADING, "Harbour"),
        (SegmentKind.BODY, "Makes cranes for ports."),
        (SegmentKind.BODY, "One crane"),
        (SegmentKind.BODY, "Two cranes"),
        (SegmentKind.BODY, "Very strong."),
        (SegmentKind.BODY, "lift now"),
        (SegmentKind.BODY, "Loose text"),
        (SegmentKind.BODY, "Inner block."),
        (SegmentKind.BODY, "tail"),
    ]
    assert [s.index for s in page.segments] == list(range(len(page.segments)))


def test_code_styles_templates_and_hidden_parts_are_no_text() -> None:
    page = read(
        "<p>Seen.</p><script>var a='unseen'</script><style>p{}</style><noscript>unseen</noscript>"
        "<template><p>unseen</p></template><p hidden>unseen</p>"
        "<div style='color:red; display: none'>unseen</div><svg><text>unseen</text></svg>"
    )
    assert [s.text for s in page.segments] == ["Seen."]


@pytest.mark.parametrize(
    "part",
    [
        "<nav><a href='/a'>Home</a> <a href='/b'>Prices</a></nav>",
        "<header><nav><a href='/a'>Home</a></nav></header>",
        "<footer><p>All rights reserved</p></footer>",
        "<div role='navigation'><a href='/a'>Home</a></div>",
        "<div class='cookie-banner'><p>We use cookies.</p><button>Fine</button></div>",
        "<div id='onetrust-consent-sdk'><p>Your privacy</p></div>",
        "<div class='site-footer'><p>Written in Oslo</p></div>",
        "<aside><ul><li><a href='/x'>Related one</a><li><a href='/y'>Related two</a></ul></aside>",
        "<ol class='breadcrumb'><li><a href='/'>Start</a><li>Here</ol>",
    ],
)
def test_navigation_footers_and_banners_are_kept_as_boilerplate(part: str) -> None:
    page = read(f"<main><h1>Subject</h1><p>{'The text of the page. ' * 12}</p></main>{part}")
    assert boilerplate(page)
    assert len(texts(page)) == 1
    assert all(link.boilerplate for link in page.links)


@pytest.mark.parametrize(
    "html",
    [
        "<body class='cookie-notice-open nav-open'><h1>A</h1><p>Judged text.</p>",
        "<div class='page with-sidebar'><h1>A</h1><p>Judged text.</p></div>",
        "<article><header><h1>A</h1></header><p>Judged text.</p><footer>By me</footer></article>",
        "<aside class='infobox'><table><tr><th>Born<td>1950</table></aside><p>Judged text.</p>",
        "<header><h1>A</h1><p>Judged text.</p></header>",
    ],
)
def test_wrappers_named_after_what_they_hold_are_content(html: str) -> None:
    assert not boilerplate(read(html))


def test_a_long_block_is_cut_at_spaces_and_loses_nothing() -> None:
    words = [f"word{i}" for i in range(3_000)]
    page = read(f"<p>{' '.join(words)}</p>")
    assert all(len(s.text) <= MAX_SEGMENT_CHARS for s in page.segments)
    assert " ".join(texts(page)).split() == words


def test_hostile_pages_stay_within_bounds() -> None:
    assert len(read("<p>x</p>" * 50_000).segments) <= MAX_SEGMENTS
    assert texts(read("<div>" * 100_000 + "deep")) == []
    assert texts(read("<div>" * 400 + "deep" + "</div>" * 400 + "<p>after</p>")) == [
        "deep",
        "after",
    ]
    attributes = " ".join(f"a{n}=1" for n in range(60_000))
    assert texts(read(f"<p {attributes}>lost<p>kept</p>")) == ["lost", "kept"]
    assert len(read("<a href='/x'>y</a> " * 30_000).links) <= 5_000


@pytest.mark.parametrize(
    ("body", "charset", "expected"),
    [
        ("Zürich".encode("cp1252"), "iso-8859-1", "Zürich"),
        (b"<meta charset='windows-1251'><p>" + "Москва".encode("cp1251"), None, "Москва"),
        ("\ufeffZürich".encode(), "latin-1", "Zürich"),
        ("東京".encode("shift_jis"), "Shift_JIS", "東京"),
        ("Zürich".encode("utf-16"), None, "Zürich"),
        (b"caf\xe9", None, "caf\ufffd"),
        ("Zürich".encode(), "no-such-charset", "Zürich"),
        ("Zürich".encode(), "rot13", "Zürich"),
    ],
)
def test_bytes_are_decoded_as_the_page_says(
    body: bytes, charset: str | None, expected: str
) -> None:
    page = extract(raw_page(body, charset=charset))
    assert texts(page) == [expected]


def test_the_id_is_of_the_content_and_the_extractor() -> None:
    first, second = raw_page("<p>Same", url="https://a.example/"), raw_page("<p>Same")
    assert extract(first).id == extract(second).id
    assert extract(first).id.endswith(f"-{EXTRACTOR_VERSION}")
    assert extract(raw_page("<p>Other")).id != extract(first).id


def test_pages_without_a_body_have_ids_of_their_own() -> None:
    dead = [
        raw_page(b"", url="https://a.example/", status=0, error="dns"),
        raw_page(b"", url="https://b.example/", status=0, error="dns"),
        raw_page(b"", url="https://a.example/", status=0, error="timeout"),
        raw_page(b"", url="https://a.example/", status=404),
    ]
    pages = [extract(each) for each in dead]
    assert len({page.id for page in pages}) == 4
    assert {page.quality for page in pages} == {PageQuality.ERROR}
    assert [page.error for page in pages] == ["dns", "dns", "timeout", "status_404"]


def test_language_canonical_address_and_title_are_read() -> None:
    page = read(
        "<html lang='de-CH'><head><title>Über uns</title><base href='https://cdn.example/x/'>"
        "<link rel='canonical' href='../uns#oben'></head><body><p>Hallo.</p>"
    )
    assert (page.language, page.canonical_url, page.title) == (
        "de-CH",
        "https://cdn.example/uns",
        "Über uns",
    )


def test_pictures_and_archives_are_errors_and_not_text() -> None:
    page = read(b"\x89PNG\r\n\x00", "image/png")
    assert (page.quality, page.error, page.segments) == (PageQuality.ERROR, "media_type", ())


@pytest.mark.parametrize(
    "unclosed",
    ["<p><font color=c{n}>word {n}", "<p><b class=c{n}>word {n}</p>", "<i id=n{n}><p>{n}"],
)
def test_formatting_tags_left_open_by_the_hundred_do_not_multiply(unclosed: str) -> None:
    html = "".join(unclosed.format(n=n) for n in range(1_000))
    assert len(parse(html).all_elements) <= 1_000 * (MAX_OPEN_FORMATS + 2)
    assert len(read(html).segments) == 1_000
