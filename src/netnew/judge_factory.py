"""Who decides: from the name of a judge to the judge, with the models it asks.

auto            a model where one is to be had, else rules
rules           typed rules, no model
MODEL           rules where they are certain, the model for the rest
SMALL>LARGE     the larger model for what stays unclear
only:MODEL      the model alone
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from netnew.domain.errors import InvalidInput
from netnew.domain.price import Price
from netnew.domain.run import RunSpec
from netnew.engine.context import JudgeSetup
from netnew.engine.effort import generator_named
from netnew.judges.cascade import CascadeJudge
from netnew.judges.logprob_judge import LogprobJudge, NoAdvice
from netnew.judges.model import ModelAdvisor, ModelJudge, SecondOpinion
from netnew.judges.rules import is_certain
from netnew.llms import (
    EXAMPLES,
    Choice,
    Fallback,
    GgufModel,
    ModelCallLimits,
    ModelOptions,
    ModelReport,
    RemoteModel,
    choose_model,
    inspect,
    open_model,
)
from netnew.ports.judging import Judge
from netnew.ports.models import LanguageModel
from netnew.settings import Settings

ALLOWED = f"auto, rules, MODEL, SMALL>LARGE or only:MODEL, where a MODEL is {EXAMPLES}"
_ALONE = "only:"


def model_options(settings: Settings, limits: ModelCallLimits | None = None) -> ModelOptions:
    """How models are asked by these settings."""
    price, asked, answered = None, settings.model_price_input, settings.model_price_output
    if asked is not None and answered is not None:
        price = Price(asked, answered)
    elif asked is not None or answered is not None:
        missing = "model_price_input" if asked is None else "model_price_output"
        raise InvalidInput(missing, "is not set, and the other price is", "both prices, or none")
    return ModelOptions(
        timeout_s=settings.model_timeout_s,
        tries=settings.model_tries,
        at_once=settings.model_concurrency,
        rate_per_s=settings.model_rate_per_s,
        price=price,
        base_url=settings.model_base_url,
        api_key=settings.model_api_key.get_secret_value(),
        threads=settings.local_threads,
        context=settings.local_context,
        limits=limits,
    )


@dataclass(slots=True)
class JudgeFactory:
    """The judges of one process; the same model is opened once."""

    rules: Judge
    settings: Settings
    limits: ModelCallLimits | None = None
    _models: dict[str, RemoteModel | GgufModel | Fallback] = field(default_factory=dict)
    _chosen: Choice | None = None

    async def named(self, spec: RunSpec) -> JudgeSetup:
        """The judge that `spec` names, for the effort that it asks. Raises InvalidInput,
        ModelMisconfigured."""
        name, because = spec.judge.strip(), ""
        if name == "auto":
            name = self.settings.judge
        if name == "auto":
            choice = await self._choose()
            name, because = choice.name or "rules", choice.why
        if name == "rules":
            return JudgeSetup("rules", self.rules, because=because)
        return self._with_model(name, because, spec.generator)

    async def aclose(self) -> None:
        for model in self._models.values():
            await model.aclose()

    def _with_model(self, name: str, because: str, generator: str) -> JudgeSetup:
        alone = name.startswith(_ALONE)
        models = [self._model(n.strip()) for n in name.removeprefix(_ALONE).split(">")]
        rules, largest = None if alone else self.rules, models[-1]
        asked = [
            LogprobJudge(m, rules) if isinstance(m, GgufModel) and m.is_small else ModelJudge(m)
            for m in models
        ]
        is_small = isinstance(asked[-1], LogprobJudge)
        rechecks = generator_named(generator).rechecks and not is_small
        judge = CascadeJudge(rules, asked, SecondOpinion(largest) if rechecks else None, is_certain)
        advisor = NoAdvice() if is_small else ModelAdvisor(largest)
        return JudgeSetup(name, judge, advisor, _price_of_all(models), because)

    def _model(self, name: str) -> RemoteModel | GgufModel | Fallback:
        if not name:
            raise InvalidInput("judge", "a model's name is missing", ALLOWED)
        if name not in self._models:
            options = model_options(self.settings, self.limits)
            try:
                self._models[name] = open_model(name, options, "judge")
            except InvalidInput as error:
                raise InvalidInput("judge", error.problem, ALLOWED) from error
        return self._models[name]

    async def _choose(self) -> Choice:
        chosen = self._chosen
        if chosen is None:
            options = model_options(self.settings)
            chosen = await asyncio.to_thread(choose_model, self.settings.model, options)
            self._chosen = chosen
        return chosen


def _price_of_all(models: Sequence[LanguageModel]) -> Price | None:
    """Of a candidate that every model is asked about; None where no price is known."""
    known = [m.price for m in models if m.price is not None]
    if not known:
        return None
    return Price(sum(p.input for p in known), sum(p.output for p in known))


async def models_seen(settings: Settings, ask: bool = False) -> tuple[ModelReport, ...]:
    """What there is to see of each model of the setting `model`, or of the one that is chosen where
    it names none; a nameless one where there is none. With `ask` each is asked for a sum, which
    costs a little. Raises InvalidInput for an address of the settings that is none."""
    options = model_options(settings)
    choice = await asyncio.to_thread(choose_model, settings.model, options)
    return await inspect(choice, options, ask) if choice.name else (ModelReport("", choice.why),)
