"""Candidates as tables and as blocks with quotes.

On a terminal tables have colours and fold; elsewhere they are plain aligned columns, one line a
candidate, that `grep` and `cut` can read.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from netnew.cli.tables import print_table
from netnew.cli.terminal import clean, short
from netnew.domain.candidate import Candidate, MatchStatus
from netnew.domain.condition import Outcome, Verdict
from netnew.domain.enrichment import EnrichmentValue
from netnew.domain.evidence import Citation
from netnew.domain.run import Run

STATUS_STYLES = {
    MatchStatus.MATCHED: "green",
    MatchStatus.UNMATCHED: "red",
    MatchStatus.UNCLEAR: "yellow",
    MatchStatus.GENERATED: "dim",
    MatchStatus.DISCARDED: "dim",
}
_MARKS = {Outcome.MATCHED: "✓", Outcome.UNMATCHED: "✗", Outcome.UNCLEAR: "?"}
_ASCII_MARKS = {Outcome.MATCHED: "+", Outcome.UNMATCHED: "-", Outcome.UNCLEAR: "?"}
_STYLES = {Outcome.MATCHED: "green", Outcome.UNMATCHED: "red", Outcome.UNCLEAR: "yellow"}

# Below this width a column of a table cannot be read any more, and blocks are printed instead.
_LEAST_COLUMN = 14
_VALUE_CHARS = 60

Locate = Callable[[Citation], Awaitable[str]]
"""Says where on its page a citation stands, such as 'License' or 'paragraph'."""


def candidates_table(
    console: Console, run: Run, candidates: Sequence[Candidate], with_status: bool = False
) -> Table:
    """Name, address, each condition's mark and value, each enrichment's value."""
    plain = not console.is_terminal
    table = Table(
        box=None if plain else box.SIMPLE_HEAD,
        pad_edge=False,
        header_style="" if plain else "bold",
        padding=(0, 2, 0, 0) if plain else (0, 1),
    )
    table.add_column("name", no_wrap=plain, min_width=8)
    if with_status:
        table.add_column("status", no_wrap=True)
    table.add_column("address", no_wrap=plain, overflow="fold", style="" if plain else "cyan")
    for name in [x.name for x in run.spec.conditions] + [x.name for x in run.spec.enrichments]:
        table.add_column(clean(name), no_wrap=plain, overflow="fold")
    for candidate in candidates:
        table.add_row(*_cells(console, run, candidate, with_status))
    return table


def fits(console: Console, run: Run) -> bool:
    """Whether a table of this run can be read at the console's width."""
    columns = 3 + len(run.spec.conditions) + len(run.spec.enrichments)
    return not console.is_terminal or console.width >= columns * _LEAST_COLUMN


def print_candidates(
    console: Console, run: Run, candidates: Sequence[Candidate], with_status: bool = False
) -> None:
    """A table, or a block a candidate where the terminal is too narrow for one."""
    if not candidates:
        return
    if fits(console, run):
        print_table(console, candidates_table(console, run, candidates, with_status))
        return
    for candidate in candidates:
        console.print(heading(candidate, with_status))
        for verdict in candidate.verdicts:
            console.print(_indented(verdict_line(console, verdict), 2))
        for field in candidate.enrichments:
            console.print(_indented(enrichment_line(field), 2))


async def print_quotes(
    console: Console, candidates: Iterable[Candidate], locate: Locate, with_reasons: bool = False
) -> None:
    """Each candidate with every verdict's quotes, and where each stands."""
    for candidate in candidates:
        console.print(heading(candidate, with_status=candidate.status is not MatchStatus.MATCHED))
        for verdict in candidate.verdicts:
            console.print(_indented(verdict_line(console, verdict), 2))
            await _print_citations(console, verdict.citations, locate)
            if verdict.reasoning and (with_reasons or not verdict.citations):
                console.print(_indented(Text(clean(verdict.reasoning), style="dim"), 6))
        for field in candidate.enrichments:
            console.print(_indented(enrichment_line(field), 2))
            await _print_citations(console, field.citations, locate)
        console.print()


def heading(candidate: Candidate, with_status: bool = False) -> Text:
    text = Text.assemble((clean(candidate.name), "bold"), "  ", (clean(candidate.url), "cyan"))
    if with_status:
        text.append(f"  {candidate.status.value}", STATUS_STYLES[candidate.status])
    return text


def verdict_line(console: Console, verdict: Verdict) -> Text:
    value = f"  {short(verdict.value, 200)}" if verdict.value else ""
    return Text.assemble(mark(console, verdict.outcome), f" {clean(verdict.condition)}", value)


def enrichment_line(field: EnrichmentValue) -> Text:
    value = (short(field.value, 200), "") if field.value is not None else ("not stated", "dim")
    return Text.assemble(("· ", "dim"), f"{clean(field.name)}  ", value)


def mark(console: Console, outcome: Outcome) -> Text:
    """The sign of a verdict; plain ASCII where the terminal's encoding has no ticks."""
    marks = _MARKS if "utf" in console.encoding.lower() else _ASCII_MARKS
    return Text(marks[outcome], _STYLES[outcome])


async def _print_citations(console: Console, citations: Iterable[Citation], locate: Locate) -> None:
    for citation in citations:
        quote = Text(f"“{short(citation.excerpt, 400)}”", style="italic")
        console.print(_indented(quote, 6))
        place = await locate(citation)
        where = f"{clean(citation.url)}" + (f"  ({place})" if place else "")
        console.print(_indented(Text(where, style="dim"), 6))


def _cells(console: Console, run: Run, candidate: Candidate, with_status: bool) -> list[str | Text]:
    verdicts = {x.condition: x for x in candidate.verdicts}
    fields = {x.name: x for x in candidate.enrichments}
    cells: list[str | Text] = [Text(short(candidate.name, _VALUE_CHARS))]
    if with_status:
        cells.append(Text(candidate.status.value, STATUS_STYLES[candidate.status]))
    cells.append(Text(clean(candidate.url)))
    for condition in run.spec.conditions:
        verdict = verdicts.get(condition.name)
        cells.append(_verdict_cell(console, verdict) if verdict else Text("·", "dim"))
    for asked in run.spec.enrichments:
        field = fields.get(asked.name)
        cells.append(Text(short(field.value, _VALUE_CHARS) if field and field.value else ""))
    return cells


def _verdict_cell(console: Console, verdict: Verdict) -> Text:
    value = f" {short(verdict.value, _VALUE_CHARS)}" if verdict.value else ""
    return Text.assemble(mark(console, verdict.outcome), value)


def _indented(text: Text, by: int) -> Text:
    return Text.assemble(" " * by, text)
