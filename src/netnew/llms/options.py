"""How models are called, according to the settings."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from netnew.domain.price import Price
from netnew.llms.call_limits import ModelCallLimits

LookUp = Callable[[str], str | None]
"""The value of an environment variable, None where it is not set."""


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """`timeout_s`: for one request, from connecting to its last byte. `tries`: most failed requests
    of one question, then the model counts as unavailable. `at_once`, `rate_per_s`: requests under
    way and begun a second; over all processes where `limits` is given, else of this model here.
    `price`: instead of the list's. `base_url`, `api_key`: of the compatible server. `threads`
    (None: half of the processors), `context` (tokens of one question with its answer): of a model
    file. `pause`, `monotonic`, `chance` (0 to 1): time and chance, for tests."""

    timeout_s: float = 60.0
    tries: int = 4
    at_once: int = 8
    rate_per_s: float | None = None
    price: Price | None = None
    base_url: str = ""
    api_key: str = field(default="", repr=False)
    threads: int | None = None
    context: int = 8192
    look_up: LookUp = field(default=os.environ.get, repr=False)
    limits: ModelCallLimits | None = field(default=None, repr=False)
    pause: Callable[[float], Awaitable[None]] = field(default=asyncio.sleep, repr=False)
    monotonic: Callable[[], float] = field(default=time.monotonic, repr=False)
    chance: Callable[[], float] = field(default=random.random, repr=False)
