"""Several models, each used when those before it are unavailable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from netnew.domain.errors import ModelMisconfigured, ModelUnavailable
from netnew.domain.price import Price
from netnew.llms.closing import Closing
from netnew.llms.options import ModelOptions
from netnew.llms.remote_model import RemoteModel
from netnew.ports.models import Charge, Prompt

T = TypeVar("T")

# How long an unavailable model is skipped, unless its server says otherwise.
_LEFT_ALONE_S = 30.0


class Fallback(Closing):
    """Calls the first available of `models`; its answer counts, even if it has none. A model
    with a spent quota counts as unavailable; a misconfigured one does not, so that the error is
    seen."""

    def __init__(self, models: Sequence[RemoteModel], options: ModelOptions) -> None:
        self._models = tuple(models)
        self._monotonic = options.monotonic
        self._left_alone_until = dict.fromkeys(range(len(self._models)), float("-inf"))

    async def aclose(self) -> None:
        for model in self._models:
            await model.aclose()

    @property
    def name(self) -> str:
        return ",".join(x.name for x in self._models)

    @property
    def models(self) -> tuple[RemoteModel, ...]:
        return self._models

    @property
    def price(self) -> Price | None:
        """The price of the first model."""
        return self._models[0].price

    async def ask(self, prompt: Prompt[T], charge: Charge) -> T:
        """See `ports.LanguageModel`. Raises the last one's error if none is available."""
        from netnew.llms.errors import QuotaExhausted

        order = self._order()
        for place, number in enumerate(order, 1):
            try:
                return await self._models[number].ask(prompt, charge)
            except (ModelUnavailable, QuotaExhausted) as error:
                self._leave_alone(number, error)
                if place == len(order):
                    raise
        raise AssertionError("there is always one model")

    def _order(self) -> list[int]:
        """The models to try, in order; all of them if none was available."""
        now = self._monotonic()
        well = [i for i, until in self._left_alone_until.items() if until <= now]
        return well or list(self._left_alone_until)

    def _leave_alone(self, number: int, error: ModelUnavailable | ModelMisconfigured) -> None:
        seconds = getattr(error, "retry_after_s", None) or _LEFT_ALONE_S
        self._left_alone_until[number] = self._monotonic() + seconds
