"""The test gateway: every page of a rendered web, looked up by its full address."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from evals.addresses import same_request
from evals.http_answer import Answer
from evals.rows import Page

ADDRESS_HEADER = "X-Netnew-Address"
ERROR_HEADER = "X-Netnew-Error"
_HTML = ("Content-Type", "text/html; charset=utf-8")
_NOT_LISTED = b"<!doctype html><title>404 Not Found</title><h1>Not Found</h1>\n"


class Gateway:
    """Answers for all hosts of a web. An address that is no row, robots.txt included, is a 404."""

    def __init__(self, pages: Iterable[Page]) -> None:
        self._answers: dict[str, Answer] = {}
        for page in pages:
            answer = answer_of(page)
            self._answers.setdefault(same_request(page.url), answer)
            self._answers[page.url] = answer

    def answer(self, address: str) -> Answer:
        """The page at `address`: as it is spelt, else as it goes over the wire."""
        found = self._answers.get(address)
        if found is not None:
            return found
        try:
            found = self._answers.get(same_request(address))
            robots = urlsplit(address).path == "/robots.txt"
        except (ValueError, UnicodeError):
            found, robots = None, False
        if found is not None:
            return found
        return Answer(404, "robots" if robots else "unlisted", _NOT_LISTED, (_HTML,), delayed=True)


def answer_of(page: Page) -> Answer:
    """How the row is served; one without a status is a 502 whose header names the failure."""
    if page.status == 0:
        error = page.error or "connect"
        return Answer(502, error, headers=((ERROR_HEADER, error),), delayed=True)
    headers = [_HTML]
    if page.location:
        headers.append(("Location", same_request(page.location)))
    kind = f"page_{page.status}"
    return Answer(page.status, kind, page.html.encode(), tuple(headers), delayed=True)
