"""A model behind a server, called for typed answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from netnew.domain.errors import ModelMisconfigured
from netnew.domain.price import Price
from netnew.llms.closing import Closing
from netnew.llms.credentials import Credentials, credentials_for
from netnew.llms.model_names import ModelName
from netnew.llms.options import ModelOptions
from netnew.llms.output_modes import OutputMode, OutputModes, output_modes
from netnew.llms.prices import listed_cost, listed_price
from netnew.llms.retry import RetryPolicy, ServerState
from netnew.ports.models import Charge, Prompt

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelResponse
    from pydantic_ai.usage import RequestUsage

    from netnew.llms.clients import Client

T = TypeVar("T")


class RemoteModel(Closing):
    """See `ports.LanguageModel`. Its client is created on first use."""

    def __init__(self, name: ModelName, options: ModelOptions, known_as: str = "") -> None:
        """`source_key`: what its calls are counted under and its errors call it, where that is
        not its name without the address. Raises ModelMisconfigured if a key, an address or a
        package is missing."""
        self._name = name
        self._options = options
        self.known_as = known_as or str(name).partition("@http")[0]
        self._access = credentials_for(name, options)
        self._here = asyncio.Semaphore(options.at_once)
        self._client: asyncio.Future[Client] | None = None
        self._state = ServerState(options.tries, options.at_once)

    def __repr__(self) -> str:
        return f"ServedModel({self.name!r})"

    async def aclose(self) -> None:
        """Close its connections; the next call opens others."""
        opened, self._client = self._client, None
        if opened is not None:
            with suppress(ModelMisconfigured):  # already reported
                await (await opened).aclose()

    @property
    def name(self) -> str:
        return str(self._name)

    @property
    def named(self) -> ModelName:
        return self._name

    @property
    def access(self) -> Credentials:
        return self._access

    @cached_property
    def price(self) -> Price | None:
        """By the settings, otherwise by the price list; None if unknown or free."""
        return self._options.price or listed_price(self._name, self._access.base_url)

    async def ask(self, prompt: Prompt[T], charge: Charge) -> T:
        """See `ports.LanguageModel`. An unusable answer is requested once more, with an
        explanation of what is wrong."""
        from netnew.llms.call_report import Reporter
        from netnew.llms.request import ChatRequest, Reply, exchange
        from netnew.llms.structured import StructuredRequest

        client = await self._opened()
        report, patience = Reporter(self.known_as, self._access.key), self._patience()

        async def send(question: ChatRequest, output_mode: OutputMode) -> Reply:
            async with self._turn():
                await patience.for_its_turn()
                return await exchange(client, question, output_mode, self._cost, charge, report)

        modes = self._output_modes(client)
        asking = StructuredRequest(
            self.known_as,
            self._access.key,
            self._access.base_url,
            client,
            modes,
            patience,
            send,
        )
        return await asking.answer(prompt)

    async def likelihood(
        self, instructions: str, turns: Sequence[str], words: tuple[str, str], charge: Charge
    ) -> float:
        """The probability, from 0 to 1, that its next message begins with the first of `words` and
        not with the second. `turns`: the conversation, alternating, with ours first and last.

        For servers that return probabilities (`logprobs` of chat completions). Raises like
        `ask`; ModelMisconfigured if they are not returned, NoAnswer if it says neither."""
        from netnew.llms.call_report import Reporter
        from netnew.llms.logprobs import likelihood_of, one_token

        client = await self._opened()
        report, patience = Reporter(self.known_as, self._access.key), self._patience()

        async def ask() -> ModelResponse:
            async with self._turn():
                await patience.for_its_turn()
                return await one_token(
                    client, instructions, turns, words, self._cost, charge, report
                )

        return await likelihood_of(
            ask, words, self.known_as, self._access.key, self._access.base_url, patience
        )

    def _patience(self) -> RetryPolicy:
        """For one question."""
        options = self._options
        times = (options.pause, options.chance, options.monotonic)
        return RetryPolicy(self.known_as, options.tries, *times, self._state)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        options = self._options
        if options.limits is None:
            async with self._here:
                yield
            return
        provider = f"model:{self._name.vendor}"
        if self._name.vendor.has_address:
            provider += f":{self._access.base_url}"
        async with options.limits.call(provider, options.rate_per_s, options.at_once):
            yield

    def _cost(self, usage: RequestUsage) -> float:
        price = self._options.price
        if price is None:
            listed = listed_cost(self._name, usage, self._access.base_url)
            if listed is not None:
                return listed
            price = self.price
        return price.cost(usage.input_tokens, usage.output_tokens) if price else 0.0

    def _output_modes(self, client: Client) -> OutputModes:
        return output_modes(self.name, self._access.base_url, client.output_modes_offered)

    async def output_mode(self) -> OutputMode:
        """The mode that is tried first, as learned so far."""
        return self._output_modes(await self._opened()).first

    async def _opened(self) -> Client:
        if self._client is None:
            self._client = asyncio.ensure_future(asyncio.to_thread(self._open))
        return await asyncio.shield(self._client)

    def _open(self) -> Client:
        try:
            from netnew.llms.clients import open_client

            return open_client(self._name, self._access, self._options)
        except ImportError as error:
            raise ModelMisconfigured(
                self.known_as, f"its client cannot be imported: {error}"
            ) from error
