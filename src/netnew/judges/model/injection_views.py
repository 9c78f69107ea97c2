"""Text as it would read once decoded: base64, hexadecimal, rot13, backwards, letters set apart,
letters of other alphabets that look alike, digits for letters."""

from __future__ import annotations

import codecs
import re
import unicodedata
from base64 import b32decode, b64decode
from binascii import Error
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import unquote

from netnew.judges.model.injection_words import words

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
_BASE64_CUT = re.compile(r"(?:[A-Za-z0-9+/]{4,76}[\s,.|]+){2,}[A-Za-z0-9+/]{2,76}={0,2}")
_BASE32 = re.compile(r"[A-Z2-7]{24,}={0,6}")
_HEX = re.compile(r"(?:(?:\\x|0x|%|\b)?[0-9a-fA-F]{2}[\s,:;]?){12,}")
_CODES = re.compile(r"(?:(?:&#|\\u00|U\+00)?[0-9a-fA-Fx]{2,4}[;,\s]+){11,}[0-9a-fA-Fx]{2,4};?")
_BINARY = re.compile(r"(?:[01]{8}[\s,]*){10,}")
_ESCAPES = re.compile(
    r"(?:%[0-9a-fA-F]{2}){3,}|(?:\\[ux][0-9a-fA-F]{2,4}){3,}|(?:&#x?[0-9a-f]+;){3,}"
)
_APART = re.compile(r"(?:(?<!\w)[^\W\d_](?:\W{1,4})){19,}[^\W\d_](?!\w)")
_MIN_LETTERS = 8
_UNSPACED_BLANK = re.compile(
    "(?<=[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff])[\\s|,]+(?=[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff])"
)
# One of these stands in nearly every sentence of these languages, and none once it is turned.
_COMMON_ONE_OF = 8
_COMMON = words(
    "the of and to in is for that with on by or as der die das und ist mit von zu den ein eine auf "
    "le la les et de des un une est du pour que el los las del en es por con para il di che per "
    "sono da uma do dos het een van zijn op och att som av på og er til nie się jest że и в "
    "не на что с по"
)
_LOOK_ALIKE = str.maketrans(
    "аеорсухіјѕԁɡһӏⅼԛԝьѵвмнтк"
    "АВЕКМНОРСТУХІЈЅԌ"
    "αερτικνουχωβηγ"
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"
    "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ"
    "ɐɔǝɟƃɥᴉɾʞɯɹʇʌʍʎ",
    "aeopcyxijsdghllqwbvbmhtk"
    "ABEKMHOPCTYXIJSG"
    "aeptiknouxwbny"
    "ABEZHIKMNOPTYX"
    "abcdefghijklmnoprstuvwyz"
    "acefghijkmrtvwy",
)  # fmt: skip
_DIGITS = str.maketrans("01345789@$!|", "oieastbgasii")
_DIGITS_L = str.maketrans("01345789@$!|", "oleastbgasil")
_LEET = re.compile(r"[A-Za-z]+[0134578@$!|]+[A-Za-z]+|[134@$!][a-z]+[0134578@$!|][a-z]*")
_MIXED = re.compile(r"[A-Za-z][\u0370-\u03ff\u0400-\u052f]|[\u0370-\u03ff\u0400-\u052f][A-Za-z]")
_MIN_CODED = 2
_MAX_CODED = 8_000
_FLAGS = range(0x1F1E6, 0x1F200)
_SQUARES = ((0x1F130, 65), (0x1F150, 65), (0x1F170, 65))


def decoded_views(text: str) -> Iterator[str]:
    """Other texts that `text` may stand for; few texts have any."""
    text = text[:_MAX_CODED]
    yield from _look_alikes(text)
    joined = without_blanks(text)
    if joined != text:
        yield joined
    said = text.lower().split()
    common = sum(word in _COMMON for word in said)
    if len(said) >= _MIN_CODED and common * _COMMON_ONE_OF <= len(said):
        yield codecs.encode(text, "rot13")
        yield text[::-1]
        yield " ".join(word[::-1] for word in text.split())
    if _ESCAPES.search(text):
        yield _unescaped(text)
    for found in (*_BASE64.findall(text), *_BASE64_CUT.findall(text)):
        yield from _of_base64(re.sub(r"[\s,.|]", "", found))
    for found in _BASE32.findall(text):
        yield from _readable(_base32(found))
    for match in (*_HEX.finditer(text), *_CODES.finditer(text), *_BINARY.finditer(text)):
        yield from _of_numbers(match.group())


def without_blanks(text: str) -> str:
    """`text` without blanks between letters of scripts that have none."""
    return _UNSPACED_BLANK.sub("", text)


def is_broken_up(text: str) -> bool:
    """Whether only the wish not to be found explains how it is written: several words in letters
    of two alphabets that look alike, or an order letter by letter."""
    text = text[:_MAX_CODED]
    if _is_apart(text):
        return True
    if text.isascii():
        return False
    words = [word for word in re.findall(r"[^\W\d_]{4,}", text) if _MIXED.search(word)]
    return len(words) >= 3


def _look_alikes(text: str) -> Iterator[str]:
    plain = _letters(text)
    if plain != text:
        yield plain
    if len(_LEET.findall(text)) >= _MIN_CODED:
        yield plain.translate(_DIGITS)
        yield plain.translate(_DIGITS_L)


def _letters(text: str) -> str:
    if text.isascii():
        return text
    signs = []
    for sign in unicodedata.normalize("NFKD", text):
        code = ord(sign)
        if unicodedata.combining(sign):
            continue
        if code in _FLAGS:
            sign = chr(code - _FLAGS.start + 97)
        for first, to in _SQUARES:
            if first <= code < first + 26:
                sign = chr(code - first + to)
        signs.append(sign)
    return "".join(signs).translate(_LOOK_ALIKE)


def _is_apart(text: str) -> bool:
    """Whether a sentence is written letter by letter; 'A B C D …' is an index, 'Y N Y' a table."""
    for match in _APART.finditer(text):
        letters = re.sub(r"[\W\d_]", "", match.group().lower())
        rising = sum(a <= b for a, b in pairwise(letters))
        if len(set(letters)) >= _MIN_LETTERS and rising < 0.8 * len(letters):
            return True
    return False


def _unescaped(text: str) -> str:
    text = re.sub(r"\\[ux]([0-9a-fA-F]{2,4})", lambda m: chr(int(m[1], 16)), text)
    text = re.sub(r"&#x([0-9a-f]{1,5});", lambda m: chr(int(m[1], 16)), text, flags=re.I)
    text = re.sub(r"&#(\d{1,6});", lambda m: chr(int(m[1])), text)
    return unquote(text)


def _of_base64(packed: str) -> Iterator[str]:
    body = packed.rstrip("=").replace("-", "+").replace("_", "/")
    for start in range(min(4, len(body))):
        part = body[start:]
        part = part[: len(part) - (len(part) % 4 == 1)]
        try:
            yield from _readable(b64decode(part + "=" * (-len(part) % 4)))
        except (Error, ValueError):
            continue


def _base32(packed: str) -> bytes:
    body = packed.rstrip("=")
    try:
        return b32decode(body + "=" * (-len(body) % 8))
    except (Error, ValueError):
        return b""


def _of_numbers(text: str) -> Iterator[str]:
    digits = re.sub(r"\\x|0x|%|&#x?|\\u00|U\+00", " ", text)
    parts = re.findall(r"[0-9a-fA-F]+", digits)
    if len(parts) == 1:
        size = 8 if set(parts[0]) <= {"0", "1"} else 2
        parts = [parts[0][at : at + size] for at in range(0, len(parts[0]), size)]
    bases = (2,) if all(set(p) <= {"0", "1"} and len(p) == 8 for p in parts) else (16, 10)
    for base in bases:
        try:
            codes = [int(part, base) for part in parts]
        except ValueError:
            continue
        if all(9 <= code < 256 for code in codes):
            yield from _readable(bytes(codes))


def _readable(data: bytes) -> Iterator[str]:
    for text in {data.decode("utf-8", "ignore"), data.decode("utf-16-le", "ignore")}:
        seen = sum(c.isprintable() or c.isspace() for c in text)
        if len(text) >= 8 and seen >= 0.95 * len(text) and len(text) * 2.2 >= len(data):
            yield text
