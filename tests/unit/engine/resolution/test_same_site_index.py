"""Who lies above or below whom, among few and among many."""

from __future__ import annotations

import random

from netnew.domain.ids import CandidateId
from netnew.engine.resolution.entity import Entity
from netnew.engine.resolution.entity_counts import EntityCounts
from netnew.engine.resolution.same_site_index import FEW, Place, SameSiteIndex
from netnew.engine.url_identity import home_address

HERE: Place = ("dir.test", "invoice")


def plainly(entities: list[Entity], home: str) -> Entity | None:
    """The first by going through all."""
    for entity in entities:
        for there in map(home_address, entity.addresses):
            near = f"{there}/" == home[: len(there) + 1] or f"{home}/" == there[: len(home) + 1]
            if near and entity.merged_into is None:
                return entity
    return None


def test_the_first_above_or_below_is_found_however_many_there_are() -> None:
    rng = random.Random(5)
    entity_counts, neighbours = EntityCounts(), SameSiteIndex()
    entities: list[Entity] = []
    met = found = 0
    for _ in range(600):
        parts = [rng.choice("abc") + str(rng.randrange(4)) for _ in range(rng.randrange(1, 4))]
        url = "https://dir.test/" + "/".join(parts)
        one = neighbours.first(HERE, home_address(url))
        assert one is plainly(entities, home_address(url))
        met += one is not None
        if len(entities) < 4 * FEW:
            entity = Entity(CandidateId(f"cand_{len(entities)}"), len(entities), entity_counts)
            entity.addresses[f"{url}/{rng.randrange(3)}"] = None
            neighbours.add(HERE, entity)
            neighbours.add(HERE, entity)
            entities.append(entity)
        other = rng.choice(entities)
        if rng.random() < 0.1:
            other.addresses[f"{url}/x?y=/{rng.randrange(3)}"] = None
            neighbours.note(other)
        if rng.random() < 0.02 and other.merged_into is None:
            other.merged_into = CandidateId("cand_0")
            found += 1
    assert met > 100
    assert found > 3


def test_those_of_another_name_or_site_are_no_neighbours() -> None:
    entity_counts, neighbours = EntityCounts(), SameSiteIndex()
    entity = Entity(CandidateId("cand_0"), 0, entity_counts)
    entity.addresses["https://dir.test/a/b"] = None
    neighbours.add(HERE, entity)
    assert neighbours.first(HERE, "dir.test/a") is entity
    assert neighbours.first(("dir.test", "receipt"), "dir.test/a") is None
    assert neighbours.first(HERE, "dir.test/c") is None
