"""What pages have in common, counted as they come."""

from __future__ import annotations

import random
from collections import Counter

from netnew.engine.discovery.facets import FacetRanking, Facets, facets_of
from netnew.testing import page
from netnew.text.tokens import fold


def learn(facets: Facets, number: int, matched: bool, **facts: str) -> None:
    facets.learn(page(f"https://k{number}.com/", f"Kettle {number}", facts), matched)


def test_values_that_repeat_come_first_and_those_that_all_have_not_at_all() -> None:
    facets = Facets()
    for i in range(20):
        learn(facets, i, True, Kind="kettle", Town=f"Town {i % 3}", Model=f"Model K{i}")
    assert facets.best(2) == [("town", "Town 0", 0.35), ("town", "Town 1", 0.35)]
    assert facets.best(9, ["town 0"]) == [("town", "Town 1", 0.35), ("town", "Town 2", 0.3)]


def test_values_of_others_are_those_that_no_match_has() -> None:
    facets = Facets()
    for i in range(4):
        learn(facets, i, False, Town="Hope" if i % 2 else "Leeds")
    learn(facets, 9, True, Town="Hope")
    assert facets.unseen(5) == [("town", "Leeds", 0.0)]
    learn(facets, 10, False, Town="Hope")
    assert facets.unseen(5) == [("town", "Leeds", 0.0)]


def test_a_page_counts_once_for_each_outcome() -> None:
    facets = Facets()
    for _ in range(3):
        learn(facets, 1, False, Town="Hope")
    assert facets.unseen(5) == []


def test_terms_are_known_as_matches_write_them() -> None:
    facets = Facets()
    assert facets.variants("MIT") == []
    written = ("MIT License", "MIT License", "Nodejs", "Nodejs", "USA", "USA", "MIT, Apache", "mit")
    for i, value in enumerate(written):
        learn(facets, i, True, License=value)
    assert facets.variants("MIT") == ["MIT License"]
    assert facets.variants("Node.js") == ["Nodejs"]
    assert facets.variants("United States") == ["USA"]
    for i in range(3):
        learn(facets, 20 + i, True, License="The MIT License")
    assert facets.variants("MIT") == ["The MIT License", "MIT License"]


def test_facets_are_chosen_as_if_all_were_sorted_each_time() -> None:
    rng = random.Random(3)
    facets = Facets()
    matched: Counter[tuple[str, str]] = Counter()
    others: Counter[tuple[str, str]] = Counter()
    matches = chosen = 0
    for i in range(300):
        is_match = rng.random() < 0.5
        matches += is_match
        facts = {
            "Town": f"Town {min(rng.randrange(30), rng.randrange(30))}",
            "Tags": ", ".join(f"tag {rng.randrange(12)}" for _ in range(3)),
            f"Label {rng.randrange(60)}": f"value {rng.randrange(5)}",
            "Model": f"Model K{i}",
        }
        snapshot = page(f"https://k{i}.com/", f"Kettle {i}", facts)
        facets.learn(snapshot, is_match)
        for label, value in facets_of(snapshot):
            (matched if is_match else others)[fold(label), fold(value)] += 1
        values, pages = Counter(label for label, _ in {*matched, *others}), Counter[str]()
        for (label, _), count in (*matched.items(), *others.items()):
            pages[label] += count
        classify = {x for x, n in pages.items() if n < 8 or n >= 1.5 * values[x]}
        limit, used = rng.randrange(1, 12), {"town 1", "tag 2"}
        best = [
            (facet, n)
            for facet, n in sorted(matched.items(), key=lambda x: (-x[1], x[0]))
            if matches < 8 or n <= 0.9 * matches
        ]
        unseen = [
            (facet, n)
            for facet, n in sorted(others.items(), key=lambda x: (-x[1], x[0]))
            if facet not in matched and n >= 2
        ]
        for ranked, given in (
            (best, facets.best(limit, used)),
            (unseen, facets.unseen(limit, used)),
        ):
            seen = set(used)
            wanted: list[tuple[str, str]] = []
            for (label, value), _ in ranked:
                if label in classify and value not in seen and len(wanted) < limit:
                    seen.add(value)
                    wanted.append((label, value))
            assert [(label, fold(value)) for label, value, _ in given] == wanted
            chosen += len(wanted)
    assert chosen > 1000


def test_a_ranking_forgets_what_is_removed() -> None:
    ranking = FacetRanking()
    for value in ("a", "b", "b", "c", "c"):
        ranking.add(("label", value))
    ranking.remove(("label", "b"))
    ranking.remove(("label", "z"))
    assert list(ranking.best({"label"}, 5)) == [(("label", "c"), 2), (("label", "a"), 1)]
    assert list(ranking.best({"label"}, 5, high=1)) == [(("label", "a"), 1)]
    assert ("label", "b") not in ranking
