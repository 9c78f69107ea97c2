"""Colours of style sheets, as far as it matters whether text can be told from what is behind it."""

from __future__ import annotations

import colorsys
import re
from functools import lru_cache

Colour = tuple[int, int, int]

# Of three parts of 0 to 255 each, so much in all may differ and no reader sees it.
_ALIKE = 24
_NAMED = {
    "white": "ffffff", "black": "000000", "red": "ff0000", "green": "008000", "blue": "0000ff",
    "yellow": "ffff00", "gray": "808080", "grey": "808080", "silver": "c0c0c0", "navy": "000080",
    "maroon": "800000", "olive": "808000", "purple": "800080", "teal": "008080", "lime": "00ff00",
    "aqua": "00ffff", "cyan": "00ffff", "fuchsia": "ff00ff", "magenta": "ff00ff",
    "orange": "ffa500", "pink": "ffc0cb", "beige": "f5f5dc", "ivory": "fffff0", "snow": "fffafa",
    "whitesmoke": "f5f5f5", "ghostwhite": "f8f8ff", "floralwhite": "fffaf0", "azure": "f0ffff",
    "mintcream": "f5fffa", "aliceblue": "f0f8ff", "seashell": "fff5ee", "honeydew": "f0fff0",
    "lightgray": "d3d3d3", "lightgrey": "d3d3d3", "gainsboro": "dcdcdc", "darkgray": "a9a9a9",
    "lightyellow": "ffffe0", "lavender": "e6e6fa", "linen": "faf0e6", "oldlace": "fdf5e6",
    "dimgray": "696969", "dimgrey": "696969", "darkblue": "00008b", "darkgreen": "006400",
    "brown": "a52a2a", "gold": "ffd700", "tan": "d2b48c", "crimson": "dc143c",
}  # fmt: skip
_HEX = re.compile(r"#([0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})\b")
_BARE_HEX = re.compile(r"[0-9a-f]{6}$")
_FUNCTION = re.compile(r"(rgb|hsl)a?\(([^()]*)\)")
_NUMBER = re.compile(r"([\d.]+)(%?)")
_WORD = re.compile(r"[a-z]+")


@lru_cache(maxsize=2048)
def colour_in(value: str) -> tuple[Colour | None, float | None]:
    """The first colour that `value` names and its opacity; (None, None) where it names none."""
    value = value.strip().lower()
    found = _HEX.search(value)
    if found:
        return _of_hex(found[1])
    if _BARE_HEX.match(value):
        return _of_hex(value)
    function = _FUNCTION.search(value)
    if function:
        return _of_function(function[1], function[2])
    for word in _WORD.findall(value):
        if word == "transparent":
            return None, 0.0
        if word in _NAMED:
            return _of_hex(_NAMED[word])
    return None, None


def looks_like(one: Colour, other: Colour) -> bool:
    """Whether no reader tells them apart."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) <= _ALIKE


def _of_hex(digits: str) -> tuple[Colour | None, float | None]:
    if len(digits) < 6:
        digits = "".join(digit * 2 for digit in digits)
    parts = [int(digits[at : at + 2], 16) for at in range(0, len(digits), 2)]
    return (parts[0], parts[1], parts[2]), (parts[3] / 255 if len(parts) > 3 else 1.0)


def _of_function(kind: str, inside: str) -> tuple[Colour | None, float | None]:
    parts = [(_as_float(n), sign) for n, sign in _NUMBER.findall(inside)]
    if len(parts) < 3:
        return None, None
    opacity = 1.0
    if len(parts) > 3:
        opacity = parts[3][0] / (100 if parts[3][1] else 1)
    if kind == "rgb":
        red, green, blue = (min(255, int(n * 2.55 if sign else n)) for n, sign in parts[:3])
        return (red, green, blue), opacity
    hue, saturation, light = (n for n, _ in parts[:3])
    made = colorsys.hls_to_rgb((hue % 360) / 360, min(1, light / 100), min(1, saturation / 100))
    return (int(made[0] * 255), int(made[1] * 255), int(made[2] * 255)), opacity


def _as_float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
