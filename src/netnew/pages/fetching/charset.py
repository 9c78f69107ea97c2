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

_HIGH_BYTES = bytes(range(128, 256))
_MAX_SLIP_SHARE = 50
_SAMPLE_BYTES = 100_000
_MARKED_BYTES = 60_000
_DETECTED_BYTES = 20_000
_MARKUP = re.compile(rb"<(script|style)\b.{0,2000}?</\1>|<[^>]{0,2000}>", re.I | re.S)
_WESTERN = frozenset(("cp1252", "cp1254", "iso8859-1", "iso8859-15"))
_ASCII_SUPERSETS = _WESTERN | {
    "utf-8",
    "cp1250",
    "cp1251",
    "iso8859-2",
    "koi8-r",
    "cp932",
    "gb18030",
}
_ACCENTED_RUN = re.compile(r"[\u00c0-\u00ff]{4,}")
_DETECTABLE = ["utf_8", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256"]
_DETECTABLE += ["iso8859_2", "koi8_r", "cp932", "euc_jp", "gb18030", "big5", "cp949", "cp874"]

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
    its first 2 kB, else UTF-8. A charset that does not fit gives way to one that does: bytes that
    are UTF-8 are that whatever they are called, and text that makes no words in the first charset
    named is read in the next, or in the one that a detector finds. Bytes that fit nothing become
    U+FFFD."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    named = _named(body[:_HEAD_BYTES], charset)
    if body.isascii() and all(name in _ASCII_SUPERSETS for name in named):
        return body.decode("ascii")
    if _is_utf8(body):
        # Nobody writes two foreign letters in a row that happen to be UTF-8.
        return body.decode("utf-8", "replace") if _may_be_utf8(named) else _in(body, named[0])
    for name in named:
        if name != "utf-8" and _fits(body, name):
            return _in(body, name)
    found = _detected(body)
    if found is not None and _fits(body, found):
        return _in(body, found)
    return _in(body, named[0] if named else "cp1252")


def _named(head: bytes, charset: str | None) -> list[str]:
    """The codecs the header and the page name, the header's first."""
    declared = _XML.search(head) or _META.search(head)
    own = _codec(declared[1].decode("ascii")) if declared else None
    if own is not None and own.startswith("utf-16"):
        own = "utf-8"  # it could not be read here if it were so
    said = (_codec(charset), own)
    return list(dict.fromkeys(name for name in said if name is not None))


def _in(body: bytes, name: str) -> str:
    return body.decode(name, "replace")


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        # A body that was cut may end in the midst of a letter; a stray byte among many real ones is
        # a slip.
        return error.start >= len(body) - 3 or _slips(body) * _MAX_SLIP_SHARE < _high(body)
    return True


def _slips(body: bytes) -> int:
    return body.decode("utf-8", "replace").count("\ufffd")


def _high(body: bytes) -> int:
    return len(body) - len(body.translate(None, _HIGH_BYTES))


def _may_be_utf8(named: list[str]) -> bool:
    return not named or not named[0].startswith(("utf-16", "utf_16", "utf-32", "iso2022", "utf-7"))


def _fits(body: bytes, name: str) -> bool:
    """Whether `body` read as `name` has hardly a wrong byte, and words as people write them."""
    text = body[:_SAMPLE_BYTES].decode(name, "replace")
    if text.count("\ufffd") * 100 > len(text) - text.count(" "):
        return False
    if name not in _WESTERN:
        return True
    # Western languages are mostly plain letters; 'Êîìïàíèÿ' is Cyrillic read as Latin.
    runs = _ACCENTED_RUN.findall(text)
    return sum(map(len, runs)) * 4 < sum(not c.isascii() and c.isalpha() for c in text) or not runs


def _detected(body: bytes) -> str | None:
    """What the detector makes of the bytes that are no markup."""
    try:
        from charset_normalizer import from_bytes
    except ImportError:
        return None
    text = _MARKUP.sub(b" ", body[:_MARKED_BYTES])[:_DETECTED_BYTES]
    best = from_bytes(text, cp_isolation=_DETECTABLE).best()
    return _codec(best.encoding) if best is not None else None


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
