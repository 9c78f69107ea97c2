"""A small web about observatories that do not exist, for the suite's own tests.

`build(dirs, seed, limit)` renders `entities.jsonl` of the folders into pages, labels and queries.
Every choice is a hash of (seed, entity, purpose): equal rows in every run. What the web has: home
pages; an about page with the facts where the home page has none; copies under other addresses;
old addresses that redirect; profiles in a register, some of them out of date and saying so; sites
that are dead; lists in several pages; pages about nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import truth

Row = dict[str, Any]
REGISTER = "https://register.skywatch.test"
LISTS = "https://almanac.starlight.test"
A_PAGE = 8
A_REGISTER_PAGE = 20

_NUMERALS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight"]
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def pick(seed: int, entity: Row, purpose: str, choices: int) -> int:
    key = f"{seed}/{entity['id']}/{purpose}".encode()
    return int.from_bytes(hashlib.sha256(key).digest()[:4], "big") % choices


# ------------------------------------------------------------------------------------------ facts


def long_date(iso: str) -> str:
    year, month, day = iso.split("-")
    return f"{int(day)} {_MONTHS[int(month) - 1]} {year}"


def as_pairs(facts: Row) -> list[tuple[str, str]]:
    """Label and value, as a register or a fact box puts them."""
    return [
        ("Country", facts["country"]),
        ("Nearest town", facts["nearest_town"]),
        ("Height above sea level", f"{facts['altitude_m']:,} m"),
        ("First light", long_date(facts["opened_on"])),
        ("Instruments", "; ".join(facts["instruments"])),
        ("Run by", facts["run_by"]),
        ("State", facts["state"]),
        ("Public tours", "Yes" if facts["public_tours"] else "No"),
        ("Number of domes", str(facts["domes"])),
    ]


def as_sentences(name: str, facts: Row) -> str:
    """The same in prose."""
    runner = facts["run_by"].lower()
    runner = f"{'an' if runner[0] in 'aeiou' else 'a'} {runner}"
    state = {
        "Operating": f"{name} is operating today.",
        "Closed": f"{name} is closed.",
        "Under refurbishment": f"{name} is under refurbishment.",
    }[facts["state"]]
    tours = "offers public tours" if facts["public_tours"] else "does not offer public tours"
    domes = facts["domes"]
    kinds = [kind.lower() for kind in facts["instruments"]]
    kinds[0] = f"{'an' if kinds[0][0] in 'aeiou' else 'a'} {kinds[0]}"
    return " ".join(
        [
            f"{name} stands near {facts['nearest_town']} in {facts['country']}, "
            f"{facts['altitude_m']:,} metres above sea level.",
            f"It saw first light on {long_date(facts['opened_on'])}.",
            f"Its instruments: {' and '.join(kinds)}.",
            f"It is run by {runner}.",
            state,
            f"The observatory {tours}.",
            f"It has {_NUMERALS[domes]} dome{'' if domes == 1 else 's'}.",
        ]
    )


def fact_box(facts: Row, look: int) -> str:
    pairs = [(escape(label), escape(value)) for label, value in as_pairs(facts)]
    if look == 0:
        rows = "".join(f"<tr><th>{a}</th><td>{b}</td></tr>" for a, b in pairs)
        return f"<table>{rows}</table>"
    if look == 1:
        return "<dl>" + "".join(f"<dt>{a}</dt><dd>{b}</dd>" for a, b in pairs) + "</dl>"
    return "<ul>" + "".join(f"<li><b>{a}:</b> {b}</li>" for a, b in pairs) + "</ul>"


def document(title: str, body: str, head: str = "") -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'{head}</head><body><nav><a href="#top">Top</a></nav><main>{body}</main>'
        "<footer><p>Clear skies.</p></footer></body></html>"
    )


# ------------------------------------------------------------------------------------------ pages


class Web:
    """Pages and their labels, by address."""

    def __init__(self) -> None:
        self.pages: dict[str, Row] = {}
        self.labels: dict[str, Row] = {}

    def add(
        self,
        url: str,
        role: str,
        about: Row | None = None,
        facts: Iterable[str] = (),
        stale: Iterable[str] = (),
        canonical: str | None = None,
        many: Sequence[Row] = (),
        **page: Any,
    ) -> None:
        row = {"status": 200, "title": "", "html": "", **page}
        self.pages[url] = {"url": url, **row}
        self.labels[url] = {
            "url": url,
            "role": role,
            "primary": about["id"] if about else None,
            "entity_ids": sorted(e["id"] for e in ([about] if about else many)),
            "canonical": canonical or url,
            "facts": sorted(facts),
            "stale_facts": sorted(stale),
        }


def site_of(entity: Row) -> str | None:
    """Its own site's address; None where it has none."""
    if entity.get("site") == "none":
        return None
    scheme = "http" if int(entity["id"][3:]) % 6 == 0 else "https"
    return f"{scheme}://{entity['slug']}.example/"


def profile_of(entity: Row) -> str:
    return f"{REGISTER}/entry/{entity['slug']}"


def add_entity(web: Web, entity: Row, seed: int) -> None:
    site, trouble = site_of(entity), entity.get("site")
    listed = "stale" in entity or pick(seed, entity, "register", 3) == 0
    if site is None or trouble or listed:
        add_profile(web, entity, seed)
    if site is None:
        return
    if trouble:
        add_dead_site(web, entity, site)
    else:
        add_site(web, entity, site, seed)


def add_profile(web: Web, entity: Row, seed: int) -> None:
    stale = entity.get("stale", {})
    facts = {**entity["attributes"], **stale}
    title = f"{entity['name']} | Skywatch Register"
    note = "<p>Old entry. Last updated: 2019-02-01.</p>" if stale else ""
    site = site_of(entity)
    link = f'<p>Web site: <a href="{site}">{site}</a></p>' if site else ""
    body = (
        f'<p><a href="{REGISTER}/">Skywatch Register</a></p><h1>{escape(entity["name"])}</h1>'
        f"{note}{fact_box(facts, pick(seed, entity, 'profile', 3))}{link}"
    )
    web.add(
        profile_of(entity),
        "directory_stale" if stale else "directory",
        about=entity,
        facts=facts.keys() - stale.keys(),
        stale=stale.keys(),
        title=title,
        html=document(title, body),
    )


def add_dead_site(web: Web, entity: Row, site: str) -> None:
    match entity["site"]:
        case "dns":
            web.add(site, "dead", about=entity, status=0, error="dns")
        case "parked":
            text = "<h1>This domain is for sale</h1><p>Make an offer today.</p>"
            title = "Domain for sale"
            web.add(site, "dead", about=entity, title=title, html=document(title, text))
        case status:
            text = "<h1>Gone</h1><p>Nothing is here any more.</p>"
            web.add(site, "dead", about=entity, status=int(status), html=document("Gone", text))


def add_site(web: Web, entity: Row, site: str, seed: int) -> None:
    name, facts = entity["name"], entity["attributes"]
    remark = f"<p>{escape(entity['remark'])}</p>" if "remark" in entity else ""
    if "former_name" in entity:
        remark += f"<p>Formerly known as {escape(entity['former_name'])}.</p>"
    look = pick(seed, entity, "look", 4)
    told = fact_box(facts, look) if look < 3 else f"<p>{escape(as_sentences(name, facts))}</p>"
    intro = f"<h1>{escape(name)}</h1><p>An observatory, its people and their nights.</p>{remark}"
    split = pick(seed, entity, "split", 5) == 0
    canonical = f'<link rel="canonical" href="{site}">' if pick(seed, entity, "canon", 2) else ""
    if split:
        about = f"{site}about"
        home = document(name, f'{intro}<p><a href="{about}">About us</a></p>', canonical)
        body = f"<h1>About {escape(name)}</h1>{told}"
        title = f"About {name}"
        web.add(about, "about", entity, facts, title=title, html=document(title, body))
    else:
        home = document(name, intro + told, canonical)
    stated = [] if split else list(facts)
    web.add(site, "home", entity, stated, title=name, html=home)
    add_other_addresses(web, entity, site, seed, home, stated)


def add_other_addresses(
    web: Web, entity: Row, site: str, seed: int, home: str, stated: list[str]
) -> None:
    host = site.split("/")[2]
    copies = [f"https://www.{host}/", f"{site}index.html", f"{site}?utm_source=almanac"]
    which = pick(seed, entity, "copy", 15)
    if which < len(copies):
        web.add(
            copies[which], "mirror", entity, stated, canonical=site, title=entity["name"], html=home
        )
    if pick(seed, entity, "old", 8) == 0:
        old = f"http://www.old-{host}/"
        web.add(old, "redirect", entity, canonical=site, status=301, location=site)


# ------------------------------------------------------------------------------------ pages of many


def add_lists(web: Web, entities: Sequence[Row]) -> None:
    """A list a country and a kind of instrument, A_PAGE entities a page; a hub of all lists."""
    found: list[tuple[str, str]] = []
    keys: list[tuple[str, Callable[[Row], Sequence[str]]]] = [
        ("country", lambda e: [e["attributes"]["country"]]),
        ("instrument", lambda e: e["attributes"]["instruments"]),
    ]
    for kind, values_of in keys:
        for value in sorted({v for e in entities for v in values_of(e)}):
            members = [e for e in entities if value in values_of(e)]
            if len(members) > 2:
                where = f"in {value}" if kind == "country" else f"with a {value.lower()}"
                title = f"Observatories {where}"
                url = f"{LISTS}/{kind}/{value.lower().replace(' ', '-')}"
                add_list(web, url, title, members)
                found.append((url, title))
    links = "".join(f'<li><a href="{url}">{escape(title)}</a></li>' for url, title in found)
    title = "The almanac: all lists"
    body = f"<h1>{title}</h1><ul>{links}</ul>"
    web.add(f"{LISTS}/", "hub", title=title, html=document(title, body))


def add_list(web: Web, url: str, title: str, members: Sequence[Row]) -> None:
    for start in range(0, len(members), A_PAGE):
        shown = members[start : start + A_PAGE]
        number = start // A_PAGE + 1
        items = "".join(
            f'<li><a href="{site_of(e) or profile_of(e)}">{escape(e["name"])}</a>, near '
            f"{escape(e['attributes']['nearest_town'])}</li>"
            for e in shown
        )
        onward = start + A_PAGE < len(members)
        body = f"<h1>{escape(title)}</h1><p>{len(members)} entries.</p><ol>{items}</ol>"
        body += f'<p><a rel="next" href="{url}?page={number + 1}">Next</a></p>' if onward else ""
        here = url if number == 1 else f"{url}?page={number}"
        web.add(here, "list", many=shown, title=title, html=document(title, body))


def add_register_index(web: Web, entities: Sequence[Row]) -> None:
    listed = [e for e in entities if profile_of(e) in web.pages]
    for start in range(0, max(1, len(listed)), A_REGISTER_PAGE):
        shown = listed[start : start + A_REGISTER_PAGE]
        number = start // A_REGISTER_PAGE + 1
        links = "".join(
            f'<li><a href="{profile_of(e)}">{escape(e["name"])}</a></li>' for e in shown
        )
        onward = start + A_REGISTER_PAGE < len(listed)
        body = f"<h1>Skywatch Register</h1><ul>{links}</ul>"
        body += f'<p><a href="{REGISTER}/?page={number + 1}">Older</a></p>' if onward else ""
        here = f"{REGISTER}/" if number == 1 else f"{REGISTER}/?page={number}"
        title = f"Skywatch Register, page {number}"
        web.add(here, "hub", title=title, html=document(title, body))


def add_junk(web: Web) -> None:
    for path, title, text in [
        ("privacy", "Privacy", "What we keep, and for how long."),
        ("missing", "Page not found", "We could not find that page."),
        ("wait", "One moment", "Checking that you are human. Please enable JavaScript."),
        ("sign-in", "Sign in", "Please sign in to read on."),
        ("empty", "", ""),
    ]:
        body = f"<h1>{title}</h1><p>{text}</p>"
        web.add(f"{LISTS}/{path}", "junk", title=title, html=document(title, body))


def build(
    domain_dirs: list[str], seed: int = 0, limit: int | None = None
) -> tuple[list[Row], list[Row], list[Row]]:
    """Pages, labels and queries of the folders; `limit` keeps the first so many entities of each,
    by hash."""
    web, queries = Web(), []
    for folder in map(Path, domain_dirs):
        entities = truth.rows_of(folder / "entities.jsonl")
        if limit is not None:
            drawn = sorted(entities, key=lambda e: pick(seed, e, "drawn", 2**32))[:limit]
            entities = [e for e in entities if e in drawn]
        for entity in entities:
            add_entity(web, entity, seed)
        add_lists(web, entities)
        add_register_index(web, entities)
        add_junk(web)
        queries += [truth.with_truth(q, entities) for q in truth.rows_of(folder / "queries.jsonl")]
    urls = sorted(web.pages)
    return [web.pages[u] for u in urls], [web.labels[u] for u in urls], queries
