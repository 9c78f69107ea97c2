"""The fence: pages as data between marks that no page can know or write.

The id of the fence depends on the run, whose id is random; a page that guesses at the marks has
them made harmless. Signs that no reader sees are left out, since they only ever speak to machines.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from hashlib import sha256

from netnew.domain.candidate import Candidate
from netnew.domain.evidence import EvidencePage
from netnew.judges.model.passages import Passage

_MARKS = re.compile(r"<(?=\s*/?\s*(?:evidence|page)\b)", re.IGNORECASE)
_MOST_ADDRESSES = 3
_MOST_NAME_CHARS = 200


def fenced(
    candidate: Candidate, evidence: Sequence[EvidencePage], passages: Sequence[Passage]
) -> str:
    """The passages within the fence; pages of which none is shown are left out."""
    fence = _id_of(candidate, evidence)
    lines = [f'<evidence id="{fence}">']
    for number, page in enumerate(evidence, 1):
        shown = [p for p in passages if p.page == number]
        if shown:
            lines += _page(number, page, shown)
    lines.append(f'</evidence id="{fence}">')
    return "\n".join(lines)


def about(candidate: Candidate, entity_type: str) -> str:
    """Who is asked about."""
    addresses = [candidate.url, *(u for u in candidate.alternate_urls if u != candidate.url)]
    name = shown_text(candidate.name)[:_MOST_NAME_CHARS]
    told = " ".join(shown_text(a) for a in addresses[:_MOST_ADDRESSES])
    return f"Entity: {name}\nKind: {shown_text(entity_type)}\nAddresses: {told}"


def shown_text(text: str) -> str:
    """`text` on one line, without signs that are not seen, and without our own marks."""
    seen = "".join(
        " " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C"
    )
    return _MARKS.sub("‹", " ".join(seen.split()))


def _page(number: int, page: EvidencePage, shown: Sequence[Passage]) -> Iterator[str]:
    snapshot = page.snapshot
    address = snapshot.final_url.replace('"', "%22")
    state = ' archived="yes"' if snapshot.archived else ""
    yield (
        f'<page n="{number}" address="{address}" standing="{page.standing.value}"'
        f' read="{snapshot.fetched_at.date()}"{state}>'
    )
    for passage in shown:
        before = "… " if passage.start else ""
        after = " …" if passage.end < len(passage.segment.text) else ""
        yield f"[{passage.mark}] {before}{shown_text(passage.text)}{after}"
    yield "</page>"


def _id_of(candidate: Candidate, evidence: Sequence[EvidencePage]) -> str:
    text = "|".join((str(candidate.run_id), candidate.id, *(p.snapshot.id for p in evidence)))
    return sha256(text.encode()).hexdigest()[:12]
