"""Asks a model until there is a usable answer: through the output modes, with retries, and once
more after an unusable answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from netnew.domain.errors import ModelMisconfigured, NetnewError, NoAnswer
from netnew.llms.answer_parser import Unusable
from netnew.llms.clients import Client
from netnew.llms.errors import Failure, Kind, QuotaExhausted, failure_of
from netnew.llms.output_modes import FAILED, REFUSED, OutputMode, OutputModes
from netnew.llms.request import ChatRequest, Reply
from netnew.llms.retry import RetryPolicy
from netnew.ports.models import Prompt

T = TypeVar("T")

_MAX_ADAPTED = 2

Send = Callable[[ChatRequest, OutputMode], Awaitable[Reply]]
"""Sends one request in its turn and charges it."""


@dataclass(frozen=True, slots=True)
class StructuredRequest:
    """`model`: its name in messages. `key`: what no message may contain. `server`: its address,
    '' for the vendor's own."""

    model: str
    key: str
    server: str
    client: Client
    output_modes: OutputModes
    patience: RetryPolicy
    send: Send

    async def answer(self, prompt: Prompt[T]) -> T:
        """See `ports.LanguageModel.ask`."""
        question = ChatRequest(prompt.instructions, prompt.text, prompt.answer, prompt.max_tokens)
        reply, output_mode = await self._reply(question, self.output_modes.first)
        try:
            answer: T = self._read(reply, output_mode)
        except Unusable as unusable:
            again = _again(question, reply, str(unusable))
        else:
            return answer
        # A server that has never enforced the schema may not support schemas.
        below = (
            None
            if self.output_modes.is_proven(output_mode)
            else self.output_modes.below(output_mode)
        )
        reply, at = await self._reply(again, below or output_mode)
        try:
            answer = self._read(reply, at)
        except Unusable as unusable:
            raise NoAnswer(self.model, f"{unusable}, also when asked again") from None
        if at is not output_mode:
            self.output_modes.doubt(output_mode, FAILED)
        return answer

    def _read(self, reply: Reply, output_mode: OutputMode) -> Any:
        if reply.is_refusal:
            raise NoAnswer(self.model, reply.problem)
        if reply.problem:
            raise Unusable(reply.problem)
        self.output_modes.worked(output_mode)
        return reply.answer

    async def _reply(
        self, question: ChatRequest, output_mode: OutputMode
    ) -> tuple[Reply, OutputMode]:
        """The reply in the first mode from this one down that the server supports."""
        top = output_mode
        failed: list[tuple[OutputMode, int]] = []
        adapted = 0
        while True:
            try:
                reply = await self.send(question, output_mode)
            except NetnewError:
                raise
            except Exception as error:
                failure = failure_of(error, self.key, self.server)
            else:
                self.patience.answered()
                for each, weight in failed:
                    self.output_modes.doubt(each, weight)
                return reply, output_mode
            if adapted < _MAX_ADAPTED and self._adapts(failure):
                adapted += 1
                continue
            below = self._below(output_mode, failure)
            if below is None:
                self._give_up(failure)
            if failure.kind is not Kind.REJECTED:
                self.patience.count(failure.problem, failure.retry_after_s)
            if below is not None:
                failed.append((output_mode, REFUSED if failure.kind is Kind.REJECTED else FAILED))
                output_mode = below
                continue
            await self.patience.wait(failure.retry_after_s)
            if failure.kind is Kind.SERVER:  # on all modes, so it was none of them
                output_mode, failed = top, []

    def _adapts(self, failure: Failure) -> bool:
        """Whether the server rejects a setting that we can omit or rename."""
        return failure.kind is Kind.REJECTED and self.client.adapt(failure.problem)

    def _below(self, output_mode: OutputMode, failure: Failure) -> OutputMode | None:
        """The next mode to try immediately, if the failure may be due to the mode."""
        if failure.kind is Kind.REJECTED:
            return self.output_modes.below(output_mode)
        if failure.kind is Kind.SERVER and not self.output_modes.is_proven(output_mode):
            return self.output_modes.below(output_mode)
        return None

    def _give_up(self, failure: Failure) -> None:
        """Raise errors that should not be retried."""
        match failure.kind:
            case Kind.SETUP:
                raise ModelMisconfigured(self.model, failure.problem)
            case Kind.QUOTA:
                raise QuotaExhausted(self.model, failure.problem)
            case Kind.TOO_LONG | Kind.REFUSED:
                raise NoAnswer(self.model, failure.problem)
            case Kind.REJECTED if self.output_modes.is_used:
                raise NoAnswer(self.model, failure.problem)
            case Kind.REJECTED:
                # It has never accepted any of our requests, so this prompt is not the cause.
                raise ModelMisconfigured(self.model, failure.problem)
            case Kind.AGAIN | Kind.SERVER:
                return


def _again(question: ChatRequest, reply: Reply, problem: str) -> ChatRequest:
    if reply.is_cut:
        return replace(question, max_tokens=2 * question.max_tokens)
    return replace(question, earlier=(reply.text, problem))
