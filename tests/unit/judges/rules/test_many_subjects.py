# ruff: noqa: E501
"""Conditions and pages of many subjects: the rules are general English, not one site's labels."""

from __future__ import annotations

import pytest

from tests.support.rule_pages import judged

# (entity type, name, page, condition, outcome). A line '* label: value' is a labelled fact, any other
# line a paragraph.
CASES = [
    # museums
    ("museum", "Kunsthaus", "* City: Zurich, Switzerland\n* Admission: CHF 24",
     "The museum is located in Switzerland.", "matched"),
    ("museum", "Kunsthaus", "* City: Zurich, Switzerland\n* Admission: CHF 24",
     "The museum is in Austria.", "unmatched"),
    ("museum", "Tide Museum", "The museum was founded in 1888. Admission is free on Sundays.",
     "The museum was founded before 1900.", "matched"),
    ("museum", "Tide Museum", "* Visitors per year: 120,000\n* Opened: 1974",
     "It has more than 100,000 visitors a year.", "matched"),
    ("museum", "Tide Museum", "* Visitors per year: 120,000\n* Opened: 1974",
     "The museum opened after 1980.", "unmatched"),
    ("museum", "Tide Museum", "* Type: maritime museum, open-air museum\n* Wheelchair access: yes",
     "Maritime museum is among its types.", "matched"),
    ("museum", "Tide Museum", "We were voted best museum of 2019. Come and see our boats.",
     "The museum has more than 50 employees.", "unclear"),
    # papers
    ("paper", "Deep Tides", "* Authors: A. Chen, B. Okoro\n* Published in: Nature, 2019\n* Cited by: 312",
     "The paper was published in 2019.", "matched"),
    ("paper", "Deep Tides", "* Authors: A. Chen, B. Okoro\n* Venue: Nature\n* Citations: 312",
     "The paper has at least 500 citations.", "unmatched"),
    ("paper", "Deep Tides", "* Authors: A. Chen, B. Okoro\n* Venue: Nature\n* Citations: 312",
     "B. Okoro is among its authors.", "matched"),
    ("paper", "Deep Tides", "* Journal: Nature Physics\n* Year: 2020",
     "The paper appeared in Nature.", "unmatched"),
    ("paper", "Deep Tides", "* Keywords: ocean models, transformers, ocean\n* Open access: yes",
     "Its keywords include transformers.", "matched"),
    ("paper", "Deep Tides", "* Keywords: ocean models, transformers\n* Open access: yes",
     "The paper is open access.", "matched"),
    # medicines
    ("medicine", "Calmol", "* Active substance: ibuprofen\n* Dosage form: tablet\n* Prescription only: no",
     "The active ingredient is ibuprofen.", "matched"),
    ("medicine", "Calmol", "* Active substance: ibuprofen\n* Dosage form: tablet, syrup",
     "The medicine is available as a syrup.", "matched"),
    ("medicine", "Calmol", "* Active substance: ibuprofen and caffeine\n* Approved: 12 March 2004",
     "It was approved before 2010.", "matched"),
    ("medicine", "Calmol", "Calmol is a painkiller. It is not available without a prescription.",
     "It was approved before 2010.", "unclear"),
    ("medicine", "Calmol", "* Indications: headache; fever; migraine\n* Manufacturer: Noro Pharma GmbH",
     "Its indications include migraine or gout.", "matched"),
    ("medicine", "Calmol", "* Indications: headache; fever\n* Manufacturer: Noro Pharma GmbH",
     "Migraine is not among its indications.", "matched"),
    ("medicine", "Calmol", "* Manufacturer: Noro Pharma GmbH",
     "Migraine is not among its indications.", "unclear"),
    # films
    ("film", "Low Water", "* Directed by: Ana Lind\n* Running time: 142 minutes\n* Language: Swedish, English",
     "The film is longer than 2 hours and was directed by Ana Lind.", "matched"),
    ("film", "Low Water", "* Directed by: Ana Lind\n* Running time: 142 minutes\n* Language: Swedish, English",
     "The film was directed by Ana Lind.", "matched"),
    ("film", "Low Water", "* Directed by: Ana Lind\n* Running time: 142 minutes\n* Language: Swedish, English",
     "Its running time is over 120 minutes.", "matched"),
    ("film", "Low Water", "* Genre: drama, thriller\n* Release year: 1998",
     "The film was released in the 1990s.", "matched"),
    ("film", "Low Water", "* Genre: drama, thriller\n* Release year: 1998",
     "The film's genre is comedy or romance.", "unmatched"),
    ("film", "Low Water", "Low Water was directed by Ana Lind and premiered on 3 May 2011.",
     "The film was directed by Ana Lind.", "matched"),
    # airlines
    ("airline", "Polaria", "* Hub: Oslo Airport\n* Fleet size: 34\n* Alliance: none",
     "Its fleet has fewer than 50 aircraft.", "matched"),
    ("airline", "Polaria", "* Country: Norway\n* Fleet size: 34\n* Founded: 1946",
     "The airline is based in a Nordic country.", "matched"),
    ("airline", "Polaria", "* Alliance: Star Alliance\n* Destinations: 60",
     "The airline is a member of Star Alliance.", "matched"),
    ("airline", "Polaria", "* Status: ceased operations in 2012\n* Founded: 1946",
     "The airline is defunct.", "matched"),
    ("airline", "Polaria", "* Status: Operating\n* Founded: 1946",
     "The airline no longer operates.", "unmatched"),
    # grants
    ("grant", "Seed Fund", "* Amount: up to €50,000\n* Deadline: 30 June 2027\n* Open to: nonprofits, schools",
     "The deadline is after 1 January 2027.", "matched"),
    ("grant", "Seed Fund", "* Funder: Volta Foundation\n* Amount: €20,000",
     "The grant is worth at least €10,000.", "matched"),
    ("grant", "Seed Fund", "* Funder: Volta Foundation\n* Amount: €20,000",
     "The grant is funded by the Volta Foundation.", "matched"),
    ("grant", "Seed Fund", "* Eligible applicants: nonprofits, schools",
     "Schools are among the eligible applicants.", "matched"),
    # restaurants
    ("restaurant", "Osteria Blu", "* Cuisine: Italian, Seafood\n* Michelin stars: 2\n* Price range: $$$",
     "Its cuisine is Italian.", "matched"),
    ("restaurant", "Osteria Blu", "* Cuisine: Italian, Seafood\n* Michelin stars: 2",
     "The restaurant has at least two Michelin stars.", "matched"),
    ("restaurant", "Osteria Blu", "* Outdoor seating: Yes\n* Cuisine: Italian",
     "The restaurant has outdoor seating.", "matched"),
    ("restaurant", "Osteria Blu", "* Outdoor seating: No\n* Cuisine: Italian",
     "The restaurant has outdoor seating.", "unmatched"),
    ("restaurant", "Osteria Blu", "We serve Italian food. There is no outdoor seating.",
     "The restaurant has no outdoor seating.", "matched"),
    # universities
    ("university", "Norra University", "* Students: about 12,000\n* Founded: 1666\n* Type: public",
     "It has more than 10,000 students.", "matched"),
    ("university", "Norra University", "Norra University was established in 1666 and has 12,400 students.",
     "The university has fewer than 10,000 students.", "unmatched"),
    ("university", "Norra University", "* Campuses: Lund, Sweden; Berlin, Germany\n* Students: 9,000",
     "The university has campuses in both Sweden and Germany.", "matched"),
    ("university", "Norra University", "The university will have 20,000 students by 2030.",
     "It has more than 10,000 students.", "unclear"),
    # mountains
    ("mountain", "Hornspitze", "* Elevation: 4,120 m\n* Range: Bernese Alps\n* First ascent: 1861",
     "The mountain is higher than 4,000 m.", "matched"),
    ("mountain", "Hornspitze", "* Elevation: 4,120 m\n* Range: Bernese Alps\n* First ascent: 1861",
     "It was first climbed after 1900.", "unmatched"),
    ("mountain", "Hornspitze", "* Elevation: 4,120 m\n* Mountain range: Bernese Alps",
     "The mountain range is the Pennine Alps.", "unmatched"),
    # laws
    ("law", "Clean Air Act", "* Enacted: 1970\n* Jurisdiction: United States\n* Status: In force",
     "The law was enacted between 1965 and 1975.", "matched"),
    ("law", "Clean Air Act", "* Enacted: 1970\n* Jurisdiction: United States\n* Status: Repealed",
     "The law is still in force.", "unmatched"),
    # elements, species, books, games, hotels, games
    ("chemical element", "Rubidium", "* Symbol: Rb\n* Atomic number: 37\n* Discovered: 1861\n* Group: alkali metal",
     "Its atomic number is below 50.", "matched"),
    ("chemical element", "Rubidium", "* Symbol: Rb\n* Atomic number: 37\n* Year of discovery: 1861",
     "It was discovered in the 19th century.", "matched"),
    ("species", "Blue Heron", "* Conservation status: Least Concern\n* Diet: fish, frogs",
     "Its conservation status is Endangered or Vulnerable.", "unmatched"),
    ("book", "Saltwind", "* Pages: 320\n* Publisher: Harbour Press\n* Language: Danish",
     "The book was published by Harbour Press.", "matched"),
    ("book", "Saltwind", "* Pages: 320\n* Publisher: Harbour Press\n* Language: Danish",
     "The book is written in Danish.", "matched"),
    ("hotel", "Hotel Lago", "* Number of rooms: 86\n* Stars: 4\n* Pets allowed: no",
     "The hotel allows pets.", "unmatched"),
    ("hotel", "Hotel Lago", "* Number of rooms: 86\n* Stars: 4\n* Address: Via Roma 3, Lugano, Switzerland",
     "The hotel has between 50 and 100 rooms.", "matched"),
    ("hotel", "Hotel Lago", "Our competitors have more than 100 rooms.",
     "The hotel has more than 90 rooms.", "unclear"),
    ("festival", "Strandfest", "* Held in: July\n* Attendance: 8,000 to 9,000\n* Country: Denmark",
     "Its attendance is at least 5,000.", "matched"),
    ("standard", "QX-12", "* Version: 2.1\n* Status: Withdrawn\n* Supersedes: QX-11",
     "The standard supersedes QX-11.", "matched"),
    ("foundation", "Volta Foundation", "* Headquarters: Geneva\n* Staff: 10–20\n* Areas of work: health; water and sanitation",
     "None of its offices is in the United States.", "matched"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "name", "page", "condition", "outcome"), CASES)
def test_rules_read_pages_of_any_subject(
    kind: str, name: str, page: str, condition: str, outcome: str
) -> None:
    verdict = judged(kind, name, page, condition)
    assert (verdict.outcome.value, verdict.reasoning) == (outcome, verdict.reasoning)
    assert verdict.citations or outcome == "unclear"
