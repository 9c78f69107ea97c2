from __future__ import annotations

from typing import Any

import pytest

from netnew import __version__


def test_version_is_printed(netnew: Any) -> None:
    assert netnew.run("--version").stdout == f"netnew {__version__}\n"


def test_without_a_command_the_help_is_shown(netnew: Any) -> None:
    done = netnew.run()
    assert done.exit_code == 0
    assert "find" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["find"], "netnew: OBJECTIVE: is missing"),
        (
            ["find", "x", "--limit", "0"],
            "netnew: --limit: '0' is out of range (allowed: 1 to 100,000)",
        ),
        (
            ["find", "x", "--limit", "1000000"],
            "netnew: --limit: '1000000' is out of range (allowed: 1 to 100,000)",
        ),
        (
            ["find", "x", "--limit", "abc"],
            "netnew: --limit: 'abc' is not a whole number (allowed: 1 to 100,000)",
        ),
        (
            ["find", "x", "--max-cost", "abc"],
            "netnew: --max-cost: 'abc' is not a number (allowed: 0 or more)",
        ),
        (
            ["find", "x", "--generator", "turbo"],
            "netnew: --generator: 'turbo' is not a choice (allowed: preview, base, core, pro)",
        ),
        (
            ["find", "x", "--judge", ""],
            "netnew: --judge: is empty (allowed: auto, rules, or a model)",
        ),
        (["find", "x", "--source", ""], "netnew: --source: is empty (allowed: web, corpus:NAME"),
        (["find", "x", "--nonsense"], "netnew: no such option: --nonsense"),
        (["find", " "], "netnew: OBJECTIVE: is empty"),
        (["find", "x", "--where", "place:"], "netnew: --where: 'place:' has no text"),
        (["find", "x", "--exclude", "nobody"], "netnew: --exclude: 'nobody' is neither a file"),
        (["find", "x", "-o", "a.zip"], "netnew: output: 'a.zip' has no ending that names"),
        (["find", "x", "-o", "a.csv", "-o", "./a.csv"], "netnew: output: the same file is named"),
        (["fnd"], "netnew: no such command 'fnd'. Did you mean 'find'?"),
        (["runs", "show"], "netnew: RUN: is missing"),
        (
            ["runs", "show", "nosuch"],
            "netnew: RUN: 'nosuch' is not the id of a run"
            " (allowed: an id, at least 4 characters of one, or 'last')",
        ),
        (
            ["runs", "extend", "last", "0"],
            "netnew: N: '0' is out of range (allowed: 1 to 100,000)",
        ),
        (
            ["runs", "extend", "last", "few"],
            "netnew: N: 'few' is not a whole number (allowed: 1 to",
        ),
        (["runs", "enrich", "last"], "netnew: --enrich: is missing (allowed: at least one"),
        (["find", "x", "--detach", "-o", "a.csv"], "netnew: -o: cannot be written with --detach"),
        (["worker", "--runs-at-once", "0"], "netnew: --runs-at-once: '0' is out of range"),
        (["runs", "watch", "0000"], "netnew: no run '0000'"),
        (
            ["runs", "delete", "last"],
            "netnew: --yes: is needed without a terminal; to delete it:"
            " netnew runs delete 0badcafe --yes\n",
        ),
        (["runs", "export", "last"], "netnew: -o: names no file (allowed: a file ending in csv"),
    ],
)
def test_wrong_usage_is_one_line_and_ends_with_2(
    netnew: Any, arguments: list[str], line: str
) -> None:
    done = netnew.run(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    told = done.stderr.removeprefix("Finding: x\n")
    assert told.startswith(line)
    assert len(told.splitlines()) == 1


def test_a_setting_that_is_wrong_is_named_with_its_place(
    netnew: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETNEW_BUDGET_PAGES", "many")
    done = netnew.run("runs", "list")
    assert done.exit_code == 2
    assert done.stderr.startswith("netnew: budget_pages: ")
    assert "'many', in environment NETNEW_BUDGET_PAGES" in done.stderr


def test_a_variable_that_is_no_setting_is_warned_of_in_one_line(
    netnew: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETNEW_FETCH_CONCURENCY", "4")
    done = netnew.run("find", "Teapots", "--quiet")
    assert done.exit_code == 0
    assert done.stderr == (
        "netnew: NETNEW_FETCH_CONCURENCY is not a known setting and was ignored;"
        " did you mean NETNEW_FETCH_CONCURRENCY?\n"
    )
