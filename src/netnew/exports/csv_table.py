"""csv: a row a candidate, UTF-8, RFC 4180."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import BinaryIO

from netnew.domain.candidate import Candidate
from netnew.domain.run import Run
from netnew.exports.rows import header, rows


def write_csv(to: BinaryIO, run: Run, candidates: Sequence[Candidate]) -> None:
    text = io.TextIOWrapper(to, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(header(run))
    writer.writerows(rows(run, candidates))
    text.detach()
