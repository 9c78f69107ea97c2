"""Pages that declare the one thing they are about: a paper, an event, a product …

Embedded types say it, or the address, on archives of papers. The titles of such things may be long
or read like sentences; as names of firms they would not pass.
"""

from __future__ import annotations

import re

from netnew.domain.page import Segment, SegmentKind, Snapshot
from netnew.engine.url_identity import canonical_address, identity_key
from netnew.text.tokens import fold

MAX_TITLE_CHARS = 300

# Types whose embedded name is that of the page's own thing. Organizations and persons are not
# among them: pages of all kinds embed their publisher and their author.
_TYPES = re.compile(
    r"^(ScholarlyArticle|\w*Event|Festival|Hackathon|Product|ProductGroup|IndividualProduct"
    r"|SoftwareApplication|WebApplication|MobileApplication|VideoGame|SoftwareSourceCode|Dataset"
    r"|Place|LocalBusiness|Restaurant|Hotel|Museum|TouristAttraction|Book|Movie|Course|JobPosting)"
    r"\.(name|headline)$"
)
_PROFILE = re.compile(r"^ProfilePage\.mainEntity\.name$")
_PAPER = re.compile(
    r"^(?:arxiv\.org/(?:abs|html)/.|(?:dx\.)?doi\.org/10\.\d{4}|openreview\.net/forum\?id=."
    r"|pubmed\.ncbi\.nlm\.nih\.gov/\d|aclanthology\.org/[\w.-]*\d|[^/]+/abs/[\w./-]*\d"
    r"|[^?]*/doi/(?:abs/|full/|pdf/)?10\.\d{4}|semanticscholar\.org/paper/.)"
)
_BEFORE_TITLE = re.compile(r"^\s*(?:\[[\w./-]+\]\s*|(?:title|paper)\s*:\s*)", re.IGNORECASE)


def thing_named(snapshot: Snapshot) -> str | None:
    """The name of the one thing that the page says it is about; None where it says none, or
    several."""
    if identity_key(snapshot.final_url).startswith("site:"):
        return None  # of the home of a site more is known than what it sells
    said = {fold(s.value): s.value for s in snapshot.segments if _names_thing(s)}
    if not said:
        return _paper_title(snapshot)
    folded, name = next(iter(said.items()))
    is_shown = folded in fold(_heading(snapshot)) or fold(snapshot.title).startswith(folded)
    return name[:MAX_TITLE_CHARS] if len(said) == 1 and folded and is_shown else None


def _paper_title(snapshot: Snapshot) -> str | None:
    """Of a page at an address for papers: what its heading and its title agree on."""
    if not _PAPER.match(canonical_address(snapshot.final_url)):
        return None
    title, heading = _bare(snapshot.title), _bare(_heading(snapshot))
    short, long = sorted((fold(heading), fold(title)), key=len)
    if not short or short not in long:
        return None
    return (heading if fold(heading) == short else title)[:MAX_TITLE_CHARS]


def _names_thing(segment: Segment) -> bool:
    label = segment.label if segment.kind is SegmentKind.METADATA else None
    return label is not None and bool(_TYPES.match(label) or _PROFILE.match(label))


def _heading(snapshot: Snapshot) -> str:
    """The first one."""
    own = (s for s in snapshot.segments if s.kind is SegmentKind.HEADING and not s.boilerplate)
    first = next(own, None)
    return first.text if first is not None else ""


def _bare(text: str) -> str:
    return _BEFORE_TITLE.sub("", text).strip()
