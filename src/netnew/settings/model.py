"""The fields of the settings: defaults, units, descriptions."""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    SettingsConfigDict,
)

from netnew import __version__
from netnew.domain.budget import Budget
from netnew.net.loopback import is_loopback

PREFIX = "NETNEW_"


def default_home() -> Path:
    """The platform's folder for a user's application data, with `netnew` below it."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        return Path(base) / "netnew" if base else Path.home() / "AppData" / "Local" / "netnew"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "netnew"
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "netnew"


class SettingsFields(BaseSettings):
    """What can be set, in the order `netnew doctor` shows it."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, env_ignore_empty=True
    )

    home: Path = Field(
        default_factory=default_home,
        description="Folder of the database, the page store and the corpora.",
    )
    database_url: str = Field(
        default_factory=lambda known: f"sqlite:///{known['home'] / 'netnew.db'}",
        description="Database of runs, ledger and pages: `sqlite:///path` or"
        " `postgresql://user:password@host/name`; by default an SQLite file in `home`.",
    )
    synchronous: Literal["normal", "full"] = Field(
        "normal",
        description="How SQLite syncs: `normal` survives a killed process, `full` a power cut too;"
        " PostgreSQL does as it is set up, and with `full` waits for its disk in any case.",
    )

    workspace: str = Field(
        "local",
        pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$",
        description="Workspace of the command line, and of HTTP callers while no key was made.",
    )

    sources: Annotated[tuple[str, ...], NoDecode] = Field(
        ("web",), description="Sources of runs that name none, as specs."
    )
    judge: str = Field(
        "auto",
        min_length=1,
        description="Who decides in runs that do not say: `auto` (a model where there is one, else"
        " rules), `rules`, or a model's name as `--judge` takes it.",
    )

    model: str = Field(
        "",
        description="Model that is asked, such as `openai:gpt-6-luna` or `ollama:qwen3:8b`; of"
        " several with commas each is asked where those before it are unavailable.",
    )
    model_base_url: str = Field(
        "",
        description="Address of the server of `compatible:` models, such as"
        " `http://localhost:8000/v1`.",
    )
    model_api_key: SecretStr = Field(
        SecretStr(""),
        description="Key that is sent to the server at `model_base_url`, and to no other.",
    )
    model_timeout_s: float = Field(60, gt=0, description="Seconds one request to a model may take.")
    model_concurrency: int = Field(
        8, ge=1, description="Most requests to one vendor's models at the same time, by all."
    )
    model_rate_per_s: float | None = Field(
        None, gt=0, description="Most requests a second to one vendor's models, by all processes."
    )
    model_tries: int = Field(
        4, ge=1, description="Failed requests after which a model counts as unavailable."
    )
    model_price_input: float | None = Field(
        None,
        ge=0,
        description="US dollars for a million tokens asked; unset: by the list that is installed.",
    )
    model_price_output: float | None = Field(
        None,
        ge=0,
        description="US dollars for a million tokens answered; unset: by the list that is"
        " installed.",
    )

    local_threads: int | None = Field(
        None, ge=1, description="Threads of a model file (`gguf:`); unset: half of the processors."
    )
    local_context: int = Field(
        8192, ge=512, description="Tokens of one question to a model file, with its answer."
    )

    budget_cost: float | None = Field(None, ge=0, description="Most US dollars a run may cost.")
    budget_searches: int | None = Field(
        None, ge=0, description="Most result pages a run may ask its sources for."
    )
    budget_pages: int | None = Field(None, ge=0, description="Most pages a run may fetch.")
    budget_seconds: float | None = Field(None, ge=0, description="Most seconds a run may work.")
    day_budget_cost: float | None = Field(
        None, ge=0, description="Most US dollars all runs together may cost a day (UTC)."
    )
    day_budget_tokens: int | None = Field(
        None, ge=0, description="Most tokens all runs together may use a day."
    )
    day_budget_searches: int | None = Field(
        None, ge=0, description="Most result pages all runs together may ask for a day."
    )
    day_budget_pages: int | None = Field(
        None, ge=0, description="Most pages all runs together may fetch a day."
    )
    run_lifetime_days: float = Field(
        7, gt=0, description="Days after which a run that is still not done fails."
    )
    runs_at_once: int = Field(64, ge=1, description="Most runs a worker works on at the same time.")

    share_batches: Literal["auto", "never"] = Field(
        "auto",
        description="Whether workers judge candidates of each other's runs: `auto` where the judge"
        " costs time or money, or `never`.",
    )

    keep_runs_days: float | None = Field(
        None,
        gt=0,
        description="Days after which a run that ended, or a line of the audit log, is deleted;"
        " unset: never.",
    )
    keep_events_days: float | None = Field(
        None, gt=0, description="Days after which the events of a run that ended are; unset: never."
    )
    keep_pages_days: float | None = Field(
        None, gt=0, description="Days after which a page nothing refers to is; unset: never."
    )

    page_max_age_days: float = Field(
        7, ge=0, description="Days for which a stored page counts as fresh."
    )
    failure_max_age_days: float = Field(
        1, ge=0, description="Days for which a page that could not be had is not tried again."
    )
    search_max_age_days: float = Field(
        1, ge=0, description="Days for which a source's answer to a query is used again."
    )
    page_max_bytes: int = Field(
        2_000_000, ge=1_000, description="Most bytes of a page, unpacked; longer ones are refused."
    )
    page_timeout_s: float = Field(
        20, gt=0, description="Seconds a page may take from connecting to its last byte."
    )
    search_timeout_s: float = Field(
        20, gt=0, description="Seconds one call of a search service may take."
    )
    search_rate_per_s: float | None = Field(
        None,
        gt=0,
        description="Most calls a second of one search service, by all processes; unset: as each"
        " service is known to allow.",
    )
    search_concurrency: int | None = Field(
        None, ge=1, description="Most calls of one search service at the same time, by all."
    )
    web_providers: Annotated[tuple[str, ...], NoDecode] = Field(
        ("brave", "serper", "tavily", "exa", "searxng", "ddgs"),
        description="Search services of which the source `web` takes the first that is set up;"
        " their keys are read from the environment alone.",
    )
    fetch_concurrency: int = Field(16, ge=1, description="Most pages fetched at the same time.")
    per_host_concurrency: int = Field(
        2, ge=1, description="Most pages fetched at the same time from one host."
    )
    per_host_delay_s: float = Field(
        0.2, ge=0, description="Seconds between the starts of two fetches from one host."
    )
    render: Literal["never", "auto"] = Field(
        "never",
        description="Whether pages that only scripts fill are shown in a local Chromium: `auto`, or"
        " `never`; needs the extra `browser`.",
    )
    render_timeout_s: float = Field(
        15, gt=0, description="Seconds the scripts of a page may take to fill it."
    )
    browser_path: Path | None = Field(
        None, description="Program of the Chromium that renders pages; unset: the system's own."
    )
    document_timeout_s: float = Field(
        20, gt=0, description="Seconds the reading of a PDF or an office document may take."
    )
    respect_robots: bool = Field(True, description="Whether robots.txt is obeyed.")
    user_agent: str = Field(
        f"netnew/{__version__}",
        min_length=1,
        description="How the fetcher names itself to web servers.",
    )
    allow_private_addresses: bool = Field(
        False,
        description="Whether pages on loopback, private and link-local addresses may be fetched.",
    )
    test_gateway: str | None = Field(
        None,
        description="Loopback address every request is sent to instead of the web; for tests.",
    )

    host: str = Field(
        "127.0.0.1",
        min_length=1,
        description="Address `netnew serve` listens on; any but loopback needs a key to be made.",
    )
    port: int = Field(8080, ge=0, le=65_535, description="Port `netnew serve` listens on.")
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Origins whose pages may call the server from a browser; none by default."
    )
    serve_sources: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Further sources that HTTP callers may name, as specs, besides those of"
        " `sources`.",
    )
    serve_judges: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Judges that HTTP callers may name besides `auto` and `rules`."
    )
    serve_max_bytes: int = Field(
        1_000_000, ge=1_000, description="Most bytes of the body of a request."
    )
    serve_max_list_bytes: int = Field(
        4_000_000,
        ge=1_000,
        description="The same where a list of whom to leave out may be sent, if that is more.",
    )
    serve_rate_per_s: float = Field(
        100,
        gt=0,
        description="Requests a second that one key may make for long; ten times as many at once.",
    )
    serve_cpu_per_s: float = Field(
        0.5,
        gt=0,
        description="Seconds of a processor that the requests with a body of one key may use a"
        " second for long; ten times as many at once.",
    )
    serve_runs_per_hour: int = Field(
        300, ge=1, description="Most runs that one key may begin an hour."
    )
    serve_connections: int = Field(
        4_000,
        ge=1,
        description="Most connections that are open at the same time; fewer where the process may"
        " not open so many files.",
    )
    serve_connections_per_address: int = Field(
        1_000,
        ge=1,
        description="Most connections of one client address. Raise it behind a proxy, whose address"
        " all clients share.",
    )
    serve_head_timeout_s: float = Field(
        10,
        gt=0,
        description="Seconds within which the headers of a request must arrive; then the connection"
        " is closed.",
    )
    serve_streams: int = Field(
        1_000, ge=1, description="Most event streams that are open at the same time, of all keys."
    )
    serve_streams_per_key: int = Field(
        250, ge=1, description="Most event streams that are open at the same time, of one key."
    )
    serve_drain_s: float = Field(
        0,
        ge=0,
        description="Seconds for which a server that is to leave still takes requests, while"
        " `/readyz` says that it leaves.",
    )
    webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="Secret that signs webhooks (`whsec_` and base64); unset: one is made for each"
        " workspace.",
    )
    webhook_private_addresses: bool = Field(
        False,
        description="Whether webhooks may be sent to loopback, private and link-local addresses.",
    )
    webhook_timeout_s: float = Field(
        10, gt=0, description="Seconds the receiver of a webhook may take to answer."
    )

    log_format: Literal["text", "json"] = Field(
        "text", description="How log lines look: `text` (key=value) or `json`."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "warning",
        description="Lowest level of the messages written to standard error. Where it is not set,"
        " `netnew serve` writes from `info` up: a line for each request.",
    )

    # ------------------------------------------------------------------------------- derived

    @property
    def budget(self) -> Budget:
        """The caps that hold for every run, besides its own."""
        return Budget(
            cost=self.budget_cost,
            searches=self.budget_searches,
            pages=self.budget_pages,
            seconds=self.budget_seconds,
        )

    @property
    def day_budget(self) -> Budget:
        """The caps on what the workspace spends a day."""
        return Budget(
            cost=self.day_budget_cost,
            tokens=self.day_budget_tokens,
            searches=self.day_budget_searches,
            pages=self.day_budget_pages,
        )

    @property
    def run_lifetime(self) -> timedelta:
        return timedelta(days=self.run_lifetime_days)

    @property
    def page_max_age(self) -> timedelta:
        return timedelta(days=self.page_max_age_days)

    @property
    def failure_max_age(self) -> timedelta:
        return timedelta(days=self.failure_max_age_days)

    @property
    def search_max_age(self) -> timedelta:
        return timedelta(days=self.search_max_age_days)

    # ---------------------------------------------------------------------------- validation

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @field_validator(
        "sources", "web_providers", "cors_origins", "serve_sources", "serve_judges", mode="before"
    )
    @classmethod
    def _by_commas(cls, listed: object) -> object:
        if isinstance(listed, str):
            return tuple(x.strip() for x in listed.split(",") if x.strip())
        return listed

    @field_validator("test_gateway")
    @classmethod
    def _is_loopback_url(cls, gateway: str | None) -> str | None:
        if gateway is None:
            return None
        parts = urlsplit(gateway)
        if parts.scheme != "http" or not parts.hostname or not is_loopback(parts.hostname):
            raise ValueError("must be a loopback address such as http://127.0.0.1:8099")
        return gateway.rstrip("/")
