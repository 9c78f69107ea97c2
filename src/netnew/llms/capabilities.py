"""Probes what a model can do."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pydantic import BaseModel

from netnew.domain.errors import NetnewError, NoAnswer
from netnew.llms.gguf.model import GgufModel
from netnew.llms.options import ModelOptions
from netnew.llms.output_modes import OutputMode
from netnew.llms.remote_model import RemoteModel
from netnew.ports.models import Charge, Prompt, unpaid

_LONG_WORDS = 300_000


class _Sum(BaseModel):
    sum: int


@dataclass(frozen=True, slots=True)
class Capability:
    """`output_mode`: how answers are requested. `latency_s`: of a short answer. `tells_overflow`:
    whether a prompt that is too long is an error (None: not tried); some servers silently truncate
    it. `problem`: why there was no answer, '' if there was one."""

    output_mode: OutputMode | None
    latency_s: float | None
    tells_overflow: bool | None = None
    problem: str = ""


async def probe(
    model: RemoteModel | GgufModel,
    options: ModelOptions,
    charge: Charge = unpaid,
    overflow: bool = False,
) -> Capability:
    """Ask a small question once or twice, and with `overflow` also send a prompt that is too
    long for most models (which costs tokens). Never raises a model's errors."""
    prompt = Prompt("You add numbers. Answer in JSON.", "What is 20 + 22?", _Sum, max_tokens=200)
    try:
        await model.ask(prompt, charge)  # the first call also opens the connection
        begun = options.monotonic()
        await model.ask(prompt, charge)
        latency_s = options.monotonic() - begun
    except NetnewError as error:
        return Capability(None, None, problem=getattr(error, "problem", "") or str(error))
    found = Capability(await model.output_mode(), latency_s)
    if not overflow:
        return found
    long = replace(prompt, text="one " * _LONG_WORDS + prompt.text)
    try:
        await model.ask(long, charge)
    except NoAnswer as error:
        return replace(found, tells_overflow="too long" in error.problem)
    except NetnewError:
        return replace(found, tells_overflow=False)
    return replace(found, tells_overflow=False)
