"""Every error netnew raises on purpose.

NetnewError ├── CallerError the request cannot be done as it is │ ├── InvalidInput a field is wrong:
which, why, what is allowed │ ├── NotFound no such run, candidate, corpus … │ ├── Conflict not in
this state │ ├── KeyRefused no valid key │ ├── HostRefused no key exists yet, and the caller is not
local │ ├── Forbidden the key does not allow this │ └── TooLarge more bytes than accepted ├──
TransientError may work later; `retry_after_s` says when │ ├── SourceUnavailable a search provider
did not answer │ ├── ModelUnavailable a model's server did not answer │ ├── QuotaExceeded too much
at once; retry later │ └── StoreBusy the database is locked or unreachable ├── NoAnswer a model gave
no usable answer ├── TakenOver another worker has this run now └── TerminalError trying again will
not help ├── AddressRefused the address guard said no ├── SourceMisconfigured a source is set up
wrongly ├── ModelMisconfigured a model is set up wrongly ├── UnreadableDump a corpus file cannot be
read at all ├── StoreDamaged the database or disk refuses to work └── NotWritten an export could not
be written

`str(error)` is for the operator: it may name files, hosts and users. `error.public` is for remote
callers, and is stored with runs.

A run that stops early is not an error: it has a `TerminationReason`. Errors carry facts and no
HTTP; each interface has one table from errors to its responses."""

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
    """The caller's request cannot be done as it is."""


class InvalidInput(CallerError):
    """One field of the input is invalid.

    `field`: the caller's name of it; `problem`: a clause without a full stop; `allowed`: what
    would be accepted."""

    def __init__(self, field: str, problem: str, allowed: str = "") -> None:
        self.field = field
        self.problem = problem
        self.allowed = allowed
        super().__init__(f"{field}: {problem}" + (f" (allowed: {allowed})" if allowed else ""))

    def __reduce__(self) -> tuple[type[InvalidInput], tuple[str, str, str]]:
        return type(self), (self.field, self.problem, self.allowed)


class NotFound(CallerError):
    """Not found in this workspace. `kind`: the noun; `key`: what was requested."""

    def __init__(self, kind: str, key: str) -> None:
        self.kind = kind
        self.key = key
        super().__init__(f"no {kind} {key!r}")


class Conflict(CallerError):
    """It exists, but its state does not allow this."""


class KeyRefused(CallerError):
    """No key was given, or it is unknown, revoked or expired; which one is not revealed."""

    def __init__(self) -> None:
        super().__init__("Invalid or missing API key")


class HostRefused(CallerError):
    """No key exists yet, and the request is not addressed to this machine by a local name, or
    came through a proxy. `problem` is a clause."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(f"{problem}; {_WITHOUT_KEYS}")

    def __reduce__(self) -> tuple[type[HostRefused], tuple[str]]:
        return type(self), (self.problem,)


class Forbidden(CallerError):
    """The key is valid, but its scope does not allow this."""

    def __init__(self) -> None:
        super().__init__("This key is read-only")


class TooLarge(CallerError):
    """The request is too large. `most`: accepted bytes."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"the body is too large (allowed: at most {most:,} bytes)")


class TransientError(NetnewError):
    """It may work later. `retry_after_s`: seconds to wait, if known."""

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(message)


class SourceUnavailable(TransientError):
    """A source did not respond, or responded with an error."""

    def __init__(self, source: str, problem: str, retry_after_s: float | None = None) -> None:
        self.source = source
        self.problem = redacted(problem)
        super().__init__(f"source {redacted(source)}: {self.problem}", retry_after_s)


class ModelUnavailable(TransientError):
    """A model's server did not respond, or asked to wait, at every attempt. `model`: its full
    name; `problem`: a clause."""

    def __init__(self, model: str, problem: str, retry_after_s: float | None = None) -> None:
        self.model = model
        self.problem = problem
        super().__init__(f"model {model}: {problem}", retry_after_s)


class NoAnswer(NetnewError):
    """A model gave no usable answer: it refused, its JSON stayed broken, or the prompt is too
    long for it. Repeating the request would give the same result."""

    def __init__(self, model: str, problem: str) -> None:
        self.model = model
        self.problem = problem
        super().__init__(f"model {model}: {problem}")


class QuotaExceeded(TransientError):
    """Too much at once: requests, or open streams."""


class StoreBusy(TransientError):
    """The database is locked or cannot be reached at the moment."""

    @property
    def public(self) -> str:
        return DATABASE_UNAVAILABLE


class TakenOver(NetnewError):
    """Another worker has this run, or a later generation has started; this worker must stop."""


class TerminalError(NetnewError):
    """Retrying will not help."""


class AddressRefused(TerminalError):
    """The address guard refused `url`; `reason` says which rule."""

    def __init__(self, url: str, reason: str) -> None:
        self.url = url
        self.reason = reason
        super().__init__(f"refused to connect to {url}: {reason}")


class SourceMisconfigured(TerminalError):
    """A source is set up wrongly; `problem` says what to change."""

    def __init__(self, source: str, problem: str) -> None:
        self.source = source
        self.problem = redacted(problem)
        super().__init__(f"source {redacted(source)}: {self.problem}")


class ModelMisconfigured(TerminalError):
    """A model is set up wrongly (no key, a wrong key, no such model); `problem` says what to
    change."""

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
    """The database was opened read-only: its file or folder cannot be written."""


class NotWritten(TerminalError):
    """An export could not be written; a previous file at `path` is unchanged."""

    def __init__(self, path: str, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"{path}: {problem}")

    @property
    def public(self) -> str:
        return "a file could not be written"
