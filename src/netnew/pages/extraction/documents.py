"""PDF, DOCX and XLSX → Markdown, by `markitdown` (the extra `documents`), imported on use."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable

from netnew.text.zip_bomb import is_bomb

DOCUMENT_TYPES = {
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
ALIASES = {"application/x-pdf": "application/pdf"}
_log = logging.getLogger(__name__)

ReadDocument = Callable[[bytes, str], str]


class DocumentUnread(Exception):
    """`reason` is the snapshot's word for it: 'documents' (the extra is not installed: `pip install
    'netnew[documents]'`), 'too_large' (it unpacks to too much), 'encrypted', 'unreadable',
    'document_timeout'."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def document_as_markdown(body: bytes, media_type: str) -> str:
    """The document's text as Markdown, read in this process for as long as it takes.

    Raises DocumentUnread.
    """
    if is_bomb(io.BytesIO(body)):
        raise DocumentUnread("too_large")
    try:
        from markitdown import MarkItDown, MissingDependencyException, StreamInfo
    except ImportError:
        raise DocumentUnread("documents") from None
    known = StreamInfo(mimetype=media_type, extension=DOCUMENT_TYPES[media_type])
    try:
        result = MarkItDown(enable_plugins=False).convert_stream(
            io.BytesIO(body), stream_info=known
        )
    except MissingDependencyException:
        raise DocumentUnread("documents") from None
    except Exception as error:
        # Parsers of hostile bytes raise anything at all.
        _log.info("unreadable document: %s", error)
        raise DocumentUnread("encrypted" if _is_encrypted(body) else "unreadable") from error
    markdown = str(result.markdown)
    # What it cannot read as the type it is, it may hand back as it came.
    if markdown.startswith(("%PDF", "PK\x03")):
        raise DocumentUnread("encrypted" if _is_encrypted(body) else "unreadable")
    return markdown


def _is_encrypted(body: bytes) -> bool:
    """A PDF names its /Encrypt dictionary in the trailer; a locked office file is an OLE file."""
    return body.startswith(b"\xd0\xcf\x11\xe0") or (
        body.startswith(b"%PDF") and b"/Encrypt" in body
    )
