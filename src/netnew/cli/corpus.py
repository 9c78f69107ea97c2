"""`netnew corpus`: collections of local pages to search, kept in HOME."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol, cast

import typer

from netnew.cli import consoles, output_options
from netnew.cli.app_context import with_app
from netnew.cli.consoles import clean, plural, program, short
from netnew.cli.tables import print_rows
from netnew.domain.search import SearchAnswer

if TYPE_CHECKING:
    from netnew.bootstrap import App

app = typer.Typer(
    help="Manage local pages to search: dumps, WARC files, folders, lists.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


class SkippedRow(Protocol):
    """A row that was skipped: its file, where in it, and why."""

    @property
    def path(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def problem(self) -> str: ...


class CorpusAddSummary(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def added(self) -> int: ...
    @property
    def replaced(self) -> int: ...
    @property
    def unchanged(self) -> int: ...
    @property
    def broken(self) -> int: ...
    @property
    def broken_rows(self) -> Sequence[SkippedRow]: ...


class CorpusInfo(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def rows(self) -> int: ...
    @property
    def size_bytes(self) -> int: ...


class CorpusCommands(Protocol):
    """What these commands need of the corpora of a HOME."""

    async def add(
        self,
        name: str,
        paths: Sequence[Path],
        base_url: str | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> CorpusAddSummary: ...

    async def corpora(self) -> Sequence[CorpusInfo]: ...
    async def search(self, name: str, query: str, page: int = 1) -> SearchAnswer: ...
    async def remove(self, name: str) -> None: ...


Name = Annotated[str, typer.Argument(help="The name of the corpus.", show_default=False)]


@app.command()
def add(
    context: typer.Context,
    name: Name,
    paths: Annotated[
        list[Path], typer.Argument(help="Files or folders to add.", show_default=False)
    ],
    base_url: Annotated[
        str | None,
        typer.Option(
            "--base-url",
            metavar="URL",
            help="The URL at which the files of a folder are published.",
        ),
    ] = None,
    as_json: output_options.AsJson = False,
    quiet: output_options.Quiet = False,
) -> None:
    """Add pages to a corpus, which is created if needed.

    Pages that are already in it cost nothing; changed pages replace the earlier ones.
    """

    async def take_in(app: App) -> CorpusAddSummary:
        console = consoles.progress()
        if quiet or not console.is_terminal:
            return await _corpora(app).add(name, paths, base_url)
        with console.status("Reading…") as status:
            return await _corpora(app).add(
                name, paths, base_url, lambda rows: status.update(f"{rows:,} rows read")
            )

    report = with_app(context, take_in)
    if as_json:
        consoles.print_json(_report_document(report))
        return
    typer.echo(
        f"{report.name}: {report.added:,} added, {report.replaced:,} replaced,"
        f" {report.unchanged:,} unchanged, {plural(report.broken, 'row')} skipped"
    )
    for row in report.broken_rows[:10]:
        line = f"skipped: {clean(str(row.path))} {clean(str(row.place))}: {clean(row.problem)}"
        consoles.progress().print(line)
    if not quiet:
        consoles.progress().print(f'Use it: {program()} find "…" --source corpus:{report.name}')


@app.command("list")
def list_corpora(context: typer.Context, as_json: output_options.AsJson = False) -> None:
    """List the corpora in HOME."""

    async def read(app: App) -> Sequence[CorpusInfo]:
        return await _corpora(app).corpora()

    found = with_app(context, read)
    if as_json:
        documents = [{"name": x.name, "rows": x.rows, "size_bytes": x.size_bytes} for x in found]
        consoles.print_json({"corpora": documents})
    elif not found:
        consoles.progress().print(f"No corpora yet. Create one: {program()} corpus add NAME PATH")
    else:
        rows = [[x.name, f"{x.rows:,}", f"{x.size_bytes / 1e6:,.1f} MB"] for x in found]
        print_rows(consoles.results(), ["corpus", "rows", "size"], rows)


@app.command()
def search(
    context: typer.Context,
    name: Name,
    query: Annotated[str, typer.Argument(help="Words to search for.", show_default=False)],
    page: Annotated[
        int, typer.Option("--page", metavar="N", min=1, help="Page of the results.")
    ] = 1,
    as_json: output_options.AsJson = False,
) -> None:
    """Search a corpus the way a run does."""

    async def look(app: App) -> SearchAnswer:
        return await _corpora(app).search(name, query, page)

    answer = with_app(context, look)
    if as_json:
        hits = [{"url": x.url, "title": x.title, "snippet": x.snippet} for x in answer.hits]
        document = {"hits": hits, "has_more": answer.has_more, "total": answer.total}
        consoles.print_json(document)
    elif not answer.hits:
        consoles.progress().print("Nothing found.")
    else:
        rows = [[short(x.title or x.url, 60), clean(x.url)] for x in answer.hits]
        print_rows(consoles.results(), ["title", "address"], rows)


@app.command()
def remove(context: typer.Context, name: Name, as_json: output_options.AsJson = False) -> None:
    """Delete a corpus. Pages that runs cite stay in the page store."""

    async def drop(app: App) -> None:
        await _corpora(app).remove(name)

    with_app(context, drop)
    if as_json:
        consoles.print_json({"removed": name})
    else:
        typer.echo(f"Removed {name}")


def _corpora(app: App) -> CorpusCommands:
    return cast(CorpusCommands, getattr(app, "corpora"))  # noqa: B009


def _report_document(report: CorpusAddSummary) -> dict[str, object]:
    return {
        "name": report.name,
        "added": report.added,
        "replaced": report.replaced,
        "unchanged": report.unchanged,
        "broken": report.broken,
        "broken_rows": [
            {"path": str(x.path), "place": str(x.place), "problem": x.problem}
            for x in report.broken_rows
        ],
    }
