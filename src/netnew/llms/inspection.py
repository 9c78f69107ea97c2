"""Reports on models before a run uses them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from netnew.domain.errors import InvalidInput, ModelMisconfigured
from netnew.domain.price import Price
from netnew.llms.capabilities import Capability, probe
from netnew.llms.gguf.model import GgufModel
from netnew.llms.model_names import ModelName, Vendor, parse_models
from netnew.llms.options import ModelOptions
from netnew.llms.remote_model import RemoteModel
from netnew.llms.selection import Choice, Reachable, served_at


@dataclass(frozen=True, slots=True)
class ModelReport:
    """A report on a model. `problem`: why it cannot be used, '' if it can. `base_url`: its
    server, '' for the vendor's. `capability`: if it was probed."""

    name: str
    why: str
    base_url: str = ""
    price: Price | None = None
    problem: str = ""
    capability: Capability | None = None


async def inspect(
    choice: Choice, options: ModelOptions, ask: bool = False, reachable: Reachable = served_at
) -> tuple[ModelReport, ...]:
    """A report on each model of `choice`. Servers with an explicit address are asked for their
    list of models; a model itself is called only with `ask`, which costs a little."""
    try:
        names = parse_models(choice.name)
    except InvalidInput as error:
        return (ModelReport(choice.name, choice.why, problem=str(error)),)
    return tuple([await _look_at(name, choice.why, options, ask, reachable) for name in names])


async def _look_at(
    name: ModelName, why: str, options: ModelOptions, ask: bool, reachable: Reachable
) -> ModelReport:
    if name.vendor is Vendor.GGUF:
        return await _look_at_file(name, why, options, ask)
    try:
        model = RemoteModel(name, options)
    except ModelMisconfigured as error:
        return ModelReport(str(name), why, problem=error.problem)
    except InvalidInput as error:
        return ModelReport(str(name), why, problem=str(error))
    access = model.access
    seen = ModelReport(str(name), why, access.base_url, model.price)
    if name.vendor.has_address:
        listed = await asyncio.to_thread(reachable, access.base_url, access.key)
        if listed is None:
            return replace(seen, problem=f"no server answers at {access.base_url}")
        if listed and name.model not in listed:
            return replace(seen, problem=f"its server has {', '.join(listed[:5])}, and not this")
    if not ask:
        return seen
    async with model:
        capability = await probe(model, options)
    return replace(seen, capability=capability, problem=capability.problem)


async def _look_at_file(name: ModelName, why: str, options: ModelOptions, ask: bool) -> ModelReport:
    try:
        model = GgufModel(name, options)
    except ModelMisconfigured as error:
        return ModelReport(str(name), why, problem=error.problem)
    if not ask:
        return ModelReport(str(name), why)
    async with model:
        capability = await probe(model, options)
    return ModelReport(str(name), why, problem=capability.problem, capability=capability)
