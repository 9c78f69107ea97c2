"""A model behind a real server on loopback, asked over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from netnew.domain.budget import Spend
from netnew.llms import ModelOptions, open_model
from netnew.ports.models import Prompt
from tests.support.model_server import Answerer, Asked, Reply, model_server


class Decided(BaseModel):
    condition: int
    outcome: str


class Decisions(BaseModel):
    """An answer whose fields all have defaults: an empty object would do."""

    verdicts: list[Decided] = []


PROMPT = Prompt("Judge the conditions.", "Entity: Acme", Decisions)
RIGHT: dict[str, Any] = {"verdicts": [{"condition": 1, "outcome": "matched"}]}


@dataclass(slots=True)
class Told:
    """What came of some questions: the answers or errors, the requests as the server saw them, what
    was charged, and how long was waited between."""

    results: list[Any] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    charged: list[Spend] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    @property
    def result(self) -> Any:
        (only,) = self.results
        return only

    @property
    def formats(self) -> list[str]:
        return [x.format for x in self.asked]


def ask(
    script: Answerer | Iterable[Reply], times: int = 1, prompt: Prompt[Any] = PROMPT, **options: Any
) -> Told:
    """Asks a server with that script `times` times; errors are results, too."""
    return asyncio.run(_ask(script, times, prompt, options))


async def _ask(
    script: Answerer | Iterable[Reply], times: int, prompt: Prompt[Any], options: dict[str, Any]
) -> Told:
    told = Told()

    async def pause(seconds: float) -> None:
        told.waits.append(seconds)

    async with model_server(script) as server:
        name = f"compatible:small@{server.base_url}"
        given = ModelOptions(pause=pause, chance=lambda: 0.0, **options)
        async with open_model(name, given) as model:
            for _ in range(times):
                try:
                    told.results.append(await model.ask(prompt, told.charged.append))
                except Exception as error:
                    told.results.append(error)
        told.asked = server.asked
    return told
