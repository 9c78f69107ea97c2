from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest

from netnew.domain.errors import SourceMisconfigured, SourceUnavailable
from netnew.domain.search import Hit, SearchAnswer
from netnew.sources.web.fallback import FallbackSource

T = TypeVar("T")
AWAY = SourceUnavailable("a", "away")
WRONG = SourceMisconfigured("a", "its key is wrong")


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def now(self) -> Any:
        raise AssertionError("only the monotonic clock counts")

    def monotonic(self) -> float:
        return self.seconds


class Member:
    """Answers with its name, or raises what `fails` is."""

    enumerates = False
    revision = ""

    def __init__(self, name: str, price: float = 0.0, fails: Exception | None = None) -> None:
        self.spec = f"web:{name}"
        self.search_price = price
        self.fails = fails
        self.asked: list[tuple[str, int]] = []
        self.is_closed = False
        self.finds = True

    async def search(self, query: str, page: int) -> SearchAnswer:
        self.asked.append((query, page))
        if self.fails is not None:
            raise self.fails
        hits = (Hit(f"https://{self.spec[4:]}.org/{page}"),) if self.finds else ()
        return SearchAnswer(hits, self.finds, cost=self.search_price)

    async def aclose(self) -> None:
        self.is_closed = True


@pytest.fixture
def members() -> tuple[Member, Member]:
    return Member("a", 0.005), Member("b")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def chain(members: tuple[Member, Member], clock: Clock) -> FallbackSource:
    return FallbackSource("web:a>b", members, clock)


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def test_the_first_answers_while_it_can(
    chain: FallbackSource, members: tuple[Member, Member]
) -> None:
    found = run(chain.search("q", 1))
    assert ([hit.url for hit in found.hits], found.cost) == (["https://a.org/1"], 0.005)
    assert members[1].asked == []
    assert chain.search_price == 0.005


def test_an_empty_answer_is_no_failure(
    chain: FallbackSource, members: tuple[Member, Member]
) -> None:
    members[0].finds = False
    assert run(chain.search("q", 1)).hits == ()
    assert members[1].asked == []


@pytest.mark.parametrize("error", [AWAY, WRONG])
def test_the_next_answers_where_the_first_does_not(
    error: Exception, chain: FallbackSource, members: tuple[Member, Member]
) -> None:
    members[0].fails = error
    found = run(chain.search("q", 1))
    assert ([hit.url for hit in found.hits], found.cost) == (["https://b.org/1"], 0.0)


def test_a_query_stays_where_it_began(
    chain: FallbackSource, members: tuple[Member, Member], clock: Clock
) -> None:
    run(chain.search("early", 1))
    members[0].fails = AWAY
    run(chain.search("late", 1))
    members[0].fails, clock.seconds = None, 1_000.0
    run(chain.search("late", 2))
    run(chain.search("early", 2))
    assert members[0].asked == [("early", 1), ("late", 1), ("early", 2)]
    assert members[1].asked == [("late", 1), ("late", 2)]


def test_a_further_page_of_one_that_went_away_is_not_taken_from_another(
    chain: FallbackSource, members: tuple[Member, Member]
) -> None:
    run(chain.search("q", 1))
    members[0].fails = AWAY
    with pytest.raises(SourceUnavailable):
        run(chain.search("q", 2))
    assert members[1].asked == []


def test_a_page_whose_beginning_is_not_known_is_the_first_members(
    chain: FallbackSource, members: tuple[Member, Member]
) -> None:
    run(chain.search("begun before a restart", 2))
    assert members[0].asked == [("begun before a restart", 2)]


@pytest.mark.parametrize(
    ("error", "rest_s"),
    [(AWAY, 30.0), (SourceUnavailable("a", "slowly", 7.0), 7.0), (WRONG, 600.0)],
)
def test_one_that_failed_rests_for_a_while(
    error: Exception,
    rest_s: float,
    chain: FallbackSource,
    members: tuple[Member, Member],
    clock: Clock,
) -> None:
    members[0].fails = error
    run(chain.search("1", 1))
    clock.seconds += rest_s - 0.5
    run(chain.search("2", 1))
    clock.seconds += 0.5
    run(chain.search("3", 1))
    assert [query for query, _ in members[0].asked] == ["1", "3"]
    assert [query for query, _ in members[1].asked] == ["1", "2", "3"]


def test_all_failing_raise_the_last_error_and_are_asked_again(
    chain: FallbackSource, members: tuple[Member, Member]
) -> None:
    members[0].fails, members[1].fails = AWAY, WRONG
    with pytest.raises(SourceMisconfigured, match="its key is wrong"):
        run(chain.search("q", 1))
    members[0].fails = None
    assert run(chain.search("q", 1)).hits[0].url == "https://a.org/1"


def test_closing_closes_all(chain: FallbackSource, members: tuple[Member, Member]) -> None:
    run(chain.aclose())
    assert members[0].is_closed
    assert members[1].is_closed
