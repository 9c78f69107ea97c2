"""What legitimately differs between two recordings of one behaviour, replaced by placeholders."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

_RUN_ID = re.compile(r"\brun_[0-9a-f]{32}\b")
_CANDIDATE_ID = re.compile(r"\bcand_[0-9a-f]{32}\b")
_LOOPBACK = re.compile(r"127\.0\.0\.1:\d+")
_INSTANT = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_UUID = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b")
# Marks around and in a prompt that a page must not be able to know: hashes over random ids.
_FENCE = re.compile(r'evidence id="[0-9a-f]{12}"')
_CODE = re.compile(r"registration code [0-9a-f]{4}-[0-9a-f]{4}")
# Hashes of content are the same each time; their beginning tells them apart in fewer bytes.
_HASH = re.compile(r"\b([0-9a-f]{10})[0-9a-f]{22,54}\b")
# Names of columns and fields that hold an instant, a duration, or the process that did it.
_TIMES = ("at", "day", "seconds", "period_begins", "until")
_PROCESSES = ("worker_id", "reaped_by", "home", "host", "pid")


class Normaliser:
    """Replaces ids, instants, durations, ports and processes. `candidates` names each candidate by
    what it is, `runs` each run by its number; `days` are the dates on which the runs ran."""

    def __init__(
        self, runs: Mapping[str, str], candidates: Mapping[str, str], days: Collection[str]
    ) -> None:
        self._runs, self._candidates = runs, candidates
        self._day = re.compile("|".join(map(re.escape, days)) or "(?!)")

    def value(self, value: Any, name: str = "") -> Any:
        """`value` of the field `name`, with everything in it."""
        if name in _PROCESSES:
            return "PROCESS" if value else value
        if name in _TIMES or name.endswith("_at"):
            return value if value is None else "TIME"
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(k): self.value(v, k) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(part) for part in value]
        return value

    def text(self, text: str) -> str:
        text = _RUN_ID.sub(lambda id: self._runs.get(id[0], "RUN?"), text)
        text = _CANDIDATE_ID.sub(lambda id: self._candidates.get(id[0], "CANDIDATE?"), text)
        text = _LOOPBACK.sub("127.0.0.1:PORT", text)
        text = _INSTANT.sub("TIME", text)
        text = _FENCE.sub('evidence id="MARK"', text)
        text = _CODE.sub("registration code CODE", text)
        text = _HASH.sub(r"\1", text)
        text = _UUID.sub("UUID", text)
        return self._day.sub("TODAY", text)


def sorted_rows(rows: Collection[Any]) -> list[Any]:
    """Rows that have no order of their own, in one that depends on their content alone."""
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True, ensure_ascii=False))


def without_class_names(body: dict[str, Any]) -> dict[str, Any]:
    """The body of a chat request without the names that a JSON schema has from Python classes:
    its own name, and those of its definitions, which are put where they are referred to."""
    form = body.get("response_format") or {}
    schema = form.get("json_schema")
    if not schema:
        return body
    shape = _inlined(schema["schema"], schema["schema"].get("$defs", {}))
    nameless = schema | {"name": "SCHEMA", "schema": shape}
    return body | {"response_format": form | {"json_schema": nameless}}


def _inlined(part: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(part, list):
        return [_inlined(item, definitions) for item in part]
    if not isinstance(part, dict):
        return part
    rest = {k: _inlined(v, definitions) for k, v in part.items() if k not in ("$defs", "$ref")}
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        rest = _inlined(definitions[name], definitions) | rest
    return rest
