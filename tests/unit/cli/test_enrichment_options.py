"""--enrich and --schema as fields to fill."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netnew.cli.enrichment_options import enrichments_from
from netnew.cli.tables import enrichment_line
from netnew.domain.enrichment import Enrichment, EnrichmentValue, Format
from netnew.domain.errors import InvalidInput
from netnew.domain.evidence import Citation
from netnew.domain.ids import SnapshotId


@pytest.mark.parametrize(
    ("argument", "asked"),
    [
        ("hq: where is it based", Enrichment("hq", "where is it based")),
        ("license", Enrichment("license", "license")),
        ("Year of foundation", Enrichment("year_of_foundation", "Year of foundation")),
        ("founded (date): when", Enrichment("founded", "when", Format.DATE)),
        ("founded(DATE) : when", Enrichment("founded", "when", Format.DATE)),
        ("staff (number)", Enrichment("staff", "staff", Format.NUMBER)),
        (
            "stage (pre seed | series A round | public): how far it is",
            Enrichment(
                "stage",
                "how far it is",
                Format.OPTIONS,
                options=("pre seed", "series A round", "public"),
            ),
        ),
        ("Licence (SPDX)", Enrichment("licence_spdx", "Licence (SPDX)")),
        ("see https://x.org/a", Enrichment("see_https_x_org_a", "see https://x.org/a")),
        ("open at 10:30", Enrichment("open_at_10_30", "open at 10:30")),
    ],
)
def test_a_field_is_named_and_has_the_format_in_brackets(argument: str, asked: Enrichment) -> None:
    assert enrichments_from([argument], None) == (asked,)


def test_equal_words_get_different_names() -> None:
    names = [x.name for x in enrichments_from(["city", "City?", "city (list)"], None)]
    assert names == ["city", "city_2", "city_3"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["founded (day): when"],
            r"'day', the format of 'founded', is not known \(allowed: text, ",
        ),
        (["seat (object): where"], "objects with --schema"),
        (["stage (options): which"], r"'A\|B\|C'"),
        (["founded:"], "has no text"),
        ([" "], "has no text"),
        (["a: one", "a: two"], "the name is used twice: 'a'"),
    ],
)
def test_what_cannot_be_asked_is_refused(arguments: list[str], said: str) -> None:
    with pytest.raises(InvalidInput, match=f"^--enrich: .*{said}"):
        enrichments_from(arguments, None)


@given(st.lists(st.text(min_size=1).filter(lambda x: ":" not in x and "(" not in x), max_size=4))
def test_any_texts_get_a_name_each(texts: list[str]) -> None:
    said = [x for x in texts if x.strip()]
    asked = enrichments_from(said, None)
    assert [x.description for x in asked] == [x.strip() for x in said]
    assert len({x.name for x in asked}) == len(said)
    assert all(x.name for x in asked)


def test_a_schema_comes_after_the_single_fields(tmp_path: Path) -> None:
    path = tmp_path / "fields.json"
    city = {"type": "object", "properties": {"city": {"type": "string", "description": "Where"}}}
    path.write_text(json.dumps({"type": "object", "properties": {"seat": city}}))
    assert enrichments_from(["hq: seat"], path) == (
        Enrichment("hq", "seat"),
        Enrichment("seat", "", Format.OBJECT, (Enrichment("city", "Where"),)),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "--schema: .* cannot be read: No such file"),
        ("{", "--schema: .* is not JSON: line 1: "),
        ("[" * 100_000, "--schema: .* is not JSON"),
        ("[]", "--schema: .* is not an object"),
        ("{}", "--schema: is no object with properties"),
        ('{"properties": {"a": {"type": "nil"}}}', "--schema.a: is of the type nil"),
        ('{"properties": {"hq": {"type": "string"}}}', "--schema: the name is used twice: 'hq'"),
    ],
)
def test_a_schema_that_cannot_be_used_is_refused(
    tmp_path: Path, text: str | None, said: str
) -> None:
    path = tmp_path / "fields.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InvalidInput, match=f"^{said}"):
        enrichments_from(["hq: seat"], path)


def test_a_schema_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "fields.json"
    path.write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(InvalidInput, match="is not JSON"):
        enrichments_from([], path)


def test_a_schema_reaches_the_spec_and_the_plan_shows_its_fields(
    netnew: Any, tmp_path: Path
) -> None:
    path = tmp_path / "fields.json"
    day = {"type": "string", "format": "date", "description": "First day"}
    seat = {"type": "object", "properties": {"since": day}}
    path.write_text(json.dumps({"properties": {"seat": seat}}))
    shown = netnew.run("plan", "Teapots", "--schema", str(path))
    assert "Field:       seat.since (date): First day" in shown.stdout
    (asked,) = netnew.service.asked[-1].enrichments
    assert asked.fields == (Enrichment("since", "First day", Format.DATE),)


def test_a_schema_too_deep_is_told_in_one_line(netnew: Any, tmp_path: Path) -> None:
    path = tmp_path / "fields.json"
    schema: dict[str, Any] = {"type": "string"}
    for name in "dcba":
        schema = {"type": "object", "properties": {name: schema}}
    path.write_text(json.dumps(schema))
    refused = netnew.run("find", "Teapots", "--schema", str(path))
    assert refused.exit_code == 2
    assert refused.stderr.strip() == (
        "netnew: --schema.a.b.c: is nested too deep (allowed: at most 3 levels of objects)"
    )
    assert netnew.service.asked == []


def test_a_quote_that_gives_no_value_is_shown_with_the_reason() -> None:
    proof = (Citation(SnapshotId("s"), "https://x.org", 0, 0, 7, "over 50"),)
    unusable = EnrichmentValue("staff", None, proof, "not usable: the page says 'over 50'")
    assert enrichment_line(unusable).plain == "· staff  not usable: the page says 'over 50'"
    assert enrichment_line(EnrichmentValue("staff", None)).plain == "· staff  not stated"
