"""Fields: a label and its whole value in one segment."""

from __future__ import annotations

import pytest

from netnew.domain.page import SegmentKind
from tests.support.snapshots import facts, metadata, read, texts

FIELDS = {"Founded": "2012", "Seat": "Lyon, France"}


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><th>Founded</th><td>2012</td></tr><tr><th>Seat</th><td>Lyon, France</td></tr>"
        "</table>",
        "<table><tr><td>Founded:</td><td>2012</td></tr><tr><td>Seat:</td><td>Lyon, France</td></tr>"
        "</table>",
        "<table><tr><th>Property</th><th>Value</th></tr><tr><td>Founded</td><td>2012</td></tr>"
        "<tr><td>Seat</td><td>Lyon, France</td></tr></table>",
        "<table><tr><th>Founded</th><th>Seat</th><th>Owner</th></tr>"
        "<tr><td>2012</td><td>Lyon, France</td><td></td></tr></table>",
        "<dl><dt>Founded</dt><dd>2012</dd><dt>Seat</dt><dd>Lyon, France</dd></dl>",
        "<dl><div><dt>Founded</dt><dd>2012</dd></div><div><dt>Seat:</dt><dd>Lyon, France</dd></div>"
        "</dl>",
        "<ul><li><strong>Founded:</strong> 2012</li><li><strong>Seat</strong>: Lyon, France</li>"
        "</ul>",
        "<p><b>Founded:</b> 2012<br><b>Seat:</b> Lyon, France</p>",
        "<p><b>Founded:</b> 2012 <b>Seat:</b> Lyon, France</p>",
        "<p>Founded: 2012 | Seat: Lyon, France</p>",
        "<p>Founded: 2012</p><p>Seat: Lyon, France</p>",
        "<div class='g'><div class='c'><span class='l'>Founded</span> <span class='w'>2012</span>"
        "</div><div class='c'><span class='l'>Seat</span><span class='w'>Lyon, France</span></div>"
        "</div>",
        "<div><div class='name'>Founded</div><div class='what'>2012</div>"
        "<div class='name'>Seat</div><div class='what'>Lyon, France</div></div>",
        "<ul><li><span class='l'>Founded</span> 2012</li>"
        "<li><span class='l'>Seat</span> Lyon, France</li></ul>",
        "<section><div><h5>Founded</h5><p>2012</p></div><div><h5>Seat</h5><p>Lyon, France</p></div>"
        "</section>",
    ],
)
def test_fields_are_read_from_any_markup_and_not_said_twice(html: str) -> None:
    page = read(f"<h1>Acme</h1>{html}")
    assert facts(page) == FIELDS
    assert texts(page) == []


@pytest.mark.parametrize(
    ("markup", "value"),
    [
        ("<ul><li>Go</li><li>Rust</li></ul>", "Go, Rust"),
        ("<a href='/go'>Go</a> <a href='/rust'>Rust</a>", "Go, Rust"),
        ("<span class='tag'>Go</span><span class='tag'>Rust</span>", "Go, Rust"),
        ("Go<br>Rust", "Go, Rust"),
        ("<p>Go</p><p>Rust</p>", "Go, Rust"),
        ("<a href='/go'>Go</a>, <a href='/rust'>Rust</a>", "Go, Rust"),
        ("Go and <em>Rust</em>", "Go and Rust"),
    ],
)
def test_a_value_of_several_parts_is_whole_in_one_segment(markup: str, value: str) -> None:
    assert facts(read(f"<dl><dt>Languages</dt><dd>{markup}</dd></dl>")) == {"Languages": value}


def test_several_definitions_of_a_term_are_one_value() -> None:
    page = read("<dl><dt>Offices</dt><dd>Oslo</dd><dd>Rome</dd><dt>Staff</dt><dd>12</dd></dl>")
    assert facts(page) == {"Offices": "Oslo, Rome", "Staff": "12"}


def test_a_row_that_spans_keeps_its_value_whole() -> None:
    page = read(
        "<table><tr><th rowspan='2'>Offices</th><td>Oslo</td></tr><tr><td>Rome</td></tr>"
        "<tr><th>Staff</th><td>12</td></tr></table>"
    )
    assert facts(page) == {"Offices": "Oslo, Rome", "Staff": "12"}


def test_an_encyclopedia_box_gives_its_rows() -> None:
    page = read(
        "<table class='infobox'><caption>Kestrel</caption>"
        "<tr><th colspan='2'>Kestrel (database)</th></tr>"
        "<tr><td colspan='2'><img alt='logo'></td></tr>"
        "<tr><th>Developer(s)</th><td><a href='/wiki/Ada'>Ada</a></td></tr>"
        "<tr><th>Stable release</th><td>4.2<sup>[1]</sup> / 3 May 2024</td></tr>"
        "<tr><th>License</th><td><a href='/wiki/MIT'>MIT</a></td></tr></table>"
        "<p>Kestrel is a database.</p>"
    )
    assert facts(page)["Developer(s)"] == "Ada"
    assert facts(page)["License"] == "MIT"
    assert texts(page) == ["Kestrel (database)", "Kestrel is a database."]


def test_a_table_of_many_things_is_a_line_a_row() -> None:
    page = read(
        "<table><thead><tr><th>Name</th><th>City</th><th>Year</th></tr></thead><tbody>"
        "<tr><td>Alpha</td><td>Oslo</td><td>2001</td></tr>"
        "<tr><td>Beta</td><td>Rome</td><td>2002</td></tr></tbody></table>"
    )
    assert facts(page) == {}
    assert texts(page) == ["Name | City | Year", "Alpha | Oslo | 2001", "Beta | Rome | 2002"]


def test_a_layout_table_is_read_as_any_other_part() -> None:
    page = read(
        "<table><tr><td><h1>Acme</h1><p>We build.</p></td><td><ul><li>News</ul></td></tr></table>"
    )
    assert texts(page) == ["We build.", "News"]


@pytest.mark.parametrize(
    "html",
    [
        "<p>Places we are in: Spain. We were founded by two friends. It was a hot summer.</p>",
        "<ul><li><a href='/a'>Alpha</a>: crane rental</li></ul>",
        "<p>We make one promise: it will work.</p>",
        "<p>See https://acme.example/x</p>",
        "<div class='card'><h3>Alpha</h3><p>Crane rental</p></div>"
        "<div class='card'><h3>Beta</h3><p>Ship repair</p></div>",
        "<div><p class='q'>What it does</p><p class='a'>It lifts. It also moves things.</p></div>"
        "<div><p class='q'>Who made it</p><p class='a'>We did. Over ten long years.</p></div>",
        "<div><span class='who'>Director</span><span class='n'>Ann</span></div>",
    ],
)
def test_prose_and_list_entries_are_no_fields(html: str) -> None:
    assert facts(read(f"<h1>Acme</h1>{html}")) == {}


def test_people_with_the_same_role_are_no_fields() -> None:
    card = "<div class='p'><span class='role'>Engineer</span><span class='n'>{}</span></div>"
    assert facts(read("<h1>Team</h1>" + card.format("Ann") + card.format("Bo"))) == {}


def test_a_figure_above_its_caption_is_a_field() -> None:
    page = read(
        "<h1>Acme</h1><div><div class='s'><div class='n'>1,200+</div><div class='t'>Customers</div>"
        "</div><div class='s'><div class='n'>40</div><div class='t'>Countries</div></div></div>"
    )
    assert facts(page) == {"Customers": "1,200+", "Countries": "40"}


def test_embedded_data_becomes_paths() -> None:
    page = read(
        """<title>Acme</title><meta name="description" content="Makes cranes">
        <meta property="og:site_name" content="Acme &amp; Sons">
        <script type="application/ld+json">{"@context": "https://schema.org", "@graph": [
          {"@type": ["Organization", "Brand"], "name": "Acme", "foundingDate": 2012,
           "address": {"@type": "PostalAddress", "addressLocality": "Lyon"},
           "knowsAbout": ["cranes", "ports"], "isAccessibleForFree": false,
           "founder": [{"@type": "Person", "name": "Ann"}, {"@type": "Person", "name": "Bo"}]},
          {"@type": "Offer", "price": 9.5}]}</script>
        <script type="application/ld+json">{ broken </script><p>Text.</p>"""
    )
    assert metadata(page) == [
        "description: Makes cranes",
        "og:site_name: Acme & Sons",
        "Organization.name: Acme",
        "Organization.foundingDate: 2012",
        "Organization.address.addressLocality: Lyon",
        "Organization.knowsAbout: cranes, ports",
        "Organization.isAccessibleForFree: false",
        "Organization.founder.name: Ann",
        "Organization.founder.name: Bo",
        "Offer.price: 9.5",
    ]


def test_microdata_becomes_paths() -> None:
    page = read(
        "<div itemscope itemtype='https://schema.org/Product'><h1 itemprop='name'>Lift</h1>"
        "<div itemprop='offers' itemscope itemtype='https://schema.org/Offer'>"
        "<span itemprop='price' content='9.50'>9,50 €</span></div></div>"
    )
    assert metadata(page) == ["Product.name: Lift", "Product.offers.price: 9.50"]


def test_a_field_too_long_for_a_segment_is_not_half_a_field() -> None:
    page = read(f"<table><tr><th>Notes</th><td>{'word ' * 4_000}</td></tr></table>")
    assert not [s for s in page.segments if s.kind is SegmentKind.FACT]
    assert len(texts(page)) > 1
