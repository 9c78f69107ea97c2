"""The profile of a company: asked as a field of every match, and told in Extruct's words."""

from __future__ import annotations

from dataclasses import dataclass

from netnew.api.dialects.extruct.company_facts import country_in, headcount_in, state_in, year_in
from netnew.domain.candidate import Candidate
from netnew.domain.enrichment import Enrichment, Format

# No key of a criterion has a dash, so that none is called the same.
NAME = "company-profile"

PROFILE = Enrichment(
    NAME,
    "Facts about the organisation itself",
    Format.OBJECT,
    fields=(
        Enrichment("founded", "When it was founded", Format.DATE),
        Enrichment("employees", "Number of employees"),
        Enrichment(
            "headquarters",
            "Where it has its head office",
            Format.OBJECT,
            fields=(
                Enrichment("country", "Country of the head office"),
                Enrichment("state_province", "State or province of the head office"),
                Enrichment("city", "City of the head office"),
            ),
        ),
        Enrichment("description", "Description of what it does"),
    ),
)

SIZES: tuple[tuple[str, int, int | None], ...] = (
    ("1-10", 1, 10),
    ("11-50", 11, 50),
    ("51-200", 51, 200),
    ("201-500", 201, 500),
    ("501-1000", 501, 1_000),
    ("1001-5000", 1_001, 5_000),
    ("5001-10000", 5_001, 10_000),
    ("10001+", 10_001, None),
)
"""Each size with the fewest and the most people it means."""


@dataclass(frozen=True, slots=True)
class CompanyProfile:
    """What the pages state of a company; None where they do not."""

    founding_year: int | None = None
    employee_count: str | None = None
    hq_country: str | None = None
    hq_state_province: str | None = None
    hq_city: str | None = None
    description: str | None = None


def profile_of(candidate: Candidate) -> CompanyProfile:
    """An empty one where the fields were not asked."""
    said = {x.name.removeprefix(f"{NAME}."): x.value for x in candidate.enrichments if x.value}
    founded, employees = said.get("founded"), said.get("employees")
    country = said.get("headquarters.country")
    hq_country = country_in(country) if country else None
    state = said.get("headquarters.state_province")
    return CompanyProfile(
        founding_year=year_in(founded) if founded else None,
        employee_count=size_of(employees) if employees else None,
        hq_country=hq_country,
        hq_state_province=state_in(state, hq_country) if state else None,
        hq_city=said.get("headquarters.city"),
        description=said.get("description"),
    )


def size_of(employees: str) -> str | None:
    """The size that a number or range of people falls into; None where it is more than one."""
    count = headcount_in(employees)
    if count is None:
        return None
    fewest, most = count
    for name, low, high in SIZES:
        if low <= fewest and (high is None or (most is not None and most <= high)):
            return name
    return None
