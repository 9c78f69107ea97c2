"""Which right answers a searcher could have met."""

from __future__ import annotations

from typing import Any

from evals.reachable import Reach, fixed_queries
from evals.search_index import SearchIndex


def reached(tiny: Any, query: Any) -> frozenset[str]:
    web = tiny.web()
    return Reach(web, SearchIndex.build(web.pages)).truth(query)


def links(*urls: str) -> str:
    return "".join(f'<li><a href="{url}">see here</a></li>' for url in urls)


def test_the_fixed_queries_are_objective_descriptions_and_named_values(
    tiny: Any, a_condition: Any
) -> None:
    asked = [
        a_condition("big", "litres", "between", [2, 5], "It holds 2 to 5 litres."),
        a_condition("sold", "sold", "eq", True, "It can be bought."),
        {
            "name": "where",
            "description": "From Delft or Jingdezhen.",
            "predicate": {
                "op": "or",
                "of": [
                    {"field": "town", "op": "eq", "value": "Delft"},
                    {"field": "town", "op": "exists"},
                ],
            },
        },
    ]
    assert fixed_queries(tiny.query([], asked)) == (
        "Find all teapots",
        "It holds 2 to 5 litres.",
        "It can be bought.",
        "From Delft or Jingdezhen.",
        "Find all teapots 2",
        "Find all teapots 5",
        "Find all teapots Delft",
    )


def test_a_page_that_search_shows_is_reachable_and_one_it_never_shows_is_not(tiny: Any) -> None:
    tiny.page("https://a.test/", about="a", html="<p>A teapot.</p>")
    tiny.page("https://b.test/", about="b", html="<p>Something else.</p>")
    assert reached(tiny, tiny.query(["a", "b"])) == {"a"}


def test_only_right_answers_count(tiny: Any) -> None:
    tiny.page("https://a.test/", about="a", html="<p>A teapot.</p>")
    assert reached(tiny, tiny.query(["b"])) == frozenset()


def test_the_fifty_first_hit_is_out_of_reach(tiny: Any) -> None:
    for n in range(51):
        tiny.page(f"https://{n:02}.test/", about=f"e{n:02}", html="<p>A teapot.</p>")
    query = tiny.query([f"e{n:02}" for n in range(51)])
    assert reached(tiny, query) == query.truth - {"e50"}


def test_an_entity_one_link_from_a_list_is_reachable_and_two_links_is_not(tiny: Any) -> None:
    tiny.page("https://l.test/", "list", html="<h1>Teapots</h1>" + links("https://a.test/"))
    tiny.page("https://a.test/", about="a", html=links("https://b.test/"))
    tiny.page("https://b.test/", about="b", html="<p>far</p>")
    assert reached(tiny, tiny.query(["a", "b"])) == {"a"}


def test_links_of_a_blog_are_not_followed(tiny: Any) -> None:
    tiny.page("https://l.test/", "blog", html="<h1>Teapots</h1>" + links("https://a.test/"))
    tiny.page("https://a.test/", about="a")
    assert reached(tiny, tiny.query(["a"])) == frozenset()


def test_pagination_of_a_list_is_followed_to_its_end(tiny: Any) -> None:
    more = '<a href="?page={}">Next page</a>'
    tiny.page("https://l.test/", "list", html="<h1>Teapots</h1>" + more.format(2))
    tiny.page("https://l.test/?page=2", "list", html=more.format(3))
    tiny.page("https://l.test/?page=3", "list", html=links("https://a.test/"))
    tiny.page("https://a.test/", about="a")
    assert reached(tiny, tiny.query(["a"])) == {"a"}


def test_a_list_on_another_list_is_not_its_pagination(tiny: Any) -> None:
    tiny.page("https://l.test/", "hub", html="<h1>Teapots</h1>" + links("https://l.test/x"))
    tiny.page("https://l.test/x", "list", html=links("https://a.test/"))
    tiny.page("https://a.test/", about="a")
    assert reached(tiny, tiny.query(["a"])) == frozenset()


def test_pagination_that_runs_in_a_circle_ends(tiny: Any) -> None:
    tiny.page("https://l.test/", "list", html='<h1>Teapots</h1><a rel="next" href="/2">on</a>')
    tiny.page("https://l.test/2", "list", html='<a rel="next" href="/">on</a>')
    assert reached(tiny, tiny.query(["a"])) == frozenset()


def test_a_link_through_a_redirect_reaches_the_page_behind_it(tiny: Any) -> None:
    tiny.page("https://l.test/", "list", html="<h1>Teapots</h1>" + links("http://old.test"))
    tiny.page("http://old.test/", "redirect", "a", status=301, location="https://a.test/")
    tiny.page("https://a.test/", about="a")
    assert reached(tiny, tiny.query(["a"])) == {"a"}


def test_dead_pages_reach_nobody(tiny: Any) -> None:
    urls = ("https://gone.test/", "https://parked.test/", "https://away.test/")
    tiny.page("https://l.test/", "list", html="<h1>Teapots</h1>" + links(*urls))
    tiny.page(urls[0], "dead", "a", status=410)
    tiny.page(urls[1], "dead", "b", html="<p>Teapots for sale</p>")
    tiny.page(urls[2], "redirect", "c", status=301, location="https://nowhere.test/")
    assert reached(tiny, tiny.query(["a", "b", "c"])) == frozenset()


def test_the_own_web_is_all_within_reach_but_one(observatories: Any) -> None:
    reach = Reach(observatories, SearchIndex.build(observatories.pages))
    beyond = {q.id: q.truth - reach.truth(q) for q in observatories.queries}
    assert sum(map(len, beyond.values())) == 1
