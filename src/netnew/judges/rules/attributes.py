"""Which words name the same attribute: a small thesaurus of general English.

`features(text)` gives what a label or a condition speaks of, as concepts ('@staff') and the
stems of the words that belong to none. Two texts speak of the same attribute as far as their
features agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from netnew.lexicon.words import STOP_WORDS, fold, stem

# One concept a line: name: phrases. A longer phrase wins over a shorter one at the same place.
_CONCEPTS = """
staff: employee, employees, staff, headcount, head count, team size, team of, size of the team,
  number of employees, workforce, people, personnel, team members, company size, people employed,
  employs, employ, full time equivalents, fte, team
founded: founded, founding date, foundation, founded in, established, established in,
  year founded, year established, since, set up in, inception, incorporated, launched,
  launched in, launch year, started in, opened in, opening year, opened, date founded,
  founding year, creation date, created in
location: location, locations, located, located in, based in, headquarters, headquartered,
  headquartered in, hq, office, offices, our offices, city, country, countries, region, address,
  find us in, situated, situated in, place, seat of, domiciled, home base, base, where,
  operates from, state, province, site
license: license, licensed, licensed under, released under, licensing, published under,
  distributed under, terms, available under
category: category, categories, section, area, subcategory, sub category, subsection,
  filed under, stands under, listed under, grouped under, classified under, belongs to,
  belongs to the category, topic, topics, subject, subjects, field, class, genre, genres, domain,
  is about, discipline, department, theme, themes, classified as, classification, categorised as
kind: kind, type, listed as, type of organisation, types, kinds, sort, entity type, legal form,
  form of organisation
industry: industry, industries, sector, vertical, line of business, business area, branch,
  market
segment: segment, sub industry, subindustry, sub sector, subsector, sub segment, niche,
  specialty, speciality
tags: tag, tags, tagged, tagged with, keyword, keywords, focus area, focus areas, focus, label,
  labels, areas of work, topics, works on, working on, interests, specialities, specialties
language: language, languages, programming language, programming languages, written in,
  built with, built in, written for, coded in, implemented in, developed in, tech stack,
  technology, technologies, stack, spoken language
platform: platform, platforms, deployment, deployment option, deployment options, deployed with,
  deployed on, deploy, runs on, available for, supported platforms, packages, installation,
  operating system, operating systems, deployed, environment
stars: star, stars, stargazers, starred
price: price, cost, costs, ticket price, admission, admission fee, fee, entry fee, entry,
  pricing, charges, charge, entrance fee, ticket, tickets, fare
status: status, state, operating state, state of operations, current status, company status,
  operating status, condition, lifecycle status, conservation status, situation
demo: demo, live demo, online demo, demonstration, try it online, test instance, demo site
hiring: hiring, open positions, open position, vacancies, vacancy, openings, job openings,
  careers, open jobs, is hiring, are hiring, recruiting, open roles, jobs
nonprofit: nonprofit, non profit, not for profit, charity, charitable, nonprofit organisation,
  non profit organisation
remote: remote, remote work, fully remote, remote policy, works remotely, work from home,
  distributed team, remotely
former name: former name, former names, formerly, formerly named, previously named,
  formerly known as, previously known as, previously called, previous name, previous names,
  old name, renamed from, old names, earlier name
repository: repository, repo, source repository, source code, source code repository,
  public repository, public source code repository, code repository, code, git repository,
  source, its source code, public source repository
release: released, latest release, release date, released on, last release, current release,
  newest release, most recent release, latest version, current version, version, release,
  newest version
commit: last commit, latest commit, last updated, repository last updated, last activity,
  most recent commit, last change, last push, last update, updated, commit
batch: batch, cohort, class of, intake, programme year, vintage, edition
joined: joined, member since, joined on, joined in, became, date of joining, membership since,
  accession, acceded, joined the
accepted: accepted, acceptance, accepted to, accepted into, admitted, admitted to, date accepted,
  accepted it, admission date
graduated: graduated, graduation, graduation date, graduated on, graduated in
level: level, tier, grade, rank, rating level, membership level, member level, membership tier,
  membership
stage: maturity level, maturity, stage, project stage, phase, development stage, lifecycle stage
member: member, members, membership, member level, membership level, membership tier,
  member since
audit: audit, audits, security audit, security audits, audited
alternative: alternative to, alternatives to, alternative, replacement for, replaces,
  substitute for, similar to, competitor to, can replace, drop in replacement for
depends: depends on, depends, depend on, requires, needs, relies on, require, need, dependent on,
  rely on, prerequisite
funding: funding, raised, total raised, total funding, funding raised, capital raised,
  money raised, investment, amount raised, investors money
revenue: revenue, turnover, sales, annual revenue, annual sales, income
customers: customers, clients, users, subscribers, active users
population: population, inhabitants, residents, populated
height: height, high, tall, elevation, altitude, summit height, metres above sea level,
  above sea level
length: length, long, runtime, running time, duration, lasts, runs for, run time
area: area, surface, surface area, floor space, floor area, size, covers, exhibition space
weight: weight, weighs, mass, atomic mass, atomic weight
depth: depth, deep, maximum depth
speed: speed, top speed, fast, maximum speed
capacity: capacity, seats, seating, seating capacity, holds, number of seats
students: students, enrolment, enrollment, enrolled, student body, number of students,
  undergraduates
visitors: visitors, annual visitors, visitors per year, attendance, visits
citations: citations, cited, cited by, times cited, citation count
pages: pages, page count, number of pages
rating: rating, ratings, score, stars awarded, michelin stars, review score, rated
rooms: rooms, number of rooms, guest rooms, beds
fleet: fleet, fleet size, aircraft, planes, number of aircraft
destinations: destinations, routes, serves, flies to, destinations served
hub: hub, hubs, home airport, main hub, base airport, hub airport
alliance: alliance, airline alliance, alliance member
director: director, directed by, directors, film director
author: author, authors, written by, by, creator, creators, byline
artist: artist, painter, painted by, sculptor, artists
starring: cast, stars in, actors, actor, features the actor
producer: producer, produced by, manufacturer, manufactured by, made by, maker, brand,
  marketing authorisation holder, marketed by, sold by, company, developer, developed by, vendor,
  maintainer, maintained by, sponsor
publisher: publisher, published by, journal, published in, venue, appeared in, conference,
  imprint
published: released, published, published in, publication date, published on, date published,
  publication year, year of publication, year published, issued, issue date, appeared
released: released, released in, release year, year of release, premiere, premiered, out since,
  came out, year released, theatrical release
approved: approved, approval, approval date, authorised, authorized, marketing authorisation,
  date of approval, first approved, approved by
ingredient: ingredient, ingredients, active ingredient, active ingredients, active substance,
  contains, substance, composition, compound
form: dosage form, pharmaceutical form, form, formulation, format, file format, formats,
  form factor
route: route of administration, administered, administration, taken, route
indication: indication, indications, indicated for, used for, treats, used to treat,
  treatment of, therapeutic area, therapeutic indication
prescription: prescription, prescription only, prescription status, on prescription, dispensing,
  legal status
side effects: side effects, adverse effects, side effect, undesirable effects
opening: opening hours, hours, open on, open, open daily, opening times, opening days
closed on: closed on, closing days, closing day, closed days, closing time
collection: collection, collections, exhibits, holdings, on display, displays
accessible: wheelchair, wheelchair accessible, accessible, accessibility, step free,
  barrier free
cuisine: cuisine, cuisines, food, dishes, kitchen, style of food
owner: owner, owned by, ownership, parent company, parent, belongs to the, operator, operated by,
  run by, operating company, proprietor, holding
funder: funder, funders, funded by, sponsor, sponsored by, funding body, granted by, donor,
  funding agency, awarding body
amount: amount, worth, value, grant amount, award amount, budget, grant size, award size,
  value of grant, maximum award, funding amount, up to
deadline: deadline, closing date, due date, applications close, application deadline, apply by,
  submission deadline, due
eligible: eligible, eligibility, open to, who can apply, applicants, eligible applicants,
  may apply
programmes: programmes, programs, degrees, courses, degree programmes, study programmes
enacted: enacted, date enacted, passed, adopted, date of enactment, adoption date,
  signed into law, signed, entered into force, in force since, entry into force, effective date,
  took effect, effective, into force
jurisdiction: jurisdiction, applies in, territorial scope, territory
repealed: repealed, repeal, repeal date, revoked, repealed by, in force, amended
discovered: discovered, discovery, discovered in, year of discovery, discovery year,
  discovered by, discoverer
symbol: symbol, chemical symbol, abbreviation, acronym, ticker, ticker symbol, code, iata code
range: mountain range, range, massif, mountains
first ascent: first ascent, first climbed, first ascended, first climb
website: website, homepage, home page, web site, url, web, official site, link
name: name, title, called
email: email, e mail, mail, contact email
phone: phone, telephone, tel, phone number
description: description, summary, about, abstract, overview, tagline
diet: diet, feeds on, eats, prey
habitat: habitat, lives in, found in, native to, native range
certified: certified, certification, certifications, certificates, accredited, accreditation,
  accredited by, certified by, compliance, certificate
awards: award, awards, prize, prizes, won, honours, awarded
ceo: ceo, chief executive, chief executive officer, headed by, led by, managing director, head
founder: founder, founders, founded by, co founded by, started by, cofounders, co founders
end: ended, closed in, dissolved, date of closure, closed, end date, discontinued, ceased
term: term, contract length, validity, valid until, expires, expiry, expiry date
"""

# What a concept also speaks of: maturity levels are those of projects.
_IMPLIED = {"@stage": ("project", "@level")}

_GENERIC = frozenset(
    """listed stated states state lists named names name given official main current currently total
    number count many overall company companies firm business startup page pages organisation
    organization entity software application app tool product item object website publicly known
    work works worked take took part make made say says tell published include includes included
    available mention mentions number year years date dates""".split()  # noqa: SIM905
)


def _phrase(text: str) -> tuple[str, ...]:
    return tuple(stem(w) for w in fold(text).split())


def _table() -> dict[str, list[tuple[tuple[str, ...], frozenset[str]]]]:
    of: dict[tuple[str, ...], set[str]] = {}
    for line in _CONCEPTS.strip().replace("\n  ", " ").splitlines():
        name, phrases = line.split(":", 1)
        for text in phrases.split(","):
            of.setdefault(_phrase(text), set()).add("@" + name)
    by_first: dict[str, list[tuple[tuple[str, ...], frozenset[str]]]] = {}
    for key, names in of.items():
        by_first.setdefault(key[0], []).append((key, frozenset(names)))
    for rows in by_first.values():
        rows.sort(key=lambda row: -len(row[0]))
    return by_first


_BY_FIRST = _table()
_GENERIC_STEMS = frozenset(stem(w) for w in _GENERIC)
_WORD = re.compile(r"\S+")


def concept_phrases(words: list[str]) -> list[tuple[int, int, frozenset[str]]]:
    """(first, after last, concepts) of each attribute phrase in a list of stems, longest first."""
    found = []
    at = 0
    while at < len(words):
        for key, names in _BY_FIRST.get(words[at], ()):
            if tuple(words[at : at + len(key)]) == key:
                found.append((at, at + len(key), names))
                at += len(key)
                break
        else:
            at += 1
    return found


@lru_cache(maxsize=32768)
def features(text: str) -> frozenset[str]:
    """The concepts of `text` and the stems of its other telling words."""
    folded = fold(text).split()
    words = [stem(w) for w in folded]
    found: set[str] = set()
    covered: set[int] = set()
    for start, end, names in concept_phrases(words):
        found |= names
        covered.update(range(start, end))
    for i, word in enumerate(words):
        plain = i in covered
        if plain or folded[i] in STOP_WORDS or word in _GENERIC_STEMS:
            continue
        found.add(word)
    for name in tuple(found):
        found.update(_IMPLIED.get(name, ()))
    if "@joined" in found and "project" in found:
        found.add("@accepted")  # whom a body takes in as a project, it has accepted
    return frozenset(found)


PLAIN_WEIGHT = 0.5  # of a word outside the thesaurus against a concept's 1: names, adjectives


def _weight(found: Iterable[str]) -> float:
    return sum(1.0 if f[0] == "@" else PLAIN_WEIGHT for f in found)


def agreement(asked: frozenset[str], label: frozenset[str]) -> float:
    """How well a label's features answer the asked ones, 0..1: half each way."""
    common = _weight(asked & label)
    if not common:
        return 0.0
    return (common / _weight(asked) + common / _weight(label)) / 2
