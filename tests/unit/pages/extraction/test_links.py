"""Links, and the lists they belong to."""

from __future__ import annotations

import pytest

from tests.support.snapshots import leads, read

ENTRIES = [("Alpha", "https://alpha.example/"), ("Beta", "https://beta.example/")]
NAMES = ["Alpha", "Beta", "Gamma", "Delta"]


def _each(item: str) -> str:
    return "".join(item.replace("NAME", n).replace("HOST", n.lower()) for n in NAMES)


@pytest.mark.parametrize(
    "html",
    [
        "<ul>"
        + _each("<li><a href='https://HOST.example/'>NAME</a> cranes of NAME</li>")
        + "</ul>",
        "<ol>"
        + _each(
            "<li><h3><a href='https://HOST.example/'>NAME</a></h3><p>cranes of NAME"
            " <a href='/tag/x'>x</a></p></li>"
        )
        + "</ol>",
        _each(
            "<div class='card'><a href='https://HOST.example/'><img src=l.png></a>"
            "<h4><a href='https://HOST.example/'>NAME</a></h4><p>cranes of NAME</p></div>"
        ),
        _each(
            "<a class='tile' href='https://HOST.example/'><h3>NAME</h3><p>cranes of NAME</p></a>"
        ),
        "<table><tr><th>Name</th><th>What</th></tr>"
        + _each("<tr><td><a href='https://HOST.example/'>NAME</a></td><td>cranes of NAME</td></tr>")
        + "</table>",
        _each("<h3><a href='https://HOST.example/'>NAME</a></h3><p>cranes of NAME</p>"),
        "<dl>"
        + _each("<dt><a href='https://HOST.example/'>NAME</a></dt><dd>cranes of NAME</dd>")
        + "</dl>",
    ],
)
def test_a_list_is_seen_whatever_it_is_built_of(html: str) -> None:
    page = read(f"<h1>Makers</h1><main>{html}</main>")
    found = leads(page)
    assert [(link.text, link.url) for link in found] == [
        (name, f"https://{name.lower()}.example/") for name in NAMES
    ]
    assert len({link.group for link in found}) == 1
    assert found[0].group is not None
    assert all("cranes of" in link.context for link in found)


def test_a_register_by_letter_is_one_list() -> None:
    page = read(
        "<main><h2>A</h2><ul><li><a href='/alpha'>Alpha</a></li></ul>"
        "<h2>B</h2><ul><li><a href='/beta'>Beta</a></li><li><a href='/bo'>Bo</a></li></ul>"
        "<h2>C</h2><ul><li><a href='/c'>C</a></li></ul></main>"
    )
    assert [link.text for link in leads(page)] == ["Alpha", "Beta", "Bo", "C"]
    assert len({link.group for link in page.links}) == 1


def test_entries_within_sections_are_items_of_their_own() -> None:
    entry = "<li><a href='/{0}/{1}'>Entry {0}{1}</a> with some words on it</li>"
    page = read(
        "<main>"
        + "".join(
            f"<section><h2><a href='/{s}'>Part {s}</a></h2><ul>"
            + "".join(entry.format(s, n) for n in range(5))
            + "</ul></section>"
            for s in range(3)
        )
        + "</main>"
    )
    found = [link.text for link in leads(page)]
    assert all(f"Entry {s}{n}" in found for s in range(3) for n in range(5))


def test_links_in_prose_are_no_list() -> None:
    page = read(
        "<p>We like <a href='/a'>one</a> and, as was told at length before by everyone here, "
        "<a href='/b'>two</a>; a third is <a href='/c'>three</a>, which is quite another thing.</p>"
    )
    assert [(link.group, link.lead) for link in page.links] == [(None, False)] * 3


def test_addresses_are_absolute_and_have_no_fragment() -> None:
    page = read(
        "<a href='../x?y=1#z'>a</a><a href='#top'>b</a><a href='mailto:a@b.c'>c</a>"
        "<a href='javascript:void(0)'>d</a><a href='//other.example'>e</a><a href='http://[bad'>f"
        "</a><a href='about#team'>g</a><a>h</a><a href=''>i</a>",
        url="https://acme.example/about",
    )
    assert [link.url for link in page.links] == [
        "https://acme.example/x?y=1",
        "https://other.example/",
    ]


def test_a_link_around_a_picture_is_called_what_the_picture_is() -> None:
    page = read("<a href='/a'><img alt='Alpha Ltd' src=x></a><a href='/b' title='Beta'></a>")
    assert [link.text for link in page.links] == ["Alpha Ltd", "Beta"]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<head><link rel='next' href='/l?page=3'></head>", "https://l.example/l?page=3"),
        ("<a rel='nofollow next' href='/l?page=3'>go on</a>", "https://l.example/l?page=3"),
        ("<a href='/l?page=3'>Next page »</a>", "https://l.example/l?page=3"),
        ("<a href='/l/p/9'>›</a>", "https://l.example/l/p/9"),
        ("<a href='/l?page=3'>Weiter</a>", "https://l.example/l?page=3"),
        (
            "<a href='/l?page=1'>1</a> <b>2</b> <a href='/l?page=3'>3</a>",
            "https://l.example/l?page=3",
        ),
        ("<a href='https://else.example/l?page=3'>Next</a>", None),
        ("<a href='/l?page=1'>« Previous</a>", None),
        ("<a href='/story'>Next: a story about cranes</a>", None),
        ("<a href='/products/3'>3</a>", None),
        ("<a href='/l?page=2'>Next</a>", None),
    ],
)
def test_the_next_page_is_found(html: str, expected: str | None) -> None:
    assert read(f"{html}<p>text</p>", url="https://l.example/l?page=2").next_url == expected
