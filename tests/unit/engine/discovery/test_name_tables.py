"""Which rows of a page may be names, as the extractor gives them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from netnew.domain.page import RawPage, Snapshot
from netnew.engine.discovery.name_tables import tables_of
from netnew.pages.extraction.extract import extract
from netnew.testing import NOON

ADDRESS = "https://guild.org/makers"
TEXT = "<p>These are the members of the guild, which was founded long ago and has grown since.</p>"
NAMES = ("Acme Kettles", "Beta Pots GmbH", "Gamma, Inc.", "Delta Works", "npm")


def read(body: str) -> Snapshot:
    html = f"<title>Members</title><body><h1>Members</h1>{TEXT}{body}</body>"
    return extract(RawPage(ADDRESS, ADDRESS, 200, html.encode(), "text/html", NOON))


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = ["".join(f"<th>{h}</th>" for h in head)] if head else []
    lines += ["".join(f"<td>{cell}</td>" for cell in row) for row in rows]
    return "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"


def names(page: Snapshot, column: int, kind: str = "company") -> list[str]:
    (only,) = tables_of(page)
    return [name for name, _ in only.names(column, kind)]


def test_a_table_gives_the_names_of_its_column_without_the_head() -> None:
    rows = [(str(n), name, "Berlin") for n, name in enumerate(NAMES, 1)]
    page = read(table(("No", "Company", "City"), rows))
    (only,) = tables_of(page)
    assert only.sample[:2] == (("No", "Company", "City"), ("1", "Acme Kettles", "Berlin"))
    assert names(page, 1) == list(NAMES)
    assert only.names(1, "company")[1] == ("Beta Pots GmbH", "2 | Beta Pots GmbH | Berlin")


def test_a_row_that_lacks_cells_gives_its_name_only_where_it_is_sure() -> None:
    rows = [(str(n), name, "Berlin") for n, name in enumerate(NAMES, 1)]
    rows[2] = ("3", "Gamma, Inc.", "")
    assert names(read(table(("No", "Company", "City"), rows)), 1) == list(NAMES)
    turned = [(city, name, n) for n, name, city in rows]
    turned[3] = ("", "Delta Works", "4")  # the first cell is gone: is it a city or a name?
    found = names(read(table(("City", "Company", "No"), turned)), 1)
    assert found == ["Acme Kettles", "Beta Pots GmbH", "npm"]


def test_two_columns_with_or_without_a_head() -> None:
    rows = [(name, "Berlin") for name in NAMES]
    assert names(read(table(("Company", "City"), rows)), 0) == list(NAMES)
    assert names(read(table((), rows)), 0) == list(NAMES)


def test_points_of_a_list_begin_with_the_name() -> None:
    points = (
        "Acme Kettles – Berlin, kettles of steel",
        "Beta Pots GmbH - Paris",
        "Gamma, Inc. (Rome)",
        "Delta Works: pots for food",
        "npm",
    )
    page = read("<ul>" + "".join(f"<li>{p}</li>" for p in points) + "</ul>")
    assert tables_of(page)[0].are_points
    assert names(page, 0) == list(NAMES)


@pytest.mark.parametrize(
    "body",
    [
        table((), [("Founded", "2012"), ("Head office", "Berlin"), ("Staff", "12")]),
        "<p>We make kettles.</p><p>They boil water.</p><p>Come and see us.</p><p>It is nice.</p>",
        table(("Plan", "Price"), [("Small", "1"), ("Large", "2")]),
        table(("Year", "Sum"), [(str(1990 + n), str(n * 7)) for n in range(9)]),
        "<ul>"
        + "".join(f"<li><a href='/m/{n}'>{name}</a> – Rome</li>" for n, name in enumerate(NAMES))
        + "</ul>",
    ],
    ids=["fields", "sentences", "short", "figures", "links"],
)
def test_what_holds_no_names_is_no_table_of_names(body: str) -> None:
    assert tables_of(read(body)) == []
