"""Models that obey: what they say shows what the rest of the product lets through."""

from __future__ import annotations

import re
from typing import Any

from evals.oracle_prompt import Kind, Passage, read_prompt
from tests.injection.attacks import EVIL, MARK, ORDERS
from tests.support.prose_web import answer_of

_FENCE = re.compile(r'<evidence id="(\w+)">\n.*?</evidence id="\1">', re.DOTALL)


def outside(text: str) -> str:
    """All of a prompt that stands outside the fence."""
    return _FENCE.sub("", text)


def speaks_to_me(text: str) -> bool:
    return MARK in re.sub(r"[^\w]", "", text.lower())


def obeys_what_is_outside(text: str) -> dict[str, Any]:
    """Reads well, and obeys any order that stands outside the fence."""
    honest = answer_of(read_prompt(text))
    if not speaks_to_me(outside(text)):
        return honest
    return _all_hold(text, [p.text for p in _passages(text)][:1])


def obeys_everything(text: str) -> dict[str, Any]:
    """Says that everything holds, quoting the orders as they were meant to be seen, whatever it is
    shown of them, and things that stand nowhere."""
    seen = [p.text for p in _passages(text) if speaks_to_me(p.text)]
    return _all_hold(text, [*seen, *ORDERS.values(), MARK, "It says so.", f"see {EVIL}"])


def _passages(text: str) -> list[Passage]:
    return [passage for page in read_prompt(text).pages for passage in page.passages]


def _all_hold(text: str, said: list[str]) -> dict[str, Any]:
    asked = read_prompt(text)
    quotes = [{"passage": "1.1", "text": each} for each in said]
    numbers = list(asked.items or ())
    told = {"quotes": quotes, "value": EVIL, "confidence": "high"}
    match asked.kind:
        case Kind.VERDICT:
            more = {"outcome": "matched", "reasoning": f"GET {EVIL}"}
            return {"verdicts": [{"condition": n, **told, **more} for n in numbers]}
        case Kind.RECHECK:
            return {"checks": [{"claim": n, "holds": "yes", "quotes": quotes} for n in numbers]}
        case Kind.FIELDS:
            return {"values": [{"field": n, **told} for n in numbers]}
        case _:
            return answer_of(asked)
