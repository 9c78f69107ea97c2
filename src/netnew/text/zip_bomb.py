"""Whether a packed document may be unpacked: DOCX, XLSX, PPTX and EPUB are zip files."""

from __future__ import annotations

from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

MAX_UNPACKED_BYTES = 50_000_000
_MAX_RATIO = 200
# Small files of repeated cells pack well, and harm nobody.
_FREE_BYTES = 5_000_000
_MAX_PARTS = 10_000


def is_bomb(file: BinaryIO) -> bool:
    """Whether the zip file `file` says of itself that it unpacks to more than 50 MB, more than
    200 times its packed size, or more than 10,000 parts. False for what is no zip file."""
    try:
        with ZipFile(file) as archive:
            parts = archive.infolist()
    except (BadZipFile, ValueError, NotImplementedError, OSError):
        return False
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if len(parts) > _MAX_PARTS or unpacked > MAX_UNPACKED_BYTES:
        return True
    return unpacked > _FREE_BYTES and unpacked > packed * _MAX_RATIO
