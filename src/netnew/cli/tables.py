"""Tables and blocks of rows, candidates and quotes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from netnew.cli.consoles import clean, short
from netnew.domain.candidate import Candidate, MatchStatus
from netnew.domain.condition import ConditionOutcome, Verdict
from netnew.domain.enrichment import EnrichmentValue, leaves
from netnew.domain.evidence import Citation
from netnew.domain.run import Run


def print_rows(console: Console, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print aligned columns; on a terminal the last one folds."""
    plain = not console.is_terminal
    table = Table(
        box=None if plain else box.SIMPLE_HEAD,
        pad_edge=False,
        header_style="" if plain else "bold",
        padding=(0, 2, 0, 0) if plain else (0, 1),
    )
    for number, name in enumerate(header):
        last = number == len(header) - 1
        table.add_column(name, no_wrap=plain or not last, overflow="fold")
    for row in rows:
        table.add_row(*(Text(x) for x in row))
    print_table(console, table)


def print_table(console: Console, table: Table) -> None:
    """Print `table`; outside a terminal without trailing spaces."""
    if console.is_terminal:
        console.print(table)
        return
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        console.out(line.rstrip(), highlight=False)


STATUS_STYLES = {
    MatchStatus.MATCHED: "green",
    MatchStatus.UNMATCHED: "red",
    MatchStatus.UNCLEAR: "yellow",
    MatchStatus.GENERATED: "dim",
    MatchStatus.DISCARDED: "dim",
}
_MARKS = {
    ConditionOutcome.MATCHED: "✓",
    ConditionOutcome.UNMATCHED: "✗",
    ConditionOutcome.UNCLEAR: "?",
}
_ASCII_MARKS = {
    ConditionOutcome.MATCHED: "+",
    ConditionOutcome.UNMATCHED: "-",
    ConditionOutcome.UNCLEAR: "?",
}
_STYLES = {
    ConditionOutcome.MATCHED: "green",
    ConditionOutcome.UNMATCHED: "red",
    ConditionOutcome.UNCLEAR: "yellow",
}

# A narrower column is not readable, so blocks are printed instead of a table.
_MIN_COLUMN = 12

Locate = Callable[[Citation], Awaitable[str]]
"""Returns where on its page a citation stands, such as 'License' or 'paragraph'."""


def candidates_table(
    console: Console, run: Run, candidates: Sequence[Candidate], with_status: bool = False
) -> Table | None:
    """One row per candidate: name, address, mark and value of each condition, value of each field.

    None if the terminal is too narrow.
    """
    widths = _widths(console, run, candidates, with_status)
    if widths is None:
        return None
    plain = not console.is_terminal
    table = Table(
        box=None if plain else box.SIMPLE_HEAD,
        pad_edge=False,
        header_style="" if plain else "bold",
        padding=(0, 2, 0, 0) if plain else (0, 1),
    )
    columns = ["name", *(["status"] if with_status else []), "address", *_asked(run)]
    for column in columns:
        style = "cyan" if column == "address" and not plain else ""
        table.add_column(short(column, widths.value), no_wrap=True, style=style)
    for candidate in candidates:
        table.add_row(*_cells(console, run, candidate, with_status, widths))
    return table


@dataclass(frozen=True, slots=True)
class _Widths:
    """Maximum number of characters in each kind of cell."""

    name: int = 60
    address: int = 1_000
    value: int = 60


def _widths(
    console: Console, run: Run, candidates: Sequence[Candidate], with_status: bool
) -> _Widths | None:
    if not console.is_terminal:
        return _Widths()
    name = min(30, max(len(clean(x.name)) for x in candidates))
    address = min(45, max(len(clean(x.url)) for x in candidates))
    columns = len(_asked(run))
    room = console.width - name - address - (11 if with_status else 0) - 2 * (columns + 2)
    value = room // columns if columns else _MIN_COLUMN
    return _Widths(name, address, min(value, 60)) if value >= _MIN_COLUMN else None


def _asked(run: Run) -> list[str]:
    return [x.name for x in run.spec.conditions] + [x.name for x in leaves(run.spec.enrichments)]


def print_candidates(
    console: Console, run: Run, candidates: Sequence[Candidate], with_status: bool = False
) -> None:
    """Print a table, or one block per candidate if the terminal is too narrow."""
    if not candidates:
        return
    table = candidates_table(console, run, candidates, with_status)
    if table is not None:
        print_table(console, table)
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
    """Print each candidate with the quotes of every verdict and where they stand."""
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
    if field.value is not None:
        value = (short(field.value, 200), "")
    else:  # a quote without a value does not have the requested format; the reasoning says so
        value = (short(field.reasoning, 200) if field.citations else "not stated", "dim")
    return Text.assemble(("· ", "dim"), f"{clean(field.name)}  ", value)


def mark(console: Console, outcome: ConditionOutcome) -> Text:
    """The mark of a verdict; plain ASCII if the terminal's encoding has no tick marks."""
    marks = _MARKS if "utf" in console.encoding.lower() else _ASCII_MARKS
    return Text(marks[outcome], _STYLES[outcome])


async def _print_citations(console: Console, citations: Iterable[Citation], locate: Locate) -> None:
    for citation in citations:
        quote = Text(f"“{short(citation.excerpt, 400)}”", style="italic")
        console.print(_indented(quote, 6))
        place = await locate(citation)
        where = f"{clean(citation.url)}" + (f"  ({place})" if place else "")
        console.print(_indented(Text(where, style="dim"), 6))


def _cells(
    console: Console, run: Run, candidate: Candidate, with_status: bool, widths: _Widths
) -> list[Text]:
    verdicts = {x.condition: x for x in candidate.verdicts}
    fields = {x.name: x for x in candidate.enrichments}
    cells = [Text(short(candidate.name, widths.name))]
    if with_status:
        cells.append(Text(candidate.status.value, STATUS_STYLES[candidate.status]))
    cells.append(Text(short(candidate.url, widths.address)))
    for condition in run.spec.conditions:
        verdict = verdicts.get(condition.name)
        cell = _verdict_cell(console, verdict, widths.value - 2) if verdict else Text("·", "dim")
        cells.append(cell)
    for asked in leaves(run.spec.enrichments):
        field = fields.get(asked.name)
        cells.append(Text(short(field.value, widths.value) if field and field.value else ""))
    return cells


def _verdict_cell(console: Console, verdict: Verdict, most: int) -> Text:
    value = f" {short(verdict.value, most)}" if verdict.value else ""
    return Text.assemble(mark(console, verdict.outcome), value)


def _indented(text: Text, by: int) -> Text:
    return Text.assemble(" " * by, text)
