"""The weekly job of the vendor's documentation and its snippets, as they stand.

Only the base URL, the key and the ids in them are replaced, as their users do.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.clients import KEY, SCRIPTS, SNIPPETS, program, run, typescript
from tests.support.promises import promises
from tests.support.server_process import CONDITIONS, OBJECTIVE, ServerProcess

_ID = "findall_40e0ab8c10754be0b7a16477abb38a2f"
Run = dict[str, Any]


@pytest.fixture(scope="module")
def original(server: ServerProcess) -> str:
    """The run of the first week: five matches of fourteen."""
    with server.client() as client:
        body = {
            "objective": OBJECTIVE,
            "entity_type": "observatory",
            "match_conditions": list(CONDITIONS),
            "generator": "base",
            "match_limit": 5,
        }
        findall_id: str = client.post("/v1beta/findall/runs", json=body).json()["findall_id"]
        client.get(f"/v1beta/findall/runs/{findall_id}/events").raise_for_status()
        return findall_id


def snippet(name: str, server: ServerProcess, findall_id: str, folder: Path) -> Path:
    """A copy with our base URL, key and id."""
    text = (SNIPPETS / name).read_text(encoding="utf-8")
    text = text.replace("https://api.parallel.ai", server.url).replace(_ID, findall_id)
    text = text.replace("your_api_key", KEY).replace("YOUR_API_KEY", KEY)
    copy = folder / name
    copy.write_text(text, encoding="utf-8")
    return copy


def created(printed: str) -> list[str]:
    return re.findall(r"Created new run: (findall_\w+)", printed)


def matched(server: ServerProcess, findall_id: str) -> list[Run]:
    with server.client() as client:
        result = client.get(f"/v1beta/findall/runs/{findall_id}/result").json()
        assert result["status"]["status"] == "completed"
        return [x for x in result["candidates"] if x["match_status"] == "matched"]


@promises("weekly-job", "parallel-refresh")
def test_the_second_week_finds_nothing_of_the_first(
    server: ServerProcess, original: str, tmp_path: Path
) -> None:
    job = snippet("weekly_job.py", server, original, tmp_path)
    python = program("parallel-newest")
    ran = run([python, SCRIPTS / "hasten.py", job], server.url, tmp_path)
    assert ran.code == 0, ran.err
    assert re.findall(r"Found (\d+) new", ran.out) == ["14", "0"]
    first, second = created(ran.out)
    assert len(matched(server, first)) == 14
    assert matched(server, second) == []


@promises("weekly-job-typescript", "parallel-refresh")
@pytest.mark.usefixtures("node")
def test_the_second_week_finds_nothing_of_the_first_in_typescript(
    server: ServerProcess, original: str, tmp_path: Path
) -> None:
    job = snippet("weekly_job.ts", server, original, tmp_path)
    hasten = f"--import={SCRIPTS / 'hasten.mjs'}"
    ran = typescript(job, server.url, tmp_path, NODE_OPTIONS=hasten)
    assert ran.code == 0, ran.err
    [first] = created(ran.out)
    found = [{"name": x["name"], "url": x["url"]} for x in matched(server, first)]
    assert len(found) == 14
    assert "Found 14 new candidates" in ran.out
    # What the documentation says to do between two weeks: keep them.
    empty = "let allDiscoveredCandidates: Array<{ name: string; url: string }> = []"
    text = job.read_text(encoding="utf-8")
    assert empty in text
    job.write_text(text.replace(empty, empty.removesuffix("[]") + json.dumps(found)))
    ran = typescript(job, server.url, tmp_path, NODE_OPTIONS=hasten)
    assert ran.code == 0, ran.err
    assert "Found 0 new candidates" in ran.out
    assert matched(server, created(ran.out)[0]) == []


@promises("snippets-curl")
def test_the_curl_snippets_run_as_they_stand(
    server: ServerProcess, original: str, tmp_path: Path
) -> None:
    said = {}
    for name in ("schema", "result", "create"):
        script = snippet(f"{name}.sh", server, original, tmp_path)
        said[name] = run(["sh", script], server.url, tmp_path).saw()
    assert said["schema"]["objective"] == OBJECTIVE
    assert said["schema"]["match_limit"] == 5
    assert said["result"]["findall_id"] == original
    assert len([x for x in said["result"]["candidates"] if x["match_status"] == "matched"]) == 5
    assert said["create"]["status"]["is_active"]
    with server.client() as client:
        home = f"/v1beta/findall/runs/{said['create']['findall_id']}"
        [field] = client.get(f"{home}/schema").json()["enrichments"]
        assert list(field["output_schema"]["json_schema"]["properties"]) == ["funding_amount"]
        client.post(f"{home}/cancel").raise_for_status()


@promises("snippets-typescript", "parallel-create-enrichments")
@pytest.mark.usefixtures("node")
def test_the_typescript_snippets_run_as_they_stand(
    server: ServerProcess, original: str, tmp_path: Path
) -> None:
    for name, variable in (("schema.ts", "schema"), ("create.ts", "run")):
        script = snippet(name, server, original, tmp_path)
        with script.open("a", encoding="utf-8") as file:
            file.write(f"\nconsole.log(JSON.stringify({variable}));\n")
        said = typescript(script, server.url, tmp_path).saw()
        if variable == "schema":
            assert said["objective"] == OBJECTIVE
    # The SDK of TypeScript passes the enrichments of `create` on, and they are taken.
    with server.client() as client:
        home = f"/v1beta/findall/runs/{said['findall_id']}"
        [field] = client.get(f"{home}/schema").json()["enrichments"]
        assert list(field["output_schema"]["json_schema"]["properties"]) == ["funding_amount"]
        client.post(f"{home}/cancel").raise_for_status()


@promises("snippets-python")
@pytest.mark.parametrize("environment", ["parallel-newest", "parallel-langchain"])
def test_the_python_snippet_of_create_fails_inside_the_sdk_and_runs_with_enrich(
    server: ServerProcess, original: str, tmp_path: Path, environment: str
) -> None:
    script = snippet("schema.py", server, original, tmp_path)
    with script.open("a", encoding="utf-8") as file:
        file.write("\nprint(schema.model_dump_json())\n")
    assert run([program(environment), script], server.url, tmp_path).saw()["match_limit"] == 5

    script = snippet("create.py", server, original, tmp_path)
    ran = run([program(environment), script], server.url, tmp_path)
    assert ran.code == 1
    assert "TypeError" in ran.err
    assert "unexpected keyword argument 'enrichments'" in ran.err

    # The same with its enrichments moved to where the SDK has them.
    text = script.read_text(encoding="utf-8")
    without = re.sub(r"    enrichments=\[.*?\n    \],\n", "", text, flags=re.DOTALL)
    assert without != text
    moved = """
schema = client.beta.findall.enrich(
    findall_run.findall_id,
    output_schema={
        "type": "json",
        "json_schema": {
            "type": "object",
            "properties": {
                "funding_amount": {
                    "type": "string",
                    "description": "Total funding raised by the company in USD",
                }
            },
        },
    },
)
client.beta.findall.cancel(findall_run.findall_id)
print(schema.model_dump_json())
"""
    script.write_text(without + moved, encoding="utf-8")
    schema = run([program(environment), script], server.url, tmp_path).saw()
    [field] = schema["enrichments"]
    assert list(field["output_schema"]["json_schema"]["properties"]) == ["funding_amount"]
