"""Bytes → text: which charset a page is written in."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([a-zA-Z0-9_:.-]{2,40})", re.I)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([a-zA-Z0-9_:.-]{2,40})", re.I)
_HEAD_BYTES = 2048

# As browsers do (WHATWG Encoding, section 4.2): these labels mean a superset in practice.
_MEANT = {
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
}


def decoded(body: bytes, charset: str | None) -> str:
    """`body` as text: by its byte order mark, else `charset` (of the header), else what it says in
    its first 2 kB, else UTF-8; bytes that do not fit become U+FFFD."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    head = body[:_HEAD_BYTES]
    declared = _XML.search(head) or _META.search(head)
    codec = _codec(charset) or (_codec(declared[1].decode("ascii")) if declared else None)
    return body.decode(codec or "utf-8", "replace")


def _codec(label: str | None) -> str | None:
    if not label:
        return None
    name = label.strip().strip("\"'").lower()
    name = _MEANT.get(name, name)
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    # Python also calls base64, rot13 and the like codecs.
    return info.name if getattr(info, "_is_text_encoding", True) else None
