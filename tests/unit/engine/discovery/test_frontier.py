"""Which leads are taken first."""

from __future__ import annotations

import random
from collections import defaultdict

from netnew.engine.discovery.frontier import Frontier, QueryLead
from netnew.engine.discovery.link_queue import HitRate, PageLead


def queries(of: Frontier, most: int = 10) -> list[str]:
    return [lead.query for lead in of.take_queries(most)]


def test_the_most_promising_queries_come_first_and_equals_as_they_came() -> None:
    f = Frontier(result_pages=3)
    for query, promise in (("a", 1.0), ("b", 2.0), ("c", 1.0), ("d", 2.0), ("e", 0.01)):
        assert f.add_query("s", query, "unit", promise)
    assert not f.add_query("s", "A", "unit", 5.0)
    assert queries(f, 3) == ["b", "d", "a"]
    f.put(QueryLead("s", "b", 1, "unit", 1.0))
    assert queries(f) == ["c", "b"]
    assert f.open_leads == f.open_queries == 1  # what promises too little stays open


def test_a_planned_query_is_followed_to_its_depth() -> None:
    f = Frontier(result_pages=2)
    f.add_query("s", "a", "unit", 1.0, planned=True)
    (lead,) = f.take_queries(1)
    f.follow(lead, True, 0.0)
    (second,) = f.take_queries(1)
    assert (second.page, second.promise) == (2, 0.12)
    f.follow(second, True, 1.0)
    assert f.open_leads == 0


def test_a_page_is_read_once_under_whatever_address() -> None:
    f = Frontier(result_pages=1)
    f.add_page("https://kettle.com/", "list", 0.5)
    assert f.mark_read("http://www.kettle.com/#top")
    assert not f.mark_read("https://kettle.com")
    assert f.open_leads == 0
    f.add_page("https://kettle.com/", "list", 0.9)
    assert f.take_pages(1) == []


class Ranked:
    """Links ranked the plain way: all of them, each time."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, float]] = {}
        self.yields: dict[str, HitRate] = defaultdict(HitRate)

    def add(self, url: str, unit: str, worth: float) -> None:
        if url not in self.pages or worth > self.pages[url][1]:
            self.pages[url] = (unit, worth)

    def take(self, most: int) -> list[str]:
        ranked = sorted(
            ((self.yields[unit].rate(worth), url) for url, (unit, worth) in self.pages.items()),
            key=lambda x: -x[0],
        )
        taken = [url for promise, url in ranked[:most] if promise >= 0.02]
        for url in taken:
            del self.pages[url]
        return taken


def test_links_are_taken_as_if_all_were_ranked_each_time() -> None:
    rng = random.Random(11)
    f, plain = Frontier(result_pages=1), Ranked()
    taken: list[PageLead] = []
    for _ in range(400):
        for _ in range(rng.randrange(12)):
            url = f"https://kettle{rng.randrange(3000)}.com/"
            unit, worth = f"list:{rng.randrange(40)}", rng.choice((0.06, 0.06, 0.25, 0.5))
            if url.removeprefix("https://").rstrip("/") not in f.read:
                f.add_page(url, unit, worth)
                plain.add(url, unit, worth)
        most = rng.randrange(8)
        some = f.take_pages(most)
        assert [lead.url for lead in some] == plain.take(most)
        for lead in some:
            if rng.random() < 0.3:  # put back, behind its equals
                f.add_page(lead.url, lead.unit, lead.worth)
                plain.add(lead.url, lead.unit, lead.worth)
                continue
            matched = rng.random() < int(lead.unit[5:]) / 80
            f.mark_read(lead.url)
            f.learn(lead.unit, matched)
            plain.yields[lead.unit].followed += 1
            plain.yields[lead.unit].matched += matched
        taken += some
        seen = f"https://kettle{rng.randrange(3000)}.com/"
        f.mark_read(seen)
        plain.pages.pop(seen, None)
        assert f.open_leads == len(plain.pages)
    assert len(taken) > 1000
