"""The outcome of one call to a model, for counting."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx2
from pydantic_ai import exceptions as errors

from netnew.domain.model_calls import CallOutcomes, answered, failed, unusable
from netnew.llms.errors import NotAModel, failure_of

_MAX_EXAMPLE_CHARS = 100
_HTML = re.compile(r"(?i)\s*<(?:!doctype html|html|head|body)\b")
_CREDENTIAL = re.compile(
    r"(?i)\b(?:bearer\s+\S+|(?:sk|pk|key|token)[-_][\w-]{8,}|(?:api[-_ ]?key|token|password)\s*[=:]"
    r"\s*\S+)"
)


@dataclass(frozen=True, slots=True)
class Reporter:
    """`model`: its name without address, for people; `key`: what no message may contain."""

    model: str
    key: str = field(repr=False)

    def of_error(self, error: Exception) -> CallOutcomes:
        """A request failed: counted if it is temporary; permanent errors are reported
        differently."""
        failure = failure_of(error, self.key)
        return failed(self.model, failure.label) if failure.may_pass else CallOutcomes()

    def explained(self, error: Exception, responses: Sequence[httpx2.Response]) -> Exception:
        """`error`, or NotAModel if the last of `responses` is a success that is not a model's."""
        is_of_reading = isinstance(error, errors.UnexpectedModelBehavior | errors.ModelAPIError)
        if not is_of_reading or not responses or not responses[-1].is_success:
            return error
        response = responses[-1]
        try:
            text = response.text
        except httpx2.ResponseNotRead:  # the connection was lost midway
            return error
        return NotAModel(_kind_of(text), shortened(text, self.key))

    def of_reply(self, text: str, problem: str) -> CallOutcomes:
        """A reply arrived; `problem`: why it is unusable ('' if it is usable)."""
        if not problem:
            return answered(self.model)
        said = shortened(text, self.key)
        return unusable(self.model, f"{problem} (it said '{said}')" if said else problem)


def _kind_of(text: str) -> str:
    if not text.strip():
        return "nothing"
    if _HTML.match(text):
        return "HTML"
    try:
        json.loads(text)
    except ValueError:
        return "text that is no JSON"
    return "JSON of another shape"


def shortened(text: str, key: str = "") -> str:
    """The beginning of `text` on one line, without control characters, the key or anything that
    looks like a credential."""
    if key:
        text = text.replace(key, "***")
    text = _CREDENTIAL.sub("***", text[: 20 * _MAX_EXAMPLE_CHARS])
    plain = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in text)
    plain = " ".join(plain.split())
    if len(plain) <= _MAX_EXAMPLE_CHARS:
        return plain
    return plain[: _MAX_EXAMPLE_CHARS - 1].rstrip() + "…"
