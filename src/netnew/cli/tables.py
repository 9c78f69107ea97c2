"""Tables of plain words."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text


def print_rows(console: Console, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Aligned columns; on a terminal the last one folds."""
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
    """`table`; outside of a terminal without the spaces that fill its last column."""
    if console.is_terminal:
        console.print(table)
        return
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        console.out(line.rstrip(), highlight=False)
