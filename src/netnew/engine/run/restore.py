"""An entity from its row: for what is done to candidates without finding them again."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from netnew.domain.budget import Spend
from netnew.domain.candidate import Candidate
from netnew.domain.evidence import PageRole
from netnew.engine.budget_meter import BudgetMeter
from netnew.engine.context import RunContext
from netnew.engine.resolution.entity import Entity


async def entity_of(
    candidate: Candidate, context: RunContext, meter: BudgetMeter, max_age: timedelta | None = None
) -> Entity:
    """The entity of a row, with its pages as they are: stored where they are younger than
    `max_age` (None: the setting's), else read anew."""
    entity = Entity(candidate.id, 0)
    entity.keys |= candidate.identity.keys
    entity.own_keys |= {candidate.identity.key, *candidate.identity.own_keys}
    entity.names.extend(candidate.identity.names)
    entity.description = candidate.description
    for address in (candidate.url, *candidate.alternate_urls):
        entity.addresses.setdefault(address)
    fetched = await asyncio.gather(
        *(context.fetcher.fetch(url, max_age) for url in candidate.pages)
    )
    for one in fetched:
        meter.add(Spend(stored_pages=1) if one.from_store else Spend(pages=1))
        # Which of them are its own is told by where they are.
        entity.add_page(one.snapshot, PageRole.OWN)
    return entity
