"""How many entities stand where, without counting them anew."""

from __future__ import annotations

import random
from uuid import UUID

from netnew.domain.candidate import MatchStatus
from netnew.domain.ids import RunId, candidate_id, candidate_id_from
from netnew.domain.run import Counts, ExcludeList
from netnew.engine.estimation.estimate import estimate
from netnew.engine.estimation.undecided import DecisionCounts
from netnew.engine.reading.page_classifier import read_page
from netnew.engine.resolution.entity import Entity
from netnew.engine.resolution.exclusions import Exclusions
from netnew.engine.resolution.resolver import Resolver
from netnew.testing import FrozenClock, page

JUDGED = (MatchStatus.MATCHED, MatchStatus.UNMATCHED, MatchStatus.UNCLEAR)


def resolver(run: str = "run_1", exclude: ExcludeList | None = None) -> Resolver:
    return Resolver(RunId(run), FrozenClock(), Exclusions.of(exclude or ExcludeList()))


def meet(into: Resolver, name: str, website: str | None = None) -> Entity:
    """The entity of a page about `name`: its own site, or a profile that names `website`."""
    facts = {"Town": f"Town of {name}"} | ({"Website": website} if website else {})
    url = f"https://dir.test/{name}" if website else f"https://{name}.com/"
    snapshot = page(url, name.title(), facts, (f"We are {name}.",))
    entity = into.add_page(snapshot, read_page(snapshot))
    assert entity is not None
    return entity


def move(into: Resolver, entity: Entity, name: str) -> Entity:
    """The website of a profile turns out to be that of `name`."""
    assert entity.website is not None
    snapshot = page(
        entity.website, name.title(), {"Town": "Hope"}, final_url=f"https://{name}.com/"
    )
    return into.add_website(entity, snapshot, read_page(snapshot))


def counted(of: Resolver) -> Counts:
    """The counts, counted anew."""
    living = [
        e for e in of.entities if e.merged_into is None and e.status is not MatchStatus.DISCARDED
    ]
    by = {s: sum(e.status is s for e in living) for s in MatchStatus}
    matched, unmatched, unclear = (by[s] for s in JUDGED)
    discarded = len(of.entities) - len(living) + of.excluded
    return Counts(len(living), matched, unmatched, unclear, discarded)


def test_counts_follow_every_change() -> None:
    rng = random.Random(7)
    r = resolver(exclude=ExcludeList(names=("kettle3",)))
    for i in range(60):
        snapshot = page(f"https://kettle{i}.com/", f"Kettle{i}", {"Town": "Hope"})
        r.add_page(snapshot, read_page(snapshot))
        some = rng.choice(r.entities)
        some.sight(f"unit {rng.randrange(5)}")
        if some.merged_into is None and some.status is MatchStatus.GENERATED:
            some.status = rng.choice((*JUDGED, MatchStatus.DISCARDED))
        if i % 10 == 9:
            profile = meet(r, f"profile{i}", f"http://old{i}.com")
            profile.status = rng.choice(JUDGED)
            profile.sight("unit 9")
            profile.names.append(f"Kettle{i}")
            move(r, profile, f"kettle{i}")
        matches = [e for e in r.entities if e.status is MatchStatus.MATCHED and not e.merged_into]
        counts = counted(r)
        assert r.counts() == counts
        assert set(r.matched()) == set(matches)
        waiting = counts.generated - counts.matched - counts.unmatched - counts.unclear
        standing = DecisionCounts(counts.matched, counts.unmatched, counts.unclear, waiting)
        units = {e.id: e.units for e in matches}
        assert r.entity_counts.estimate() == estimate(units, r.entity_counts.curve, standing)
    assert r.counts().matched > 5
    assert r.merges
    assert r.excluded == 1


def test_changed_are_those_with_news_since_last_asked_in_their_order() -> None:
    r = resolver()
    pot, pan, cup = (meet(r, name) for name in ("pot", "pan", "cup"))
    assert r.drain_changed() == [pot, pan, cup]
    assert r.drain_changed() == []
    cup.changed = pan.changed = pot.changed = False
    profile = meet(r, "cups", "https://cup.com/")
    assert profile is cup
    assert meet(r, "pan") is pan
    assert r.drain_changed() == [cup]  # what was said of the pan is no news
    pan.changed = True
    pan.status = MatchStatus.DISCARDED
    assert r.drain_changed() == []


def test_what_is_merged_or_discarded_is_told_once() -> None:
    r = resolver()
    profile, own, cup = meet(r, "kettle", "http://old.com"), meet(r, "kettle"), meet(r, "cup")
    assert profile is not own
    assert move(r, profile, "kettle") is profile
    cup.status = MatchStatus.DISCARDED
    assert r.drain_removed() == [own, cup]
    assert r.drain_removed() == []
    own.status = MatchStatus.DISCARDED
    assert r.counts() == Counts(generated=1, discarded=2)


def test_matches_since_a_mark_are_those_that_came_later_and_stayed() -> None:
    r = resolver()
    pot, pan, cup = (meet(r, name) for name in ("pot", "pan", "cup"))
    pot.status = MatchStatus.MATCHED
    mark = r.entity_counts.mark
    pan.status = cup.status = MatchStatus.MATCHED
    pan.status = MatchStatus.DISCARDED
    assert r.entity_counts.matched_since(mark) == [cup]
    assert list(r.matched()) == [pot, cup]


def test_ids_follow_from_the_run_and_the_first_key() -> None:
    first, again, other = resolver(), resolver(), resolver("run_2")
    ids = [[meet(r, name).id for name in ("pot", "pan")] for r in (first, again, other)]
    assert ids[0] == ids[1]
    assert len({*ids[0], *ids[2]}) == 4
    uuid = UUID(candidate_id_from(ids[0][0]).removeprefix("cand_"))
    assert uuid.version == 4
    assert candidate_id(uuid) == ids[0][0]
