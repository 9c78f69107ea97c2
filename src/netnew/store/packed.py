"""Bytes made small for keeping. The first byte says how, so that a better way can be added."""

from __future__ import annotations

import zlib

from netnew.domain.errors import StoreDamaged

_PLAIN = b"\x00"
_ZLIB = b"\x01"
_LEVEL = 6


def pack(content: bytes) -> bytes:
    """`content` compressed, or as it is where that is smaller (images, PDF)."""
    small = zlib.compress(content, _LEVEL)
    return _ZLIB + small if len(small) < len(content) else _PLAIN + content


def unpack(packed: bytes) -> bytes:
    """What was packed. Raises StoreDamaged where it cannot be had."""
    if packed[:1] == _PLAIN:
        return packed[1:]
    if packed[:1] != _ZLIB:
        raise StoreDamaged("a stored page is packed in a way this version of netnew does not know")
    try:
        return zlib.decompress(packed[1:])
    except zlib.error as error:
        raise StoreDamaged(f"a stored page cannot be unpacked: {error}") from error
