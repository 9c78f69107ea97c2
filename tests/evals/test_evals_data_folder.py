"""Any folder of the format, rendered or not, from any place."""

from __future__ import annotations

import gzip
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from evals.data_folder import BadDataFolder, digest_of, load_web
from evals.product import Ask, find_command

OWN = Path(__file__).resolve().parents[1] / "web"


@pytest.fixture
def rendered(tmp_path: Path, observatories: Any) -> Path:
    """The own web as files, with its truth.py one folder above."""
    folder = tmp_path / "drawn"
    folder.mkdir()
    shutil.copy(OWN / "truth.py", tmp_path)
    pages = [
        {name: getattr(page, name) for name in ("url", "status", "title", "html", "location")}
        for page in observatories.pages
    ]
    for name, rows in (("pages", pages), ("labels", observatories.label_rows)):
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{name}.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    lines = "".join(json.dumps(query.row) + "\n" for query in observatories.queries)
    (folder / "queries.jsonl").write_text(lines)
    return folder


def test_a_domain_folder_is_rendered_by_its_own_script() -> None:
    web = load_web(OWN, "observatories")
    assert (web.domain, web.entities, len(web.queries)) == ("observatories", 50, 8)


def test_a_domain_folder_can_be_named_itself() -> None:
    assert load_web(OWN / "observatories").digest == load_web(OWN, "observatories").digest


def test_a_folder_with_one_domain_needs_no_name_of_it(rendered: Path) -> None:
    assert load_web(OWN).domain == "observatories"
    assert load_web(rendered.parent).domain == "drawn"
    (rendered.parent / "other").mkdir()
    (rendered.parent / "other" / "queries.jsonl").touch()
    with pytest.raises(BadDataFolder, match=r"name one domain .*there are: drawn, other"):
        load_web(rendered.parent)


def test_a_sample_keeps_so_many_entities_and_cuts_truth_to_them() -> None:
    web = load_web(OWN, "observatories", entities=20)
    ids = {label.primary for label in web.labels if label.primary}
    assert (web.entities, len(ids)) == (20, 20)
    assert all(query.truth <= ids for query in web.queries)


def test_the_digest_tells_samples_and_seeds_apart() -> None:
    webs = [
        load_web(OWN, "observatories"),
        load_web(OWN, "observatories", entities=20),
        load_web(OWN, "observatories", seed=1),
    ]
    assert len({web.digest for web in webs}) == 3


def test_the_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert digest_of([{"a": 1, "b": 2}]) == digest_of([{"b": 2, "a": 1}])
    assert digest_of([{"a": 1}], []) != digest_of([], [{"a": 1}])


def test_a_rendered_folder_serves_as_it_is(rendered: Path, observatories: Any) -> None:
    web = load_web(rendered)
    assert [page.url for page in web.pages] == [page.url for page in observatories.pages]
    assert load_web(rendered.parent, "drawn").digest == web.digest
    assert load_web(rendered, "drawn").digest == web.digest


def test_the_queries_of_a_rendered_folder_can_be_cut_to_a_sibling_domain(rendered: Path) -> None:
    sibling = rendered.parent / "closed_only"
    sibling.mkdir()
    (sibling / "queries.jsonl").write_text('{"id": "ob-q6"}\n')
    assert [q.id for q in load_web(rendered, "closed_only").queries] == ["ob-q6"]


def test_folders_load_beside_each_other_without_a_trace(rendered: Path) -> None:
    (rendered.parent / "truth.py").write_text("def resolver(labels): return lambda url: 'x'\n")
    paths, modules = list(sys.path), set(sys.modules)
    other, own = load_web(rendered), load_web(OWN, "observatories")
    assert other.truth.resolver([])("https://a.test/") == "x"
    assert own.truth.resolver([])("https://a.test/") is None
    assert sys.path == paths
    assert "truth" not in set(sys.modules) - modules


@pytest.mark.parametrize(
    ("data", "domain", "entities", "words"),
    [
        ("nowhere", None, None, "is no folder"),
        (".", "nothing", None, "has no domain 'nothing' (there are: drawn)"),
        ("drawn", "nothing", None, "knows no domain 'nothing'"),
        ("drawn", None, 5, "already rendered"),
    ],
)
def test_a_wrong_folder_is_refused_with_what_is_wrong(
    rendered: Path, data: str, domain: str | None, entities: int | None, words: str
) -> None:
    with pytest.raises(BadDataFolder) as caught:
        load_web(rendered.parent / data, domain, entities)
    assert words in str(caught.value)


def test_a_folder_without_its_truth_is_refused(rendered: Path) -> None:
    (rendered.parent / "truth.py").unlink()
    with pytest.raises(BadDataFolder, match=r"no truth\.py"):
        load_web(rendered)


def test_queries_are_chosen_by_id_and_unknown_ones_refused(observatories: Any) -> None:
    assert [q.id for q in observatories.asked(["ob-q3", "ob-q1"])] == ["ob-q3", "ob-q1"]
    assert observatories.asked([]) == observatories.queries
    with pytest.raises(BadDataFolder, match="no query ob-q99"):
        observatories.asked(["ob-q99"])


def test_the_product_is_told_nothing_that_only_a_grader_may_know(observatories: Any) -> None:
    for query in observatories.queries:
        command = find_command(query, Ask(), 1234, Path("out.json"))
        told = "\n".join(command)
        assert query.objective in command
        assert f"{query.conditions[0].name}: {query.conditions[0].description}" in command
        kept = [*query.truth, *query.ambiguous, *(leaf.op for c in query.conditions
                for leaf in c.leaves if "_" in leaf.op)]  # fmt: skip
        assert not [word for word in kept if word in told]
