"""Classifies pages: about one entity, a list of many, an article, or nothing useful."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from netnew.domain.page import Link, SegmentKind, Snapshot
from netnew.engine.reading.typed_pages import thing_named
from netnew.engine.url_identity import (
    canonical_address,
    host_of,
    is_address,
    is_urn,
    registered_domain,
    shared_host_depth,
)
from netnew.text.name_keys import name_key
from netnew.text.tokens import fold

MIN_LIST_ITEMS = 3
# A list's items are at least this share of a page's own links for the page to be 'a list'.
LIST_SHARE = 0.5


class PageKind(StrEnum):
    ENTITY = "entity"
    LIST = "list"
    ARTICLE = "article"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class PageReading:
    """The result of classifying a page.

    `name`: display name of the entity ('' if none is certain); `names`: all names, including
    former ones; `website`: an address given as the entity's own site; `items`: the links of its
    list."""

    kind: PageKind
    name: str = ""
    names: tuple[str, ...] = ()
    description: str = ""
    website: str | None = None
    items: tuple[Link, ...] = ()


_WEBSITE_LABEL = re.compile(
    r"^(official |own |main |company |project )?(web ?site|web ?page|home ?page|site|url|web|www"
    r"|internet|link)( url| address)?$"
)
_ALIAS = re.compile(
    r"\b(?:formerly(?: known as| called| named)?|previously(?: known as| named| called)?"
    r"|former names?:?|also known as|also called|a\.?k\.?a\.?|other names?:?|renamed from)\s+"
    r"([^.;()]{2,160})",
    re.IGNORECASE,
)
TITLE_SPLIT = re.compile(r"\s+[|–—·•»:-]\s+|\s*[|·•»]\s*|:\s+|\s+-\s+")
_TITLE_FILLER = re.compile(
    r"^(home( ?page)?|welcome( to)?|about( us)?|company|overview|official (web)?site|index|profile"
    r"|contact( us)?|main page|start)$",
    re.IGNORECASE,
)
_TITLE_PREFIX = re.compile(
    r"^(welcome to|about us:?|about|home of|meet|introducing)\s+", re.IGNORECASE
)
_ABOUT_NOTHING = re.compile(
    r"^(cookies?|privacy|terms|legal|imprint|impressum|datenschutz|disclaimer|accessibility)\b"
    r".{0,25}(policy|notice|statement|settings|of (use|service)|conditions|declaration)?$|"
    r"^(sitemap|search( results)?|log ?in|sign ?(in|up)|untitled( document)?)$",
    re.IGNORECASE,
)
_ARTICLE_TYPES = re.compile(r"\b(article|blogposting|newsarticle|itemlist|collectionpage)\b", re.I)
_NAME_LABEL = re.compile(
    r"^(?!.*(author|publisher|breadcrumb|itemlist|review|offers)).*\bname$", re.IGNORECASE
)
LIST_TITLE = re.compile(
    r"\b(top|best|list|\d+)\b.*\b(of|to|for|in|\w+s)\b|\b(directory|catalog(ue)?|index|all profiles"
    r"|archive|category|tag|search results)\b",
    re.IGNORECASE,
)


def read_page(snapshot: Snapshot) -> PageReading:
    """What `snapshot` is about. Pages that are not evidence are about nothing."""
    if not snapshot.is_evidence or _ABOUT_NOTHING.match(snapshot.title.strip()):
        return PageReading(PageKind.NOTHING)
    items = list_items(snapshot)
    thing = thing_named(snapshot)
    if items and thing is None and _is_list(snapshot, items):
        return PageReading(PageKind.LIST, items=items, description=snapshot.title)
    names = names_of(snapshot) if thing is None else _with_aliases(thing, snapshot)
    is_article = thing is None and _is_article(snapshot, names)
    kind = PageKind.ARTICLE if is_article else PageKind.ENTITY
    if not names:
        kind = PageKind.ARTICLE if items or _outward(snapshot) else PageKind.NOTHING
    return PageReading(
        kind,
        name=names[0] if names else "",
        names=names,
        description=_description(snapshot),
        website=website_of(snapshot),
        items=items or _outward(snapshot),
    )


# ------------------------------------------------------------------------------------------- lists


def list_items(snapshot: Snapshot) -> tuple[Link, ...]:
    """The leading links of the page's largest group of like siblings, in their order, without
    repeats; empty where no group has three."""
    groups: dict[int, list[Link]] = {}
    for link in snapshot.links:
        if link.group is not None and not link.boilerplate and link.lead:
            groups.setdefault(link.group, []).append(link)
    best: list[Link] = max(groups.values(), key=len, default=[])
    unique: dict[str, Link] = {}
    for link in best:
        if link.text and canonical_address(link.url) != canonical_address(snapshot.final_url):
            unique.setdefault(canonical_address(link.url), link)
    return tuple(unique.values()) if len(unique) >= MIN_LIST_ITEMS else ()


def _is_list(snapshot: Snapshot, items: tuple[Link, ...]) -> bool:
    own = [x for x in snapshot.links if not x.boilerplate]
    facts = sum(s.kind is SegmentKind.FACT and not s.boilerplate for s in snapshot.segments)
    if facts >= 3:  # a profile that happens to link to others
        return len(items) > 4 * facts
    return len(items) >= LIST_SHARE * len(own) or bool(LIST_TITLE.search(snapshot.title))


def _outward(snapshot: Snapshot) -> tuple[Link, ...]:
    """Links of an article to other sites: mentions of entities."""
    home = registered_domain(snapshot.final_url)
    return tuple(
        x
        for x in snapshot.links
        if not x.boilerplate and x.text and registered_domain(x.url) != home
    )


def _is_article(snapshot: Snapshot, names: tuple[str, ...]) -> bool:
    for segment in snapshot.segments:
        if segment.kind is SegmentKind.METADATA and segment.label is not None:
            label = segment.label.lower()
            if label.endswith(("@type", "og:type")) and _ARTICLE_TYPES.search(segment.value):
                return True
    mentions = {registered_domain(x.url) for x in _outward(snapshot)}
    return not _has_facts(snapshot) and len(mentions) >= 2 and not _named_by_host(snapshot, names)


def _named_by_host(snapshot: Snapshot, names: tuple[str, ...]) -> bool:
    host = fold(registered_domain(snapshot.final_url).split(".")[0]).replace(" ", "")
    return any(_squeezed(name) and _squeezed(name) in host for name in names)


# ------------------------------------------------------------------------------------------- names


def names_of(snapshot: Snapshot) -> tuple[str, ...]:
    """The names of the entity a page is about, best first; former names and aliases last."""
    votes: Counter[str] = Counter()
    shown: dict[str, str] = {}

    def vote(name: str, weight: int) -> None:
        name = _TITLE_PREFIX.sub("", name.strip()).strip(" :|-–—\"'")
        if _is_sentence(name):
            weight -= 3
            name = name.rstrip(".!?")
        key = name_key(name)
        if key and len(name) <= 120 and not _TITLE_FILLER.match(name):
            votes[key] += weight
            shown.setdefault(key, name)

    for name in _metadata_names(snapshot):
        vote(name, 6)
    headings = [
        s.text for s in snapshot.segments if s.kind is SegmentKind.HEADING and not s.boilerplate
    ][:1]
    pieces = [p for p in TITLE_SPLIT.split(snapshot.title) if p]
    for piece in (*pieces, snapshot.title):
        vote(piece, 1 if len(piece) <= 80 else 0)
    for heading in headings:
        vote(heading, 2 if len(heading) <= 80 else 0)
    is_shared = shared_host_depth(snapshot.final_url) is not None  # then its name is nobody's
    host = _squeezed(registered_domain(snapshot.final_url).rsplit(".", 1)[0])
    host = "" if is_shared else host
    lead = [s.text for s in snapshot.segments if not s.boilerplate][:6]
    if not snapshot.title and not headings:
        vote(_first_line(snapshot), 2)  # a document without styles begins with what it is about
    for key, name in shown.items():
        squeezed = key.replace(" ", "")
        if host and (squeezed in host or host.split(".")[0] in squeezed) and len(squeezed) > 2:
            votes[key] += 2
        votes[key] += sum(text == name for text in lead)
        votes[key] -= len(name) > 40
    for heading in headings:
        if snapshot.title.startswith(heading) and name_key(heading) in shown:
            votes[name_key(heading)] += 3  # 'NAME - Site name', the usual title of a profile
    enough = 2 if not _has_facts(snapshot) else -10
    ranked = [shown[k] for k, n in votes.most_common() if n >= enough and k in shown]
    return _with_aliases(ranked[0] if ranked else "", snapshot)


def _with_aliases(name: str, snapshot: Snapshot) -> tuple[str, ...]:
    return tuple(dict.fromkeys([name] * bool(name) + aliases_of(snapshot)))


def _is_sentence(text: str) -> bool:
    """'A small server for home use.' is a claim; 'Yahoo!' and '0 A.D.' are names."""
    words = text.split()
    small = sum(w[0].islower() for w in words)
    return (len(words) > 5 and small > len(words) / 2) or (
        len(words) > 2 and small > 0 and text.endswith((".", "!", "?"))
    )


def _first_line(snapshot: Snapshot) -> str:
    """The first block, where it is no longer than a title; '' else."""
    bodies = (s for s in snapshot.segments if s.kind is SegmentKind.BODY and not s.boilerplate)
    first = next(bodies, None)
    return first.text if first is not None and len(first.text) <= 80 else ""


def _has_facts(snapshot: Snapshot) -> bool:
    return any(s.kind is SegmentKind.FACT and not s.boilerplate for s in snapshot.segments)


def _metadata_names(snapshot: Snapshot) -> list[str]:
    is_shared = shared_host_depth(snapshot.final_url) is not None
    names = [
        s.value
        for s in snapshot.segments
        if s.kind is SegmentKind.METADATA
        and s.label
        and (
            (_NAME_LABEL.match(s.label) and s.label.count(".") <= 1)
            or (s.label == "og:site_name" and not is_shared)
        )
    ]
    return names[:3]


def aliases_of(snapshot: Snapshot) -> list[str]:
    """Former names and other names that the page states, as written."""
    found: list[str] = []
    for segment in snapshot.segments:
        if segment.boilerplate:
            continue
        if segment.kind is SegmentKind.METADATA:
            if segment.label and segment.label.lower().endswith("alternatename"):
                found.append(segment.value)
            continue
        match = _ALIAS.search(segment.text[:400])
        if match and (segment.kind is SegmentKind.BODY or match.start() == 0):
            found.extend(re.split(r"\s*[,;]\s*(?:and\s+)?|\s+and\s+", match[1]))
    return list(dict.fromkeys(x.strip() for x in found if 2 <= len(x.strip()) <= 80))


def _squeezed(text: str) -> str:
    return fold(text).replace(" ", "").replace(".", "")


# ----------------------------------------------------------------------------- description, website


def _description(snapshot: Snapshot) -> str:
    for segment in snapshot.segments:
        if (
            segment.kind is SegmentKind.METADATA
            and segment.label
            and segment.label.lower().endswith("description")
        ):
            return segment.value[:300]
    for segment in snapshot.segments:
        if segment.kind is SegmentKind.BODY and not segment.boilerplate and len(segment.text) > 20:
            return segment.text[:300]
    return ""


def website_of(snapshot: Snapshot) -> str | None:
    """The address that the page gives as the entity's own site, on another host than the page's
    own; None where it gives none or several."""
    found: dict[str, str] = {}
    for segment in snapshot.segments:
        if segment.kind is SegmentKind.FACT and segment.label and not segment.boilerplate:
            label = fold(segment.label)
            if _WEBSITE_LABEL.match(label):
                address = _address_in(segment.value, snapshot)
                if address and is_address(address):
                    found.setdefault(canonical_address(address), address)
    canonical = snapshot.canonical_url
    if not found and canonical and host_of(canonical) != host_of(snapshot.final_url):
        found[canonical_address(canonical)] = canonical
    elsewhere = [
        url
        for url in found.values()
        if canonical_address(url) != canonical_address(snapshot.final_url)
        and (is_urn(snapshot.final_url) or host_of(url) != host_of(snapshot.final_url))
    ]
    return elsewhere[0] if len(elsewhere) == 1 else None


def _address_in(value: str, snapshot: Snapshot) -> str | None:
    match = re.search(r"https?://[^\s<>\"']+", value)
    if match:
        return match[0].rstrip(".,;)")
    for link in snapshot.links:
        if link.text and link.text.strip() == value.strip():
            return link.url
    if re.fullmatch(r"(www\.)?[\w-]+(\.[\w-]+)+(/\S*)?", value.strip()):
        return f"https://{value.strip()}"
    return None
