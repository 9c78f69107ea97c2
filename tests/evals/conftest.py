"""A tiny web with labels, made by hand, for the tests of the suite that measures."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from evals.data_folder import Web, load_web  # noqa: E402
from evals.rows import Label, Page, Query  # noqa: E402


class TinyWeb:
    """Collects pages and labels; `web()` gives them with a question about teapots."""

    def __init__(self, truth: Any) -> None:
        self._truth = truth
        self.pages: list[dict[str, Any]] = []
        self.labels: list[dict[str, Any]] = []
        self.queries: list[dict[str, Any]] = []
        self.entities: list[dict[str, Any]] = []

    def page(
        self,
        url: str,
        role: str = "home",
        about: str | None = None,
        html: str = "",
        facts: tuple[str, ...] = (),
        stale: tuple[str, ...] = (),
        canonical: str | None = None,
        **row: Any,
    ) -> TinyWeb:
        self.pages.append({"url": url, "status": 200, "title": "", "html": html, **row})
        self.labels.append(
            {
                "url": url,
                "role": role,
                "primary": about,
                "entity_ids": [about] if about else [],
                "canonical": canonical or url,
                "facts": list(facts),
                "stale_facts": list(stale),
            }
        )
        return self

    def query(
        self,
        truth: list[str],
        conditions: list[dict[str, Any]] | None = None,
        ambiguous: list[str] | None = None,
        objective: str = "Find all teapots",
        kinds: list[str] | None = None,
    ) -> Query:
        row = {
            "id": f"q{len(self.queries) + 1}",
            "objective": objective,
            "entity_type": "teapot",
            "match_conditions": conditions or [condition("big", "litres", "gt", 2)],
            "truth": truth,
            "ambiguous": ambiguous or [],
            "kinds": kinds or [],
        }
        self.queries.append(row)
        return Query.of(row)

    def web(self) -> Web:
        return Web(
            domain="teapots",
            pages=tuple(map(Page.of, self.pages)),
            labels=tuple(map(Label.of, self.labels)),
            queries=tuple(map(Query.of, self.queries)),
            truth=self._truth,
            label_rows=tuple(self.labels),
            digest="0" * 64,
            entity_rows={e["id"]: e for e in self.entities},
        )


def condition(name: str, field: str, op: str, value: Any, description: str = "") -> dict[str, Any]:
    predicate = {"field": field, "op": op, "value": value}
    return {"name": name, "description": description or f"It is {name}.", "predicate": predicate}


@pytest.fixture(scope="session")
def observatories() -> Web:
    return load_web(ROOT / "tests" / "web", "observatories")


@pytest.fixture
def tiny(observatories: Web) -> TinyWeb:
    return TinyWeb(observatories.truth)


@pytest.fixture(scope="session")
def a_condition() -> Callable[..., dict[str, Any]]:
    return condition


@pytest.fixture(scope="session")
def fake_product() -> tuple[str, ...]:
    """The command that starts a stand-in for the product."""
    return (sys.executable, str(Path(__file__).with_name("fake_product.py")))
