"""The options of a new run, and the spec they make."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from netnew.cli.consoles import free_name, slug
from netnew.cli.enrichment_options import EnrichmentOptions
from netnew.domain.budget import Budget
from netnew.domain.condition import MatchCondition, MatchRule
from netnew.domain.errors import InvalidInput
from netnew.domain.run import MAX_MATCH_LIMIT, ExcludeList, RunSpec
from netnew.settings import Settings

_SOURCES = "web, corpus:NAME, csv:FILE, sitemap:URL, pyenv"
_SOURCES_WITH_PATHS = ("csv", "corpus")


class GeneratorOption(StrEnum):
    """How much effort a run makes."""

    PREVIEW = "preview"
    BASE = "base"
    CORE = "core"
    PRO = "pro"


@dataclass(frozen=True, slots=True)
class BudgetOptions:
    """The caps of a run; None: no cap."""

    max_cost: Annotated[
        float | None,
        typer.Option(
            "--max-cost", metavar="DOLLARS", min=0, help="Stop at this cost in US dollars."
        ),
    ] = None
    max_tokens: Annotated[
        int | None,
        typer.Option("--max-tokens", metavar="N", min=0, help="Stop after this many model tokens."),
    ] = None
    max_seconds: Annotated[
        float | None,
        typer.Option(
            "--max-seconds", metavar="SECONDS", min=0, help="Stop after this many seconds."
        ),
    ] = None
    max_searches: Annotated[
        int | None,
        typer.Option(
            "--max-searches",
            metavar="N",
            min=0,
            help="Stop after this many pages of search results.",
        ),
    ] = None
    max_pages: Annotated[
        int | None,
        typer.Option(
            "--max-pages", metavar="N", min=0, help="Stop after fetching this many pages."
        ),
    ] = None

    def budget(self) -> Budget:
        return Budget(
            self.max_cost, self.max_tokens, self.max_searches, self.max_pages, self.max_seconds
        )


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What to find, where, and within which limits."""

    objective: Annotated[
        str,
        typer.Argument(
            metavar="OBJECTIVE", help="What to find, in plain words.", show_default=False
        ),
    ]
    entity_type: Annotated[
        str,
        typer.Option("--type", metavar="TYPE", help="The type of entity, such as 'company'."),
    ] = ""
    where: Annotated[
        list[str],
        typer.Option(
            "--where", metavar="[NAME:]TEXT", help="A condition that a match must meet. Repeatable."
        ),
    ] = field(default_factory=list)
    fields: EnrichmentOptions = EnrichmentOptions()
    limit: Annotated[
        int,
        typer.Option(
            "--limit", metavar="N", min=1, max=MAX_MATCH_LIMIT, help="Maximum number of matches."
        ),
    ] = 100
    generator: Annotated[
        GeneratorOption,
        typer.Option(
            "--generator", metavar="EFFORT", help="How hard to try: preview, base, core or pro."
        ),
    ] = GeneratorOption.CORE
    exclude: Annotated[
        list[str],
        typer.Option(
            "--exclude",
            metavar="FILE|RUN",
            help="Leave out what a file (txt, csv, json, jsonl) lists, or what a run found."
            " Repeatable.",
        ),
    ] = field(default_factory=list)
    sources: Annotated[
        list[str],
        typer.Option("--source", metavar="SPEC", help=f"Where to search: {_SOURCES}. Repeatable."),
    ] = field(default_factory=list)
    judge: Annotated[
        str | None,
        typer.Option(
            "--judge",
            metavar="JUDGE",
            help="What judges the conditions: auto, rules, a MODEL (openai:NAME, anthropic:NAME,"
            " google:NAME, ollama:NAME, compatible:NAME@URL), SMALL>LARGE, or only:MODEL.",
        ),
    ] = None
    queries: Annotated[
        list[str],
        typer.Option(
            "--query",
            metavar="TEXT",
            help="A further search query; `netnew plan` shows those of a run. Repeatable.",
        ),
    ] = field(default_factory=list)
    caps: BudgetOptions = BudgetOptions()
    evaluate_limit: Annotated[
        int | None,
        typer.Option(
            "--evaluate-limit", metavar="N", min=1, help="Maximum number of candidates to judge."
        ),
    ] = None
    match_share: Annotated[
        float,
        typer.Option(
            "--match-share",
            metavar="SHARE",
            min=0.01,
            max=1.0,
            help="The share of the conditions that a match must meet.",
        ),
    ] = 1.0

    def spec(self, settings: Settings, exclude: ExcludeList) -> RunSpec:
        """The spec of the run; options that were not given come from the settings.

        Raises InvalidInput naming the option.
        """
        objective = self.objective.strip()
        if not objective:
            raise InvalidInput("OBJECTIVE", "is empty", "a question in plain words")
        if self.judge is not None and not self.judge.strip():
            raise InvalidInput("--judge", "is empty", "auto, rules, or a model")
        if any(not x.strip() for x in self.sources):
            raise InvalidInput("--source", "is empty", _SOURCES)
        return RunSpec(
            objective=objective,
            entity_type=self.entity_type.strip(),
            conditions=tuple(MatchCondition(*x) for x in named_texts("--where", self.where)),
            enrichments=self.fields.enrichments(),
            match_limit=self.limit,
            evaluate_limit=self.evaluate_limit,
            match_rule=MatchRule(share=self.match_share),
            generator=self.generator.value,
            exclude=exclude,
            sources=tuple(self.sources) or settings.sources,
            judge=self.judge or settings.judge,
            budget=self.caps.budget().capped_by(settings.budget),
            queries=tuple(q.strip() for q in self.queries if q.strip()),
        )


def absolute_paths(spec: RunSpec, corpora: Callable[[], Collection[str]]) -> RunSpec:
    """`spec` with absolute paths in its sources, since a worker may have another current folder.

    The name of one of the `corpora` is not a path.
    """
    return replace(spec, sources=tuple(_absolute(x, corpora) for x in spec.sources))


def _absolute(source: str, corpora: Callable[[], Collection[str]]) -> str:
    kind, _, rest = source.strip().partition(":")
    path = Path(rest.strip()).expanduser()
    if kind not in _SOURCES_WITH_PATHS or not rest.strip() or not path.exists():
        return source
    if kind == "corpus" and rest.strip() in corpora():
        return source
    return f"{kind}:{path.absolute()}"


def named_texts(option: str, given: Sequence[str]) -> list[tuple[str, str]]:
    """('name', 'text') of each 'name: text'; a text without a name is named after its words.

    Raises InvalidInput for an empty text and for a name that is used twice.
    """
    taken: set[str] = set()
    named = []
    for argument in given:
        name, text = _split(argument)
        if not text:
            raise InvalidInput(option, f"{argument!r} has no text", "'name: text' or a text")
        if not name:
            name = free_name(slug(text) or option.removeprefix("--"), taken)
        if name in taken:
            raise InvalidInput(option, f"the name is used twice: {name!r}", "a name for each")
        taken.add(name)
        named.append((name, text))
    return named


def _split(argument: str) -> tuple[str, str]:
    """The name before the first colon, and the text after it.

    A name has at most five words, and its colon is followed by a space or the end, so that
    'see https://…' and '10:30' are not split.
    """
    name, colon, text = argument.partition(":")
    if colon and len(name.split()) <= 5 and (not text or text[:1].isspace()):
        return name.strip(), text.strip()
    return "", argument.strip()
