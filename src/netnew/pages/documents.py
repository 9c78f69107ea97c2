"""PDF, DOCX and XLSX → Markdown, by `markitdown` (the extra `documents`), imported on use."""

from __future__ import annotations

import io
import logging

from netnew.lexicon.packed import is_bomb

DOCUMENT_TYPES = {
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
_log = logging.getLogger(__name__)


class DocumentsMissing(Exception):
    """The extra is not installed: `pip install 'netnew[documents]'`."""


class DocumentTooLarge(Exception):
    """It unpacks to more than is read."""


def document_as_markdown(body: bytes, media_type: str) -> str | None:
    """The document's text as Markdown; None where it cannot be read.

    Raises DocumentTooLarge, and DocumentsMissing where the extra is not installed.
    """
    if is_bomb(io.BytesIO(body)):
        raise DocumentTooLarge
    try:
        from markitdown import (
            MarkItDown,
            MarkItDownException,
            MissingDependencyException,
            StreamInfo,
        )
    except ImportError:
        raise DocumentsMissing("pip install 'netnew[documents]'") from None
    known = StreamInfo(mimetype=media_type, extension=DOCUMENT_TYPES[media_type])
    try:
        result = MarkItDown(enable_plugins=False).convert_stream(
            io.BytesIO(body), stream_info=known
        )
    except MissingDependencyException:
        raise DocumentsMissing("pip install 'netnew[documents]'") from None
    except (MarkItDownException, ValueError, OSError, KeyError) as error:
        _log.info("unreadable document: %s", error)
        return None
    markdown = str(result.markdown)
    # What it cannot read as the type it is, it may hand back as it came.
    return None if markdown.startswith(("%PDF", "PK\x03")) else markdown
