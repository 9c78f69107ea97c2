"""Whole runs with a model behind real HTTP: good ones, and all the ways in which one can fail."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evals.web_server import WebServer
from netnew.bootstrap import App
from netnew.cli import main
from netnew.domain.budget import Budget
from netnew.domain.candidate import Candidate, MatchStatus
from netnew.domain.condition import ConditionOutcome
from netnew.domain.enrichment import Enrichment, Format
from netnew.domain.errors import ModelMisconfigured
from netnew.domain.evidence import holds_in
from netnew.domain.run import Run, RunSpec, RunStatus, TerminationReason
from netnew.exports.problems import problems_of
from tests.support.model_server import (
    SILENT,
    Asked,
    ModelServer,
    Reply,
    fails,
    model_server,
    says,
    threaded_model_server,
)
from tests.support.prose_web import (
    MATCHES,
    NAMES,
    PUPILS,
    TOWERS,
    careful,
    gateway,
    opened,
    question,
    read,
    served,
    web,
)

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def valley(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    with served(web(), tmp_path_factory.mktemp("valley") / "web") as server:
        yield server


async def ask(app: App, spec: RunSpec) -> Run:
    return await app.service.work((await app.service.create_run(spec)).id)


async def rows(app: App, run: Run) -> list[Candidate]:
    """The candidates of a run, every citation of theirs looked up."""
    found = list((await app.service.queries.result(run.id)).candidates)
    for candidate in found:
        for verdict in candidate.verdicts:
            assert bool(verdict.citations) is (verdict.outcome is not ConditionOutcome.UNCLEAR)
            for citation in verdict.citations:
                assert holds_in(citation, await app.service.queries.snapshot(citation.snapshot_id))
    return found


def matched(candidates: list[Candidate]) -> set[str]:
    return {c.name for c in candidates if c.status is MatchStatus.MATCHED}


def verdicts_of(asked: Asked, outcome: str, quote: Callable[[str], str]) -> Reply:
    """The same verdict on everything, with a quote made of the condition; what else is asked is
    answered well."""
    prompt = read(asked)
    if prompt.kind.value != "verdict":
        return careful(asked)
    given = [
        {"condition": n, "outcome": outcome, "quotes": [{"passage": "1.1", "text": quote(text)}]}
        for n, text in (prompt.items or {}).items()
    ]
    return says({"verdicts": given})


# ---------------------------------------------------------------------------------- good models


async def test_a_run_finds_proves_and_counts_what_it_asked(
    tmp_path: Path, valley: WebServer
) -> None:
    async with model_server(careful) as server, opened(tmp_path, valley) as app:
        run = await ask(app, question(server.base_url, valley))
        assert run.status is RunStatus.COMPLETED
        assert matched(await rows(app, run)) == MATCHES
        calls = len(server.asked)
        assert run.spend.model_calls == calls >= len(NAMES)
        assert run.spend.tokens == 110 * calls
        assert run.spend.cost == pytest.approx(calls * (100 * 1.0 + 10 * 10.0) / 1_000_000)
        assert run.judge_profile == "model/compatible:m/v2f2"


async def test_asked_again_the_model_is_asked_nothing(tmp_path: Path, valley: WebServer) -> None:
    async with model_server(careful) as server:
        async with opened(tmp_path, valley) as app:
            first = await ask(app, question(server.base_url, valley))
        calls = len(server.asked)
        async with opened(tmp_path, valley) as app:
            second = await ask(app, question(server.base_url, valley))
            assert matched(await rows(app, second)) == MATCHES
        assert len(server.asked) == calls
        assert second.spend.model_calls == second.spend.tokens == second.spend.judgements == 0
        assert second.counts == first.counts


async def test_all_conditions_of_a_candidate_are_one_call(
    tmp_path: Path, valley: WebServer
) -> None:
    async with model_server(careful) as server, opened(tmp_path, valley) as app:
        run = await ask(app, question(server.base_url, valley))
        judged = [p for p in map(read, server.asked) if p.kind.value == "verdict"]
        assert len(judged) <= run.counts.generated + run.counts.unclear
        assert all(len(p.items or {}) == 3 for p in judged)


async def test_a_small_model_passes_on_what_it_leaves_unclear(
    tmp_path: Path, valley: WebServer
) -> None:
    def unsure(asked: Asked) -> Reply:
        return verdicts_of(asked, "unclear", str)

    async with (
        model_server(unsure) as small,
        model_server(careful) as large,
        opened(tmp_path, valley) as app,
    ):
        name = f"only:compatible:s@{small.base_url}>compatible:l@{large.base_url}"
        run = await ask(app, replace(question("", valley), judge=name))
        assert matched(await rows(app, run)) == MATCHES
        assert run.spend.model_calls == len(small.asked) + len(large.asked)


async def test_rules_and_the_recheck_of_the_best_effort_agree_with_the_model(
    tmp_path: Path, valley: WebServer
) -> None:
    async with model_server(careful) as server, opened(tmp_path, valley) as app:
        spec = question(server.base_url, valley, "compatible:m@{}")
        run = await ask(app, replace(spec, generator="pro"))
        assert matched(await rows(app, run)) == MATCHES
        assert {"verdict", "recheck"} <= {read(a).kind.value for a in server.asked}
        assert run.spend.model_calls == len(server.asked)


async def test_fields_that_no_page_states_are_null(tmp_path: Path, valley: WebServer) -> None:
    async with model_server(careful) as server, opened(tmp_path, valley) as app:
        spec = question(server.base_url, valley)
        run = await ask(app, replace(spec, enrichments=(Enrichment("fax", "The fax number"),)))
        found = [c for c in await rows(app, run) if c.status is MatchStatus.MATCHED]
        assert [v.value for c in found for v in c.enrichments] == [None] * len(MATCHES)


async def test_fields_are_leaves_in_their_formats_with_quotes(
    tmp_path: Path, valley: WebServer
) -> None:
    said = {
        "where.river": ("left bank", "on the left bank of the river"),
        "where.floors": ("behind", "behind the mill"),  # words are no number
        "where.town": ("Springfield", "behind the mill"),  # not of its quote
        "open": ("yes", "Visitors find us"),
    }

    def answer(asked: Asked) -> Reply:
        prompt = read(asked)
        if prompt.kind.value != "fields":
            return careful(asked)
        values = [
            {"field": n, "value": said[name][0], "quotes": [{"text": said[name][1]}]}
            for n, name in ((n, text.split()[0]) for n, text in (prompt.items or {}).items())
        ]
        return says({"values": values})

    where = (
        Enrichment("river", "On which bank"),
        Enrichment("floors", "How many floors", Format.NUMBER),
        Enrichment("town", "The town"),
    )
    wanted = (
        Enrichment("where", "Where it is", Format.OBJECT, where),
        Enrichment("open", "Whether it takes visitors", Format.BOOLEAN),
    )
    async with model_server(answer) as server, opened(tmp_path, valley) as app:
        run = await ask(app, replace(question(server.base_url, valley), enrichments=wanted))
        found = [c for c in await rows(app, run) if c.status is MatchStatus.MATCHED]
        assert {c.name for c in found} == MATCHES
        for candidate in found:
            values = {v.name: v.value for v in candidate.enrichments}
            assert values == {
                "where.river": "left bank",
                "where.floors": None,
                "where.town": None,
                "open": "true",
            }
        assert run.spend.model_calls == len(server.asked)


# ----------------------------------------------------------------------------------- bad models

ECHO = '{"properties": {"verdicts": {"type": "array"}}, "required": ["verdicts"]}'
UNUSABLE: dict[str, Callable[[Asked], Reply]] = {
    "broken JSON": lambda asked: says('{"verdicts": [{"condition": 1, "outcome": "mat'),
    "prose": lambda asked: says("I would say that it matches."),
    "nothing": lambda asked: says(""),
    "a refusal": lambda asked: says("I cannot help with that.", finish="content_filter"),
    "its schema": lambda asked: says(ECHO),
    "no verdict": lambda asked: says({"verdicts": []}),
    "an error page": lambda asked: says("<html><title>502 Bad Gateway</title></html>"),
}
BAD: dict[str, Callable[[Asked], Reply]] = {
    "quotes of nowhere": lambda asked: verdicts_of(asked, "matched", lambda t: "It is so."),
    "the condition as its quote": lambda asked: verdicts_of(asked, "matched", str),
    "no quotes": lambda asked: verdicts_of(asked, "matched", lambda t: ""),
    "a no without proof": lambda asked: verdicts_of(asked, "unmatched", lambda t: "No, it is not."),
    "too long": lambda asked: fails(400, "maximum context length is 10 tokens"),
}


@pytest.mark.parametrize("bad", BAD)
async def test_useless_answers_prove_nothing(tmp_path: Path, valley: WebServer, bad: str) -> None:
    async with model_server(BAD[bad]) as server, opened(tmp_path, valley) as app:
        try:
            run = await ask(app, question(server.base_url, valley))
        except ModelMisconfigured:
            assert bad == "too long"  # nothing that was ever asked was taken
            return
        assert run.status is RunStatus.COMPLETED, run.termination_detail
        found = await rows(app, run)
        assert matched(found) == set()
        assert run.counts.unclear == run.counts.generated >= len(NAMES)
        reasons = {v.reasoning for c in found for v in c.verdicts}
        assert all(r.startswith(("not decided: ", "not stated: ")) for r in reasons), reasons
        assert run.spend.model_calls == len(server.asked)
        await say_again(app, server, valley)


async def say_again(app: App, server: ModelServer, valley: WebServer) -> None:
    """The same once more: what was recorded is not paid for again."""
    calls = len(server.asked)
    second = await ask(app, question(server.base_url, valley))
    plans = [a for a in server.asked[calls:] if read(a).kind.value == "plan"]
    assert len(server.asked) - calls == len(plans)
    assert second.spend.judgements == 0


@pytest.mark.parametrize("bad", UNUSABLE)
async def test_a_model_without_one_usable_answer_fails_the_run_early_and_keeps_its_rows(
    tmp_path: Path, valley: WebServer, bad: str
) -> None:
    is_well = False

    def answer(asked: Asked) -> Reply:
        return careful(asked) if is_well else UNUSABLE[bad](asked)

    async with (
        model_server(answer) as server,
        opened(tmp_path, valley, model_concurrency=2) as app,
    ):
        run = await ask(app, question(server.base_url, valley))
        assert run.status is RunStatus.FAILED
        assert run.termination_reason is TerminationReason.MODEL_UNUSABLE
        said = re.fullmatch(
            r"(\d+) of (\d+) answers of compatible:m were unusable \(of its answers about"
            r" candidates; calls that read the question or were still under way are not"
            r" counted\), for instance: .+",
            run.termination_detail,
        )
        assert said is not None, run.termination_detail
        assert 8 <= int(said[1]) == int(said[2]) <= len(server.asked)
        # The plan (asked for twice), a handful, and what was under way when it was full.
        assert len(server.asked) <= run.spend.model_calls <= 2 + 8 + 4
        found = await rows(app, run)
        assert len(found) == run.counts.generated > 2
        assert run.counts.matched == run.counts.unmatched == 0
        is_well = True
        await app.service.resume(run.id)
        run = await app.service.work(run.id)
        assert run.status is RunStatus.COMPLETED
        assert matched(await rows(app, run)) == MATCHES


async def test_one_candidate_without_a_usable_answer_fails_the_run_at_its_end(
    tmp_path: Path, valley: WebServer
) -> None:
    async with model_server(UNUSABLE["prose"]) as server, opened(tmp_path, valley) as app:
        run = await ask(app, replace(question(server.base_url, valley), evaluate_limit=1))
        assert run.termination_reason is TerminationReason.MODEL_UNUSABLE


async def test_a_model_that_is_sometimes_usable_goes_on_and_its_share_is_told(
    tmp_path: Path, valley: WebServer
) -> None:
    secret = "sk-verysecret-0123456789"

    def answer(asked: Asked) -> Reply:
        useless = says(f"\x1b[31mSorry, api_key={secret} {'x' * 500}")
        is_second_try = len(asked.body["messages"]) > 2
        is_useless = len(server.asked) % 3 == 2 and not is_second_try
        counted.append(is_useless)
        return useless if is_useless else careful(asked)

    counted: list[bool] = []
    async with model_server(answer) as server, opened(tmp_path, valley) as app:
        run = await ask(app, question(server.base_url, valley))
        assert run.status is RunStatus.COMPLETED
        assert matched(await rows(app, run)) == MATCHES
        (calls,) = run.spend.outcomes
        assert calls.answers == run.spend.model_calls == len(server.asked)
        assert calls.unusable == sum(counted) > 1
        (problem,) = problems_of(run)
        begun = f"{calls.unusable} of {calls.answers} answers of compatible:m were unusable, for"
        assert problem.startswith(begun)
        assert secret not in problem
        assert "\x1b" not in problem
        assert len(problem) < 300


AWAY = {
    "429": fails(429, "slow down"),
    "503": fails(503, "busy"),
    "500": fails(500, "oops"),
    "silence": SILENT,
}


@pytest.mark.parametrize("away", AWAY)
async def test_a_server_that_stays_away_fails_the_run_which_goes_on_once_it_is_back(
    tmp_path: Path, valley: WebServer, away: str
) -> None:
    is_well = False

    def answer(asked: Asked) -> Reply:
        return careful(asked) if is_well or read(asked).kind.value == "plan" else AWAY[away]

    # On a busy machine a request may wait a second for its connection: counted here, not there.
    patience_s = 1 if away == "silence" else 20
    async with (
        model_server(answer) as server,
        opened(tmp_path, valley, model_timeout_s=patience_s, model_concurrency=64) as app,
    ):
        run = await ask(app, question(server.base_url, valley))
        assert run.status is RunStatus.FAILED
        assert run.termination_reason is TerminationReason.MODEL_UNAVAILABLE
        assert run.termination_detail.startswith("the judge cannot be asked: model compatible:m: ")
        (calls,) = run.spend.outcomes
        # Those under way when the run gave up are broken off, and are no failures.
        assert 12 <= calls.failed <= run.spend.model_calls <= len(NAMES) + 1
        (problem,) = problems_of(run)
        told = "failed on" if away == "silence" else f"compatible:m answered {away} to"
        assert told in problem
        assert problem.endswith(f"; {run.counts.generated} candidates were not judged")
        assert run.counts.generated >= len(NAMES)
        assert run.counts.matched == 0
        assert run.spend.model_calls == len(server.asked)
        is_well = True
        await app.service.resume(run.id)
        run = await app.service.work(run.id)
        assert run.status is RunStatus.COMPLETED
        assert matched(await rows(app, run)) == MATCHES


async def test_a_key_that_is_not_accepted_is_told_at_once(
    tmp_path: Path, valley: WebServer
) -> None:
    async with (
        model_server([fails(401, "bad key")]) as server,
        opened(tmp_path, valley) as app,
    ):
        with pytest.raises(ModelMisconfigured, match="the key was not accepted"):
            await ask(app, question(server.base_url, valley))
        assert len(server.asked) == 1


async def test_a_key_that_is_withdrawn_meanwhile_fails_the_run_with_its_rows(
    tmp_path: Path, valley: WebServer
) -> None:
    def answer(asked: Asked) -> Reply:
        return careful(asked) if len(server.asked) < 8 else fails(401, "expired")

    async with model_server(answer) as server, opened(tmp_path, valley) as app:
        with pytest.raises(ModelMisconfigured, match="the key was not accepted"):
            await ask(app, question(server.base_url, valley))
        (run,) = await app.service.queries.runs(limit=1)
        assert run.status is RunStatus.FAILED
        assert "the key was not accepted" in run.termination_detail
        decided = [c for c in await rows(app, run) if c.verdicts]
        assert decided != []


async def test_now_and_then_a_failure_costs_nothing_but_a_second_try(
    tmp_path: Path, valley: WebServer
) -> None:
    def answer(asked: Asked) -> Reply:
        return fails(503) if len(server.asked) % 4 == 3 else careful(asked)

    async with model_server(answer) as server, opened(tmp_path, valley) as app:
        run = await ask(app, question(server.base_url, valley))
        assert run.status is RunStatus.COMPLETED
        assert matched(await rows(app, run)) == MATCHES
        assert run.spend.model_calls == len(server.asked)


# --------------------------------------------------------------------------------------- budgets


@pytest.mark.parametrize("cap", [Budget(cost=0.0006), Budget(tokens=400)])
async def test_a_cap_ends_the_run_with_its_rows_and_no_further_call(
    tmp_path: Path, valley: WebServer, cap: Budget
) -> None:
    async with (
        model_server(careful) as server,
        opened(tmp_path, valley, model_concurrency=1) as app,
    ):
        run = await ask(app, replace(question(server.base_url, valley), budget=cap))
        assert run.status is RunStatus.COMPLETED
        assert run.termination_reason == "budget_exhausted"
        assert run.counts.generated > 0
        assert run.spend.model_calls == len(server.asked)
        found = await rows(app, run)
        judged = [c for c in found if c.status is not MatchStatus.GENERATED]
        calls = sum(read(a).kind.value == "verdict" for a in server.asked)
        assert len(judged) == calls
        server.asked.clear()
        again = await ask(app, replace(question(server.base_url, valley), budget=Budget()))
        assert matched(await rows(app, again)) == MATCHES
        assert sum(read(a).kind.value == "verdict" for a in server.asked) < len(NAMES) + 1


async def test_a_plan_asks_once_and_its_run_does_not_ask_it_again(
    tmp_path: Path, valley: WebServer
) -> None:
    async with model_server(careful) as server, opened(tmp_path, valley) as app:
        spec = replace(question(server.base_url, valley), entity_type="", conditions=())
        planned = await app.service.plan(spec)
        assert planned.spec.conditions == (TOWERS, PUPILS)
        assert "belfry clock menders of the valley" in planned.queries
        assert len(server.asked) == planned.spend.model_calls == 1
        assert planned.expected is not None
        run = await ask(app, spec)
        assert matched(await rows(app, run)) == MATCHES
        assert [read(a).kind.value for a in server.asked].count("plan") == 1


# ------------------------------------------------------------------------------ by command line


def netnew(
    home: Path, valley: WebServer, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """`netnew …` in a process of its own, with none of this machine's keys."""
    kept = {k: os.environ[k] for k in ("PATH", "HOME", "LANG") if k in os.environ}
    env = kept | {
        "NETNEW_HOME": str(home),
        "NETNEW_TEST_GATEWAY": gateway(valley),
        "NETNEW_SOURCES": f"web:searxng={gateway(valley)}",
        "NETNEW_PER_HOST_DELAY_S": "0",
    }
    command = [sys.executable, "-m", "netnew", *arguments]
    return subprocess.run(
        command, env=env | variables, capture_output=True, text=True, timeout=120, check=False
    )


ASKED = (
    "Find all clockmaker workshops that look after tower clocks and take in apprentices.",
    *("--type", "clockmaker workshop", "--generator", "base", "--json"),
    *("--where", f"towers: {TOWERS.description}", "--where", f"pupils: {PUPILS.description}"),
)


@pytest.mark.parametrize("judge", ["compatible:m@{}", "only:compatible:m@{}"])
def test_find_with_a_model_that_is_named(tmp_path: Path, valley: WebServer, judge: str) -> None:
    with threaded_model_server(careful) as server:
        done = netnew(tmp_path, valley, "find", *ASKED, "--judge", judge.format(server.base_url))
        assert done.returncode == 0, done.stderr
        document = json.loads(done.stdout)
        names = {c["name"] for c in document["candidates"] if c["match_status"] == "matched"}
        assert names == MATCHES
        assert document["run"]["spend"]["model_calls"] == len(server.asked)


def test_find_with_two_models_and_a_cap_on_cost(tmp_path: Path, valley: WebServer) -> None:
    def unsure(asked: Asked) -> Reply:
        return verdicts_of(asked, "unclear", str)

    with threaded_model_server(unsure) as small, threaded_model_server(careful) as large:
        judge = f"compatible:s@{small.base_url}>compatible:l@{large.base_url}"
        prices = {"NETNEW_MODEL_PRICE_INPUT": "1", "NETNEW_MODEL_PRICE_OUTPUT": "10"}
        one = {"NETNEW_MODEL_CONCURRENCY": "1"}
        arguments = ("find", *ASKED, "--judge", judge, "--max-cost", "0.001")
        done = netnew(tmp_path, valley, *arguments, **prices, **one)
        assert done.returncode == 0, done.stderr
        run = json.loads(done.stdout)["run"]
        assert run["termination_reason"] == "budget_exhausted"
        assert small.asked != []
        assert large.asked != []
        assert run["spend"]["model_calls"] == len(small.asked) + len(large.asked)


@pytest.mark.parametrize(
    "judge",
    [
        "gpt-9",
        "opnai:x",
        "compatible:",
        "compatible:a@http://h/v1>",
        ">compatible:a",
        "only:",
        "only:rules",
    ],
)
def test_a_bad_name_is_refused_with_what_is_allowed(
    tmp_path: Path, valley: WebServer, judge: str
) -> None:
    env = {**dict.fromkeys(os.environ), "NETNEW_HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    runner = CliRunner(env={**env, "NETNEW_SOURCES": f"web:searxng={gateway(valley)}"})
    done = runner.invoke(main.app, ["find", *ASKED, "--judge", judge], prog_name="netnew")
    assert done.exit_code == 2
    assert "rules" in done.stderr
    assert "openai:" in done.stderr


def test_a_missing_key_is_told_with_its_variable(tmp_path: Path, valley: WebServer) -> None:
    done = netnew(tmp_path, valley, "find", *ASKED, "--judge", "openai:gpt-x")
    assert done.returncode == 1
    assert "OPENAI_API_KEY" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_plan_is_shown_and_its_find_does_not_pay_for_it_again(
    tmp_path: Path, valley: WebServer
) -> None:
    with threaded_model_server(careful) as server:
        judge = ("--judge", f"only:compatible:m@{server.base_url}", "--generator", "base")
        made = netnew(tmp_path, valley, "plan", ASKED[0], *judge)
        assert made.returncode == 0, made.stderr
        assert TOWERS.description in made.stdout
        assert "belfry clock menders of the valley" in made.stdout
        assert len(server.asked) == 1
        found = netnew(tmp_path, valley, "find", ASKED[0], *judge, "--json")
        assert found.returncode == 0, found.stderr
        assert [read(a).kind.value for a in server.asked].count("plan") == 1


async def test_servers_are_sent_nothing_but_prompts(tmp_path: Path, valley: WebServer) -> None:
    async with model_server(careful) as server, opened(tmp_path, valley) as app:
        await ask(app, question(server.base_url, valley))
        sent = json.dumps([a.body for a in server.asked])
        assert str(tmp_path) not in sent
        assert {a.path for a in server.asked} == {"/v1/chat/completions"}
        keys: set[str] = set().union(*(a.body.keys() for a in server.asked))
        assert "tools" not in keys  # a model can do nothing but answer
