"""`netnew doctor`: checks the installation and shows where each setting comes from."""

from __future__ import annotations

import asyncio
import os
import platform
import secrets
import shutil
import sqlite3
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from netnew import __version__
from netnew.cli import consoles, output_options
from netnew.cli.app_context import with_app
from netnew.cli.consoles import clean
from netnew.cli.errors import FAILED, SOURCES_TO_TRY
from netnew.cli.tables import print_rows
from netnew.domain.errors import NetnewError
from netnew.plugins import installed_plugins
from netnew.settings import Settings, unknown_variables

if TYPE_CHECKING:
    from netnew.bootstrap import App, ModelReport


# With less free space a run may fill the disk.
ENOUGH_BYTES = 100_000_000


_MODEL_TO_SET = "Set NETNEW_MODEL, or a vendor's key such as OPENAI_API_KEY, to have one."


class CheckStatus(StrEnum):
    OK = "ok"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Check:
    """One check: `detail` says what was found and, if it is bad, what to do."""

    name: str
    health: CheckStatus
    detail: str


_STYLES = {CheckStatus.OK: "green", CheckStatus.NOTE: "yellow", CheckStatus.BAD: "red"}


Probe = Annotated[
    bool,
    typer.Option("--probe", help="Also ask each model a test question, which may cost a little."),
]


def doctor(
    context: typer.Context, as_json: output_options.AsJson = False, probe: Probe = False
) -> None:
    """Check this installation; show each setting and its origin."""
    settings = Settings.load()
    checks = [
        _versions(),
        _home(settings.home),
        *_gateway(settings),
        _rendering(settings),
        *_typing_errors(),
        *_plugins(),
        *_services(settings),
    ]
    if all(x.health is not CheckStatus.BAD for x in checks):
        checks += _parts(context, settings)
    checks += _models(settings, probe)
    bad = any(x.health is CheckStatus.BAD for x in checks)
    if as_json:
        document = {
            "ok": not bad,
            "checks": [asdict(x) for x in checks],
            "settings": [asdict(x) for x in settings.origins()],
        }
        consoles.print_json(document)
    else:
        _show(checks, settings)
    raise typer.Exit(FAILED if bad else 0)


def _versions() -> Check:
    versions = (
        f"netnew {__version__}, Python {platform.python_version()},"
        f" SQLite {sqlite3.sqlite_version}, {platform.system()} {platform.machine()}"
    )
    return Check("versions", CheckStatus.OK, versions)


READABLE_ONLY = (
    "can be read but not written: runs list, show, result, events and export, corpus list and"
    " search, keys list and keys audit work; find, corpus add, keys create, serve and other"
    " commands that change something do not. For these, set NETNEW_HOME to another folder"
)


def _home(home: Path) -> Check:
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe = home / f".doctor.{secrets.token_hex(4)}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        if (home / "netnew.db").is_file() and os.access(home / "netnew.db", os.R_OK):
            return Check("home", CheckStatus.NOTE, f"{home} {READABLE_ONLY}")
        problem = f"{home} cannot be written: {error.strerror}; set NETNEW_HOME to another folder"
        return Check("home", CheckStatus.BAD, problem)
    return home_check(home, shutil.disk_usage(home).free)


def home_check(home: Path, free_bytes: int) -> Check:
    """Check of a HOME that can be written: whether it has room for pages."""
    detail = f"{home} can be written, {free_bytes / 1e9:,.2f} GB free"
    if free_bytes >= ENOUGH_BYTES:
        return Check("home", CheckStatus.OK, detail)
    return Check(
        "home",
        CheckStatus.NOTE,
        f"{detail}: little room for pages; set NETNEW_HOME to another disk",
    )


def _gateway(settings: Settings) -> list[Check]:
    if settings.test_gateway is None:
        return []
    detail = f"every page is fetched from {settings.test_gateway}, not from the web"
    return [Check("test gateway", CheckStatus.NOTE, detail)]


def _rendering(settings: Settings) -> Check:
    """Whether pages that need JavaScript can be rendered."""
    from netnew.bootstrap import why_not_rendered

    missing = why_not_rendered(settings.browser_path)
    if settings.render == "never":
        can = (
            "to render them: NETNEW_RENDER=auto"
            if missing is None
            else f"they cannot be: {missing}"
        )
        return Check(
            "rendering", CheckStatus.OK, f"pages that need JavaScript are not rendered; {can}"
        )
    if missing is not None:
        return Check("rendering", CheckStatus.BAD, f"pages cannot be rendered: {missing}")
    return Check("rendering", CheckStatus.OK, "pages that need JavaScript are rendered by Chromium")


def _typing_errors() -> list[Check]:
    return [Check("environment", CheckStatus.NOTE, x) for x in unknown_variables()]


def _plugins() -> list[Check]:
    """Source plugins that cannot be loaded."""
    return [
        Check(f"plugin {x.kind}", CheckStatus.NOTE, clean(x.problem))
        for x in installed_plugins()
        if x.problem
    ]


def _models(settings: Settings, ask: bool) -> list[Check]:
    """The models that judge if a run names no other."""
    from netnew.bootstrap import models_seen

    try:
        seen = asyncio.run(models_seen(settings, ask))
    except NetnewError as error:
        return [Check("model", CheckStatus.BAD, clean(str(error)))]
    return [_model(each, chosen=bool(settings.model)) for each in seen]


def _model(seen: ModelReport, chosen: bool) -> Check:
    if not seen.name:
        return Check("model", CheckStatus.OK, f"none, rules decide. {seen.why} {_MODEL_TO_SET}")
    name = clean(f"model {seen.name}")
    if seen.problem:
        # It is only an error if the user chose the model.
        health = CheckStatus.BAD if chosen else CheckStatus.NOTE
        return Check(name, health, clean(f"not usable: {seen.problem}. {seen.why}"))
    price = seen.price
    facts = [
        f"${price.input:g} and ${price.output:g} for a million tokens in and out"
        if price
        else "its price is not known, so it counts as free"
    ]
    if seen.base_url:
        facts.append(f"at {seen.base_url}")
    if seen.capability is not None and seen.capability.latency_s is not None:
        facts.append(
            f"answers by {seen.capability.output_mode} in {seen.capability.latency_s:.1f} s"
        )
    return Check(name, CheckStatus.OK, clean(f"{seen.why} {'; '.join(facts)}"))


def _services(settings: Settings) -> list[Check]:
    """The web search services. None is required, so a missing one is not an error."""
    try:
        return [
            Check(x.name, CheckStatus.OK, clean(x.detail)) for x in search_service_reports(settings)
        ]
    except NetnewError as error:
        return [Check("search services", CheckStatus.BAD, clean(str(error)))]


def _parts(context: typer.Context, settings: Settings) -> list[Check]:
    """The checks that need the application open: database, sources, judge."""

    async def look(app: App) -> list[Check]:
        sources = [await _source(app, spec) for spec in settings.sources]
        return [await _database(app), *sources, await _judge(app)]

    try:
        return with_app(context, look, settings)
    except NetnewError as error:
        return [Check("database", CheckStatus.BAD, clean(str(error)))]


async def _database(app: App) -> Check:
    newest = await app.service.queries.runs(limit=1)
    detail = "can be read" + (f", last run {newest[0].created_at:%Y-%m-%d}" if newest else "")
    return Check("database", CheckStatus.OK, detail)


async def _source(app: App, spec: str) -> Check:
    name = f"source {clean(spec)}"
    try:
        await app.service.check_source(spec)
    except NetnewError as error:
        # The default need not be set up; it is only an error if the user chose the source.
        chosen = "sources" in app.settings.model_fields_set
        problem = clean(getattr(error, "problem", "") or str(error))
        return Check(
            name,
            CheckStatus.BAD if chosen else CheckStatus.NOTE,
            f"not usable: {problem}. {SOURCES_TO_TRY}",
        )
    return Check(name, CheckStatus.OK, "can be used")


async def _judge(app: App) -> Check:
    asked = app.settings.judge
    try:
        found = await app.service.judge_named(asked)
    except NetnewError as error:
        return Check("judge", CheckStatus.BAD, clean(str(error)))
    return Check("judge", CheckStatus.OK, clean(f"{found.judge.profile} (setting: {asked})"))


def _show(checks: list[Check], settings: Settings) -> None:
    console = consoles.results()
    for check in checks:
        console.print(
            Text.assemble(
                (f"{check.health.value:4}  ", _STYLES[check.health]),
                (f"{check.name}: ", "bold"),
                check.detail,
            )
        )
    console.print()
    rows = [[x.name, x.value, x.origin] for x in settings.origins()]
    print_rows(console, ["setting", "value", "from"], rows)


@dataclass(frozen=True, slots=True)
class SearchServiceReport:
    """A search service: whether its key is set, whether `web` uses it, and what it costs.

    No key is shown.
    """

    name: str
    detail: str


def search_service_reports(settings: Settings) -> list[SearchServiceReport]:
    """Every search service, in the order in which `web` tries them. Raises InvalidInput if the
    setting names an unknown one."""
    from netnew.bootstrap import search_keys, search_services  # opened applications alone need it

    return [
        SearchServiceReport(
            f"search {x.name}",
            "; ".join(
                [
                    x.detail,
                    *(["used by `web`"] if x.is_first else []),
                    *([f"${1_000 * x.price:g} per 1,000 searches"] if x.price else []),
                ]
            ),
        )
        for x in search_services(settings.web_providers, search_keys())
    ]
