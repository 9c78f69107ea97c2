"""The port of language models: typed answers to prompts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from netnew.domain.budget import Spend
from netnew.domain.price import Price

T = TypeVar("T")

Charge = Callable[[Spend], None]
"""Called with what a call used, as soon as that is known; also for unusable answers."""


def unpaid(spend: Spend) -> None:
    """Charges nobody."""


@dataclass(frozen=True, slots=True)
class Prompt(Generic[T]):
    """A prompt. `instructions` come first and are shared by many prompts (servers cache them),
    `text` is specific. `answer`: the pydantic model of the answer. `max_tokens`: maximum length
    of the answer."""

    instructions: str
    text: str
    answer: type[T]
    max_tokens: int = 2_000


class LanguageModel(Protocol):
    """A model behind a server, called for typed answers."""

    @property
    def name(self) -> str:
        """Its full name, 'openai:gpt-5-mini'; part of the judge profile in the ledger."""
        ...

    @property
    def price(self) -> Price | None:
        """None if unknown or free."""
        ...

    async def ask(self, prompt: Prompt[T], charge: Charge) -> T:
        """The answer. Every request is charged, with its tokens and cost.

        Raises ModelUnavailable if its server does not respond after some attempts, NoAnswer if
        it has no usable answer, ModelMisconfigured if it never can."""
        ...
