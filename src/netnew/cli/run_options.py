"""Sources named by a path from the current folder: a worker may have another one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from netnew.cli.consoles import slug
from netnew.cli.enrichment_options import Enrich as Enrich
from netnew.cli.enrichment_options import Schema as Schema
from netnew.cli.enrichment_options import enrichments_from as enrichments_from
from netnew.domain.budget import Budget
from netnew.domain.condition import MatchCondition, MatchRule
from netnew.domain.errors import InvalidInput
from netnew.domain.run import MAX_MATCH_LIMIT, ExcludeList, RunSpec
from netnew.settings import Settings

_KINDS_OF_PATHS = ("csv", "corpus")


def absolute_paths(spec: RunSpec, corpora: Callable[[], Collection[str]]) -> RunSpec:
    """`spec` with the paths of its sources made absolute; a name among `corpora` is no path."""
    return replace(spec, sources=tuple(_absolute(x, corpora) for x in spec.sources))


def _absolute(source: str, corpora: Callable[[], Collection[str]]) -> str:
    kind, _, rest = source.strip().partition(":")
    path = Path(rest.strip()).expanduser()
    if kind not in _KINDS_OF_PATHS or not rest.strip() or not path.exists():
        return source
    if kind == "corpus" and rest.strip() in corpora():
        return source
    return f"{kind}:{path.absolute()}"


class GeneratorOption(StrEnum):
    """How hard to try: preview, base, core or pro."""

    PREVIEW = "preview"
    BASE = "base"
    CORE = "core"
    PRO = "pro"


Objective = Annotated[
    str,
    typer.Argument(metavar="OBJECTIVE", help="What to find, in plain words.", show_default=False),
]
EntityType = Annotated[
    str, typer.Option("--type", metavar="TYPE", help="What kind of thing it is, such as 'company'.")
]
Where = Annotated[
    list[str] | None,
    typer.Option(
        "--where", metavar="[NAME:]TEXT", help="A condition that must hold. May be repeated."
    ),
]
Limit = Annotated[
    int,
    typer.Option(
        "--limit", metavar="N", min=1, max=MAX_MATCH_LIMIT, help="The most matches wanted."
    ),
]
EvaluateLimit = Annotated[
    int | None,
    typer.Option("--evaluate-limit", metavar="N", min=1, help="The most candidates to judge."),
]
MatchShare = Annotated[
    float,
    typer.Option(
        "--match-share",
        metavar="SHARE",
        min=0.01,
        max=1.0,
        help="The share of the conditions that must hold.",
    ),
]
Effort = Annotated[
    GeneratorOption,
    typer.Option(
        "--generator", metavar="EFFORT", help="How hard to try: preview, base, core or pro."
    ),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude",
        metavar="FILE|RUN",
        help="Whom to leave out: a list (txt, csv, json, jsonl) or what a run found."
        " May be repeated.",
    ),
]
SourceSpecs = Annotated[
    list[str] | None,
    typer.Option(
        "--source",
        metavar="SPEC",
        help="Where to look: web, corpus:NAME, csv:FILE, sitemap:URL, pyenv. May be repeated.",
    ),
]
JudgeName = Annotated[
    str | None,
    typer.Option(
        "--judge",
        metavar="JUDGE",
        help="Who decides: auto, rules, a MODEL (openai:NAME, anthropic:NAME, google:NAME,"
        " ollama:NAME, compatible:NAME@URL), SMALL>LARGE, or only:MODEL.",
    ),
]
Queries = Annotated[
    list[str] | None,
    typer.Option(
        "--query", metavar="TEXT", help="Search for this, too. May be repeated; see plan."
    ),
]
MaxCost = Annotated[
    float | None,
    typer.Option("--max-cost", metavar="DOLLARS", min=0, help="Stop at this cost, in US dollars."),
]
MaxTokens = Annotated[
    int | None,
    typer.Option("--max-tokens", metavar="N", min=0, help="Stop after so many tokens of a model."),
]
MaxSeconds = Annotated[
    float | None,
    typer.Option("--max-seconds", metavar="SECONDS", min=0, help="Stop after so many seconds."),
]
MaxSearches = Annotated[
    int | None,
    typer.Option(
        "--max-searches", metavar="N", min=0, help="Stop after so many result pages of searches."
    ),
]
MaxPages = Annotated[
    int | None,
    typer.Option("--max-pages", metavar="N", min=0, help="Stop after so many fetched pages."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]
Outputs = Annotated[
    list[Path] | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="Write the result there; the ending is the format: csv, xlsx, jsonl, json, md."
        " May be repeated.",
    ),
]
All = Annotated[
    bool, typer.Option("--all", help="Every candidate judged, not the matched ones alone.")
]
Detach = Annotated[
    bool,
    typer.Option(
        "--detach", help="Leave it to a worker in the background, and print the run's id."
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on standard error.")]


@dataclass(frozen=True, slots=True)
class RunQuestion:
    """The options as given."""

    objective: str
    entity_type: str
    where: Sequence[str]
    enrich: Sequence[str]
    limit: int
    evaluate_limit: int | None
    match_share: float
    generator: GeneratorOption
    sources: Sequence[str]
    judge: str | None
    budget: Budget
    schema: Path | None = None
    queries: Sequence[str] = ()


def spec_from(question: RunQuestion, settings: Settings, exclude: ExcludeList) -> RunSpec:
    """The spec a question means; what it leaves open comes from the settings.

    Raises InvalidInput naming the option.
    """
    objective = question.objective.strip()
    if not objective:
        raise InvalidInput("OBJECTIVE", "is empty", "a question in plain words")
    if question.judge is not None and not question.judge.strip():
        raise InvalidInput("--judge", "is empty", "auto, rules, or a model")
    if any(not x.strip() for x in question.sources):
        raise InvalidInput("--source", "is empty", "web, corpus:NAME, csv:FILE, sitemap:URL, pyenv")
    return RunSpec(
        objective=objective,
        entity_type=question.entity_type.strip(),
        conditions=tuple(MatchCondition(*x) for x in named_texts("--where", question.where)),
        enrichments=enrichments_from(question.enrich, question.schema),
        match_limit=question.limit,
        evaluate_limit=question.evaluate_limit,
        match_rule=MatchRule(share=question.match_share),
        generator=question.generator.value,
        exclude=exclude,
        sources=tuple(question.sources) or settings.sources,
        judge=question.judge or settings.judge,
        budget=question.budget.capped_by(settings.budget),
        queries=tuple(q.strip() for q in question.queries if q.strip()),
    )


def named_texts(option: str, given: Sequence[str]) -> list[tuple[str, str]]:
    """('name', 'text') of each 'name: text'; a text without a name is named after its words.

    Raises InvalidInput where a text is empty or two have one name.
    """
    taken: set[str] = set()
    named = []
    for argument in given:
        name, text = _split(argument)
        if not text:
            raise InvalidInput(option, f"{argument!r} has no text", "'name: text' or a text")
        if not name:
            name = _free(slug(text) or option.removeprefix("--"), taken)
        if name in taken:
            raise InvalidInput(option, f"two are called {name!r}", "a name for each")
        taken.add(name)
        named.append((name, text))
    return named


def _split(argument: str) -> tuple[str, str]:
    """The name before the first colon, where what stands there can be one: at most five words, and
    a space or the end after the colon, so that 'see https://…' and '10:30' stay whole."""
    name, colon, text = argument.partition(":")
    if colon and len(name.split()) <= 5 and (not text or text[:1].isspace()):
        return name.strip(), text.strip()
    return "", argument.strip()


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free
