"""PDFs of the web: told by their bytes, read in another process, given up in time."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator

import pytest

from netnew.domain.page import PageQuality
from netnew.net.connector import GatewayConnector
from netnew.pages.extraction.document_process import DocumentProcess
from netnew.pages.extraction.documents import DocumentUnread
from netnew.pages.extraction.extract import extract
from netnew.pages.fetching.caching_fetcher import CachingFetcher
from netnew.pages.fetching.http_fetcher import HttpFetcher
from netnew.testing import FrozenClock
from tests.support.memory_pages import MemoryPages
from tests.support.pages_server import Asked, Reply, serving
from tests.support.small_pdf import pdf
from tests.support.snapshots import raw_page

PDF = "application/pdf"


@pytest.fixture(scope="module")
def documents() -> Iterator[DocumentProcess]:
    process = DocumentProcess()
    yield process
    process.close()


@pytest.mark.parametrize(
    "media_type",
    [PDF, "application/x-pdf", "application/octet-stream", "binary/octet-stream", "", "text/html"],
)
def test_a_pdf_is_known_by_its_bytes_whatever_it_is_served_as(
    documents: DocumentProcess, media_type: str
) -> None:
    page = extract(
        raw_page(pdf("Acme Robotics", "Head office: Oslo"), media_type), documents.as_markdown
    )
    assert (page.quality, page.media_type) == (PageQuality.OK, PDF)
    assert "Acme Robotics" in page.segments[0].text


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (pdf("Secret", locked=True), "encrypted"),
        (b"%PDF-1.7 damaged", "unreadable"),
        (pdf("Acme")[:200], "unreadable"),
    ],
)
def test_a_pdf_that_cannot_be_read_says_why(
    documents: DocumentProcess, body: bytes, reason: str
) -> None:
    page = extract(raw_page(body, PDF), documents.as_markdown)
    assert (page.quality, page.error) == (PageQuality.ERROR, reason)


def test_one_process_reads_document_after_document(documents: DocumentProcess) -> None:
    documents.as_markdown(pdf("One"), PDF)
    first = documents.process_id
    assert "Two" in documents.as_markdown(pdf("Two"), PDF)
    assert documents.process_id == first


def test_a_document_that_takes_too_long_is_given_up_and_the_next_one_is_read() -> None:
    documents = DocumentProcess(timeout_s=1.0)
    documents.as_markdown(pdf("One"), PDF)
    assert documents.process_id is not None
    os.kill(documents.process_id, signal.SIGSTOP)
    with pytest.raises(DocumentUnread) as given_up:
        documents.as_markdown(pdf("Two"), PDF)
    assert given_up.value.reason == "document_timeout"
    assert documents.process_id is None
    assert "Three" in documents.as_markdown(pdf("Three"), PDF)
    documents.close()


def test_a_document_that_takes_the_process_down_is_unreadable() -> None:
    documents = DocumentProcess()
    documents.as_markdown(pdf("One"), PDF)
    assert documents.process_id is not None
    os.kill(documents.process_id, signal.SIGKILL)
    with pytest.raises(DocumentUnread) as lost:
        documents.as_markdown(pdf("Two"), PDF)
    assert lost.value.reason == "unreadable"
    assert "Three" in documents.as_markdown(pdf("Three"), PDF)
    documents.close()


def test_pages_are_read_while_a_document_is_waited_for() -> None:
    def reply(asked: Asked) -> Reply:
        if asked.target.endswith(".pdf"):
            return Reply(200, pdf("Acme"), (("Content-Type", "application/octet-stream"),))
        return Reply.html("<h1>Acme</h1><p>Cranes.</p>")

    async def run() -> None:
        async with serving(reply) as server:
            clock = FrozenClock()
            http = HttpFetcher(GatewayConnector(server.origin), clock)
            fetcher = CachingFetcher(MemoryPages(), clock, http)
            document = asyncio.ensure_future(fetcher.fetch("https://acme.test/a.pdf"))
            page = await fetcher.fetch("https://other.test/")
            # The process that reads the document has not even started to read.
            assert page.snapshot.is_evidence
            assert not document.done()
            assert (await document).snapshot.is_evidence
            await fetcher.aclose()

    asyncio.run(run())
