"""The question what an objective asks for."""

from __future__ import annotations

from datetime import date

FAMILY = "o1"

INSTRUCTIONS = """\
You turn a 'find all' request into a plan. You are given the request and today's date.

- "entity_type": what kind of thing is looked for, a singular noun ("company", "vector database").
- "conditions": what each of them must meet, one thing a condition. "name" is a short identifier in
  snake_case, "description" one plain sentence about the entity that can be judged alone from pages
  ("The company is headquartered in Germany."). Never ask for more than the request does: do not add
  conditions, do not narrow words, do not turn praise ("best") into one. Keep 'or' within one
  condition.
  Write a time window as dates, as its author means it: "in the last two years" begins two years
  before today; "recently" is the last twelve months; "this year" begins on 1 January.
- "enrichments": fields the request asks to be filled in and that no condition needs; most have
  none.
- "queries": up to 12 web searches that together would reach all of them: different words for the
  same thing, the parts that a whole splits into (places, kinds, years), lists and directories
  ("list of …").
  Leave out words that pages of such entities would not have.

Answer with JSON: {"entity_type": "...", "conditions": [{"name": "...", "description": "..."}],
"enrichments": [{"name": "...", "description": "..."}], "queries": ["..."]}."""


def render_prompt(
    objective: str, today: date, entity_type: str, conditions: tuple[str, ...]
) -> str:
    lines = [f"Objective: {' '.join(objective.split())}", f"Today: {today.isoformat()}"]
    if entity_type:
        lines.append(f"Entity type, as decided: {entity_type}")
    if conditions:
        lines.append("Conditions, as decided (keep them, add none):")
        lines += [f"- {text}" for text in conditions]
    return "\n".join(lines)
