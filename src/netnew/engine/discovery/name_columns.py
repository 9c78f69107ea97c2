"""Tables whose rows name entities without links: a model says once which column has the names.

Its answer is stored by the page's text, so that other runs and replays need no call. Further
pages of a list have the same header and need none either."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

import structlog

from netnew.domain.errors import ModelUnavailable
from netnew.domain.ids import RunId
from netnew.domain.page import Snapshot
from netnew.domain.search import Hit, SearchAnswer
from netnew.engine.budget_meter import BudgetMeter, ReplayPhase
from netnew.engine.context import RunContext
from netnew.engine.discovery.mention_queue import Mention
from netnew.engine.discovery.name_tables import Table, tables_of
from netnew.engine.url_identity import host_of
from netnew.ports.judging import Advisor
from netnew.text.tokens import fold

_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMN = "urn:netnew:column:"
NO_COLUMN = -1
# A page has a few tables of use at most; the others are its furniture.
TABLES_A_PAGE = 3

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Found:
    """A table on a page. `key` names its text, `alike` its list: a host's pages with this head."""

    snapshot: Snapshot
    table: Table
    worth: float

    @property
    def key(self) -> str:
        return f"{self.snapshot.id}#{self.table.number}"

    @property
    def alike(self) -> str:
        head = self.table.rows[0] if not self.table.are_points else (self.snapshot.title,)
        shown = "|".join(re.sub(r"\d+", "", fold(cell)).strip() for cell in head)
        return f"{host_of(self.snapshot.final_url)} {self.table.width} {shown}"


@dataclass(slots=True)
class NameColumns:
    """The tables that a run has met. At most `most` are asked about, in the order they are met;
    one that was answered before counts like any other, so that every walk goes the same way."""

    entity_type: str
    run_id: RunId
    most: int
    columns: dict[str, int] = field(default_factory=dict)
    asked: int = 0

    async def mentions(
        self,
        pages: Iterable[tuple[Snapshot, float, int]],
        context: RunContext,
        meter: BudgetMeter,
        halted: Callable[[], Awaitable[bool]],
    ) -> list[tuple[Snapshot, list[Mention]]]:
        """The pages whose tables name somebody, with the names. `pages`: each with what its items
        are worth and how many rows its tables have at least. Nothing without an advisor; the
        longest tables are asked about first. Raises ModelMisconfigured."""
        if context.advisor is None:
            return []
        found = [
            _Found(page, table, worth)
            for page, worth, least in pages
            for table in tables_of(page)[:TABLES_A_PAGE]
            if len(table.rows) >= least
        ]
        new: dict[str, _Found] = {}
        for one in sorted(found, key=lambda one: -len(one.table.rows)):
            if one.alike not in self.columns and self.asked + len(new) < self.most:
                new.setdefault(one.alike, one)
        self.asked += len(new)
        said = await asyncio.gather(
            *(self._column(one, context, meter, context.advisor) for one in new.values())
        )
        for one, column in zip(new.values(), said, strict=True):
            self.columns[one.alike] = NO_COLUMN if column is None else column
            if column is None:
                await self._pass_over(one, context, meter)
        named = [(one.snapshot, self._mentions(one)) for one in found]
        return [(page, mentions) for page, mentions in named if mentions]

    def _mentions(self, one: _Found) -> list[Mention]:
        column = self.columns.get(one.alike, NO_COLUMN)
        if column < 0 or column >= one.table.width:
            return []
        names = one.table.names(column, self.entity_type)
        rows = len(one.table.rows)
        _log.debug("names_in_table", url=one.snapshot.final_url, rows=rows, names=len(names))
        if len(names) < rows - 1:  # the head is no name
            _log.info("rows_without_name", url=one.snapshot.final_url, rows=rows, names=len(names))
        host = host_of(one.snapshot.final_url)
        return [Mention(name, host, row, one.worth) for name, row in names]

    async def _column(
        self, one: _Found, context: RunContext, meter: BudgetMeter, advisor: Advisor
    ) -> int | None:
        """Which column has the names; None where that cannot be told now."""
        searches, question = context.store.searches, self._question(one)
        kept_as = f"tables:{context.judge.profile}"
        for place in (self._passed_over(context), kept_as):
            known = await searches.get(place, question, 1, _EVER)
            if known is not None:
                return _column_in(known)
        if meter.phase is not ReplayPhase.ON or meter.exhausted() is not None:
            return None
        try:
            column = await advisor.name_column(self.entity_type, one.table.sample, meter.add)
        except ModelUnavailable as error:
            _log.warning("table_not_read", url=one.snapshot.final_url, problem=str(error))
            return None
        column = NO_COLUMN if column is None else column
        answer = SearchAnswer((Hit(f"{_COLUMN}{column}"),))
        await searches.put(kept_as, question, 1, answer, context.clock.now())
        return column

    async def _pass_over(self, one: _Found, context: RunContext, meter: BudgetMeter) -> None:
        """This run goes on without the table, also when it is walked again later."""
        if meter.phase is ReplayPhase.ON:
            answer = SearchAnswer((Hit(f"{_COLUMN}{NO_COLUMN}"),))
            place, question = self._passed_over(context), self._question(one)
            await context.store.searches.put(place, question, 1, answer, context.clock.now())

    def _passed_over(self, context: RunContext) -> str:
        return f"tables:{context.judge.profile}:{self.run_id}"

    def _question(self, one: _Found) -> str:
        kind = sha256(fold(self.entity_type).encode()).hexdigest()[:16]
        return f"{one.key} {kind}"


def _column_in(answer: SearchAnswer) -> int:
    return int(answer.hits[0].url.removeprefix(_COLUMN)) if answer.hits else NO_COLUMN
