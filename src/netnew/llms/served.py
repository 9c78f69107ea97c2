"""A model behind a server, asked for typed answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from netnew.domain.errors import ModelMisconfigured, NoAnswer
from netnew.domain.price import Price
from netnew.llms.access import Access, access_to
from netnew.llms.names import ModelName
from netnew.llms.options import ModelOptions
from netnew.llms.patience import Patience
from netnew.llms.prices import listed_cost, listed_price
from netnew.llms.reading import Unusable, answer_in
from netnew.llms.rungs import FAILED, REFUSED, Ladder, Rung, ladder_of
from netnew.ports import Charge, Prompt

if TYPE_CHECKING:
    from pydantic_ai.usage import RequestUsage

    from netnew.llms.clients import Client
    from netnew.llms.exchange import Question, Reply
    from netnew.llms.failures import Failure

T = TypeVar("T")


class ServedModel:
    """See `ports.LanguageModel`. Its client is made when it is first asked."""

    def __init__(self, name: ModelName, options: ModelOptions) -> None:
        """Raises ModelMisconfigured where a key, an address or a package is missing."""
        self._name = name
        self._options = options
        self._access = access_to(name, options)
        self._here = asyncio.Semaphore(options.at_once)
        self._client: asyncio.Future[Client] | None = None

    def __repr__(self) -> str:
        return f"ServedModel({self.name!r})"

    async def __aenter__(self) -> ServedModel:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close its connections; it can be asked again after that."""
        opened, self._client = self._client, None
        if opened is not None:
            await (await opened).aclose()

    @property
    def name(self) -> str:
        return str(self._name)

    @property
    def named(self) -> ModelName:
        return self._name

    @property
    def access(self) -> Access:
        return self._access

    @cached_property
    def price(self) -> Price | None:
        """By the settings, else by the list of prices; None where it is not known, or is free."""
        return self._options.price or listed_price(self._name, self._access.base_url)

    async def ask(self, prompt: Prompt[T], charge: Charge) -> T:
        """See `ports.LanguageModel`. An answer that is of no use is asked for once more, with what
        is wrong with it."""
        from netnew.llms.exchange import Question

        client = await self._opened()
        ladder = self._ladder(client)
        options = self._options
        patience = Patience(self.name, options.tries, options.pause, options.chance)
        question = Question(prompt.instructions, prompt.text, prompt.answer, prompt.most_tokens)
        reply, rung = await self._reply(client, question, ladder.first, patience, charge)
        try:
            return self._answer(reply, rung, prompt.answer, ladder)
        except Unusable as unusable:
            again = replace(question, earlier=(reply.text, str(unusable)))
            if reply.is_cut:
                again = replace(again, earlier=None, most_tokens=2 * question.most_tokens)
        below = None if ladder.is_proven(rung) else ladder.below(rung)
        reply, at = await self._reply(client, again, below or rung, patience, charge)
        try:
            answer = self._answer(reply, at, prompt.answer, ladder)
        except Unusable as unusable:
            raise NoAnswer(self.name, f"{unusable}, also when asked again") from None
        if at is not rung:
            ladder.doubt(rung, FAILED)
        return answer

    def _answer(self, reply: Reply, rung: Rung, answer: type[T], ladder: Ladder) -> T:
        if reply.is_refusal:
            raise NoAnswer(self.name, "it refused")
        if reply.is_cut:
            # What was lost is not known: a list may look whole.
            raise Unusable("the answer was cut off by its length")
        found = answer_in(reply.text, answer)
        ladder.worked(rung)
        return found

    async def _reply(
        self, client: Client, question: Question, rung: Rung, patience: Patience, charge: Charge
    ) -> tuple[Reply, Rung]:
        """The reply of the first rung from `rung` down that the server does."""
        from netnew.llms.exchange import exchange
        from netnew.llms.failures import Kind, failure_of

        ladder, top = self._ladder(client), rung
        failed: list[tuple[Rung, int]] = []
        while True:
            try:
                async with self._turn():
                    reply = await exchange(client, question, rung, self._cost, charge)
            except Exception as error:
                failure = failure_of(error, self._access.key)
            else:
                for each, weight in failed:
                    ladder.doubt(each, weight)
                return reply, rung
            below = ladder.below(rung)
            if failure.kind is Kind.REJECTED and below is not None:
                failed.append((rung, REFUSED))
                rung = below
            elif failure.kind is Kind.SERVER and below is not None and not ladder.is_proven(rung):
                patience.count(failure.problem, failure.retry_after_s)
                failed.append((rung, FAILED))
                rung = below
            else:
                self._give_up(failure, ladder)
                patience.count(failure.problem, failure.retry_after_s)
                await patience.wait(failure.retry_after_s)
                rung, failed = top, []

    def _give_up(self, failure: Failure, ladder: Ladder) -> None:
        """Raises for what is not to be tried again."""
        from netnew.llms.failures import Kind, QuotaExhausted

        match failure.kind:
            case Kind.SETUP:
                raise ModelMisconfigured(self.name, failure.problem)
            case Kind.QUOTA:
                raise QuotaExhausted(self.name, failure.problem)
            case Kind.TOO_LONG | Kind.REFUSED:
                raise NoAnswer(self.name, failure.problem)
            case Kind.REJECTED if ladder.is_used:
                raise NoAnswer(self.name, failure.problem)
            case Kind.REJECTED:
                # It has never taken any request of ours: that is no matter of this prompt.
                raise ModelMisconfigured(self.name, failure.problem)
            case Kind.AGAIN | Kind.SERVER:
                return

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

    def _ladder(self, client: Client) -> Ladder:
        return ladder_of(self.name, self._access.base_url, client.rungs)

    async def rung(self) -> Rung:
        """The rung it is asked by first, as far as was learned."""
        return self._ladder(await self._opened()).first

    async def _opened(self) -> Client:
        if self._client is None:
            self._client = asyncio.ensure_future(asyncio.to_thread(self._open))
        return await asyncio.shield(self._client)

    def _open(self) -> Client:
        from netnew.llms.clients import open_client

        return open_client(self._name, self._access, self._options)
