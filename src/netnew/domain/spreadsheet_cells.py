"""Text for spreadsheet cells: without control characters, never a formula."""

from __future__ import annotations

import re
import unicodedata

# C0 controls but tab, LF and CR, lone surrogates and two noncharacters: XML cannot hold them, and
# a reader that drops them must not find a formula behind.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# OWASP, "CSV Injection". U+2212 has no compatibility form, and some spreadsheets take it for '-'.
_FORMULA_SIGNS = frozenset("=+-@\N{MINUS SIGN}")
_BREAKS = ("\t", "\r", "\n")
# Letters and symbols that show as nothing: fillers of Hangul, and the blank of Braille.
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
# Longer numbers with '+' are telephone numbers, which a spreadsheet would show as 4.4E+11.
_PLAIN_NUMBER = re.compile(r"(?:-[0-9]{1,15}|\+[0-9]{1,6})(?:\.[0-9]{1,10})?", re.ASCII)


def cell_text(text: str) -> str:
    """`text` for a cell: without characters that a file cannot hold, and with an apostrophe in
    front if a spreadsheet could read it as a formula.

    That is where it begins with `=`, `+`, `-` or `@` in any width, also behind spaces, breaks
    and invisible characters, or with a tab or line break. A plain signed number ('-5', '+3.2')
    stays."""
    text = _UNWRITABLE.sub("", text)
    return f"'{text}" if _may_be_formula(text) else text


def without_guard(cell: str) -> str:
    """`cell` without the apostrophe that `cell_text` put in front, if it did."""
    return cell[1:] if cell.startswith("'") and cell_text(cell[1:]) == cell else cell


def _may_be_formula(text: str) -> bool:
    if text.startswith(_BREAKS):
        return True
    first = next((sign for sign in text if not _is_invisible(sign)), "")
    if not first or unicodedata.normalize("NFKC", first)[0] not in _FORMULA_SIGNS:
        return False
    return not _PLAIN_NUMBER.fullmatch(text)


def _is_invisible(sign: str) -> bool:
    """Whether it is invisible: spaces, controls, format and unassigned characters, marks."""
    return unicodedata.category(sign)[0] in "ZCM" or sign in _BLANKS
