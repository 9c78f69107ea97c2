"""What a model is shown of long pages."""

from __future__ import annotations

from dataclasses import replace

from netnew.domain.page import Snapshot
from netnew.judges.model.bm25 import Bm25
from netnew.judges.model.passage_selection import MAX_CHARS, choose_passages
from netnew.testing import page
from tests.support.model_requests import shown

FILLER = tuple(
    f"Paragraph {n} tells of weather, roads and the long history of the valley." for n in range(400)
)


def texts(*pages: Snapshot, questions: tuple[str, ...] = (), room: int = 12_000) -> list[str]:
    return [p.text for p in choose_passages(shown(*pages), questions, room)]


def long_page(*paragraphs: str, facts: dict[str, str] | None = None) -> Snapshot:
    middle = len(FILLER) // 2
    text = (*FILLER[:middle], *paragraphs, *FILLER[middle:])
    return page("https://long.example/", "The valley museum", facts, text)


def test_short_pages_are_shown_whole_each_text_once() -> None:
    a = page("https://a.example/", "Acme", {"City": "Oslo"}, ("One.", "Two."))
    b = page("https://b.example/", "Acme", None, ("TWO.", "Three."))
    marks = [p.mark for p in choose_passages(shown(a, b), [])]
    assert texts(a, b) == ["Acme", "City: Oslo", "One.", "Two.", "Three."]
    assert marks == ["1.0", "1.1", "1.2", "1.3", "2.2"]


def test_boilerplate_is_never_shown() -> None:
    a = page("https://a.example/", "Acme", None, ("Cookies.", "Two."))
    marked = replace(a, segments=(*a.segments[:1], replace(a.segments[1], boilerplate=True)))
    assert texts(marked) == ["Acme"]


def test_the_room_is_kept() -> None:
    for room in (200, 1_000, 12_000):
        assert sum(map(len, texts(long_page(), questions=("weather",), room=room))) <= room


def test_a_paragraph_far_down_is_found_for_each_question() -> None:
    tours, wheelchair = "Guided tours leave daily at noon.", "Every floor has wheelchair lifts."
    found = texts(
        long_page(tours, wheelchair),
        questions=("tours The museum offers guided tours.", "access It has lifts for wheelchairs."),
        room=1_500,
    )
    assert tours in found
    assert wheelchair in found
    assert found[0] == "The valley museum"


def test_passages_stand_in_the_order_of_the_page() -> None:
    found = choose_passages(shown(long_page("Guided tours daily.")), ["guided tours"], 2_000)
    assert [p.segment.index for p in found] == sorted(p.segment.index for p in found)


def test_facts_of_the_first_pages_come_before_those_of_others() -> None:
    own = page("https://own.example/", "Own", {f"Fact {n}": f"own value {n}" for n in range(40)})
    other = replace(long_page(facts={f"Other {n}": f"value {n}" for n in range(40)}))
    found = texts(own, other, questions=("nothing",), room=2_000)
    assert sum(t.startswith("Fact ") for t in found) > sum(t.startswith("Other ") for t in found)


def test_a_long_passage_is_cut_around_where_most_words_asked_for_stand() -> None:
    before, after = "The museum is old. " * 100, " And so on it goes here." * 100
    text = before + "The museum offers guided tours for children." + after
    shown_part = next(
        p
        for p in choose_passages(
            shown(long_page(text)), ["The museum offers guided tours for children."]
        )
        if p.start
    )
    assert "offers guided tours for children." in shown_part.text
    assert len(shown_part.text) <= MAX_CHARS
    assert not shown_part.text[0].isspace()


def test_the_heading_above_a_passage_is_shown_with_it() -> None:
    page_ = long_page("Opening", "Daily from noon, with guided tours.")
    at = next(s.index for s in page_.segments if s.text == "Opening")
    segments = list(page_.segments)
    segments[at] = replace(segments[at], kind=segments[0].kind)
    found = texts(replace(page_, segments=tuple(segments)), questions=("guided tours",), room=500)
    assert {"Opening", "Daily from noon, with guided tours."} <= set(found)


def test_scores_are_zero_without_a_shared_word_and_higher_for_rarer_ones() -> None:
    scores = Bm25(["a museum of boats", "a museum", "cheese"]).scores("museums with boats")
    assert scores[0] > scores[1] > scores[2] == 0
    assert Bm25([]).scores("x") == []
