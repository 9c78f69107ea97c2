"""The fence: pages as data between marks that no page can know or write.

The id of the fence depends on the run, whose id is random; a page that guesses at the marks has
them made harmless. Signs that no reader sees are left out, since they only ever speak to machines.
Names and addresses are of pages, too, and stand outside: what speaks to a machine is left out there
as it is within.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from urllib.parse import unquote, urlsplit

from netnew.domain.candidate import Candidate
from netnew.domain.evidence import EvidencePage
from netnew.judges.model.invisible_characters import is_seen
from netnew.judges.model.passage_selection import Passage
from netnew.judges.model.prompt_injection import LEFT_OUT, is_order, without_orders

_MARKS = re.compile(r"<(?=\s*/?\s*(?:evidence|page)\b)", re.IGNORECASE)
_MAX_ADDRESSES = 3
_MAX_NAME_CHARS = 200
_MAX_ADDRESS_CHARS = 300


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
    name = told_text(candidate.name)[:_MAX_NAME_CHARS]
    told = " ".join(shown_address(a) for a in addresses[:_MAX_ADDRESSES])
    return f"Entity: {name}\nKind: {shown_text(entity_type)}\nAddresses: {told}"


def control_of(candidate: Candidate) -> str:
    """A condition that no page can meet, since none can know its code: a model that says that it
    holds does what a page tells it to, or guesses."""
    code = sha256(f"control|{candidate.run_id}|{candidate.id}".encode()).hexdigest()[:8]
    return f"The pages state that it has the registration code {code[:4]}-{code[4:]}."


def shown_text(text: str) -> str:
    """`text` on one line, without signs that are not seen, and without our own marks."""
    seen = "".join(" " if c.isspace() else c for c in text if is_seen(c))
    return _MARKS.sub("‹", " ".join(seen.split()))


def told_text(text: str) -> str:
    """`text` of a page that stands outside the fence: also without what speaks to a machine."""
    return shown_text(without_orders(text))


def shown_address(url: str) -> str:
    """`url` as one word without marks; of one that spells out an order only its host."""
    if _says_an_order(url):
        host = urlsplit(url).netloc
        return LEFT_OUT if not host or _says_an_order(host) else f"{host}/…"
    plain = "".join(shown_text(url).split())[:_MAX_ADDRESS_CHARS]
    return plain.replace('"', "%22").replace("<", "%3C").replace(">", "%3E")


def _says_an_order(url: str) -> bool:
    plain = unquote(url)
    parts = (plain, *re.split(r"[/?&#]+", plain))
    joints = (r"[\W_]+", r"[-_+]+", r"\Z")
    return any(is_order(re.sub(joint, " ", part).strip()) for part in parts for joint in joints)


def _page(number: int, page: EvidencePage, shown: Sequence[Passage]) -> Iterator[str]:
    snapshot = page.snapshot
    address = shown_address(snapshot.final_url)
    state = ' archived="yes"' if snapshot.archived else ""
    if any(p.orders for p in shown):
        state += ' orders="left out"'
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
