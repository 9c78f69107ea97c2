from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from netnew.cli.exclude_options import exclude_list, sorted_out
from netnew.domain.errors import InvalidInput
from netnew.domain.run import ExcludeList


def test_entries_are_sorted_by_what_they_look_like() -> None:
    entries = [
        "https://a.example/x",
        "B.example",
        "c.example/team",
        "Dee & Co.",
        "d.o.o. Example",
        "file:///pages/e.md",
        "",
    ]
    assert sorted_out(entries) == ExcludeList(
        urls=("https://a.example/x", "https://c.example/team", "file:///pages/e.md"),
        names=("Dee & Co.", "d.o.o. Example"),
        domains=("b.example",),
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list.txt", "# ours\nhttps://a.example/\n\nBee Ltd\n"),
        ("list.csv", "name,url\nA,https://a.example/\nBee Ltd,\n"),
        ("list.json", '{"candidates": [{"name": "A", "url": "https://a.example/"}, "Bee Ltd"]}'),
        ("list.jsonl", '{"url": "https://a.example/"}\n{"name": "Bee Ltd"}\n'),
    ],
)
def test_every_format_of_a_list_is_read(
    netnew: Any, tmp_path: Path, name: str, content: str
) -> None:
    path = tmp_path / name
    path.write_text(content)
    excluded = asyncio.run(exclude_list([str(path)], netnew.service))
    assert (excluded.urls, excluded.names) == (("https://a.example/",), ("Bee Ltd",))


def test_an_own_export_excludes_what_it_lists(netnew: Any, tmp_path: Path) -> None:
    path = tmp_path / "found.csv"
    netnew.run("runs", "export", "last", "-o", str(path), "--all")
    excluded = asyncio.run(exclude_list([str(path)], netnew.service))
    assert excluded.urls == tuple(x.url for x in netnew.service.finished.candidates)


def test_a_run_is_excluded_by_its_id(netnew: Any) -> None:
    excluded = asyncio.run(exclude_list(["last"], netnew.service))
    assert excluded.run_ids == (netnew.service.finished.run.id,)


def test_a_broken_file_is_named(netnew: Any, tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text("{")
    with pytest.raises(InvalidInput, match=r"list\.json' cannot be read"):
        asyncio.run(exclude_list([str(path)], netnew.service))


@pytest.mark.parametrize(
    ("name", "content", "where"),
    [
        ("list.txt", "# ours\nDee & Co.\n[a note]\n\nhttps://[broken\n", "line 5"),
        ("list.csv", "name,url\nA,https://a.example/\nB,https://[broken\n", "line 3"),
        ("list.json", '["https://a.example/", "https://[broken"]', "item 2"),
        ("list.jsonl", '"Bee Ltd"\n\n{"url": "https://[broken"}\n', "line 3"),
    ],
)
def test_a_malformed_address_is_refused_by_its_line(
    netnew: Any, tmp_path: Path, name: str, content: str, where: str
) -> None:
    path = tmp_path / name
    path.write_text(content)
    done = netnew.run("find", "Teapots", "--exclude", str(path))
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        "Finding: Teapots\n"
        f"netnew: --exclude: '{path}', {where}: 'https://[broken' is not an address"
        " (allowed: an address, a domain or a name)\n"
    )


@pytest.mark.parametrize("address", ["https://", "http://a.example:many/", "http://:80/"])
def test_an_address_without_a_host_or_with_a_wrong_port_is_none(
    netnew: Any, tmp_path: Path, address: str
) -> None:
    path = tmp_path / "list.txt"
    path.write_text(address)
    with pytest.raises(InvalidInput, match="line 1"):
        asyncio.run(exclude_list([str(path)], netnew.service))


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("list.txt", "is not a text file (allowed: a txt, csv, json or jsonl file in UTF-8)"),
        (
            "found.xlsx",
            ": .xlsx files cannot be read as an exclude list"
            " (allowed: a txt, csv, json or jsonl file)",
        ),
    ],
)
def test_a_file_that_is_not_text_is_refused(
    netnew: Any, tmp_path: Path, name: str, problem: str
) -> None:
    path = tmp_path / name
    path.write_bytes(b"PK\x03\x04\x94\x00")
    refused = netnew.run("find", "Teapots", "--exclude", str(path))
    assert refused.exit_code == 2
    separator = "" if problem.startswith(":") else " "
    assert refused.stderr.endswith(f"netnew: --exclude: '{path}'{separator}{problem}\n")


def test_a_markdown_export_is_refused(netnew: Any, tmp_path: Path) -> None:
    path = tmp_path / "found.md"
    netnew.run("runs", "export", "last", "-o", str(path))
    with pytest.raises(InvalidInput, match=r"found\.md': \.md files cannot be read"):
        asyncio.run(exclude_list([str(path)], netnew.service))


@pytest.mark.parametrize(
    ("name", "content"),
    [("list.txt", "# none yet\n"), ("list.csv", "name,url\n"), ("list.json", "[]")],
)
def test_a_file_without_entries_is_refused(
    netnew: Any, tmp_path: Path, name: str, content: str
) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(InvalidInput, match="has no entry"):
        asyncio.run(exclude_list([str(path)], netnew.service))


def test_a_line_that_is_neither_name_nor_address_is_a_name(netnew: Any, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("[brackets\nsee https://a.example\n")
    excluded = asyncio.run(exclude_list([str(path)], netnew.service))
    assert excluded.names == ("[brackets", "see https://a.example")
