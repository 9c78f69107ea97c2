"""Text that no reader sees: hidden by display, visibility, opacity, size, colour or place.

Such text is no evidence: it is taken out of the tree. Inline styles, `<style>` blocks and the old
attributes for colours count; style sheets of other addresses are not fetched. What a style sheet
shows again (a tab that is active, a cell with a size of its own) stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from netnew.pages.extraction.colours import Colour, colour_in, looks_like
from netnew.pages.extraction.css import Declarations, Sheet, declarations, sheet_of, with_variables
from netnew.pages.extraction.whitespace import words

if TYPE_CHECKING:
    from netnew.pages.extraction.element import Element

WHITE: Colour = (255, 255, 255)
_MIN_FONT_PX = 4.0
_MIN_OPACITY = 0.1
_MIN_SIDE_PX = 2.0
_OFF_SCREEN_PX = 500.0
_FAR_RIGHT_PX = 3_000.0
_UNITS = {
    "px": 1.0, "": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 37.8, "mm": 3.78,
    "rem": 16.0, "em": 16.0, "ex": 8.0, "ch": 8.0, "vw": 12.8, "vh": 8.0, "%": 10.0,
}  # fmt: skip
_LENGTH = re.compile(r"(?<![\w.#-])([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(%|[a-z]*)")
_SCALE = re.compile(r"scale[xy3d]*\(\s*([\d.]+)")
_TRANSLATE = re.compile(r"translate[xy3d]*\(([^)]*)\)")
# A style attribute with none of these hides nothing.
_MAY_HIDE = re.compile(
    r"none|hidden|collapse|opacity|font|color|transparent|background|indent|left|right|top|bottom"
    r"|clip|transform|scale|z-index|zoom|margin", re.I
)  # fmt: skip
# Class words of parts that a style sheet elsewhere often paints dark.
_PAINTED = words(
    "dark hero banner cover overlay inverse inverted btn button badge label tag chip pill footer "
    "header nav navbar menu jumbotron cta bg background primary secondary black slide slider "
    "carousel masthead splash ribbon alert tooltip colored coloured"
)
_PAINTED_TAGS = words("th button header footer nav caption label thead")
_SIDES = ("left", "right", "top", "bottom", "margin-left", "margin-top")
_BOXES = ("width", "height", "max-width", "max-height")
_FONT = frozenset(("font-size", "font"))
_BOX = frozenset((*_BOXES, "overflow", "overflow-x", "overflow-y"))
_DEPTH = frozenset(("z-index", "position"))
_GROUPS = (
    *(frozenset((name,)) for name in (
        "display", "visibility", "content-visibility", "opacity", "text-indent", *_SIDES,
        "clip-path", "transform", "scale", "zoom", "filter",
    )),
    _FONT, _BOX, _DEPTH, frozenset(("clip", "position")),
)  # fmt: skip
_INKS = frozenset(("color", "-webkit-text-fill-color"))
_PAPERS = frozenset(("background", "background-color", "background-image"))
_COLOURS = _INKS | _PAPERS | {"background-clip", "-webkit-background-clip"}
_MAX_COLOUR_PAIRS = 10_000
# Of a size relative to what is around, several within each other may become too small.
_MIN_RELATIVE_PX = 9.0


@dataclass(frozen=True, slots=True)
class Look:
    """How text of an element looks, as far as it is inherited. `paper`: the colour behind it, None
    where it is not known."""

    font_px: float = 16.0
    is_shown: bool = True
    is_indented_away: bool = False
    ink: Colour | None = (0, 0, 0)
    is_see_through: bool = False
    paper: Colour | None = WHITE

    @property
    def is_seen(self) -> bool:
        if not self.is_shown or self.is_indented_away or self.is_see_through:
            return False
        if self.font_px < _MIN_FONT_PX:
            return False
        return self.ink is None or self.paper is None or not looks_like(self.ink, self.paper)


def take_out_hidden(order: Sequence[Element], styles: Iterable[str], has_sheets: bool) -> None:
    """Empties the elements of a tree whose text no reader sees. `order`: all of them, parents
    first. `styles`: the style sheets in the page. `has_sheets`: it names others, unread."""
    for element in order:
        if (element.attributes or element.tag == "dialog") and _is_closed(element):
            element.is_hidden = True
    sheet = sheet_of(styles)
    inline = _inline_styles(order)
    hiding = _hiding_properties([*sheet.all_declarations(), *inline], sheet.variables)
    if hiding:
        _Painter(sheet.narrowed(hiding), has_sheets).paint(order)
    else:
        _empty_hidden(order)


def _is_closed(element: Element) -> bool:
    attributes = element.attributes
    if "hidden" in attributes and attributes["hidden"] != "until-found":
        return True
    if element.tag == "dialog":
        return "open" not in attributes
    return "popover" in attributes


def _inline_styles(order: Sequence[Element]) -> list[Declarations]:
    """What style attributes and the old attributes for colours say, each once."""
    styles: set[str] = set()
    old: set[tuple[str, str, str]] = set()
    for element in order:
        if not element.attributes:
            continue
        style = element.get("style")
        if style and _MAY_HIDE.search(style):
            styles.add(style)
        colours = _old_colours(element)
        if any(colours):
            old.add(colours)
    return [*map(declarations, styles), *(_told_of_old(colours) for colours in old)]


def _old_colours(element: Element) -> tuple[str, str, str]:
    return element.get("color"), element.get("text"), element.get("bgcolor")


def _told_of_old(colours: tuple[str, str, str]) -> Declarations:
    ink, paper = colours[0] or colours[1], colours[2]
    told = {"color": ink.lower()} if ink else {}
    return told | ({"background-color": paper.lower()} if paper else {})


def _hiding_properties(
    told: Iterable[Declarations], variables: Mapping[str, str]
) -> frozenset[str]:
    """The properties by which something on the page may be hidden; usually few. What they all say
    is then read, since a stronger rule may show again what a weaker one hides."""
    found: set[str] = set()
    inks: set[Colour] = set()
    papers: set[Colour] = {WHITE}
    for one in told:
        if variables:
            one = {name: with_variables(value, variables) for name, value in one.items()}
        for group in _GROUPS:
            if not group <= found and not group.isdisjoint(one) and _may_hide(group, one):
                found |= group
        for name in _INKS.intersection(one):
            colour, opacity = colour_in(one[name])
            if opacity is not None and opacity < _MIN_OPACITY:
                found |= _COLOURS
            elif colour is not None:
                inks.add(colour)
        for name in _PAPERS.intersection(one):
            colour, _ = colour_in(one[name])
            if colour is not None:
                papers.add(colour)
    many = len(inks) * len(papers) > _MAX_COLOUR_PAIRS
    if many or any(looks_like(ink, paper) for ink in inks for paper in papers):
        found |= _COLOURS
    return frozenset(found)


def _may_hide(group: frozenset[str], told: Declarations) -> bool:
    if group == _FONT:
        size = told.get("font-size") or _size_of_font(told.get("font", ""))
        return bool(size) and _font_px(size, 16.0) < _MIN_RELATIVE_PX
    if "visibility" in group:
        return told["visibility"] in ("hidden", "collapse")
    if "text-indent" in group:
        return abs(_px(told["text-indent"]) or 0.0) >= _OFF_SCREEN_PX
    if group == _BOX:  # the size and what becomes of the rest may stand in two rules
        return any((_px(told[n]) or 0.0) < _MIN_SIDE_PX for n in _BOXES if n in told)
    if group == _DEPTH:
        return (_number(told.get("z-index", "0")) or 0.0) < 0
    return _is_gone({name: told[name] for name in group if name in told})


def _empty_hidden(order: Sequence[Element]) -> None:
    for element in order:
        if element.is_hidden:
            _empty(element)


def _empty(element: Element) -> None:
    element.children.clear()
    element.elements.clear()


class _Painter:
    def __init__(self, sheet: Sheet, has_sheets: bool) -> None:
        self._sheet = sheet
        self._has_sheets = has_sheets
        self._looks: dict[int, Look] = {}
        self._known: dict[tuple[object, ...], tuple[Look, bool]] = {}

    def paint(self, order: Sequence[Element]) -> None:
        gone: set[int] = set()
        for element in order:
            parent = element.parent
            if parent is not None and id(parent) in gone:
                gone.add(id(element))
                continue
            around = self._looks[id(parent)] if parent is not None else Look()
            look, is_gone = self._look(element, around)
            self._looks[id(element)] = look
            if element.is_hidden or is_gone:
                element.is_hidden = True
                gone.add(id(element))
            elif not look.is_seen:
                element.children[:] = [c for c in element.children if not isinstance(c, str)]
        for element in order:
            if element.is_hidden:
                _empty(element)

    def _look(self, element: Element, around: Look) -> tuple[Look, bool]:
        """How it looks, and whether nothing in it can be seen."""
        rules = self._sheet.rules_for(element) if self._sheet.rules else []
        if self._sheet.too_dear:
            return around, True
        if not element.attributes and not rules:
            return around, False
        style = element.get("style")
        style = style if style and _MAY_HIDE.search(style) else ""
        old = _old_colours(element)
        painted = self._has_sheets and (
            element.tag in _PAINTED_TAGS or bool(element.class_words() & _PAINTED)
        )
        if not rules and not style and not any(old) and not painted:
            return around, False
        key = (around, tuple(r.order for r in rules), style, old, painted)
        known = self._known.get(key)
        if known is None:
            layers = [_told_of_old(old), *(r.declarations for r in rules), declarations(style)]
            told = self._told(layers)
            base = replace(around, paper=None) if painted else around
            known = (_inherited(told, base), _is_gone(told))
            self._known[key] = known
        return known

    def _told(self, layers: Sequence[Declarations]) -> Mapping[str, str]:
        """The declarations that win; `layers`: the weakest first."""
        told: dict[str, str] = {}
        for important in (False, True):
            for layer in layers:
                for name, value in layer.items():
                    if name[0] != "!" and (f"!{name}" in layer) is important:
                        told[name] = with_variables(value, self._sheet.variables)
        return told


def _inherited(told: Mapping[str, str], around: Look) -> Look:
    look = around
    if "visibility" in told:
        look = replace(look, is_shown=told["visibility"] not in ("hidden", "collapse"))
    size = told.get("font-size") or _size_of_font(told.get("font", ""))
    if size:
        look = replace(look, font_px=_font_px(size, around.font_px))
    if "text-indent" in told:
        away = abs(_px(told["text-indent"]) or 0.0) >= _OFF_SCREEN_PX
        look = replace(look, is_indented_away=away)
    look = replace(look, paper=_paper(told, look.paper))
    ink = told.get("-webkit-text-fill-color") or told.get("color")
    if ink:
        colour, opacity = colour_in(ink)
        cut_out = "text" in (told.get("background-clip"), told.get("-webkit-background-clip"))
        hides = opacity is not None and opacity < _MIN_OPACITY and not cut_out
        look = replace(look, ink=None if cut_out else colour, is_see_through=hides)
        if ink in ("inherit", "currentcolor"):
            look = replace(look, ink=around.ink, is_see_through=around.is_see_through)
    return look


def _paper(told: Mapping[str, str], behind: Colour | None) -> Colour | None:
    if any("url(" in told.get(name, "") or "gradient" in told.get(name, "") for name in _PAPERS):
        return None
    for name in ("background-color", "background"):
        value = told.get(name)
        if not value:
            continue
        colour, opacity = colour_in(value)
        if opacity is not None and opacity < _MIN_OPACITY:
            return behind
        if colour is not None:
            return colour
        if value not in ("none", "inherit", "initial", "unset", "0", "0 0"):
            return None
    return behind


def _is_gone(told: Mapping[str, str]) -> bool:
    """Whether nothing below it can be seen."""
    if told.get("display") == "none" or told.get("content-visibility") == "hidden":
        return True
    opacity = told.get("opacity", "")
    part = _number(opacity) if opacity else None
    if part is not None and part / (100 if opacity.endswith("%") else 1) < _MIN_OPACITY:
        return True
    return (
        _is_off_screen(told) or _is_too_small(told) or _is_clipped(told) or _is_transformed(told)
        or "opacity(0" in told.get("filter", "")
    )  # fmt: skip


def _is_off_screen(told: Mapping[str, str]) -> bool:
    for side in _SIDES:
        px = _px(told[side]) if side in told else None
        if px is None:
            continue
        if px <= -_OFF_SCREEN_PX or (side in ("left", "right") and px >= _FAR_RIGHT_PX):
            return True
    index = _number(told["z-index"]) if "z-index" in told else None
    return index is not None and index < 0 and told.get("position", "static") != "static"


def _is_too_small(told: Mapping[str, str]) -> bool:
    zoom = _number(told["zoom"]) if "zoom" in told else None
    if zoom is not None and 0 < zoom < 0.2:
        return True
    hides = any(
        told.get(name, "").split(" ")[0] in ("hidden", "clip")
        for name in ("overflow", "overflow-x", "overflow-y")
    )
    sides = (_px(told[name]) for name in _BOXES if name in told)
    return hides and any(px is not None and px < _MIN_SIDE_PX for px in sides)


def _is_clipped(told: Mapping[str, str]) -> bool:
    clip = told.get("clip", "")
    if clip.startswith("rect(") and told.get("position") in (None, "absolute", "fixed"):
        edges = [float(n) * _UNITS.get(u, 1.0) for n, u in _LENGTH.findall(clip[5:])]
        if len(edges) == 4 and "auto" not in clip:
            top, right, bottom, left = edges
            return right - left < _MIN_SIDE_PX or bottom - top < _MIN_SIDE_PX
    path = told.get("clip-path", "")
    if path.startswith("inset("):
        share = re.match(r"inset\(\s*([\d.]+)%", path)
        return share is not None and float(share[1]) >= 50
    if path.startswith(("circle(0", "ellipse(0")):
        return not re.match(r"\w+\(0\.\d*[1-9]", path)
    return path.startswith("polygon(") and not re.search(r"[1-9]", path)


def _is_transformed(told: Mapping[str, str]) -> bool:
    transform = told.get("transform", "")
    scale = _SCALE.search(transform)
    if scale is not None and (_number(scale[1]) or 0.0) < 0.1:
        return True
    alone = _number(told["scale"]) if "scale" in told else None
    if alone is not None and alone < 0.1:
        return True
    move = _TRANSLATE.search(transform)
    if move is None:
        return False
    away = [_px(part.strip()) for part in move[1].split(",")]
    return any(px is not None and abs(px) >= 2 * _OFF_SCREEN_PX for px in away)


def _size_of_font(value: str) -> str:
    """The size within the short form: 'bold 1px/1.2 serif'."""
    match = re.search(r"(?:^|\s)([\d.]+(?:px|pt|em|rem|%|vw)|0)(?=[/\s]|$)", value)
    return match[1] if match else ""


def _font_px(value: str, around: float) -> float:
    match = _LENGTH.match(value)
    if match is None:
        relative = {"smaller": around / 1.2, "larger": around * 1.2, "inherit": around}
        return relative.get(value, around if value.startswith(("calc", "clamp", "var")) else 16.0)
    number, unit = float(match[1]), match[2]
    if unit in ("em", "ex", "ch"):
        return number * around
    return number * around / 100 if unit == "%" else number * _UNITS.get(unit, 1.0)


def _px(value: str) -> float | None:
    match = _LENGTH.match(value)
    return float(match[1]) * _UNITS.get(match[2], 1.0) if match else None


def _number(value: str) -> float | None:
    match = _LENGTH.match(value)
    return float(match[1]) if match else None
