"""A web with known answers, out of any data folder of the format.

A folder is either a *domain* (a `make_pages.py` there or one folder above renders it) or already
*rendered* (`pages.jsonl.gz`, `labels.jsonl.gz`, `queries.jsonl`). Its own `truth.py`, there or one
folder above, says what an address resolves to and how a list of ids scores.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol, cast

from evals.rows import Label, Page, Query, Row

RENDERED = ("pages.jsonl.gz", "labels.jsonl.gz", "queries.jsonl")


class BadDataFolder(Exception):
    """The folder is not of the format, or has no such domain; the message says what is missing."""


class Truth(Protocol):
    """What a folder's `truth.py` offers a grader."""

    def resolver(self, labels: Iterable[Row]) -> Callable[[str], str | None]: ...

    def score(self, query: Row, returned_ids: Sequence[str | None]) -> Mapping[str, float]: ...

    def judge_condition(self, cond: Row, entity: Row) -> bool | None: ...


class PageMaker(Protocol):
    """What a folder's `make_pages.py` offers: pages, labels and queries, in a fixed order."""

    def build(
        self, domain_dirs: list[str], seed: int = 0, limit: int | None = None
    ) -> tuple[list[Row], list[Row], list[Row]]: ...


@dataclass(frozen=True, slots=True)
class Web:
    """A web and the questions asked of it. `digest` is the sha256 over all its rows.
    `entity_rows` are the entities by id, as far as the folder, or one beside it, has them;
    `schemas` say how pages state their fields, where a folder has a `schema.json`."""

    domain: str
    pages: tuple[Page, ...]
    labels: tuple[Label, ...]
    queries: tuple[Query, ...]
    truth: Truth
    label_rows: tuple[Row, ...]
    digest: str
    entity_rows: Mapping[str, Row] = field(default_factory=dict, repr=False)
    schemas: tuple[Row, ...] = field(default=(), repr=False)

    @property
    def entities(self) -> int:
        return len({label.primary for label in self.labels if label.primary})

    def asked(self, ids: Sequence[str]) -> tuple[Query, ...]:
        """The queries of these ids, in this order; all where `ids` is empty."""
        if not ids:
            return self.queries
        known = {query.id: query for query in self.queries}
        missing = [name for name in ids if name not in known]
        if missing:
            raise BadDataFolder(f"no query {', '.join(missing)} (there are: {', '.join(known)})")
        return tuple(known[name] for name in ids)


def load_web(
    data: Path, domain: str | None = None, entities: int | None = None, seed: int = 0
) -> Web:
    """The web of `domain` in `data`, rendered with `seed` at `entities` entities (None: all).

    `domain` may name several, separated by commas, for one web of all. Without it `data` itself is
    the domain or the rendered web, or has just one. In a rendered web `domain` may name a sibling
    folder: its queries alone are then asked. Raises BadDataFolder.
    """
    if not data.is_dir():
        raise BadDataFolder(f"{data} is no folder")
    if domain is None and not (data / "queries.jsonl").is_file():
        domain = _only_domain(data)
    folders = [data / name for name in domain.split(",")] if domain else [data]
    if all(folder.is_dir() for folder in folders):
        if len(folders) == 1 and is_rendered(folders[0]):
            return _rendered(folders[0], entities)
        return _made(folders, entities, seed)
    if domain and is_rendered(data):
        return _rendered(data, entities, _queries_of_sibling(data, domain))
    raise BadDataFolder(f"{data} has no domain {domain!r} (there are: {', '.join(_domains(data))})")


def is_rendered(folder: Path) -> bool:
    return all((folder / name).is_file() for name in RENDERED)


def _only_domain(data: Path) -> str:
    domains = _domains(data)
    if len(domains) != 1:
        there = ", ".join(domains) or "none"
        raise BadDataFolder(f"name one domain of {data} (there are: {there})")
    return domains[0]


def _domains(data: Path) -> list[str]:
    return sorted(p.name for p in data.iterdir() if (p / "queries.jsonl").is_file())


def _queries_of_sibling(data: Path, domain: str) -> frozenset[str] | None:
    if domain == data.resolve().name:
        return None
    path = data.resolve().parent / domain / "queries.jsonl"
    if not path.is_file():
        raise BadDataFolder(f"the rendered web {data} knows no domain {domain!r}")
    return frozenset(row["id"] for row in read_rows(path))


def _rendered(folder: Path, entities: int | None, only: frozenset[str] | None = None) -> Web:
    if entities is not None:
        raise BadDataFolder(f"{folder} is already rendered: its number of entities is fixed")
    pages, labels, queries = (read_rows(folder / name) for name in RENDERED)
    if only is not None:
        queries = [row for row in queries if row["id"] in only]
    truth = cast(Truth, _module(_beside(folder, "truth.py"), "evals_truth"))
    beside = [p for p in sorted(folder.resolve().parent.iterdir()) if p.is_dir()]
    return _web(folder.resolve().name, pages, labels, queries, truth, beside)


def _made(folders: list[Path], entities: int | None, seed: int) -> Web:
    truth_module = _module(_beside(folders[0], "truth.py"), "evals_truth")
    with _known_as("truth", truth_module):
        maker = cast(PageMaker, _module(_beside(folders[0], "make_pages.py"), "evals_make_pages"))
    pages, labels, queries = maker.build([str(f) for f in folders], seed=seed, limit=entities)
    name = ",".join(folder.resolve().name for folder in folders)
    return _web(name, pages, labels, queries, cast(Truth, truth_module), folders)


def _web(
    name: str,
    pages: list[Row],
    labels: list[Row],
    queries: list[Row],
    truth: Truth,
    entity_folders: list[Path],
) -> Web:
    return Web(
        domain=name,
        pages=tuple(Page.of(row) for row in pages),
        labels=tuple(Label.of(row) for row in labels),
        queries=tuple(Query.of(row) for row in queries),
        truth=truth,
        label_rows=tuple(labels),
        digest=digest_of(pages, labels, queries),
        entity_rows=(
            _entities(entity_folders, {str(row["primary"]) for row in labels})
            if hasattr(truth, "judge_condition")
            else {}
        ),
        schemas=tuple(
            json.loads((folder / "schema.json").read_bytes())
            for folder in entity_folders
            if (folder / "schema.json").is_file()
        ),
    )


def _entities(folders: list[Path], ids: set[str]) -> dict[str, Row]:
    files = (folder / f"entities.jsonl{end}" for folder in folders for end in ("", ".gz"))
    rows = (row for path in files if path.is_file() for row in read_rows(path))
    return {row["id"]: row for row in rows if row["id"] in ids}


def digest_of(*tables: Iterable[Row]) -> str:
    """sha256 over the rows in their order, each as JSON with sorted keys."""
    sha = hashlib.sha256()
    for table in tables:
        for row in table:
            sha.update(json.dumps(row, sort_keys=True, ensure_ascii=False).encode() + b"\n")
        sha.update(b"\n")
    return sha.hexdigest()


def read_rows(path: Path) -> list[Row]:
    """The rows of a JSON Lines file, compressed where its name ends in '.gz'."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in raw.decode("utf-8").split("\n") if line.strip()]


def _beside(folder: Path, name: str) -> Path:
    for place in (folder.resolve(), folder.resolve().parent):
        if (place / name).is_file():
            return place / name
    raise BadDataFolder(f"no {name} in {folder} or one folder above")


def _module(path: Path, name: str) -> ModuleType:
    """The module at `path`. It stays out of `sys.modules`, so that many folders can be loaded."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise BadDataFolder(f"{path} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    search_path = list(sys.path)
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path[:] = search_path
    return module


@contextmanager
def _known_as(name: str, module: ModuleType) -> Any:
    """`import name` gives `module` meanwhile: a folder's scripts import each other by bare name."""
    before = sys.modules.get(name)
    sys.modules[name] = module
    try:
        yield
    finally:
        if before is None:
            del sys.modules[name]
        else:
            sys.modules[name] = before
