"""Every error netnew raises on purpose.

    NetnewError
    ├── CallerError              what was asked cannot be done; ask differently
    │   ├── InvalidInput             a field is wrong: which, why, what is allowed
    │   ├── NotFound                 no such run, candidate, corpus …
    │   ├── Conflict                 not in this state
    │   ├── KeyRefused               no key, or none that is in force
    │   ├── HostRefused              without keys, a caller not of this machine
    │   ├── Forbidden                the key does not allow this
    │   └── TooLarge                 more bytes than are taken
    ├── TransientError           may work later; `retry_after_s` says when
    │   ├── SourceUnavailable        a search provider did not answer
    │   ├── ModelUnavailable         a model's server did not answer
    │   ├── QuotaExceeded            too much at a time; later there is room again
    │   └── StoreBusy                the database is locked or away
    ├── NoAnswer                 a model answered, with nothing that can be used
    ├── TakenOver                another worker has this run now
    └── TerminalError            trying again will not help
        ├── AddressRefused           the address guard said no
        ├── SourceMisconfigured      a source cannot work as it is set up
        ├── ModelMisconfigured       a model cannot be asked as it is set up
        ├── UnreadableDump           a corpus file cannot be read at all
        ├── StoreDamaged             the database or disk refuses to work
        └── NotWritten               an export could not be written

`str(error)` is for whoever runs netnew: it may name files, hosts and users. What callers on other
machines are told, and what is kept with a run, is `error.public`.

A run that stops early is no error: it has a `TerminationReason`. Errors carry facts and no HTTP;
each face has one table from error to its own answer.
"""

from __future__ import annotations

from netnew.domain.source_spec import redacted

_WITHOUT_KEYS = (
    "while no key was made, only localhost and loopback addresses are allowed, without a proxy"
    " (allow others: netnew keys create NAME)"
)
DATABASE_UNAVAILABLE = "the database is unavailable"


class NetnewError(Exception):
    """The base of all errors raised on purpose."""

    @property
    def public(self) -> str:
        """The message without paths, hosts and users of this machine."""
        return str(self)


class CallerError(NetnewError):
    """The caller asked for something that cannot be done as asked."""


class InvalidInput(CallerError):
    """One field of the input is wrong.

    `field` is the caller's name of it, `problem` a clause without a full stop, `allowed` what would
    be accepted.
    """

    def __init__(self, field: str, problem: str, allowed: str = "") -> None:
        self.field = field
        self.problem = problem
        self.allowed = allowed
        super().__init__(f"{field}: {problem}" + (f" (allowed: {allowed})" if allowed else ""))

    def __reduce__(self) -> tuple[type[InvalidInput], tuple[str, str, str]]:
        return type(self), (self.field, self.problem, self.allowed)


class NotFound(CallerError):
    """There is no such thing in this workspace. `kind` is the noun, `key` what was asked for."""

    def __init__(self, kind: str, key: str) -> None:
        self.kind = kind
        self.key = key
        super().__init__(f"no {kind} {key!r}")


class Conflict(CallerError):
    """The thing exists, but not in a state that allows this."""


class KeyRefused(CallerError):
    """No key was given, or one that is unknown, revoked or expired; which of them is not told."""

    def __init__(self) -> None:
        super().__init__("Invalid or missing API key")


class HostRefused(CallerError):
    """While no key was made, a request that is not addressed to this machine by a name of its own,
    or that came through a proxy. `problem` is a clause."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(f"{problem}; {_WITHOUT_KEYS}")

    def __reduce__(self) -> tuple[type[HostRefused], tuple[str]]:
        return type(self), (self.problem,)


class Forbidden(CallerError):
    """The key is in force, and its scope does not allow this."""

    def __init__(self) -> None:
        super().__init__("This key is read-only")


class TooLarge(CallerError):
    """What was sent is more than is taken. `most`: bytes that would be."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"the body is too large (allowed: at most {most:,} bytes)")


class TransientError(NetnewError):
    """It may work later. `retry_after_s`: seconds to wait, where known."""

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(message)


class SourceUnavailable(TransientError):
    """A source did not answer, or answered with an error of its own."""

    def __init__(self, source: str, problem: str, retry_after_s: float | None = None) -> None:
        self.source = source
        self.problem = redacted(problem)
        super().__init__(f"source {redacted(source)}: {self.problem}", retry_after_s)


class ModelUnavailable(TransientError):
    """The server of a model did not answer, or asked to wait, as often as it was tried. `model` is
    its full name, `problem` a clause."""

    def __init__(self, model: str, problem: str, retry_after_s: float | None = None) -> None:
        self.model = model
        self.problem = problem
        super().__init__(f"model {model}: {problem}", retry_after_s)


class NoAnswer(NetnewError):
    """A model answered with nothing that can be used: it refused, its JSON stayed broken, or what
    it was asked is too long for it. Asking the same again would give the same."""

    def __init__(self, model: str, problem: str) -> None:
        self.model = model
        self.problem = problem
        super().__init__(f"model {model}: {problem}")


class QuotaExceeded(TransientError):
    """More was asked at a time than is allowed: requests, or streams that are open."""


class StoreBusy(TransientError):
    """The database is locked or cannot be reached just now."""

    @property
    def public(self) -> str:
        return DATABASE_UNAVAILABLE


class TakenOver(NetnewError):
    """Another worker has this run, or a later generation of it has begun; this one is to stop."""


class TerminalError(NetnewError):
    """Trying again will not help."""


class AddressRefused(TerminalError):
    """The address guard refused `url`; `reason` says which rule."""

    def __init__(self, url: str, reason: str) -> None:
        self.url = url
        self.reason = reason
        super().__init__(f"refused to connect to {url}: {reason}")


class SourceMisconfigured(TerminalError):
    """A source cannot work as it is set up; `problem` says what to change."""

    def __init__(self, source: str, problem: str) -> None:
        self.source = source
        self.problem = redacted(problem)
        super().__init__(f"source {redacted(source)}: {self.problem}")


class ModelMisconfigured(TerminalError):
    """A model cannot be asked as it is set up (no key, a wrong key, no such model); `problem` says
    what to change."""

    def __init__(self, model: str, problem: str) -> None:
        self.model = model
        self.problem = problem
        super().__init__(f"model {model}: {problem}")


class UnreadableDump(TerminalError):
    """A file given as a corpus or list cannot be read at all."""

    def __init__(self, path: str, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"{path}: {problem}")

    @property
    def public(self) -> str:
        return "a file of a source cannot be read"


class StoreDamaged(TerminalError):
    """The database refuses to work: disk full, read-only, not a database."""

    @property
    def public(self) -> str:
        return DATABASE_UNAVAILABLE


class StoreReadOnly(StoreDamaged):
    """The database was opened for reading alone: its file or folder cannot be written."""


class NotWritten(TerminalError):
    """An export could not be written; what stood at `path` before is untouched."""

    def __init__(self, path: str, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"{path}: {problem}")

    @property
    def public(self) -> str:
        return "a file could not be written"
