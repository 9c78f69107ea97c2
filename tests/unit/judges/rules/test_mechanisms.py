"""One mechanism of the rules at a time, in wordings of several subjects."""

from __future__ import annotations

import asyncio

import pytest

from netnew.domain.enrichment import Enrichment
from netnew.domain.evidence import EvidencePage, PageRole
from netnew.judges.rules import RulesJudge
from netnew.ports.judging import EnrichRequest
from tests.support.rule_pages import NoonClock, candidate, judged, snapshot

Case = tuple[str, str, str, str]

UNITS: list[Case] = [
    ("bridge", "* Main span: 1.2 km", "The bridge's main span is longer than 1,000 m.", "matched"),
    ("bridge", "* Main span: 800m", "The bridge's main span is longer than 1 km.", "unmatched"),
    ("trail", "* Length: 30 miles", "The trail is longer than 40 km.", "matched"),
    ("film", "* Running time: 95 minutes", "The film lasts no longer than 2 hours.", "matched"),
    (
        "fellowship",
        "* Duration (months): 36",
        "The fellowship lasts at least two years.",
        "matched",
    ),
    ("parcel", "* Weight: 5 lb", "The parcel weighs less than 2 kg.", "unmatched"),
    ("lamp", "* Price: £90", "The lamp costs less than 100 euros.", "unclear"),
    ("lamp", "* Price: €90", "The lamp costs less than 100 euros.", "matched"),
    (
        "hut",
        "Foo lies 640 m (2,100 ft) above sea level.",
        "The hut lies below 700 metres.",
        "matched",
    ),
]

BOUNDS: list[Case] = [
    ("hotel", "* Rooms: 12", "The hotel has at least 10 and at most 15 rooms.", "matched"),
    ("hotel", "* Rooms: 9", "The hotel has at least 10 and at most 15 rooms.", "unmatched"),
    (
        "hotel",
        "* Rooms: 16",
        "The hotel has no fewer than 10 and no more than 15 rooms.",
        "unmatched",
    ),
    ("school", "* Classes: 10", "The school has more than 8 but fewer than 12 classes.", "matched"),
    (
        "saw",
        "* Blade lengths: 20 cm, 40 cm",
        "At least one of its blade lengths is 30 cm or more.",
        "matched",
    ),
    (
        "saw",
        "* Blade lengths: 20 cm, 25 cm",
        "At least one of its blade lengths is 30 cm or more.",
        "unmatched",
    ),
]

COUNTS: list[Case] = [
    (
        "choir",
        "* Conductors: A. Lind; B. Okoro",
        "The choir has two or more conductors.",
        "matched",
    ),
    (
        "choir",
        "* Conductors: A. Lind, B. Okoro",
        "The choir has at least three conductors.",
        "unmatched",
    ),
    ("farm", "* Longest field: 900 m", "The farm has more than 10 fields.", "unclear"),
    ("school", "* Pupils to teachers: 9.5 : 1", "The school has fewer than 100 pupils.", "unclear"),
]

LISTS: list[Case] = [
    ("lab", "* Devices: laser cutter; vinyl cutter", "The lab has a laser cutter.", "matched"),
    (
        "lab",
        "Its devices: a laser cutter and a vinyl cutter.",
        "The lab has a vinyl cutter.",
        "matched",
    ),
    (
        "lab",
        "* Devices: laser cutter; vinyl cutter",
        "The lab has no plasma cutter among its devices.",
        "matched",
    ),
    (
        "lab",
        "* Devices: laser cutter; plasma cutter",
        "The lab has no plasma cutter among its devices.",
        "unmatched",
    ),
    ("lab", "* Devices: laser cutter", "Its devices include neither lathes nor mills.", "matched"),
    (
        "college",
        "* Departments: Law, Botany, Music",
        "The college has a law department.",
        "matched",
    ),
    (
        "college",
        "* Departments: Law, Botany, Music",
        "It has a department of physics.",
        "unmatched",
    ),
    (
        "shop",
        "* Carriers: Aero One, Blue Post",
        "Both Aero One and Blue Post operate there.",
        "matched",
    ),
    ("shop", "* Carriers: Aero One", "Both Aero One and Blue Post operate there.", "unclear"),
    (
        "fund",
        "* Applicants from: Norway, Chile",
        "Applicants from Norway or Sweden are eligible.",
        "matched",
    ),
    ("fund", "* Applicants from: Peru", "Open to applicants from Norway or Sweden.", "unclear"),
    (
        "school",
        "* Teaching languages: Danish and German",
        "German is a language of instruction.",
        "matched",
    ),
]

STATES: list[Case] = [
    (
        "mill",
        "* State: Operating",
        "The mill is running: neither closed nor under refurbishment.",
        "matched",
    ),
    (
        "mill",
        "* State: Under restoration",
        "The mill is neither shut down nor being restored.",
        "unmatched",
    ),
    ("mill", "Foo is closed on Mondays.", "The mill has closed.", "unclear"),
    ("mill", "Foo has been decommissioned.", "The mill is no longer operating.", "matched"),
    (
        "permit",
        "* Registration: Suspended",
        "Its registration is withdrawn or suspended.",
        "matched",
    ),
    ("fund", "* Status: Accepting applications", "Applications are being accepted now.", "matched"),
    ("school", "* Type: Private school\n* Status: Active", "The school is private.", "matched"),
]

PROSE: list[Case] = [
    (
        "hut",
        "Foo stands near Potsdam in Germany, 230 metres above sea level.",
        "The hut is in Germany.",
        "matched",
    ),
    ("hut", "Foo stands near Basel in France.", "The hut is in Switzerland.", "unmatched"),
    ("hut", "You can visit us in Oslo.", "The hut is in Norway.", "matched"),
    ("hut", "It first took guests on 6 May 1918.", "It first took guests before 1920.", "matched"),
    ("hut", "The kitchen opened in 1990.", "The hut opened after 1980.", "unclear"),
    (
        "hut",
        "The old stove of 90 kg was sold.",
        "The hut's stove weighs more than 50 kg.",
        "unclear",
    ),
    ("hut", "It has four bunks.", "The hut has exactly four bunks.", "matched"),
    ("hut", "A partner bakery in Graz sells our bread.", "The hut has a bakery.", "unclear"),
]

VALUES: list[Case] = [
    ("tool", "* License: Apache Software License", "Its license is Apache.", "matched"),
    ("tool", "* License: BSD-3-Clause", "The tool has a permissive licence.", "matched"),
    ("tool", "* License: GPL-3.0", "The tool has a permissive licence.", "unmatched"),
    ("tool", "* Topic: Internet :: WWW/HTTP", "Its topic is HTTP.", "matched"),
    ("tool", "* Type: Python package", "Its topic is Internet.", "unclear"),
    ("park", "* Entry: Free for everyone", "The park charges no entry fee.", "matched"),
    ("park", "* Entry fee: €4", "Entry is free of charge.", "unmatched"),
    ("syrup", "* Supply: Non-prescription", "It can be bought without a prescription.", "matched"),
    (
        "syrup",
        "* Supply: Prescription-only medicine",
        "It can be bought without a prescription.",
        "unmatched",
    ),
    (
        "trust",
        "* Run by: Independent charitable trust",
        "It is run by an independent trust.",
        "matched",
    ),
    (
        "court",
        "* Surfaces: clay and grass",
        "All its surfaces are soft (clay or grass).",
        "matched",
    ),
    (
        "court",
        "* Surfaces: clay and asphalt",
        "All its surfaces are soft (clay or grass).",
        "unmatched",
    ),
]

TICKS: list[Case] = [
    ("camp", "* Dogs: Allowed", "Dogs are allowed.", "matched"),
    ("camp", "* Dogs: Not allowed", "Dogs are allowed.", "unmatched"),
    ("camp", "* Own tents: Not required", "Own tents are not required.", "matched"),
    ("camp", "* Wheelchair access: Partly", "The camp is wheelchair accessible.", "unclear"),
    ("camp", "* Wheelchair access: No", "Wheelchair users cannot reach the camp.", "matched"),
    ("horse", "* Breeding registration: Yes", "It is registered as a breeding horse.", "unclear"),
]


LABELS: list[Case] = [
    (
        "tunnel",
        "* Total length (m): 5,611",
        "The tunnel is more than 1,000 metres long.",
        "matched",
    ),
    ("tunnel", "* Length: 611 m", "The tunnel is more than 1,000 metres long.", "unmatched"),
    ("lecture", "* Minutes per lecture: 30", "A usual lecture lasts 20 to 45 minutes.", "matched"),
    ("dairy", "Yearly yield: 38170 hl.", "Its yield is at least 5,000 hectolitres.", "matched"),
    ("dairy", "* Yield (churns): 900", "Its yield is at least 5,000 churns.", "unmatched"),
    ("series", "* Status: Show ended", "The series' status is Ended.", "matched"),
    ("series", "* Status: Not ended", "The series' status is Ended.", "unclear"),
    ("gate", "* Gate type: Roller gate", "The gate's listed type is Roller or Swing.", "matched"),
    ("gate", "* Gate type: Lift gate", "The gate's listed type is Roller or Swing.", "unmatched"),
    ("dairy", "* Shop: Yes", "There is a shop on site.", "matched"),
    ("dairy", "Our range: Quark, Skyr, Kefir.", "Its listed goods include Kefir.", "matched"),
]


@pytest.mark.parametrize(
    ("kind", "page", "condition", "outcome"),
    [*LABELS, *UNITS, *BOUNDS, *COUNTS, *LISTS, *STATES, *PROSE, *VALUES, *TICKS],
)
def test_a_mechanism_reads_any_subject(kind: str, page: str, condition: str, outcome: str) -> None:
    verdict = judged(kind, "Foo", page, condition)
    assert (verdict.outcome.value, verdict.reasoning) == (outcome, verdict.reasoning)
    assert verdict.citations or outcome == "unclear"


def enriched(page: str, name: str, description: str) -> str | None:
    request = EnrichRequest(
        candidate("Foo"),
        "package",
        (Enrichment(name, description),),
        (EvidencePage(snapshot(page), PageRole.OWN),),
    )
    return asyncio.run(RulesJudge(NoonClock()).enrich(request))[0].value


def test_a_field_that_no_page_states_is_not_filled_from_a_near_one() -> None:
    page = "* Version: 2.1\n* License: MIT"
    assert enriched(page, "requires_python", "The Python version it needs") is None


def test_a_description_that_is_the_label_is_enough() -> None:
    page = "* Version: 2.1\n* Development status: Beta"
    assert enriched(page, "maturity", "Development status") == "Beta"


def test_an_exact_label_is_read_before_prose() -> None:
    page = "Foo was founded by two sisters in 1950.\n* Founded: 1951"
    assert enriched(page, "founded", "When it was founded") == "1951"
