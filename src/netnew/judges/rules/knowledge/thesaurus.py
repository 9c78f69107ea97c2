"""General words for attributes: which phrases mean the same kind of thing. Hand-written.

A phrase may stand under several concepts. A longer phrase wins over a shorter one.
"""

from __future__ import annotations

# One concept a line: name: phrases.
CONCEPTS = """
staff: academic staff, staff members, employees in total, people work, teaching staff, employee,
  employees, staff, headcount, head count, team size, team of, size of the team, number of
  employees, workforce, people, personnel, team members, company size, people employed, employs,
  employ, full time equivalents, fte, team
founded: inaugurated, inauguration, opened its doors, commissioned, commissioning, entered
  service, in service since, first opened, open since, dates from, dates back to, goes back to,
  began, begin, began operations, started operations, formed, formation, came into being,
  chartered, charter, created, start, started, opening date, date of opening, date of foundation,
  year of foundation, foundation year, year opened, date of establishment, year of establishment,
  established on, founded on, came into service, commenced, commencement, founded, founding date,
  foundation, founded in, established, established in, year founded, year established, since, set
  up in, inception, incorporated, launched, launched in, launch year, started in, opened in,
  opening year, opened, date founded, founding year, creation date, created in
location: town, municipality, district, county, canton, lies in, stands in, sits in, found in,
  territory, nation, whereabouts, setting, location, locations, located, located in, based in,
  headquarters, headquartered, headquartered in, hq, office, offices, our offices, city, country,
  countries, region, address, find us in, situated, situated in, place, seat of, domiciled, home
  base, base, where, operates from, state, province, site
license: license, licensed, licensed under, released under, licensing, published under,
  distributed under, available under, licence terms, terms of use, rights, text is distributed
  under
category: field of study, research field, research area, subject area, field of research, area of
  research, main field, focus of collection, main subject, deals with, concerned with, devoted to,
  dedicated to, covers the field, specialised in, specialises in, specializes in, research topic,
  category, categories, section, area, subcategory, sub category, subsection, filed under, stands
  under, listed under, grouped under, classified under, belongs to, belongs to the category,
  topic, topics, subject, subjects, field, class, genre, genres, domain, is about, discipline,
  department, theme, themes, classified as, classification, categorised as, subject terms, subject
  heading
kind: form, nature, variety, classification, category of, type of, model, breed type, is classed
  as, kind, type, listed as, type of organisation, types, kinds, sort, entity type, legal form,
  form of organisation, article type, paper type, type of article, type of paper, publication type
industry: industry, industries, sector, vertical, line of business, business area, branch, market
segment: segment, sub industry, subindustry, sub sector, subsector, sub segment, niche, specialty,
  speciality
tags: tag, tags, tagged, tagged with, keyword, keywords, focus area, focus areas, focus, label,
  labels, areas of work, topics, works on, working on, interests, specialities, specialties,
  subject terms, index terms, subject headings, terms
language: language of instruction, teaching language, languages of instruction, teaching
  languages, instruction language, medium of instruction, taught in, teaches in, teach in, working
  language, published in the language, text language, language, languages, programming language,
  programming languages, written in, built with, built in, written for, coded in, implemented in,
  developed in, tech stack, technology, technologies, stack, spoken language
platform: platform, platforms, deployment, deployment option, deployment options, deployed with,
  deployed on, deploy, runs on, available for, supported platforms, packages, installation,
  operating system, operating systems, deployed, environment
stars: star, stars, stargazers, starred
price: tuition, tuition fee, tuition fees, admission charge, entrance, entrance charge, costs to
  enter, adult ticket, standard ticket, full price, adult admission, fees, study fees, charge for
  entry, retail price, list price, price, cost, costs, ticket price, admission, admission fee,
  fee, entry fee, entry, pricing, charges, charge, entrance fee, ticket, tickets, fare
status: status, state, operating state, state of operations, current status, company status,
  operating status, condition, lifecycle status, conservation status, situation, designation,
  designated as, designated
demo: demo, live demo, online demo, demonstration, try it online, test instance, demo site
hiring: hiring, open positions, open position, vacancies, vacancy, openings, job openings,
  careers, open jobs, is hiring, are hiring, recruiting, open roles, jobs
nonprofit: nonprofit, non profit, not for profit, charity, charitable, nonprofit organisation, non
  profit organisation
remote: remote, remote work, fully remote, remote policy, works remotely, work from home,
  distributed team, remotely
former name: former name, former names, formerly, formerly named, previously named, formerly known
  as, previously known as, previously called, previous name, previous names, old name, renamed
  from, old names, earlier name, another name, used to have another name, used to be called, used
  to be named, was called, until then called, known as until, once called
repository: code available, code availability, source available, code release,
  code repository, code is, public code, repository, repo, source repository, source code, source
  code repository, public repository, public source code repository, code, git repository, source,
  its source code, public source repository
release: released, latest release, release date, released on, last release, current release,
  newest release, most recent release, latest version, current version, version, release, newest
  version
commit: last commit, latest commit, last updated, repository last updated, last activity, most
  recent commit, last change, last push, last update, updated, commit
batch: batch, cohort, class of, intake, programme year, vintage, edition
joined: joined, member since, joined on, joined in, became, date of joining, membership since,
  accession, acceded, joined the
accepted: accepted, acceptance, accepted to, accepted into, admitted, admitted to, date accepted,
  accepted it, admission date
graduated: graduated, graduation, graduation date, graduated on, graduated in
level: level, tier, grade, rank, rating level, membership level, member level, membership tier,
  membership
stage: maturity level, maturity, stage, project stage, phase, development stage, lifecycle stage
member: member, members, membership, member level, membership level, membership tier, member since
audit: audit, audits, security audit, security audits, audited
alternative: alternative to, alternatives to, alternative, replacement for, replaces, substitute
  for, similar to, competitor to, can replace, drop in replacement for
depends: mandatory, compulsory, obligatory, required, necessary, depends on, depends, depend on,
  requires, needs, relies on, require, need, dependent on, rely on, prerequisite
funding: funding, raised, total raised, total funding, funding raised, capital raised, money
  raised, investment, amount raised, investors money
revenue: revenue, turnover, sales, annual revenue, annual sales, income
customers: customers, clients, users, subscribers, active users
population: population, inhabitants, residents, populated
height: height above sea level, above mean sea level, stands above, metres above, m above sea
  level, meters above sea level, altitude above sea level, field elevation, elevation above sea
  level, lies above, tower height, sea level, height, high, tall, elevation, altitude, summit
  height, metres above sea level, above sea level
length: length in, how long, project duration, period, grant period, funding period, length of
  grant, duration of grant, term of funding, longest, extends over, span, main span, stretches,
  playing time, time span, total length, overall length, minutes, min,
  grant duration, duration of funding, support period, length, runtime,
  running time, duration, runs for, run time
area: area, surface, surface area, floor space, floor area, size, covers, exhibition space
weight: heavy, weighing, body weight, takeoff weight, weight, weighs, mass, atomic mass, atomic
  weight
depth: depth, deep, maximum depth
speed: speed, top speed, fast, maximum speed
capacity: seat, visitors at once, holding capacity, maximum capacity, can hold, room for, space
  for, capacity, seats, seating, seating capacity, number of seats
students: students enrolled, student numbers, learners, pupils, number of students enrolled,
  student population, student count, students, enrolment, enrollment, enrolled, student body,
  number of students, undergraduates
visitors: visitors a year, yearly visitors, visitor numbers, visitor count, welcomes, people
  visit, footfall, visitor, visited by, visitors, annual visitors, visitors per year, attendance
citations: citations received, citing papers, citation, cites, times it was cited, cited times,
  citations, cited, cited by, times cited, citation count
pages: pages, page count, number of pages
rating: rating, ratings, score, stars awarded, michelin stars, review score, rated
rooms: rooms, number of rooms, guest rooms, beds
fleet: fleet, fleet size, aircraft, planes, number of aircraft
destinations: destinations, routes, serves, flies to, destinations served
hub: hub for, base for, base of, home carrier, home carriers, main airline, hub, hubs, home
  airport, main hub, base airport, hub airport
alliance: alliance, airline alliance, alliance member
director: director, directed by, directors, film director
author: penned by, lead author, first author, number of authors, co authors, coauthors, authored
  by, author, authors, written by, creator, creators, byline
artist: artist, painter, painted by, sculptor, artists
starring: cast, stars in, actors, actor, features the actor
producer: marketed by, holder, licence holder, authorisation holder, marketing authorisation,
  produced, maker of, manufacture, supplier, supplied by, brand owner, made, makes, producer,
  produced by, manufacturer, manufactured by, made by, maker, brand, marketing authorisation
  holder, sold by, company, developer, developed by, vendor, maintainer, maintained by, sponsor
publisher: appeared in, published at, publication venue, presented at, proceedings, outlet,
  publication channel, publisher, published by, journal, published in, venue, conference, imprint
published: out in, first published, dated, appeared, appeared in print, issued in, came out in,
  released, published, published in, publication date, published on, date published, publication
  year, year of publication, year published, issued, issue date
released: released, released in, release year, year of release, premiere, premiered, out since,
  came out, year released, theatrical release
approved: licensed in, first authorised, authorisation date, date of authorisation, granted
  authorisation, market authorisation, on the market since, placed on the market, marketed since,
  approval year, year of approval, authorisation granted, first approved, authorisation,
  authorization, year of authorisation, first authorisation, licensed for sale, on the market,
  approved, approval, approval date, authorised, authorized, marketing authorisation, date of
  approval, approved by
ingredient: active component, active agent, agent, made with, active compound, active principle,
  main ingredient, contained, containing, ingredient, ingredients, active ingredient, active
  ingredients, active substance, contains, substance, composition, compound
form: dosage form, pharmaceutical form, form, formulation, format, file format, formats, form
  factor
route: given, given by, taken by, taken as, how it is taken, how to take, method of
  administration, applied, delivered by, administration route, administered by, use route, route
  of administration, administered, administration, taken, route
indication: indicated, indicated in, for treating, treating, treats, treatment, prescribed for,
  given for, given against, used against, works against, helps against, relief of, relieves,
  condition treated, conditions treated, therapeutic use, therapeutic field, indication,
  indications, indicated for, used for, used to treat, treatment of, therapeutic area, therapeutic
  indication
prescription: availability, supply, supplied, sold, sale, dispensed, supply class, how it is sold,
  sale status, legal category, classification for supply, prescription required, prescription
  needed, prescription, prescription only, prescription status, on prescription, dispensing, legal
  status, bought, obtained, obtain, pharmacies
side effects: unwanted effects, undesired effects, common side effects, known side effects,
  adverse reactions, adverse reaction, may cause, can cause, causes, side effects, adverse
  effects, side effect, undesirable effects
opening: opening hours, hours, open on, open, open daily, opening times, opening days
closed on: weekly closing, weekly closing days, no opening on, closed days, closing on, day off,
  weekly closing day, closed every, closing day of the week, rest day, closed on, closing days,
  closing day, closing time
collection: main collection, collection focus, focus of the collection, shows, showing, displayed,
  exhibited, on show, exhibition, collects, holdings include, collection, collections, exhibits,
  holdings, on display, displays
accessible: without steps, no steps, steps, step free, wheelchair access, wheelchair users, access
  for wheelchairs, disabled access, step free access, barrier free access, wheelchairs,
  wheelchair, wheelchair accessible, accessible, accessibility, barrier free
cuisine: cuisine, cuisines, food, dishes, kitchen, style of food
owner: managed by, administered by, manager, trustee, custodian, governing body, governed by,
  governance, in the hands of, belongs to, controlled by, maintained by, responsible body,
  operating body, under the authority of, ownership type, legal owner, owner, owned by, ownership,
  parent company, parent, belongs to the, operator, operated by, run by, operating company,
  proprietor
funder: funder, funders, funded by, sponsor, sponsored by, funding body, granted by, donor,
  funding agency, awarding body, financed by, money comes from, awarding organisation, awarding
  organization, paid for by, funders include, supported by, grant from, backed by
amount: grant value, sum, maximum grant, grants of, funding available, size of the grant, maximum
  amount, ceiling, amounts to, amounted to, pays, top amount, highest amount, money available,
  support of up to, volume, funding per project, award value, amount, worth, value, grant amount,
  award amount, budget, grant size, award size, value of grant, maximum award, funding amount, up
  to
deadline: closes on, closes, closing, call closes, deadline for applications, applications due,
  apply until, submit by, cut off date, last day to apply, applications accepted until, close,
  final date, last date, deadline, closing date, due date, applications close, application
  deadline, apply by, submission deadline, due
eligible: target group, open for, eligible applicants, for whom, may be applied for by, who may
  apply, eligible for, can be applied for by, applicant, applicant type, aimed at, intended for,
  addressed to, is for, eligible, eligibility, open to, who can apply, applicants, may apply, can
  apply, apply, eligible organisations, open to applicants from, applicants from
programmes: schools, faculties, faculty, academic units, subjects taught, fields of study, study
  fields, teaches, programmes, programs, degrees, courses, degree programmes, study programmes
enacted: enacted, date enacted, passed, adopted, date of enactment, adoption date, signed into
  law, signed, entered into force, in force since, entry into force, effective date, took effect,
  effective, into force
jurisdiction: jurisdiction, applies in, territorial scope, territory
repealed: repealed, repeal, repeal date, revoked, repealed by, in force, amended
discovered: discovered, discovery, discovered in, year of discovery, discovery year, discovered
  by, discoverer
symbol: symbol, chemical symbol, abbreviation, acronym, ticker, ticker symbol
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
end: abolished, decommissioned, cancelled, retired, year of closure, closure, closing year, shut
  down in, ended, closed in, dissolved, date of closure, closed, end date, discontinued, ceased
term: contract length, validity, valid until, expires, expiry, expiry date
origin: origin, country of origin, place of origin, origins, originated in, originates from,
  originated, comes from, native to, hails from
tuition: tuition, tuition fee, tuition fees, annual tuition, study fees, course fees
instruction: language of instruction, teaching language, languages of instruction, teaching
  languages, instruction language, medium of instruction, taught in, teaches in, teach in,
  lectures are in, classes are in, courses are in
campus: campus, campuses, sites, main campus
storage: storage, stored, store, storage conditions, store at, keep, stored at, kept at, storing
shelf life: shelf life, keeps for, shelf
strength: strength, dose, dosage, dose strength, potency, strengths, dose size
pregnancy: pregnancy, pregnant, during pregnancy, in pregnancy, use in pregnancy, pregnant women,
  while pregnant
review: peer review, peer reviewed, reviewed, refereed, review type, review process, reviewing,
  review model
dataset: dataset, datasets, data set, data sets, corpus, corpora, benchmark, benchmarks, evaluated
  on, trained on, tested on, data used
open access: open access, freely accessible, free to read, access, access status, access type
references: references, reference count, reference list, bibliography, works cited
affiliation: affiliation, affiliations, institution, institutions, institute, institutes, author
  affiliation, affiliated with, affiliated to
method: method, methods, methodology, approach, technique, study design, study type, design of the
  study
width: width, wide, breadth, broad
renewable: renewable, renewal, renewed, be renewed, can be renewed, may be renewed, extendable,
  extended, extension, can be extended, may be extended, prolonged
cofunding: matching funds, matching fund, matching funding, match funding, co funding, cofunding,
  cofinancing, co financing, own contribution, cost share, cost sharing, matched funding, own
  funds
recipients: recipients, recipient, grants awarded, awards made, number of awards, number of
  grants, grants per year, grantees, awardees, awards per year, beneficiaries, projects funded,
  grants made, grants a year
regions: eligible countries, eligible regions, countries covered, geographic scope, geographical
  scope, regions covered, target countries, target region, territory covered, geographic focus,
  open to applicants from, applicants from, applicants in, countries of applicants
passengers: passengers, passenger numbers, annual passengers, passenger traffic, travellers,
  passengers per year, passenger, passengers a year, handles, handled
runways: runway, runways, number of runways, landing strip, landing strips, airstrip
terminals: terminals, terminal, terminal buildings, passenger terminals
rail: rail, rail connection, railway station, train station, rail link, railway, train connection,
  rail access, railway connection, by train, rail service, train, trains
night: night, night flights, curfew, night curfew, night operations, night flight ban, night
  closure, open at night
traffic: traffic, use, used for, purpose, function, usage, serves as, used by, type of traffic,
  uses
material: material, materials, made of, built of, constructed of, construction material, made
  from, built from
designer: architect, architects, designed by, designer, design by, plans by, design, drawn by
style: architectural style, architecture, period style, building style
built: built, construction, constructed, completed, completion, year of construction, year built,
  construction year, erected, date of construction, completed in
rank: ranking, ranked, rank, world ranking, world rank, position
audio guide: audio guide, audio guides, audioguide, audioguides, audio tour, audio tours
tours: guided tours, guided tour, tours, tour, guided guided visit, public tours
photography: photography, photographs, photos, taking pictures, photographing, taking photographs,
  pictures, photograph
parking: parking, car park, parking spaces, parking lot, car parking
shop: shop, gift shop, museum shop, shops, bookshop
cafe: cafe, café, coffee shop, cafeteria, bistro, coffee house
objects: objects, items, number of objects, artefacts, artifacts, pieces, objects held, size of
  the collection, collection size, specimens, exhibits
degrees: degrees, degree, degree levels, highest degree, awards degrees, degrees awarded, degree
  level, offers degrees, award degrees, degree types, qualifications, level of study, levels of
  study
research: research, research output, research focus
acceptance: acceptance rate, admission rate, admission quota, applicants admitted, share of
  applicants
airlines: airlines, carriers, airline, airlines served, served by
allowed: allowed, permitted, allow, permit, allows, permits, admitted
abbreviation: abbreviation, short name, short form, acronym
successor: successor, succeeded by, replaced by, superseded by
predecessor: predecessor, preceded by, replaces, supersedes, replaced
lifespan: life expectancy, lifespan, life span, lives for, expected life, average life
players: players, number of players, player count
frequency: frequency, published every, issued every, appears every, how often, publication
  frequency, interval, cadence
renovated: renovated, renovation, refurbished, refurbishment, refit, restored, restoration,
  modernised, rebuilt, overhauled, last renovated, refitted
doi: doi, digital object identifier, object identifier, doi number
network: network, networks, university network, alliance, alliances, association, associations,
  member of, belongs to the network, consortium membership
distance: distance, at a distance, distance learning, online study, distance study, remote study,
  online courses, distance courses, distance education
hospital: hospital, teaching hospital, university hospital, clinic
ratio: ratio, student staff ratio, students to staff, staff ratio, students per teacher, students
  per staff member
international: international, foreign, from abroad, from other countries, other countries, abroad
type of article: article type, paper type, type of article, type of paper, publication type
partners: partners, partner, consortium, consortium size, partnership, minimum consortium
funding rate: funding rate, funding share, costs covered, share of costs, of the costs, of the
  eligible costs, eligible costs, cost coverage, rate of funding, grant rate, covered costs,
  coverage
topics: topics, themes, theme, supports work on, funds work on, work on, focus areas
available data: data availability, data available, availability of data, data access, data
  statement, research data
preprint: preprint, pre print
minimum age: minimum age, lower age limit, lowest age, age limit, youngest age, from the age of,
  age from, minimum age years, lower age limit years
maximum age: maximum age, upper age limit, highest age, oldest age
"""
