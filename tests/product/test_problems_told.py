"""What kept a run from deciding more is told in plain words by every interface, and in JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from evals.rows import Page
from evals.web_server import WebServer
from tests.product.test_life_by_command_line import Place, Terminal
from tests.support.model_server import fails, says, threaded_model_server
from tests.support.prose_web import gateway, served
from tests.support.server_process import ServerProcess

REFUSED = [f"https://refused{n}.example/" for n in range(5)]
BLOCKED = [f"https://blocked{n}.example/" for n in range(3)]
FINE = "https://fine.example/"
LINES = [
    f"5 pages could not be read (for instance {REFUSED[0]}: connection refused)",
    f"3 pages could not be read (for instance {BLOCKED[0]}: HTTP 403)",
]


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    pages = [Page(url, 0, "", "", error="refused") for url in REFUSED]
    pages += [Page(url, 403, "", "no") for url in BLOCKED]
    pages += [Page(FINE, 200, "Fine", "<title>Fine</title><table><tr><th>Colour<td>red</table>")]
    with served(pages, tmp_path_factory.mktemp("street") / "web") as server:
        yield server


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A list of shops with their websites, most of them out of reach."""
    rows = [f"Shop {n},{url}" for n, url in enumerate([*REFUSED, *BLOCKED, FINE])]
    path = tmp_path / "shops.csv"
    path.write_text("\n".join(["name,website", *rows]))
    return path


def netnew(home: Path, street: WebServer, *arguments: str) -> str:
    """What `netnew …` prints."""
    kept = {k: os.environ[k] for k in ("PATH", "HOME", "LANG") if k in os.environ}
    env = kept | {
        "NETNEW_HOME": str(home),
        "NETNEW_TEST_GATEWAY": gateway(street),
        "NETNEW_PER_HOST_DELAY_S": "0",
    }
    command = [sys.executable, "-m", "netnew", *arguments]
    done = subprocess.run(
        command, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_pages_out_of_reach_are_told_by_the_command_line_and_in_exports(
    tmp_path: Path, street: WebServer, listed: Path
) -> None:
    home, report = tmp_path / "home", tmp_path / "found.md"
    asked = ("find", "red shops", "--type", "shop", "--where", "colour: Colour is red")
    found = netnew(
        home, street, *asked, "--judge", "rules", "--source", f"csv:{listed}", "-o", str(report)
    )
    assert [x for x in found.splitlines() if "could not be read" in x] == [f"{x}." for x in LINES]
    told = report.read_text()
    assert all(f"{x}." in told for x in LINES), told
    for command in (("runs", "show", "last"), ("runs", "show", "last", "--quotes")):
        assert all(f"{x}." in netnew(home, street, *command) for x in LINES)
    run = json.loads(netnew(home, street, "runs", "show", "last", "--json"))["run"]
    assert run["problems"] == LINES
    assert run["unread_pages"] == [
        {"reason": "connection refused", "pages": 5, "example": REFUSED[0]},
        {"reason": "HTTP 403", "pages": 3, "example": BLOCKED[0]},
    ]
    # Walked again from what is stored, they are the same.
    netnew(home, street, "runs", "refresh", "last", "--quiet")
    netnew(home, street, "runs", "enrich", "last", "--enrich", "colour2: The colour", "--quiet")
    again = json.loads(netnew(home, street, "runs", "show", "last", "--json"))["run"]
    assert again["problems"] == LINES


def test_pages_out_of_reach_are_told_over_http(
    tmp_path: Path, street: WebServer, listed: Path
) -> None:
    settings = {"sources": f"csv:{listed}"}
    served_by = ServerProcess(tmp_path / "home", gateway(street), settings)
    try:
        with served_by.client() as client:
            asked = {
                "objective": "red shops",
                "entity_type": "shop",
                "match_conditions": [{"name": "colour", "description": "Colour is red"}],
                "generator": "base",
                "match_limit": 10,
            }
            begun = client.post("/v1beta/findall/runs", json=asked).json()
            netnew_id = begun["netnew"]["run_id"]
            with client.stream("GET", f"/netnew/runs/{netnew_id}/events") as events:
                events.read()
            own = client.get(f"/netnew/runs/{netnew_id}").json()
            parallel = client.get(f"/v1beta/findall/runs/{begun['findall_id']}").json()["netnew"]
            for told in (own, parallel):
                assert told["problems"] == LINES, told["stop_detail"]
                assert [x["pages"] for x in told["unread_pages"]] == [5, 3]
                assert told["model_calls"] == []
    finally:
        served_by.stop()


BROKEN = ["a,not a url", "b,no url either", "c,nor this", "d,not this", "e,none"]
ASKED = ("find", "red shops", "--type", "shop", "--where", "colour: Colour is red")


def test_a_terminal_gets_warnings_as_sentences_and_a_file_as_log_lines(
    tmp_path: Path, street: WebServer
) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("\n".join(["name,website", *BROKEN, f"Fine,{FINE}"]))
    asked = (*ASKED, "--judge", "rules", "--source", f"csv:{rows}")
    place = Place(tmp_path / "home", gateway(street))
    with Terminal(place, *asked) as terminal:
        shown = terminal.rest()
    assert "level=" not in shown
    sentence = f"Warning: a row was skipped ({rows}, line 2, column website): 'not a url' is no"
    assert shown.count(sentence) == 1
    assert shown.count("Warning: a row was skipped") == 3
    assert "Warning: 2 more warnings like 'row left out'" in shown
    assert shown.index("Finding: red shops") < shown.index("Warning:")
    with place.started(*asked) as process:
        _, log = process.communicate(timeout=60)
    assert log.count("level=warning event=row_left_out") == 5
    assert "Warning:" not in log


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("I am a teapot.", "the answer holds"),
        ('{"verdicts": []}', "verdicts: Value error, it has no verdict on any condition"),
    ],
)
def test_a_model_of_which_nothing_is_usable_is_one_line_and_exit_code_1(
    tmp_path: Path, street: WebServer, answer: str, problem: str
) -> None:
    with threaded_model_server([says(answer)]) as server:
        shops = tmp_path / "shops.csv"
        shops.write_text(f"name,website\nFine,{FINE}\n")
        judge = ("--judge", f"only:compatible:m@{server.base_url}", "--source", f"csv:{shops}")
        place = Place(tmp_path / "home", gateway(street))
        with Terminal(place, *ASKED, *judge) as terminal:
            shown = terminal.rest()
            assert terminal.process.returncode == 1
    assert "Failed: no answer of the model could be used; everything found is kept" in shown
    counted = (
        "(of its answers about candidates; calls that read the question or were still under way"
    )
    assert shown.count(f"answers of compatible:m were unusable {counted}") == 1
    assert shown.count(f"for instance: {problem}") == 1
    assert shown.count(answer) == 1
    assert "0 matched, 0 unmatched, 1 unclear of 1 candidate" in shown
    assert "runs resume" in shown


def test_a_busy_model_is_told_with_its_status_and_who_was_not_judged(
    tmp_path: Path, street: WebServer
) -> None:
    with threaded_model_server([fails(429, "slow down", Retry_After="0")]) as server:
        shops = tmp_path / "shops.csv"
        shops.write_text(f"name,website\nFine,{FINE}\nNone,https://blocked0.example/\n")
        judge = ("--judge", f"only:compatible:m@{server.base_url}", "--source", f"csv:{shops}")
        place = Place(tmp_path / "home", gateway(street))
        with place.started(*ASKED, *judge) as process:
            shown, _ = process.communicate(timeout=60)
        assert process.returncode == 1
        calls = len(server.asked)
    assert f"compatible:m answered 429 to {calls} calls; 1 candidate was not judged." in shown
    assert "Failed: the model could not be reached; everything found is kept" in shown
