"""`netnew runs merges`: lists merged candidates and undoes merges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from netnew.cli import consoles, output_options
from netnew.cli.app_context import with_app
from netnew.cli.consoles import clean, program, short
from netnew.cli.run_lookup import find_run
from netnew.cli.run_state import short_id
from netnew.cli.runs_read import RunArgument
from netnew.cli.tables import print_rows
from netnew.domain.candidate import Candidate, MatchStatus, Merge
from netnew.domain.ids import CandidateId
from netnew.domain.run import Run
from netnew.exports.json_document import Json, candidate_document, run_document

if TYPE_CHECKING:
    from netnew.bootstrap import App
    from netnew.engine.resolution.unmerge import Unmerge

_NAME_CHARS = 60
# Candidates by id: the newest row, or else the one kept in the log.
_Rows = Mapping[CandidateId, Candidate]


def merges(
    context: typer.Context,
    run: RunArgument,
    undo: Annotated[
        int | None,
        typer.Option("--undo", metavar="N", min=1, help="Undo merge N."),
    ] = None,
    as_json: output_options.AsJson = False,
) -> None:
    """List which candidates of a run were merged and why; --undo splits them."""
    if undo is None:
        _list(context, run, as_json)
    else:
        _undo(context, run, undo, as_json)


def _list(context: typer.Context, run: str, as_json: bool) -> None:
    async def read(app: App) -> tuple[Run, list[Merge], _Rows]:
        of = await find_run(app.service, run)
        log = await app.service.queries.merges(of.id)
        rows = {x.lost: x.lost_candidate for x in log}
        named = {x.kept for x in log}
        if log:
            rows |= {x.id: x async for x in app.service.queries.candidates(of.id) if x.id in named}
        return of, log, rows

    of, log, rows = with_app(context, read)
    if as_json:
        told = [_document(number, x, of, rows) for number, x in enumerate(log, 1)]
        consoles.print_json({"merges": told})
    elif not log:
        consoles.progress().print("No candidates were merged.")
    else:
        table = [
            [str(number), _who(rows.get(x.kept), x.kept), _who(x.lost_candidate, x.lost), _why(x)]
            for number, x in enumerate(log, 1)
        ]
        print_rows(consoles.results(), ["no.", "kept", "merged into it", "why"], table)


def _undo(context: typer.Context, run: str, number: int, as_json: bool) -> None:
    async def write(app: App) -> tuple[Run, Unmerge]:
        of = await find_run(app.service, run)
        done = await app.service.undo_merge(of.id, number)
        return await app.service.queries.run(of.id), done

    of, done = with_app(context, write)
    both = (done.kept, done.lost)
    if as_json:
        rows = {x.id: x for x in both} | {done.merge.lost: done.merge.lost_candidate}
        rows.setdefault(done.merge.kept, done.kept)
        told = [candidate_document(x, of.spec.enrichments) for x in both]
        undone = _document(number, done.merge, of, rows)
        consoles.print_json({"run": run_document(of), "undone": undone, "candidates": told})
        return
    for row in both:
        typer.echo(f"{row.status.value}: {clean(row.name)}  {clean(row.url)}")
    if any(x.status in (MatchStatus.GENERATED, MatchStatus.UNCLEAR) for x in both):
        again = f"{program()} runs extend {short_id(of)}"
        consoles.progress().print(f"What is not decided is judged when the run goes on: {again}")


def _who(row: Candidate | None, key: CandidateId) -> str:
    return f"{short(row.name, _NAME_CHARS)} <{clean(row.url)}>" if row else key


def _why(merge: Merge) -> str:
    return f"{'undone; it was: ' if merge.undone else ''}{clean(merge.reason)}"


def _document(number: int, merge: Merge, run: Run, rows: _Rows) -> Json:
    kept = rows.get(merge.kept)
    return {
        "number": number,
        "run_id": merge.run_id,
        "kept": merge.kept,
        "kept_name": kept.name if kept else None,
        "kept_url": kept.url if kept else None,
        "lost": merge.lost,
        "lost_name": merge.lost_candidate.name,
        "lost_url": merge.lost_candidate.url,
        "reason": merge.reason,
        "merged_at": merge.merged_at.isoformat(),
        "undone": merge.undone,
        "lost_candidate": candidate_document(merge.lost_candidate, run.spec.enrichments),
    }
