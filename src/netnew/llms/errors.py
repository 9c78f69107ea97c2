"""One table from the clients' errors to their consequences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from pydantic_ai import exceptions as errors

from netnew.domain.errors import ModelMisconfigured

_MAX_OF_A_MESSAGE = 200
_TOO_LONG_FOR_IT = "the prompt is too long for it"
_NO_ANSWER_OF_ONE = "its server{at} answered with {kind} instead of a model's answer"
_CHECK_ADDRESS = "is its address right? It often ends in /v1"
_NO_MODEL = f"what answers is no model; {_CHECK_ADDRESS}"


class Kind(Enum):
    AGAIN = auto()  # it may work in a moment
    SERVER = auto()  # it may work in a moment, or never for this request
    REJECTED = auto()  # never for this form of request
    TOO_LONG = auto()  # the prompt is too long for the model
    REFUSED = auto()  # it refuses to answer this
    SETUP = auto()  # never, until something is changed
    QUOTA = auto()  # never, until somebody pays


@dataclass(frozen=True, slots=True)
class Failure:
    """`problem`: a clause for people. `retry_after_s`: as requested by the server. `label`: what
    such failures are counted under: the status, otherwise a clause."""

    kind: Kind
    problem: str
    retry_after_s: float | None = None
    label: str = ""

    @property
    def may_pass(self) -> bool:
        """Whether the same request may succeed later."""
        return self.kind in (Kind.AGAIN, Kind.SERVER)


class NotAModel(Exception):
    """A server answered successfully, but not as a model. `kind`: what it sent, such as 'HTML';
    `said`: its beginning on one line."""

    def __init__(self, kind: str, said: str) -> None:
        self.kind = kind
        self.said = said
        super().__init__(f"{kind}: {said}")


class QuotaExhausted(ModelMisconfigured):
    """The account has no credit or quota left; another model may still answer."""


# The first match counts: later ones are base classes of earlier ones.
_TABLE: Sequence[tuple[type[Exception], Kind, str]] = (
    (errors.ModelContextWindowExceededError, Kind.TOO_LONG, _TOO_LONG_FOR_IT),
    (errors.ModelAuthenticationError, Kind.SETUP, "the key was not accepted"),
    (errors.ModelNotFoundError, Kind.SETUP, "there is no such model{at}, or its address is wrong"),
    (errors.ModelRequestRejectedError, Kind.REJECTED, "the request was rejected"),
    (errors.ModelQuotaExceededError, Kind.QUOTA, "its quota or credit is used up"),
    (errors.ModelRateLimitError, Kind.AGAIN, "too many requests"),
    (errors.ModelUnavailableError, Kind.AGAIN, "its server is busy"),
    (errors.ModelServerError, Kind.AGAIN, "its server failed"),
    (errors.ModelTimeoutError, Kind.AGAIN, "no answer in time"),
    (errors.ModelRequestTimeout, Kind.AGAIN, "no answer in time"),
    (errors.ModelConnectionError, Kind.AGAIN, "its server{at} cannot be reached"),
    (errors.ContentFilterError, Kind.REFUSED, "it refused"),
    (errors.ModelHTTPError, Kind.REJECTED, "the request was rejected"),
    (errors.ModelAPIError, Kind.AGAIN, "its server failed"),
    (errors.UserError, Kind.REJECTED, "it cannot be asked in this way"),
)
# What the status says, if the error's type says less.
_STATUSES = {
    405: Kind.SETUP,
    408: Kind.AGAIN,
    409: Kind.AGAIN,
    413: Kind.TOO_LONG,
    425: Kind.AGAIN,
    500: Kind.SERVER,
    501: Kind.SERVER,
}
# Wordings of servers without a code for it, in lower case.
_TOO_LONG = (
    "context length",
    "context size",
    "context_size",
    "context window",
    "context_length",
    "too many tokens",
    "prompt is too long",
    "input is too long",
    "maximum number of tokens",
)
_REFUSALS = ("content_filter", "content_policy", "content policy", "safety system", "moderation")


def failure_of(error: Exception, key: str = "", server: str = "") -> Failure:
    """The failure that `error` means; `key` is removed from the server's message. `server`: its
    address, shown if it may be wrong; '' for the vendor's own."""
    at = f" at {server}" if server else ""
    if isinstance(error, NotAModel):
        problem = _NO_ANSWER_OF_ONE.format(kind=error.kind, at=at)
        said = f" ('{error.said}')" if error.said else ""
        label = _NO_ANSWER_OF_ONE.format(kind=error.kind, at="")
        return Failure(Kind.AGAIN, f"{problem}{said}; {_CHECK_ADDRESS}", label=label)
    kind, problem = next(
        ((kind, problem) for type_, kind, problem in _TABLE if isinstance(error, type_)),
        (Kind.AGAIN, _NO_MODEL),
    )
    status = getattr(error, "status_code", None)
    kind = _STATUSES.get(status, kind) if isinstance(status, int) else kind
    label = str(status) if isinstance(status, int) else problem.format(at="")
    problem = problem.format(at=at)
    said = _said(error, key)
    if kind in (Kind.REJECTED, Kind.SERVER):
        if any(x in said.lower() for x in _TOO_LONG):
            kind = Kind.TOO_LONG
        elif kind is Kind.REJECTED and any(x in said.lower() for x in _REFUSALS):
            kind, problem = Kind.REFUSED, "it refused"
    if kind is Kind.TOO_LONG:
        problem = _TOO_LONG_FOR_IT
    facts = [str(status)] if isinstance(status, int) else []
    # A server's message about a wrong key may contain parts of it.
    facts += [said] if said and not isinstance(error, errors.ModelAuthenticationError) else []
    told = f"{problem} ({': '.join(facts)})" if facts else problem
    return Failure(kind, told, getattr(error, "retry_after", None), label)


def _said(error: Exception, key: str) -> str:
    """The server's message, short, on one line."""
    said = _message(getattr(error, "body", None))
    if not said and isinstance(error, errors.ModelConnectionError):
        said = error.message
    if key:
        said = said.replace(key, "***")
    said = " ".join(said.split())
    return said if len(said) <= _MAX_OF_A_MESSAGE else said[: _MAX_OF_A_MESSAGE - 1] + "…"


def _message(body: object) -> str:
    """The message of an error's body: {"error": {"message", "type"}}, {"error": "…"}, or text."""
    if isinstance(body, dict):
        inner = body.get("error", body)
        if isinstance(inner, dict):
            parts = (inner.get("message") or inner.get("detail"), inner.get("code"))
            kinds = (inner.get("type"), inner.get("status"))
            return ", ".join(x for x in (*parts, *kinds) if isinstance(x, str) and x)
        body = inner
    return body if isinstance(body, str) else ""
