"""Questions about corpora of real pages: loading, grading, and one measured end to end."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from evals.cli import main
from evals.corpus_folder import CorpusField, CorpusQuestion, Records, corpus_folders, load_corpus
from evals.corpus_grade import FieldCounts, grade_corpus, is_same_value, macro
from evals.data_folder import BadDataFolder

ROWS = [
    {"id": "r1", "names": ["Brewer"], "urls": ["https://brewer.example/"], "paths": ["brewer.md"]},
    {"id": "r2", "names": ["Kettle"], "urls": [], "paths": ["kettle.md"]},
    {"id": "r3", "names": ["Twin"], "urls": [], "paths": []},
    {"id": "r4", "names": ["Twin"], "urls": ["https://twin.example/b"], "paths": []},
]
CITY = CorpusField("city", "the city", "text", {"r1": "Cardiff"})
QUESTION = CorpusQuestion(
    "Q1", "makers", ("p: Location is Cardiff",), frozenset({"r1", "r2"}), frozenset({"r4"}), (CITY,)
)


def candidate(name: str, status: str, url: str = "", **more: Any) -> dict[str, Any]:
    return {"name": name, "url": url, "match_status": status, **more}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "data" / "pots"
    (made / "source").mkdir(parents=True)
    for name, city in (("Brewer", "Cardiff, Wales"), ("Kettle", "Leeds, England")):
        text = f"# {name}\n\nLocation: {city}\n\n{name} makes teapots.\n"
        (made / "source" / f"{name.lower()}.md").write_text(text)
    question = {
        "id": "Q1",
        "objective": "teapot makers",
        "where": ["place: Location is Cardiff"],
        "truth": ["r1"],
        "ambiguous": [],
        "fields": [],
    }
    (made / "questions.jsonl").write_text(json.dumps(question) + "\n")
    with gzip.open(made / "records.jsonl.gz", "wt") as rows:
        rows.writelines(json.dumps(row) + "\n" for row in ROWS[:2])
    return made


def test_a_candidate_is_found_by_path_by_address_and_by_a_name_of_its_own() -> None:
    records = Records(ROWS)
    by_path = candidate("x", "matched", "file:///anywhere/Brewer.md")
    assert records.record_of(by_path) == "r1"
    assert records.record_of(candidate("x", "matched", "http://www.brewer.example")) == "r1"
    assert records.record_of(candidate("kettle", "matched", "urn:x:1")) == "r2"
    assert records.record_of(candidate("Twin", "matched", "urn:x:1")) is None
    alternate = candidate("x", "matched", alternate_urls=["https://twin.example/b"])
    assert records.record_of(alternate) == "r4"


def test_what_is_false_missed_ambiguous_and_double_is_told_apart() -> None:
    grade = grade_corpus(
        QUESTION,
        Records(ROWS),
        [
            candidate("Brewer", "matched", enrichments={"city": {"value": "Cardiff"}}),
            candidate("Brewer", "matched", "https://brewer.example/", enrichments={}),
            candidate("Kettle", "unmatched"),
            candidate("Kettle", "unclear"),
            candidate("Twin", "matched", "https://twin.example/b"),
            candidate("Stranger", "matched"),
        ],
    )
    assert (grade.found, grade.duplicates, [c["name"] for c in grade.false]) == (1, 1, ["Stranger"])
    assert (grade.precision, grade.recall) == (0.5, 0.5)
    assert grade.missed == (("Kettle", "unclear"),)
    assert grade.fields == {"city": FieldCounts(right=1, wrong=0, empty=1)}
    assert macro([grade])["fields_right"] == 0.5


@pytest.mark.parametrize(
    ("format", "wanted", "got", "same"),
    [
        ("number", "1000", "1,005", True),
        ("number", "1000", "1,020", False),
        ("number", "1000", "many", False),
        ("date", "1990-05", "1990-05-17", True),
        ("date", "1990-05-17", "1990-05", False),
        ("url", "https://a.example/x/", "http://www.a.example/x", True),
        ("boolean", True, "Yes", True),
        ("boolean", True, "no", False),
        ("text", "United States of America", "The United States of America", True),
        ("text", "Niger", "Nigeria", False),
    ],
)
def test_values_are_compared_by_their_format(
    format: str, wanted: object, got: object, same: bool
) -> None:
    assert is_same_value(format, wanted, got) is same


def test_folders_that_are_not_of_the_format_are_refused(folder: Path, tmp_path: Path) -> None:
    assert corpus_folders(folder.parent) == [folder]
    assert load_corpus(folder).questions[0].where == ("place: Location is Cardiff",)
    (folder / "questions.jsonl").write_text('{"id": "Q1"}\n')
    with pytest.raises(BadDataFolder, match="objective"):
        load_corpus(folder)
    with pytest.raises(BadDataFolder, match="no folder"):
        corpus_folders(tmp_path / "nothing")


def test_a_corpus_is_measured_end_to_end(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.json"
    assert main(["corpora", "--data", str(folder.parent), "--json", str(out)]) == 0
    measured = json.loads(out.read_text())["pots"]
    assert measured["macro"]["f1"] == 1.0
    assert measured["questions"][0]["candidates"] == 2
    assert "without_a_right_answer 0" in capsys.readouterr().out
