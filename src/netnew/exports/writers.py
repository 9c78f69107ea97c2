"""A row a candidate, UTF-8, RFC 4180."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import BinaryIO

from netnew.domain.candidate import Candidate
from netnew.domain.condition_stats import ConditionStats
from netnew.domain.event import Event, RoundEnded
from netnew.domain.run import Run
from netnew.exports.json_document import Json, candidate_document, run_and_candidates
from netnew.exports.rows import header, rows


def write_csv(to: BinaryIO, run: Run, candidates: Sequence[Candidate]) -> None:
    text = io.TextIOWrapper(to, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(header(run))
    writer.writerows(rows(run, candidates))
    text.detach()


def write_json(
    to: BinaryIO,
    run: Run,
    candidates: Sequence[Candidate],
    yields: Sequence[ConditionStats] = (),
) -> None:
    document = run_and_candidates(run, candidates, yields)
    to.write(json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n")


def write_jsonl(to: BinaryIO, run: Run, candidates: Sequence[Candidate]) -> None:
    for candidate in candidates:
        document = candidate_document(candidate, run.spec.enrichments)
        to.write(json.dumps(document, ensure_ascii=False).encode() + b"\n")


def event_document(event: Event) -> Json:
    """`seq`, `at` (ISO 8601), `kind`, and the fields of that kind of event."""
    body = asdict(event.body)
    kind = body.pop("kind")
    if isinstance(event.body, RoundEnded):
        body["spend"] = event.body.spend.numbers()
    return {
        "run_id": event.run_id,
        "seq": event.seq,
        "at": event.at.isoformat(),
        "kind": kind,
    } | body
