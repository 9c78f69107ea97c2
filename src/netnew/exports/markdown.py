"""A table of the candidates, and below it every quote with its page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from netnew.domain.candidate import Candidate
from netnew.domain.condition import ConditionOutcome, Verdict
from netnew.domain.enrichment import leaves
from netnew.domain.evidence import Citation
from netnew.domain.run import Run
from netnew.exports.columns import column_names
from netnew.exports.problems import problems_of
from netnew.exports.rows import change_of, how_many

MARKS = {
    ConditionOutcome.MATCHED: "✓",
    ConditionOutcome.UNMATCHED: "✗",
    ConditionOutcome.UNCLEAR: "?",
}


def write_markdown(to: BinaryIO, run: Run, candidates: Sequence[Candidate]) -> None:
    to.write("\n".join(_lines(run, candidates)).encode() + b"\n")


def _lines(run: Run, candidates: Sequence[Candidate]) -> Iterator[str]:
    yield f"# {_inline(run.spec.objective)}"
    yield ""
    yield from (f"- **{_inline(x.name)}**: {_inline(x.description)}" for x in run.spec.conditions)
    yield ""
    yield f"{run.counts.matched:,} of {run.counts.generated:,} candidates match."
    if run.estimate is not None:
        yield f"Matches that probably exist (80 % interval): {how_many(run.estimate)}."
    for problem in problems_of(run):
        yield ""
        yield f"{_inline(problem)}."
    yield ""
    yield from _table(run, candidates)
    yield ""
    yield "## Quotes"
    columns = column_names(run)
    conditions = dict(zip((x.name for x in run.spec.conditions), columns.conditions, strict=True))
    asked = leaves(run.spec.enrichments)
    fields = dict(zip((x.name for x in asked), columns.fields, strict=True))
    for candidate in candidates:
        yield ""
        yield f"### {_inline(candidate.name)}"
        yield ""
        for verdict in candidate.verdicts:
            name = conditions.get(verdict.condition, verdict.condition)
            yield from _quotes(f"{name} {MARKS[verdict.outcome]}", verdict.citations)
        for field in candidate.enrichments:
            yield from _quotes(fields.get(field.name, field.name), field.citations)


def _table(run: Run, candidates: Sequence[Candidate]) -> Iterator[str]:
    asked = leaves(run.spec.enrichments)
    columns = column_names(run)
    names = [*columns.conditions, *columns.fields]
    standing = ["status", "change"] if run.spec.rechecks else ["status"]
    yield _row(["name", *standing, *names])
    yield _row(["---"] * (1 + len(standing) + len(names)), escape=False)
    for candidate in candidates:
        verdicts = {x.condition: x for x in candidate.verdicts}
        fields = {x.name: x.value or "" for x in candidate.enrichments}
        cells = [_link(candidate.name, candidate.url), candidate.status.value]
        if run.spec.rechecks:
            cells.append(change_of(candidate))
        cells += [_inline(_mark(verdicts.get(x.name))) for x in run.spec.conditions]
        cells += [_inline(fields.get(x.name, "")) for x in asked]
        yield _row(cells, escape=False)


def _quotes(name: str, citations: tuple[Citation, ...]) -> Iterator[str]:
    for citation in citations:
        yield f"- {_inline(name)}: “{_inline(citation.excerpt)}” ({_address(citation.url)})"


def _mark(verdict: Verdict | None) -> str:
    return f"{MARKS[verdict.outcome]} {verdict.value or ''}".strip() if verdict else ""


def _row(cells: list[str], escape: bool = True) -> str:
    return "| " + " | ".join(_inline(x) if escape else x for x in cells) + " |"


def _link(name: str, url: str) -> str:
    return f"[{_inline(name)}]({_bare(url)})" if _is_web(url) else f"{_inline(name)} ({_bare(url)})"


def _address(url: str) -> str:
    return f"<{_bare(url)}>" if _is_web(url) else _bare(url)


def _is_web(url: str) -> bool:
    return url.startswith(("http://", "https://"))


def _bare(url: str) -> str:
    """`url` with the characters that would end a link or a cell percent-encoded."""
    return re.sub(r"[\s<>()|`]", lambda sign: f"%{ord(sign[0]):02X}", url)


def _inline(text: str) -> str:
    """`text` on one line, with Markdown and HTML characters escaped."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))
