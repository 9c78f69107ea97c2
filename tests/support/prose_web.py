"""A small web of clockmakers whose pages speak in prose, and a model that reads them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from evals.oracle_prompt import Asked as Question
from evals.oracle_prompt import Kind, read_prompt
from evals.rows import Page
from evals.web_server import HOST, WebServer, serving, store_web
from netnew.bootstrap import App, open_app
from netnew.domain.condition import MatchCondition
from netnew.domain.run import RunSpec
from netnew.settings import Settings
from tests.support.model_server import Asked, Reply, says

TOWERS = MatchCondition("towers", "The workshop looks after tower clocks.")
PUPILS = MatchCondition("pupils", "The workshop takes in apprentices.")
# Of every condition: the words that prove it, and those that exclude it.
WORDS: Mapping[str, tuple[str, str]] = {
    TOWERS.description: (
        "Church belfries keep time by our hands.",
        "Wristwatches are all we touch.",
    ),
    PUPILS.description: ("Two learners sit at our bench.", "We work alone and teach nobody."),
}
NAMES = (
    *("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Gorse", "Hazel"),
    *("Ivy", "Juniper", "Kapok", "Larch", "Maple", "Nutmeg"),
)


def address(name: str) -> str:
    return f"https://{name.lower()}-clocks.example/"


def is_match(number: int) -> bool:
    return number % 3 != 1 and number % 5 != 2


MATCHES = frozenset(f"{name} Clocks" for n, name in enumerate(NAMES) if is_match(n))


def page_of(number: int, extra: str = "", head: str = "") -> Page:
    """The home page of a workshop; `extra` and `head` are HTML put into it."""
    towers = WORDS[TOWERS.description][number % 3 == 1]
    pupils = WORDS[PUPILS.description][number % 5 == 2]
    name = f"{NAMES[number]} Clocks"
    html = (
        f"<html><head><title>{name}</title>{head}</head><body><main><h1>{name}</h1>"
        f"<p>{name} is a clockmaker workshop in the valley. {towers}</p>"
        f"<p>{pupils} Visitors find us behind the mill, on the left bank of the river.</p>"
        f"{extra}</main></body></html>"
    )
    return Page(address(NAMES[number]), 200, name, html)


def web(extra: Mapping[int, str] | None = None) -> list[Page]:
    """The pages of all workshops and a list of them; `extra` HTML by number."""
    pages = [page_of(n, (extra or {}).get(n, "")) for n in range(len(NAMES))]
    items = "".join(f'<li><a href="{p.url}">{p.title}</a>, clockmaker</li>' for p in pages)
    listed = f"<html><title>Clockmaker workshops</title><main><ul>{items}</ul></main></html>"
    return [*pages, Page("https://valley.example/clockmakers", 200, "Clockmakers", listed)]


@contextmanager
def served(pages: Iterable[Page], folder: Path) -> Iterator[WebServer]:
    """The pages and a search over them, as the product meets them."""
    folder.mkdir()
    store_web(list(pages), folder)
    with serving(folder) as server:
        yield server


def gateway(server: WebServer) -> str:
    return f"http://{HOST}:{server.ports[0]}"


@asynccontextmanager
async def opened(home: Path, server: WebServer, **more: Any) -> AsyncIterator[App]:
    settings = Settings.load(
        home=home,
        test_gateway=gateway(server),
        sources=(f"web:searxng={gateway(server)}",),
        per_host_delay_s=0,
        model_tries=1,
        model_price_input=1.0,
        model_price_output=10.0,
        **more,
    )
    async with open_app(settings) as app:
        yield app


def question(model_url: str, server: WebServer, judge: str = "only:compatible:m@{}") -> RunSpec:
    return RunSpec(
        "Find all clockmaker workshops that look after tower clocks and take in apprentices.",
        "clockmaker workshop",
        (TOWERS, PUPILS),
        match_limit=100,
        generator="base",
        sources=(f"web:searxng={gateway(server)}",),
        judge=judge.format(model_url),
    )


# --------------------------------------------------------------------------------- models


def text_of(asked: Asked) -> str:
    """The prompt itself."""
    user = [m["content"] for m in asked.body["messages"] if m["role"] == "user"]
    return str(user[0])


def read(asked: Asked) -> Question:
    return read_prompt(text_of(asked))


def careful(asked: Asked) -> Reply:
    """A model that reads well."""
    return says(answer_of(read(asked)))


def answer_of(question: Question) -> dict[str, Any]:
    """What pages say by `WORDS`, quoted; a plan of these conditions; no opinion on pairs."""
    items = question.items or {}
    match question.kind:
        case Kind.VERDICT:
            return {"verdicts": [_verdict(question, n, text) for n, text in items.items()]}
        case Kind.RECHECK:
            given = [_verdict(question, n, text) for n, text in items.items()]
            holds = {"matched": "yes", "unmatched": "no", "unclear": "not stated"}
            checks = [(v["condition"], holds[v["outcome"]], v["quotes"]) for v in given]
            return {"checks": [{"claim": n, "holds": h, "quotes": q} for n, h, q in checks]}
        case Kind.FIELDS:
            return {"values": [{"field": n, "value": None} for n in items]}
        case Kind.PLAN:
            asked = [{"name": c.name, "description": c.description} for c in (TOWERS, PUPILS)]
            return {
                "entity_type": "clockmaker workshop",
                "conditions": asked,
                "queries": ["belfry clock menders of the valley"],
            }
        case Kind.TABLE:
            return {"name_column": -1}
        case _:
            return {"pairs": []}


def _verdict(question: Question, number: int, text: str) -> dict[str, Any]:
    # The control condition has no words on any page.
    for outcome, words in zip(("matched", "unmatched"), WORDS.get(text, ()), strict=False):
        for page in question.pages:
            for passage in page.passages:
                if words in passage.text:
                    quotes = [{"passage": passage.mark, "text": words}]
                    return {"condition": number, "outcome": outcome, "quotes": quotes,
                            "value": words, "confidence": "high"}  # fmt: skip
    return {"condition": number, "outcome": "unclear", "quotes": []}


def everything_asked(asked: Iterable[Asked]) -> str:
    """All that a server was sent."""
    return json.dumps([a.body for a in asked])
