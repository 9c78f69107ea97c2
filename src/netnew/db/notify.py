"""Notifies other processes of a commit as it happens, if the database can (PostgreSQL).

It only makes readers poll sooner; without notifications they poll from time to time.
"""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import structlog

if TYPE_CHECKING:
    import psycopg

CHANNEL = "fa_runs"
_NOTIFY = sa.select(sa.func.pg_notify(CHANNEL, sa.bindparam("run_id", type_=sa.Text)))
_CONNECT_AGAIN_AFTER_S = 0.5

_log = structlog.get_logger(__name__)

Heard = Callable[[str | None], None]
"""Called with the id of a changed run; with None if any run may have changed unnoticed: at
first, and after a lost connection."""


def notify(connection: sa.Connection, run_id: str) -> None:
    """Notify all listeners of `run_id` once this transaction is committed, once per transaction.
    Does nothing if the database cannot notify."""
    if connection.dialect.name == "postgresql":
        connection.execute(_NOTIFY, {"run_id": run_id})


class Listener:
    """A thread that listens on its own connection and reconnects if it is lost.

    `connect` opens one, in autocommit; `heard` is called on the thread, so it must be fast.
    """

    def __init__(self, connect: Callable[[], psycopg.Connection[Any]], heard: Heard) -> None:
        self._connect = connect
        self._heard = heard
        self._complained = False
        self._closing, self._close = socket.socketpair()
        self._thread = threading.Thread(target=self._work, name="netnew-listener", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; blocks until `heard` is not called any more. May be called again."""
        if self._thread.is_alive():
            self._close.send(b"x")
            self._thread.join()
        self._closing.close()
        self._close.close()

    def _work(self) -> None:
        while True:
            try:
                self._listen()
                return
            except Exception as error:
                # Nobody awaits this thread, so nothing can be raised; readers poll anyway.
                if not self._complained:
                    _log.warning("commits of other processes are not heard of", error=str(error))
                self._complained = True
            if self._is_closing(_CONNECT_AGAIN_AFTER_S):
                return

    def _listen(self) -> None:
        """Listen until closed; raises if the connection is lost."""
        with self._connect() as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            self._complained = False
            self._heard(None)
            while not self._is_closing(None, connection):
                for run_id in dict.fromkeys(x.payload for x in connection.notifies(timeout=0)):
                    self._heard(run_id)

    def _is_closing(
        self, max_s: float | None, other: psycopg.Connection[Any] | None = None
    ) -> bool:
        """Wait for closing, and for notifications on `other`; at most `max_s`."""
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._closing, selectors.EVENT_READ)
            if other is not None:
                waiting.register(other, selectors.EVENT_READ)
            return any(key.fileobj is self._closing for key, _ in waiting.select(max_s))
