"""Exports over HTTP are the files that the command line writes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import httpx2
import openpyxl
import pytest

from tests.support.dialect_cases import found
from tests.support.server_process import ServerProcess

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@pytest.fixture(scope="module")
def client(server: ServerProcess) -> Iterator[httpx2.Client]:
    with server.client() as client:
        yield client


@pytest.fixture(scope="module")
def run(client: httpx2.Client) -> str:
    return found(client)


@pytest.mark.parametrize("format", MEDIA_TYPES)
def test_each_format_comes_under_its_type_and_name(
    client: httpx2.Client, run: str, format: str
) -> None:
    answer = client.get(f"/netnew/runs/{run}/export", params={"format": format})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == MEDIA_TYPES[format]
    assert answer.headers["content-disposition"] == f'attachment; filename="{run}.{format}"'
    assert int(answer.headers["content-length"]) == len(answer.content) > 100


def test_it_is_what_the_command_line_writes(
    server: ServerProcess, client: httpx2.Client, run: str, tmp_path: Path
) -> None:
    paths = [tmp_path / f"run.{format}" for format in ("csv", "jsonl", "json", "md")]
    server.command("runs", "export", run, *(f"-o{path}" for path in paths))
    for path in paths:
        answer = client.get(f"/netnew/runs/{run}/export", params={"format": path.suffix[1:]})
        assert answer.content == path.read_bytes()


def test_a_workbook_opens(client: httpx2.Client, run: str) -> None:
    answer = client.get(f"/netnew/runs/{run}/export?format=xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.worksheets[0].max_row > 10
    book.close()


def test_rows_are_chosen_by_how_they_stand(client: httpx2.Client, run: str) -> None:
    counts = client.get(f"/netnew/runs/{run}").json()["counts"]
    for status in ("matched", "unmatched", "unclear"):
        answer = client.get(f"/netnew/runs/{run}/export", params={"match_status": status})
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert [x["status"] for x in rows] == [status] * counts[status]


def test_an_unknown_format_is_refused(client: httpx2.Client, run: str) -> None:
    answer = client.get(f"/netnew/runs/{run}/export?format=pdf")
    assert answer.status_code == 422
    assert json.loads(answer.text)["error"]["fields"][0]["field"] == "query.format"
