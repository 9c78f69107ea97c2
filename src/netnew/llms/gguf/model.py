"""A model file, served by llama.cpp's own OpenAI-compatible server in a child process.

The child starts with the first question and ends with us. Its crash, or a long prompt, does not
affect our own process."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from glob import escape
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

from netnew.domain.errors import ModelMisconfigured, ModelUnavailable, NoAnswer
from netnew.domain.price import Price
from netnew.llms.closing import Closing
from netnew.llms.gguf.process import SERVER, SLOTS, GgufProcess
from netnew.llms.model_names import ModelName, Vendor
from netnew.llms.options import ModelOptions
from netnew.llms.output_modes import OutputMode
from netnew.llms.remote_model import RemoteModel
from netnew.ports.models import Charge, Prompt

T = TypeVar("T")

# Below about 4 billion parameters models answer one token well, and JSON with quotes badly
# (of 1.5 billion: 96 % right against 74 %). At four bits a parameter that is this size.
SMALL_BELOW_BYTES = 3_000_000_000
_MAGIC = b"GGUF"
_HASHED_BYTES = 1 << 20
_ONE_OF_MANY = re.compile(r"-00001-of-(\d{5})\.gguf$")
# Nobody else waits for its answers, and it may be slow.
_MIN_TIMEOUT_S = 600.0
_LOOKS, _LOOK_EVERY_S = 20, 0.1


class GgufModel(Closing):
    """See `ports.LanguageModel`; also gives the probability of one of two words. Costs nothing.

    `is_small`: whether to ask it for one token instead of JSON with quotes.
    """

    def __init__(
        self,
        named: ModelName,
        options: ModelOptions,
        runtime: str = "xllamacpp",
        command: tuple[str, ...] = SERVER,
    ) -> None:
        """`runtime`: the package that serves it; `command` starts it. Raises ModelMisconfigured
        if the package or the file is missing, or the file is not a GGUF."""
        self.named = named
        self._options = options
        self._command = command
        self._path = Path(named.model).expanduser()
        _need_runtime(str(named), runtime)
        head = _head_of(str(named), self._path)
        size = _size_of(self._path)
        self.is_small = size < SMALL_BELOW_BYTES
        digest = sha256(head + str(size).encode()).hexdigest()[:12]
        self._name = f"{Vendor.GGUF}:{self._path.name}#{digest}"
        self._server: GgufProcess | None = None
        self._client: RemoteModel | None = None
        self._starting = asyncio.Lock()

    def __repr__(self) -> str:
        return f"GgufModel({self.name!r})"

    async def aclose(self) -> None:
        """End the child; the next call starts another."""
        async with self._starting:
            client, self._client = self._client, None
            server, self._server = self._server, None
            if client is not None:
                await client.aclose()
            if server is not None:
                await server.aclose()

    @property
    def name(self) -> str:
        """'gguf:FILE NAME#HASH': independent of the folder, different for different contents."""
        return self._name

    @property
    def price(self) -> Price | None:
        return None

    async def ask(self, prompt: Prompt[T], charge: Charge) -> T:
        """See `ports.LanguageModel`."""
        return await self._asked(lambda served: served.ask(prompt, charge))

    async def likelihood(
        self, instructions: str, turns: Sequence[str], words: tuple[str, str], charge: Charge
    ) -> float:
        """See `RemoteModel.likelihood`."""
        return await self._asked(lambda x: x.likelihood(instructions, turns, words, charge))

    async def output_mode(self) -> OutputMode:
        """See `RemoteModel.mode`."""
        return await self._asked(lambda served: served.output_mode())

    async def _asked(self, ask: Callable[[RemoteModel], Awaitable[T]]) -> T:
        """The result of `ask`, from a new child if the first one died."""
        for crashed in (False, True):
            client, server = await self._served()
            try:
                return await ask(client)
            except ModelUnavailable as error:
                if await _still_runs(server):
                    raise ModelUnavailable(self.name, error.problem) from None
                if crashed:
                    break
            except NoAnswer as error:
                raise NoAnswer(self.name, error.problem) from None
            except ModelMisconfigured as error:
                raise ModelMisconfigured(self.name, error.problem) from None
        # Another child would crash on it, too.
        raise NoAnswer(self.name, "llama.cpp crashed twice of it")

    async def _served(self) -> tuple[RemoteModel, GgufProcess]:
        async with self._starting:
            if self._server is not None and not self._server.is_running and self._client:
                await self._client.aclose()
                self._client = None
            if self._server is None or self._client is None:
                options = self._options
                threads = options.threads or max(1, (os.cpu_count() or 2) // 2)
                server = await GgufProcess.start(
                    str(self.named), str(self._path), threads, options.context, self._command
                )
                self._server, self._client = server, _client_of(server, options, self._name)
            return self._client, self._server


async def _still_runs(server: GgufProcess) -> bool:
    """Whether the child is still alive; its connections end a moment before it does."""
    for _ in range(_LOOKS):
        if not server.is_running:
            return False
        await asyncio.sleep(_LOOK_EVERY_S)
    return True


def _client_of(server: GgufProcess, options: ModelOptions, name: str) -> RemoteModel:
    mine = replace(
        options,
        timeout_s=max(options.timeout_s, _MIN_TIMEOUT_S),
        at_once=SLOTS,
        rate_per_s=None,
        price=Price(0.0, 0.0),
        base_url=server.address,
        api_key=server.key,
        limits=None,  # those apply to all processes; this server is ours only
    )
    return RemoteModel(ModelName(Vendor.COMPATIBLE, "local", server.address), mine, name)


def _need_runtime(name: str, package: str) -> None:
    if find_spec(package) is None:
        raise ModelMisconfigured(
            name, f"model files need the package {package}: pip install 'netnew[local]'"
        )


def _head_of(name: str, path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(_HASHED_BYTES)
    except OSError as error:
        problem = error.strerror or "it cannot be read"
        raise ModelMisconfigured(name, f"{problem}: give the path of a .gguf file") from None
    if not head.startswith(_MAGIC):
        raise ModelMisconfigured(name, "the file is no GGUF; convert the model, or get it as one")
    return head


def _size_of(path: Path) -> int:
    """The size of the file and its further parts, in bytes."""
    many = _ONE_OF_MANY.search(path.name)
    stem = path.name[: many.start()] if many else ""
    parts = path.parent.glob(f"{escape(stem)}-*-of-{many[1]}.gguf") if many else (path,)
    return sum(part.stat().st_size for part in parts)
