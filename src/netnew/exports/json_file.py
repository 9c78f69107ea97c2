"""json: one document; jsonl: one candidate a line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import BinaryIO

from netnew.domain.candidate import Candidate
from netnew.domain.run import Run
from netnew.domain.yields import ConditionYield
from netnew.exports.document import candidate_document, run_and_candidates


def write_json(
    to: BinaryIO,
    run: Run,
    candidates: Sequence[Candidate],
    yields: Sequence[ConditionYield] = (),
) -> None:
    document = run_and_candidates(run, candidates, yields)
    to.write(json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n")


def write_jsonl(to: BinaryIO, run: Run, candidates: Sequence[Candidate]) -> None:
    for candidate in candidates:
        document = candidate_document(candidate, run.spec.enrichments)
        to.write(json.dumps(document, ensure_ascii=False).encode() + b"\n")
