"""What holds for the snapshot of any page."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from netnew.domain.page import SegmentKind
from netnew.pages.extraction.element import BLOCKS
from tests.support.snapshots import read

_TAGS = sorted(BLOCKS | {"span", "b", "a", "br", "i"})
_WORDS = st.sampled_from(
    ["Founded:", "2012", " ", "\n", "\u200b", "Seat: Oslo", "a b  c", "&amp;", "<", "é漢🦀", "| ·"]
)


@st.composite
def _markup(draw: st.DrawFn) -> str:
    parts = []
    for _ in range(draw(st.integers(0, 40))):
        tag = draw(st.sampled_from(_TAGS))
        parts.append(
            draw(
                st.sampled_from(
                    [
                        f"<{tag}>",
                        f"</{tag}>",
                        f"<{tag} class='k'>",
                        f"<{tag} class=menu href='/x' rowspan=2 itemscope itemprop=y>",
                    ]
                )
            )
        )
        parts.append(draw(_WORDS))
    return "".join(parts)


@settings(max_examples=300, deadline=None)
@given(_markup())
def test_segments_are_normalised_numbered_and_the_same_each_time(html: str) -> None:
    page = read(html)
    assert page == read(html)
    for place, segment in enumerate(page.segments):
        assert segment.index == place
        assert segment.text
        assert segment.text == " ".join(segment.text.split())
        labelled = segment.kind in (SegmentKind.FACT, SegmentKind.METADATA)
        assert (segment.label is not None) == labelled
        if labelled:
            assert segment.value
            assert segment.text == f"{segment.label}: {segment.value}"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["text/html", "text/markdown", "text/plain", ""]))
def test_no_bytes_at_all_make_it_raise(body: bytes, media_type: str) -> None:
    page = read(body, media_type)
    assert page == read(body, media_type)
