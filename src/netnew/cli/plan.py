"""`netnew plan`: what a run would do, before it searches or fetches anything."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from netnew.cli import consoles
from netnew.cli.app_context import with_app
from netnew.cli.consoles import clean
from netnew.cli.exclude_options import exclude_list
from netnew.cli.option_groups import with_option_groups
from netnew.cli.output_options import AsJson
from netnew.cli.phrases import cost_words, model_words
from netnew.cli.run_options import RunOptions
from netnew.domain.budget import Budget
from netnew.domain.enrichment import Format, leaves
from netnew.exports.json_document import Json, asked_document
from netnew.settings import Settings

if TYPE_CHECKING:
    from netnew.bootstrap import App
    from netnew.engine.planning.plan import Plan


@with_option_groups
def plan(context: typer.Context, options: RunOptions, as_json: AsJson = False) -> None:
    """Show how OBJECTIVE is understood, and the most the run may use.

    Nothing is searched or fetched. If a model judges, it is asked once to read OBJECTIVE; a `find`
    that follows reuses its answer. Change the plan with --type, --where, --enrich and --query.
    """
    settings = Settings.load()

    async def make(app: App) -> Plan:
        spec = options.spec(settings, await exclude_list(options.exclude, app.service))
        return await app.service.plan(spec)

    made = with_app(context, make, settings)
    if as_json:
        consoles.print_json(plan_document(made))
    else:
        show_plan(consoles.results(), made)


def plan_document(made: Plan) -> Json:
    spec = made.spec
    return {
        "objective": spec.objective,
        "entity_type": spec.entity_type,
        "conditions": [asdict(x) for x in spec.conditions],
        "enrichments": [asked_document(x) for x in spec.enrichments],
        "unreadable": dict(made.unreadable),
        "sources": list(spec.sources),
        "queries": list(made.queries),
        "judge_profile": made.judge_profile,
        "generator": spec.generator,
        "match_limit": spec.match_limit,
        "judge_because": made.judge_because,
        "budget": asdict(made.budget),
        "expected_cost": asdict(made.expected) if made.expected else None,
        "spend": made.spend.numbers(),
    }


def show_plan(console: Console, made: Plan) -> None:
    spec = made.spec
    console.print(
        f"Looking for: {clean(spec.entity_type) or 'anything'}, at most {spec.match_limit:,}"
    )
    console.print("Conditions:")
    for condition in spec.conditions:
        console.print(f"  {clean(condition.name)}: {clean(condition.description)}")
        if condition.name in made.unreadable:
            part = clean(made.unreadable[condition.name])
            console.print(f"    this judge cannot read it, so it will be unclear: {part}")
    if not spec.conditions:
        console.print("  (none: everything found matches)")
    for leaf in leaves(spec.enrichments):
        told, *_ = leaf.description.split("\n")
        wanted = "" if leaf.format is Format.TEXT else f" ({leaf.format.value})"
        console.print(f"Field:       {clean(leaf.name)}{wanted}: {clean(told)}")
    console.print(f"Sources:     {', '.join(spec.sources)}")
    console.print(f"Judge:       {clean(made.judge_profile)}")
    if made.judge_because:
        console.print(f"             {clean(made.judge_because)}")
    console.print(f"Effort:      {spec.generator}; {_caps(made.budget)}")
    if made.expected is not None:
        console.print(f"Cost:        {cost_words(made.expected)}")
    if made.spend.model_calls:
        console.print(f"This plan:   {model_words(made.spend)}")
    console.print("First searches:")
    for query in made.queries:
        console.print(f"  {clean(query)}")


def _caps(budget: Budget) -> str:
    units = (
        ("${:,.2f}", budget.cost),
        ("{:,} tokens", budget.tokens),
        ("{:,} searches", budget.searches),
        ("{:,} pages", budget.pages),
        ("{:,.0f} seconds", budget.seconds),
    )
    caps = [unit.format(cap) for unit, cap in units if cap is not None]
    return "at most " + ", ".join(caps) if caps else "no cap"
