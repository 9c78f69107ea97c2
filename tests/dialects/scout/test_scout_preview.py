"""The quick look that is answered at once."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tests.dialects.scout.requests import ASKED, AWAY, RUNS, ended, read
from tests.support.promises import promises


@pytest.fixture(scope="module")
def preview(scout: httpx2.Client) -> dict[str, Any]:
    answer = scout.post("/v1/findall", json=ASKED | {"limit": 20})
    assert answer.status_code == 200
    return dict(answer.json())


@promises("scout-preview")
def test_a_preview_is_answered_with_what_it_found(preview: dict[str, Any]) -> None:
    assert set(preview) == {
        "query",
        "entities",
        "count",
        "turns",
        "credits",
        "findall_id",
        "metadata",
        "status",
        "candidates",
        "findall_schema",
        "sources",
        "is_preview",
        "netnew",
    }
    assert preview["is_preview"] is True
    assert preview["count"] == len(preview["entities"]) > 0
    assert preview["credits"] == 2 * preview["count"]
    assert preview["turns"] >= 1
    assert preview["findall_schema"]["generator"] == "preview"
    assert preview["status"]["status"] == "completed"
    judged = [x for x in preview["candidates"] if x["match_status"] != "generated"]
    assert len(judged) <= 10
    assert {row["source"] for row in preview["entities"]} <= set(preview["sources"])


@promises("scout-preview-limits")
@pytest.mark.parametrize("wrong", [{"query": ""}, {"limit": 0}, {"limit": 101}])
def test_a_preview_has_the_limits_of_a_run(scout: httpx2.Client, wrong: Any) -> None:
    answer = scout.post("/v1/findall", json=ASKED | wrong)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", next(iter(wrong))]


@promises("scout-preview-stored")
def test_a_preview_is_a_run_that_is_read_and_extended(
    scout: httpx2.Client, preview: dict[str, Any]
) -> None:
    kept = read(scout, preview["findall_id"])
    assert kept["entities"] == preview["entities"]
    assert kept["status"] == preview["status"]
    answer = scout.post(f"{RUNS}/{preview['findall_id']}/extend", json={"limit": 20})
    assert answer.status_code == 202
    more = ended(scout, preview["findall_id"])
    assert more["count"] > preview["count"]
    assert more["entities"][: preview["count"]] == preview["entities"]


def test_a_preview_that_nothing_answers_says_so(slow: httpx2.Client) -> None:
    answer = slow.post("/v1/findall", json=ASKED | {"netnew": {"sources": [AWAY]}})
    assert answer.status_code == 503
    assert "nowhere.example" in answer.json()["detail"]
