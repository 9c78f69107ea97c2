"""Names that wait to be asked for: which come first, and which hits are theirs."""

from __future__ import annotations

import pytest

from netnew.domain.search import Hit
from netnew.engine.discovery.mention_queue import Mention, MentionQueue, names_it
from netnew.engine.estimation.estimate import Sightings


def waiting(*names: str, host: str = "guild.org", worth: float = 0.5) -> MentionQueue:
    mentions = MentionQueue()
    for name in names:
        mentions.add(Mention(name, host, "", worth))
    return mentions


def taken(of: MentionQueue, most: int = 10, rate: float = 0.05) -> list[str]:
    return [mention.name for mention, _ in of.take(most, rate)]


def test_each_name_comes_once_and_known_ones_never() -> None:
    mentions = waiting("Acme GmbH", "ACME", "Beta", "Gamma")
    mentions.know(["Beta Ltd"])
    assert taken(mentions, 1) == ["Acme GmbH"]
    assert taken(mentions) == ["Gamma"]
    mentions.add(Mention("Acme", "other.org", "", 0.5))
    assert taken(mentions) == []
    assert len(mentions) == 0


def test_a_host_whose_names_lead_nowhere_is_given_up_and_one_that_gives_comes_first() -> None:
    mentions = waiting(*(f"Pot {n}" for n in range(40)))
    mentions.add(Mention("Kettle", "rich.org", "", 0.25))
    assert taken(mentions, 1) == ["Pot 0"]
    for _ in range(8):
        mentions.learn("mention:guild.org", False)
    assert taken(mentions, 1) == ["Kettle"]
    for _ in range(40):
        mentions.learn("mention:guild.org", False)
    assert taken(mentions) == []
    assert len(mentions) == 39
    mentions.learn("mention:guild.org", True)
    assert taken(mentions, 2) == ["Pot 1", "Pot 2"]


def test_a_query_names_the_entity_and_its_kind() -> None:
    mention = Mention('The "Kettle"  Works', "guild.org", "", 0.5)
    assert mention.query("company") == '"The Kettle Works" company'
    assert mention.unit == "mention:guild.org"


@pytest.mark.parametrize(
    ("hit", "is_named"),
    [
        (Hit("https://x.com/", "Acme Robotics - robots for all"), True),
        (Hit("https://x.com/", "Robots | ACME ROBOTICS GmbH"), True),
        (Hit("https://acme-robotics.com/", "Home"), True),
        (Hit("https://acmerobotics.de/", ""), True),
        (Hit("https://x.com/acme-robotics", "News of the week"), False),
        (Hit("https://x.com/", "Acme Kettles", "Acme Robotics bought it"), False),
        (Hit("https://acme.com/", "Acme"), False),
        (Hit("https://x.com/", "Pacme Robotics"), False),
    ],
)
def test_a_hit_is_of_the_entity_where_its_title_or_host_has_the_name(
    hit: Hit, is_named: bool
) -> None:
    assert names_it(hit, "Acme Robotics, Inc.") is is_named


def test_a_shared_host_is_nobodys_name() -> None:
    assert not names_it(Hit("https://github.com/x/y", "x/y: a thing"), "GitHub")


def test_hits_of_other_queries_are_all_kept() -> None:
    mentions = waiting("Acme")
    ((mention, _),) = mentions.take(1, 0.05)
    query = mention.query("company")
    mentions.asks(query, mention)
    hits = (Hit("https://a.com/", "Acme"), Hit("https://b.com/", "Beta"))
    assert mentions.of(query.upper(), hits) == hits[:1]
    assert mentions.of("acme company", hits) == hits


def test_who_is_asked_for_by_name_was_seen_on_a_list_and_drawn_by_no_query() -> None:
    sightings = Sightings()
    for _ in range(5):
        sightings.add({"mention:guild.org"})
    assert sightings.seen == 5
    assert sightings.incidence() == Sightings().incidence()
