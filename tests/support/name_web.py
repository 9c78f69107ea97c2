"""A web of names: a list that names makers without a link, a source that finds them by name, and
an advisor that reads heads of tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from netnew.domain.budget import Spend
from netnew.domain.errors import ModelUnavailable
from netnew.domain.page import Snapshot
from netnew.domain.run import RunSpec
from netnew.domain.search import Hit, SearchAnswer
from netnew.ports.judging import CandidateProfile, ObjectiveReading
from netnew.ports.models import Charge
from netnew.testing import page
from tests.support.engine_fixture import AnySource

LIST = "https://guild.org/makers"
NAMES = ("Kettle Alpha", "Kettle Beta", "Kettle Gamma", "Kettle Delta", "Kettle Epsilon")


def site(name: str) -> str:
    return f"https://{name.lower().replace(' ', '-')}.com/"


def makers(names: Sequence[str] = NAMES) -> dict[str, Snapshot]:
    """The own page of each; all are red and open."""
    return {
        site(name): page(site(name), name, {"Colour": "red", "Open": "yes"}, (f"We are {name}.",))
        for name in names
    }


def register(
    names: Sequence[str] = NAMES, url: str = LIST, title: str = "All red kettles and their makers"
) -> Snapshot:
    """A table of makers without a link."""
    rows = [f"{n} | {name} | Town {n}" for n, name in enumerate(names, 1)]
    return page(url, title, text=["No | Maker | Town", *rows])


class ByName(AnySource):
    """Finds a page by the name in quotes, among others that lack it; else what '*' has."""

    @classmethod
    def of(cls, pages: dict[str, Snapshot], first: Sequence[str]) -> ByName:
        hits = {s.title: [Hit(u, s.title)] for u, s in pages.items()}
        return cls({**hits, "*": [Hit(u, pages[u].title) for u in first]}, per_page=10)

    async def search(self, query: str, page: int) -> SearchAnswer:
        if '"' not in query:
            return await super().search(query, page)
        self.asked.append((query, page))
        found = self.answers.get(query.split('"')[1], ())
        return SearchAnswer((*found, Hit("https://noise.com/", "Something else")), has_more=True)

    @property
    def names_asked(self) -> list[str]:
        return [query.split('"')[1] for query, _ in self.asked if '"' in query]


@dataclass(slots=True)
class TableReader:
    """An advisor that says which column has the names (None: no usable answer), and nothing else.
    `asleep`: so many calls are not answered."""

    column: int | None
    asleep: int = 0
    samples: list[list[tuple[str, ...]]] = field(default_factory=list)

    async def name_column(
        self, entity_type: str, rows: Sequence[Sequence[str]], charge: Charge
    ) -> int | None:
        charge(Spend(model_calls=1, tokens=50))
        if self.asleep > 0:
            self.asleep -= 1
            raise ModelUnavailable("scripted", "it is asleep")
        self.samples.append([tuple(row) for row in rows])
        return self.column

    async def read_objective(
        self, spec: RunSpec, today: date, charge: Charge
    ) -> ObjectiveReading | None:
        return None

    async def are_same(
        self,
        pairs: Sequence[tuple[CandidateProfile, CandidateProfile]],
        entity_type: str,
        charge: Charge,
    ) -> tuple[bool | None, ...]:
        return tuple(None for _ in pairs)
