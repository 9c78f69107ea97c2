"""The listening socket."""

from __future__ import annotations

import socket

from netnew.domain.errors import InvalidInput

BACKLOG = 2048


def listening(host: str, port: int) -> socket.socket:
    """A listening socket; port 0: any free port. Raises InvalidInput."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol set to TCP, the event loop does not delay small responses.
    listens = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listens.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listens.bind((host, port))
        listens.listen(BACKLOG)
    except OSError as error:
        listens.close()
        why = (error.strerror or type(error).__name__).lower()
        problem = f"{host}:{port} cannot be listened on: {why}"
        raise InvalidInput("port", problem, "a free port of this machine") from error
    listens.setblocking(False)
    return listens


def bound_address(listens: socket.socket, host: str) -> str:
    """The URL of the server, such as `http://127.0.0.1:8080`."""
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listens.getsockname()[1]}"
