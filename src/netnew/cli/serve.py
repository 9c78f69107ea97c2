"""`netnew serve`: the HTTP server, with a worker beside it."""

from __future__ import annotations

from contextlib import AsyncExitStack
from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated, Any

import typer

from netnew.cli import terminal
from netnew.cli.opened import with_app
from netnew.domain.errors import InvalidInput
from netnew.settings import Settings

if TYPE_CHECKING:
    from netnew.bootstrap import App


def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="Port to listen on; 0: any.")] = None,
    api_only: Annotated[
        bool, typer.Option("--api-only", help="Work on no runs here; `netnew worker` does.")
    ] = False,
) -> None:
    """Serve the wire formats of Parallel, Scout and Extruct over HTTP.

    Runs that are begun are worked on in this process too. Ctrl-C or SIGTERM: streams end, what is
    being answered is answered, and what it worked on goes to others at once.
    """
    given: dict[str, Any] = {"host": host, "port": port}
    settings = Settings.load(**{name: x for name, x in given.items() if x is not None})

    async def serve_on(app: App) -> None:
        await _Serving(app, api_only).until_asked_to_leave()

    with_app(context, serve_on, settings)


class _Serving:
    def __init__(self, app: App, api_only: bool) -> None:
        self._app = app
        self._api_only = api_only

    async def until_asked_to_leave(self) -> None:
        from netnew.api.serving import polite_leaving, serving
        from netnew.bootstrap import make_house

        app, settings = self._app, self._app.settings
        await self._check_host()
        house = make_house(app)
        with polite_leaving() as asked:
            async with AsyncExitStack() as stack:
                if not self._api_only:
                    await stack.enter_async_context(app.open_worker(takes_all=True))
                port = await stack.enter_async_context(serving(house))
                self._say(f"netnew serves on http://{_shown(settings.host)}:{port}")
                await asked.wait()
                self._say("leaving")

    async def _check_host(self) -> None:
        """Others may come in only with a key. Raises InvalidInput."""
        host = self._app.settings.host
        if _is_loopback(host) or await self._app.desks.keys.any_in_force():
            return
        raise InvalidInput(
            "host",
            f"{host} can be reached by others, and no key was made",
            "127.0.0.1, or any after `netnew keys create NAME`",
        )

    def _say(self, line: str) -> None:
        terminal.progress().print(line)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
