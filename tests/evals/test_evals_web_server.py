"""The gateway and the search over real HTTP, from the real process."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from evals.data_folder import Web
from evals.rows import Page
from evals.web_server import HOST, WebServer, serving, store_web

PAGES = [
    Page("https://a.test/", 200, "Kettle", "<p>Kettle one</p>"),
    Page("http://a.test/", 301, "", "", location="https://a.test/"),
    Page("https://a.test/?x=1", 200, "Query", "<p>with a query</p>"),
    Page("https://gone.test/", 410, "Gone", "<h1>Gone</h1>"),
    Page("https://nohost.test/", 0, "", "", error="dns"),
    Page("https://café.test/thé", 200, "Thé", "<p>Un thé</p>"),
    Page("https://parked.test/", 200, "For sale", "<p>kettle domain for sale</p>"),
    *(Page(f"https://many.test/{n:03}", 200, "Mug", "<p>A mug</p>") for n in range(70)),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    folder = tmp_path_factory.mktemp("web")
    store_web(PAGES, folder)
    with serving(folder, lanes=2) as running:
        yield running


def asked(
    server: WebServer, address: str | None = None, path: str = "/", lane: int = 0
) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(HOST, server.ports[lane], timeout=20)
    headers = {"X-Netnew-Address": address} if address else {}
    connection.request("GET", path, headers={**headers, "Connection": "close"})
    answer = connection.getresponse()
    answer.text = answer.read().decode()  # type: ignore[attr-defined]
    connection.close()
    return answer


def found(server: WebServer, query: str, page: int = 1) -> dict[str, Any]:
    path = "/search?" + urlencode({"q": query, "format": "json", "pageno": page})
    answer = asked(server, path=path)
    assert answer.status == 200
    return json.loads(answer.text)  # type: ignore[attr-defined, no-any-return]


def test_a_page_is_served_at_its_full_address(server: WebServer) -> None:
    answer = asked(server, "https://a.test/")
    assert (answer.status, answer.text) == (200, "<p>Kettle one</p>")  # type: ignore[attr-defined]
    assert answer.getheader("Content-Type") == "text/html; charset=utf-8"


@pytest.mark.parametrize("address", ["https://a.test", "HTTPS://A.test:443/#top"])
def test_spellings_that_are_one_request_get_one_page(server: WebServer, address: str) -> None:
    assert asked(server, address).status == 200


def test_scheme_and_query_make_another_page(server: WebServer) -> None:
    redirect = asked(server, "http://a.test/")
    assert (redirect.status, redirect.getheader("Location")) == (301, "https://a.test/")
    assert "with a query" in asked(server, "https://a.test/?x=1").text  # type: ignore[attr-defined]
    assert asked(server, "https://a.test/?x=2").status == 404
    assert asked(server, "https://www.a.test/").status == 404


def test_an_address_beyond_ascii_is_found_as_it_goes_over_the_wire(server: WebServer) -> None:
    answer = asked(server, f"https://xn--caf-dma.test/{quote('thé')}")
    assert "Un thé" in answer.text  # type: ignore[attr-defined]


def test_a_host_that_does_not_resolve_says_so_in_a_header(server: WebServer) -> None:
    answer = asked(server, "https://nohost.test/")
    assert (answer.status, answer.getheader("X-Netnew-Error")) == (502, "dns")


def test_errors_and_what_is_not_listed_are_served_as_such(server: WebServer) -> None:
    assert asked(server, "https://gone.test/").status == 410
    assert asked(server, "https://a.test/robots.txt").status == 404
    assert asked(server, "https://unknown.test/").status == 404
    assert asked(server, "not an address").status == 404


def test_search_gives_ten_a_page_without_repeats_and_nothing_after_the_fifth(
    server: WebServer,
) -> None:
    pages = [[hit["url"] for hit in found(server, "mug", n)["results"]] for n in range(1, 8)]
    assert [len(page) for page in pages] == [10, 10, 10, 10, 10, 0, 0]
    urls = [url for page in pages for url in page]
    assert urls == [f"https://many.test/{n:03}" for n in range(50)]


def test_search_answers_in_the_shape_of_searxng(server: WebServer) -> None:
    body = found(server, "kettle one")
    assert body["query"] == "kettle one"
    assert body["unresponsive_engines"] == []
    first = body["results"][0]
    assert (first["url"], first["title"]) == ("https://a.test/", "Kettle")
    assert (first["content"], first["engine"]) == ("Kettle one", "bm25")


def test_search_knows_word_forms_and_titles_and_parked_pages_but_no_redirects(
    server: WebServer,
) -> None:
    urls = {hit["url"] for hit in found(server, "KETTLES")["results"]}
    assert urls == {"https://a.test/", "https://parked.test/"}
    assert not found(server, "gone")["results"]


@pytest.mark.parametrize("query", ['"mug" AND (title:x OR', "mug -kettle +x*", "a" * 5000])
def test_a_query_has_no_syntax_to_get_wrong(server: WebServer, query: str) -> None:
    assert found(server, query)["query"] == query


@pytest.mark.parametrize(
    ("parameters", "status"),
    [("q=&format=json", 400), ("q=x", 403), ("q=x&format=json&pageno=0", 400)],
)
def test_a_search_that_cannot_be_answered_is_refused(
    server: WebServer, parameters: str, status: int
) -> None:
    assert asked(server, path=f"/search?{parameters}").status == status


def test_search_can_be_asked_through_the_gateway_too(server: WebServer) -> None:
    address = f"http://{HOST}:{server.ports[0]}/search?q=mug&format=json"
    assert len(json.loads(asked(server, address).text)["results"]) == 10  # type: ignore[attr-defined]


def test_each_lane_counts_its_own_requests_by_kind(server: WebServer) -> None:
    before = server.counts(1)
    asked(server, "https://a.test/", lane=1)
    asked(server, "https://a.test/robots.txt", lane=1)
    asked(server, "https://unknown.test/", lane=1)
    asked(server, "https://nohost.test/", lane=1)
    asked(server, path="/search?q=mug&format=json", lane=1)
    asked(server, "https://a.test/", lane=0)
    after = server.counts(1)
    kinds = ("page_200", "robots", "unlisted", "dns", "search")
    assert [after[kind] - before.get(kind, 0) for kind in kinds] == [1, 1, 1, 1, 1]


def test_requests_sent_together_are_answered_in_order_on_one_connection(tmp_path: Path) -> None:
    store_web(PAGES, tmp_path)
    ask = "GET / HTTP/1.1\r\nHost: x\r\nX-Netnew-Address: {}\r\nContent-Length: 2\r\n\r\nhi"
    last = "GET / HTTP/1.1\r\nX-Netnew-Address: {}\r\nConnection: close\r\n\r\n"
    raw = (ask.format("https://a.test/") + last.format("https://gone.test/")).encode()
    with (
        serving(tmp_path, latency_ms=5) as server,
        socket.create_connection((HOST, server.ports[0]), timeout=20) as connection,
    ):
        for at in range(0, len(raw), 7):
            connection.sendall(raw[at : at + 7])
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.count(b"HTTP/1.1 ") == 2
    assert answer.index(b"Kettle one") < answer.index(b"410 Gone")


def test_what_is_no_http_is_refused_and_hung_up_on(server: WebServer) -> None:
    with socket.create_connection((HOST, server.ports[0]), timeout=20) as connection:
        connection.sendall(b"hello there\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 400 ")


def test_every_page_of_the_own_web_is_served_as_its_row_says(
    observatories: Web, tmp_path: Path
) -> None:
    store_web(observatories.pages, tmp_path)
    with serving(tmp_path) as server:
        statuses = [asked(server, page.url).status for page in observatories.pages]
    assert statuses == [page.status or 502 for page in observatories.pages]
