from __future__ import annotations

import json
from typing import Any


def test_plan_shows_conditions_queries_judge_and_caps(netnew: Any) -> None:
    done = netnew.run("plan", "Teapots", "--where", "look: Is blue", "--source", "pyenv")
    assert done.exit_code == 0
    assert "look: Is blue" in done.stdout
    assert "this judge cannot read it, so it will be unclear: the colour" in done.stdout
    assert "teapots wales" in done.stdout
    assert "rules/1" in done.stdout
    assert "at most 60 searches, 400 pages" in done.stdout


def test_plan_as_json_is_one_document(netnew: Any) -> None:
    document = json.loads(netnew.run("plan", "Teapots", "--json").stdout)
    assert document["queries"] == ["teapots wales"]
    assert document["budget"]["pages"] == 400
