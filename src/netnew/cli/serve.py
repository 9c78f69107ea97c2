"""`netnew serve`: the HTTP server, with a worker beside it."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Annotated, Any

import typer

from netnew.cli import consoles
from netnew.cli.app_context import with_app
from netnew.cli.consoles import plural
from netnew.domain.errors import InvalidInput, NetnewError
from netnew.domain.source_spec import redacted
from netnew.settings import Settings

if TYPE_CHECKING:
    from netnew.bootstrap import App

_STDIN = 0


def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option("--port", help="Port to listen on; 0: any free port.")
    ] = None,
    api_only: Annotated[
        bool, typer.Option("--api-only", help="Do not work on runs; leave them to `netnew worker`.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            metavar="N",
            min=1,
            max=64,
            help="Serve from N processes on one port, which do not work on runs.",
        ),
    ] = None,
    listens: Annotated[int | None, typer.Option("--fd", hidden=True)] = None,
) -> None:
    """Serve the wire formats of Parallel, Scout and Extruct over HTTP.

    This process works on runs, too. On Ctrl-C or SIGTERM streams end, open requests are answered
    and runs in progress go to other workers; a second signal exits immediately.
    """
    given: dict[str, Any] = {"host": host, "port": port}
    settings = Settings.load(**{name: x for name, x in given.items() if x is not None})
    if "log_level" not in settings.model_fields_set:  # a server logs each request
        settings = settings.model_copy(update={"log_level": "info"})
    face = _Serving(api_only or workers is not None, workers, listens)
    left_at_once = with_app(context, face.until_asked_to_leave, settings)
    if left_at_once:
        from netnew.api.server import LEFT_AT_ONCE

        raise typer.Exit(LEFT_AT_ONCE)


class _Serving:
    def __init__(self, api_only: bool, workers: int | None, listens: int | None) -> None:
        self._api_only = api_only
        self._workers = workers
        self._fd = listens

    async def until_asked_to_leave(self, app: App) -> bool:
        """Whether it exited immediately, after a second signal."""
        from netnew.api.server import graceful_shutdown

        await _check_host(app)
        with graceful_shutdown() as leaving:
            if self._fd is not None:
                await self._as_one_of_several(app, leaving.asked)
                return leaving.at_once
            listens = _listening(app.settings)
            if self._workers is None:
                await self._here(app, listens, leaving.asked)
            else:
                from netnew.cli.multiprocess import serve_in_processes

                await self._announce(app, listens)  # a request now waits for the first process
                await serve_in_processes(listens, self._workers, app.settings, leaving.asked)
        return leaving.at_once

    async def _as_one_of_several(self, app: App, asked: asyncio.Event) -> None:
        """Serve as one of several processes. Standard input ends with the parent process."""
        loop = asyncio.get_running_loop()

        def alone() -> None:
            loop.remove_reader(_STDIN)
            asked.set()

        loop.add_reader(_STDIN, alone)
        await self._here(app, socket.socket(fileno=self._fd), asked)

    async def _here(self, app: App, listens: socket.socket, asked: asyncio.Event) -> None:
        from netnew.api import metrics
        from netnew.api.server import serve
        from netnew.bootstrap import make_api_state

        app.workspaces.observe(metrics.StepMetrics())
        await app.service.queue()  # otherwise the first run would wait for it
        async with AsyncExitStack() as stack:
            if not self._api_only:
                await stack.enter_async_context(app.open_worker(takes_all=True))
                await stack.enter_async_context(app.open_deliverer())
            await stack.enter_async_context(app.plans_in_processes())
            await stack.enter_async_context(serve(make_api_state(app), listens=listens))
            if self._fd is None:
                await self._announce(app, listens)
            await asked.wait()
            if self._fd is None:
                _say("leaving")

    async def _announce(self, app: App, listens: socket.socket) -> None:
        from netnew.api.listening import bound_address

        settings = app.settings
        keys = await app.desks.keys.list()
        in_force = sum(key.is_in_force(app.desks.clock.now()) for key in keys)
        opens = (
            f"{plural(in_force, 'key')} in force"
            if keys
            else "no keys: anyone on this machine has access, nobody else"
        )
        work = "runs wait for `netnew worker`; " if self._api_only else ""
        _say(f"netnew serves on {bound_address(listens, settings.host)}")
        _say(
            f"judge {await _judge(app)}, sources {', '.join(map(redacted, settings.sources))};"
            f" {work}workspace {settings.workspace}; {opens}"
        )


def _listening(settings: Settings) -> socket.socket:
    from netnew.api.listening import listening

    return listening(settings.host, settings.port)


async def _check_host(app: App) -> None:
    """Raises InvalidInput if other machines could connect and there is no key."""
    from netnew.net.loopback import is_loopback

    host = app.settings.host
    if is_loopback(host) or await app.desks.keys.any_in_force():
        return
    raise InvalidInput(
        "host",
        f"{host} is reachable from other machines, and there is no key",
        "127.0.0.1, or any address after `netnew keys create NAME`",
    )


async def _judge(app: App) -> str:
    """The judge that is used if a caller names none."""
    named = app.settings.judge
    try:
        judging = await app.service.judge_named(named)
    except NetnewError as error:
        return f"{named} ({error})"
    return named if judging.name == named else f"{named}: {judging.name}"


def _say(line: str) -> None:
    consoles.progress().print(line)
