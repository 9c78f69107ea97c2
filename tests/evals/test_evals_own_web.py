"""The suite's own web keeps its word: truth as counted by hand, facts where labels say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from evals.data_folder import Web
from evals.reachable import is_live
from evals.visible_text import visible_text

ROOT = Path(__file__).resolve().parents[2]

# Read off entities.jsonl by eye.
TRUTH = {
    "ob-q1": "01 03 09 24 26 32 50",
    "ob-q2": "06 08 11 12 25 28 31 33 36 38 39",
    "ob-q3": "01 02 03 04 05 06 07 08 09",
    "ob-q4": "11 19 23 28 49",
    "ob-q5": "23 25 28 29 30 33 34 36 38 39 40",
    "ob-q6": "05 15 18 27 30 32 48",
    "ob-q7": "03 16 22 40 43 44 45",
    "ob-q8": "03 20 32 35",
}
DIGEST = """
from pathlib import Path
from evals.data_folder import load_web
print(load_web(Path("tests/web"), "observatories").digest)
"""


def test_truth_is_what_the_table_says(observatories: Web) -> None:
    found = {q.id: sorted(q.truth) for q in observatories.queries}
    assert found == {k: [f"ob-{n}" for n in ids.split()] for k, ids in TRUTH.items()}


def test_a_hint_against_the_field_is_ambiguous(observatories: Web) -> None:
    for_pairs = {q.id: set(q.ambiguous) for q in observatories.queries if q.ambiguous}
    assert for_pairs == {"ob-q5": {"ob-24"}}


def test_every_asked_field_of_every_right_answer_is_on_a_live_page(observatories: Web) -> None:
    pages = {page.url: page for page in observatories.pages}
    stated: dict[str | None, set[str]] = {}
    for label in observatories.labels:
        if is_live(label, pages[label.url]):
            stated.setdefault(label.primary, set()).update(label.facts)
    for query in observatories.queries:
        fields = {leaf.field for c in query.conditions for leaf in c.leaves}
        assert not [entity for entity in query.truth if fields - stated[entity]]


def test_pages_say_what_their_labels_claim(observatories: Web) -> None:
    labels = {label.url: label for label in observatories.labels}
    told = {"state": ("State", " is "), "opened_on": ("First light", "saw first light")}
    for page in observatories.pages:
        text = visible_text(page.html)
        for field, (label, phrase) in told.items():
            stated = field in labels[page.url].facts | labels[page.url].stale_facts
            assert not stated or label in text or phrase in text


def test_the_web_has_the_mess_of_a_real_one(observatories: Web) -> None:
    roles = {label.role for label in observatories.labels}
    assert roles == {
        *("home", "about", "mirror", "redirect", "dead", "directory", "directory_stale"),
        *("list", "hub", "junk"),
    }
    assert {page.status for page in observatories.pages} == {0, 200, 301, 404, 410}


def test_another_process_with_another_hash_seed_renders_the_same(observatories: Web) -> None:
    env = {**os.environ, "PYTHONHASHSEED": "7"}
    run: Any = subprocess.run(
        [sys.executable, "-c", DIGEST],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == observatories.digest
