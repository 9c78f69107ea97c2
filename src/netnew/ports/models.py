"""The port of language models: typed answers to prompts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from netnew.domain.budget import Spend
from netnew.domain.price import Price

T = TypeVar("T")

Charge = Callable[[Spend], None]
"""Told what a call used, as soon as that is known; also of one whose answer was of no use."""


def unpaid(spend: Spend) -> None:
    """Charges nobody."""


@dataclass(frozen=True, slots=True)
class Prompt(Generic[T]):
    """What a model is asked. `instructions` come first and are the same for many prompts (servers
    keep them in their cache), `text` is this one. `answer`: the pydantic model that the answer must
    be. `max_tokens`: how long the answer may be."""

    instructions: str
    text: str
    answer: type[T]
    max_tokens: int = 2_000


class LanguageModel(Protocol):
    """A model behind a server, asked for typed answers."""

    @property
    def name(self) -> str:
        """Its full name, 'openai:gpt-5-mini'; part of the judge profile in the ledger."""
        ...

    @property
    def price(self) -> Price | None:
        """None where it is not known, or is free."""
        ...

    async def ask(self, prompt: Prompt[T], charge: Charge) -> T:
        """The answer. Every request made is charged, with its tokens and what they cost.

        Raises ModelUnavailable where its server does not answer after some tries, NoAnswer where
        it answers with nothing usable, ModelMisconfigured where it never can.
        """
        ...
