"""Pages made to keep the parser busy: what is read of them is bounded."""

from __future__ import annotations

import pytest

from netnew.text.html_parser import parsed_html


def test_an_honest_page_is_read_whole() -> None:
    items = "".join(f"<li><a href='/{n}'>Name {n}</a></li>" for n in range(20_000))
    tree = parsed_html(f"<ul>{items}</ul><p id=end>end</p>")
    assert len(tree.css("li")) == 20_000
    assert tree.css_first("#end") is not None


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 60_000,
        "<div/>" * 60_000,
        "<ul></p>" * 60_000,
        "<div " + " ".join(f"a{n}=1" for n in range(60_000)) + ">x</div>",
        "<div " + "".join(f"a{n}='1'" for n in range(60_000)) + ">x</div>",
    ],
    ids=["nested", "self-closed", "mixed", "attributes", "glued attributes"],
)
def test_of_a_page_made_to_be_slow_only_the_beginning_is_read(html: str) -> None:
    read = parsed_html("<p>first</p>" + html + "<p id=end>end</p>")
    assert read.css_first("p") is not None
    assert read.css_first("#end") is None


def test_a_long_list_to_choose_from_costs_no_more_than_its_length() -> None:
    tree = parsed_html("<select>" + "<option>x" * 60_000 + "</select><p id=end>end</p>")
    assert tree.css_first("#end") is not None
