"""The single writer of a process: a thread that combines all waiting writes into one transaction.

A commit costs far more than a row. So writes that arrive during a commit wait and share the next
one: with one caller one commit per write, with a hundred callers one commit per hundred."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

import sqlalchemy as sa

from netnew.db.backend import Backend
from netnew.db.backoff import PATIENCE_S, Backoff
from netnew.db.waiting import Silence, TooLong, answer_of, wait_limit_s
from netnew.domain.errors import Conflict, NetnewError, StoreBusy

P = TypeVar("P")
R = TypeVar("R")

Write = Callable[[sa.Connection, Sequence[P]], Sequence[R | NetnewError]]
"""Writes payloads in the open transaction and returns one result each, in order. A result that
is an error is raised for that caller only, so nothing may have been written for it. It may be
called again with the same payloads after a rollback."""

_MAX_IN_ONE_COMMIT = 1000
# A connection used this recently is assumed to be alive.
_ALIVE_S = 1.0


@dataclass(slots=True, eq=False)
class _Job:
    """`in_hand`: an open transaction is writing it. `withdrawn`: its caller has given up, so
    nothing is written."""

    write: Write[Any, Any]
    payload: Any
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    in_hand: bool = False
    withdrawn: bool = False


class Writer:
    """Runs writes in the order submitted. Safe to use from any number of event loops."""

    def __init__(self, engine: sa.Engine, backend: Backend, patience_s: float = PATIENCE_S) -> None:
        self._engine = engine
        self._backend = backend
        self._patience_s = patience_s
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._door = threading.Lock()
        self._claims = threading.Lock()
        self._closed = False
        self._answered_at = 0.0
        self._silence = Silence()
        self._silence.observe(engine)
        self._thread = threading.Thread(target=self._work, name="netnew-writer", daemon=True)
        self._thread.start()

    async def run(self, write: Write[P, R], payload: P) -> R:
        """Submit `payload` and wait until it is durable.

        If the caller is cancelled while waiting, the payload is still written once. Raises
        StoreBusy, StoreDamaged, Conflict once closed, and errors returned by `write`.

        What did not reach its commit (connection lost, deadlock) is retried up to the timeout. If
        the connection is lost during the commit itself, StoreBusy says that the outcome is unknown:
        check what is stored before writing it again.

        If the caller has a limit (`wait_at_most`) and the database does not respond within it,
        StoreBusy is raised, too; nothing is written then, unless the message says that the
        outcome is unknown."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        with self._door:
            if self._closed:
                raise Conflict("the store is closed")
            job = _Job(write, payload, future, loop)
            self._queue.put(job)
        try:
            return await answer_of(future, self._silence)
        except TooLong:
            is_nothing = self._withdraw(job)
            became = "nothing was written" if is_nothing else "what was written may be there or not"
            problem = f"no answer within {wait_limit_s():g} s; {became}"
            raise StoreBusy(f"{self._backend.place}: {problem}") from None

    def close(self) -> None:
        """Write everything submitted, then stop; blocks until done."""
        with self._door:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        open_ = True
        while open_:
            jobs = []
            job = self._queue.get()
            while job is not None:
                jobs.append(job)
                if len(jobs) == _MAX_IN_ONE_COMMIT:
                    break
                try:
                    job = self._queue.get_nowait()
                except Empty:
                    break
            open_ = job is not None
            if jobs:
                _answer(zip(jobs, self._commit(jobs), strict=True))

    def _commit(self, jobs: list[_Job]) -> list[Any]:
        with self._silence.asking():
            return self._commit_at_last(jobs)

    def _commit_at_last(self, jobs: list[_Job]) -> list[Any]:
        patience = Backoff(self._patience_s)
        while True:
            try:
                return self._commit_together(jobs)
            except _Doubt as doubt:
                return [StoreBusy(str(doubt)) for _ in jobs]
            except sa.exc.DBAPIError as error:
                if self._backend.is_worth_retrying(error) and patience.lasts():
                    continue
                if self._backend.explain(error) is None:
                    return self._commit_apart(jobs, error)
                return [self._backend.explain(error) for _ in jobs]
            except Exception as error:
                return self._commit_apart(jobs, error)

    def _commit_apart(self, jobs: list[_Job], error: Exception) -> list[Any]:
        """One of them is at fault; commit the others separately."""
        if len(jobs) == 1:
            return [error]
        return [result for job in jobs for result in self._commit([job])]

    def _commit_together(self, jobs: list[_Job]) -> list[Any]:
        with self._engine.connect() as connection:
            connection.begin()
            if time.monotonic() - self._answered_at > _ALIVE_S:
                connection.exec_driver_sql("SELECT 1")  # not every driver sends BEGIN by itself
            left = self._claim(jobs)
            try:
                results = _write(connection, left) if left else []
                self._send_commit(connection)
            except _Doubt:
                raise
            except BaseException:
                self._let_go(left)
                raise
        self._answered_at = time.monotonic()
        given = dict(zip(map(id, left), results, strict=True))
        return [given.get(id(job)) for job in jobs]

    def _send_commit(self, connection: sa.Connection) -> None:
        self._silence.begin()
        try:
            connection.commit()
        except sa.exc.DBAPIError as error:
            if error.connection_invalidated:
                raise _Doubt(
                    f"{self._backend.place}: the connection was lost during a commit; what was"
                    f" being written may be there or not ({error.orig})"
                ) from error
            raise

    def _claim(self, jobs: list[_Job]) -> list[_Job]:
        """Claim the jobs whose callers still wait; they cannot be withdrawn unless released."""
        with self._claims:
            left = [job for job in jobs if not job.withdrawn]
            for job in left:
                job.in_hand = True
        return left

    def _let_go(self, jobs: list[_Job]) -> None:
        with self._claims:
            for job in jobs:
                job.in_hand = False

    def _withdraw(self, job: _Job) -> bool:
        """Withdraw `job`; False if it is being written now."""
        with self._claims:
            job.withdrawn = not job.in_hand
        return job.withdrawn


class _Doubt(Exception):
    """A commit was sent and its outcome is unknown."""


def _write(connection: sa.Connection, jobs: list[_Job]) -> list[Any]:
    results: list[Any] = []
    for write, alike in groupby(jobs, key=lambda job: job.write):
        payloads = [job.payload for job in alike]
        given = write(connection, payloads)
        if len(given) != len(payloads):
            raise AssertionError(f"{write} gave {len(given)} results for {len(payloads)}")
        results.extend(given)
    return results


def _answer(answers: Iterable[tuple[_Job, Any]]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any]]] = {}
    for job, result in answers:
        by_loop.setdefault(job.loop, []).append((job.future, result))
    for loop, settled in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle, settled)
        except RuntimeError:
            continue  # that loop is closed: nobody is waiting


def _settle(settled: list[tuple[asyncio.Future[Any], Any]]) -> None:
    for future, result in settled:
        if future.done():
            continue
        if isinstance(result, BaseException):
            future.set_exception(result)
        else:
            future.set_result(result)
