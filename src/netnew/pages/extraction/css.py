"""Style sheets written into a page, as far as they may hide text: rules, selectors, the cascade.

Bounded in rules and in comparisons; a page beyond that is `too_dear`. Rules for print, for narrow
screens, or for a state that a reader brings about (`:hover`) do not count.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from netnew.pages.extraction.whitespace import words

if TYPE_CHECKING:
    from netnew.pages.extraction.element import Element

MAX_RULES = 20_000
# About half a second; an honest page of 5,000 elements needs some ten thousand.
MAX_COMPARISONS = 1_000_000
_MAX_COMPOUNDS = 8
_MAX_SELECTOR_CHARS = 500
_MAX_VALUE_CHARS = 200
_MAX_DECLARATIONS_CHARS = 10_000

PROPERTIES = words(
    "display visibility opacity font-size font color background background-color "
    "background-image text-indent "
    "left right top bottom margin-left margin-top clip clip-path width height max-width "
    "max-height overflow overflow-x overflow-y transform scale z-index position zoom filter "
    "content-visibility -webkit-text-fill-color background-clip -webkit-background-clip"
)  # fmt: skip
_URL = re.compile(r"url\([^()]*\)")
_SIGN = re.compile(r"([{};])")
_DECLARATION = re.compile(r"(?:^|;)\s*(-{0,2}[\w-]+)\s*:\s*([^;]{1,200})")
_VARIABLE = re.compile(r"var\(\s*(--[\w-]+)\s*(?:,\s*([^()]*))?\)")
_COMPOUND = re.compile(
    r"(?P<tag>\*|[a-zA-Z][\w-]*)?(?P<rest>(?:[.#][\w-]+|\[[^\]]*\]|:not\([^()]*\)|:root)*)$"
)
_PART = re.compile(
    r"([.#])([\w-]+)|\[([\w-]+)([~^$*|]?=)?[\"']?([^\"'\]]*)[\"']?\]|:not\(([^()]*)\)"
)
_SPLIT = re.compile(r"\s*([>+~])\s*|\s+")

Declarations = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Compound:
    """One part of a selector, without combinators: all of it must hold for one element."""

    tag: str = ""
    id: str = ""
    classes: frozenset[str] = frozenset()
    attributes: tuple[tuple[str, str, str], ...] = ()
    negated: tuple[Compound, ...] = ()

    def meets(self, element: Element) -> bool:
        if self.tag and self.tag != element.tag:
            return False
        if self.id and self.id != element.get("id"):
            return False
        if self.classes and not self.classes <= set(element.get("class").split()):
            return False
        if any(not _has_attribute(element, *wanted) for wanted in self.attributes):
            return False
        return not any(not_this.meets(element) for not_this in self.negated)

    @property
    def specificity(self) -> int:
        below = sum(one.specificity for one in self.negated)
        simple = len(self.classes) + len(self.attributes)
        return 10_000 * bool(self.id) + 100 * simple + bool(self.tag) + below

    @property
    def key(self) -> str:
        """What an element must have for it, to be looked up by."""
        if self.id:
            return f"#{self.id}"
        return f".{min(self.classes)}" if self.classes else self.tag or "*"


@dataclass(frozen=True, slots=True)
class Rule:
    """`compounds`: the last is of the element itself, those before it of elements around it;
    `child[i]`: whether compound i must be the parent of the next."""

    compounds: tuple[Compound, ...]
    child: tuple[bool, ...]
    declarations: Declarations
    order: int

    @property
    def specificity(self) -> int:
        return sum(one.specificity for one in self.compounds)

    def is_within(self, element: Element) -> bool:
        """Whether the elements around are those asked for."""
        around = element.parent
        for compound, child in zip(self.compounds[-2::-1], self.child[::-1], strict=True):
            while around is not None and not compound.meets(around):
                around = None if child else around.parent
            if around is None:
                return False
            around = around.parent
        return True


@dataclass(slots=True)
class Sheet:
    """The rules of a page by what an element must have for them, and its variables."""

    rules: dict[str, list[Rule]] = field(default_factory=lambda: defaultdict(list))
    variables: dict[str, str] = field(default_factory=dict)
    has_all: bool = True
    compared: int = 0

    @property
    def too_dear(self) -> bool:
        """Whether it has rules that were not read, or were not compared with all elements."""
        return not self.has_all or self.compared > MAX_COMPARISONS

    def all_declarations(self) -> Iterator[Declarations]:
        for rules in self.rules.values():
            for rule in rules:
                yield rule.declarations

    def narrowed(self, properties: frozenset[str]) -> Sheet:
        """Only what it says of these."""
        narrow = Sheet(variables=self.variables, has_all=self.has_all)
        for key, rules in self.rules.items():
            for rule in rules:
                told = rule.declarations
                if properties.isdisjoint(told):
                    continue
                kept = {n: v for n, v in told.items() if n.lstrip("!") in properties}
                cut = Rule(rule.compounds, rule.child, kept, rule.order)
                narrow.rules[key].append(cut)
        return narrow

    def rules_for(self, element: Element) -> list[Rule]:
        """Those that hold for `element`, the weakest first."""
        keys = ["*", element.tag]
        if element.attributes:
            keys += (f".{name}" for name in element.get("class").split())
            if element.get("id"):
                keys.append(f"#{element.get('id')}")
        some = [rule for key in keys for rule in self.rules.get(key, ())]
        self.compared += len(some)
        if self.too_dear:
            return []
        found = [rule for rule in some if rule.compounds[-1].meets(element)]
        self.compared += element.depth * sum(len(rule.compounds) > 1 for rule in found)
        found = [rule for rule in found if len(rule.compounds) == 1 or rule.is_within(element)]
        return sorted(found, key=lambda rule: (rule.specificity, rule.order))


def sheet_of(texts: Iterable[str]) -> Sheet:
    """All style sheets of a page as one; equal ones of other pages are not read again."""
    sheet, at = Sheet(), 0
    for text in texts:
        rules, variables = _read(text)
        sheet.variables.update(variables)
        for rule in rules[: MAX_RULES - at]:
            ordered = Rule(rule.compounds, rule.child, rule.declarations, at)
            sheet.rules[rule.compounds[-1].key].append(ordered)
            at += 1
    sheet.has_all = at < MAX_RULES
    return sheet


@lru_cache(maxsize=1024)
def declarations(text: str) -> Declarations:
    """property → value of a style attribute or the body of a rule, lower-cased; of one that stands
    twice the last, or the one marked as important."""
    if ":" not in text:
        return {}
    found: dict[str, str] = {}
    important: set[str] = set()
    if "url(" in text:
        text = _URL.sub("url()", text)
    if len(text) > _MAX_DECLARATIONS_CHARS:
        return {"display": "none"}  # nobody writes so much by hand, and none of it is read
    text = _without_comments(text)
    for match in _DECLARATION.finditer(text.lower()):
        name, value = match[1], match[2].strip()
        if name not in PROPERTIES and not name.startswith("--"):
            continue
        if value.endswith("important"):
            important.add(name)
        elif name in important:
            continue
        found[name] = value.partition("!")[0].strip()
    return found | {f"!{name}": "" for name in important}


def with_variables(value: str, variables: Mapping[str, str]) -> str:
    """`value` with the variables that it names replaced, twice over."""
    for _ in range(2):
        if "var(" not in value:
            return value
        value = _VARIABLE.sub(lambda m: variables.get(m[1], m[2] or ""), value)[:_MAX_VALUE_CHARS]
    return value


def _without_comments(css: str) -> str:
    if "/*" not in css:
        return css
    kept, at = [], 0
    while (start := css.find("/*", at)) >= 0:
        kept.append(css[at:start])
        end = css.find("*/", start + 2)
        if end < 0:
            return "".join(kept)
        at = end + 2
    return "".join((*kept, css[at:]))


@lru_cache(maxsize=64)
def _read(text: str) -> tuple[Sequence[Rule], Mapping[str, str]]:
    rules: list[Rule] = []
    variables: dict[str, str] = {}
    for selectors, body in _blocks(_without_comments(text)):
        told = declarations(body.strip())
        variables.update((n, v) for n, v in told.items() if n.startswith("--"))
        kept = {n: v for n, v in told.items() if not n.startswith("--")}
        if not kept:
            continue
        for selector in selectors.split(","):
            if len(rules) >= MAX_RULES:
                return rules, variables
            parsed = _selector(selector.strip())
            if parsed is not None:
                rules.append(Rule(*parsed, kept, len(rules)))
    return rules, variables


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """(selectors, body) of each rule that counts on a screen of usual size."""
    skipped_from: int | None = None
    heads: list[str] = []
    body = ""
    pieces = _SIGN.split(css)
    for text, sign in zip(pieces[::2], pieces[1::2], strict=False):
        if sign == ";":
            body += f"{text};"
        elif sign == "{":
            heads.append(text.strip())
            body = ""
            if skipped_from is None and _is_passing(heads[-1]):
                skipped_from = len(heads)
        elif heads:
            head = heads.pop()
            if skipped_from is None and not head.startswith("@"):
                yield head, body + text
            if skipped_from is not None and len(heads) < skipped_from:
                skipped_from = None
            body = ""


def _is_passing(head: str) -> bool:
    """Whether a block counts only at times: print, other sizes, key frames."""
    lowered = head.lower()
    if not lowered.startswith("@"):
        return False
    if lowered.startswith(("@supports", "@layer", "@container")):
        return False
    return not (lowered.startswith("@media") and _is_of_all_screens(lowered))


def _is_of_all_screens(head: str) -> bool:
    asks = head.removeprefix("@media").strip()
    least = re.findall(r"min-width\s*:\s*(\d+)px", asks)
    if least:
        return "max-width" not in asks and all(int(n) <= 1280 for n in least)
    return asks in ("all", "screen", "only screen", "")


@lru_cache(maxsize=4096)
def _selector(text: str) -> tuple[tuple[Compound, ...], tuple[bool, ...]] | None:
    """None for what is not understood or holds at times only. What stands before '+' or '~' is
    taken to hold."""
    if not text or "::" in text or len(text) > _MAX_SELECTOR_CHARS:
        return None
    parts = _SPLIT.split(text)
    compounds: list[Compound] = []
    child: list[bool] = []
    for at in range(0, len(parts), 2):
        compound = _compound(parts[at])
        if compound is None:
            return None
        joint = parts[at - 1] if at else None
        if joint in ("+", "~"):
            compounds.pop()
        elif at:
            child.append(joint == ">")
        compounds.append(compound)
    return (tuple(compounds), tuple(child)) if len(compounds) <= _MAX_COMPOUNDS else None


def _compound(text: str) -> Compound | None:
    match = _COMPOUND.match(text)
    if match is None or not text:
        return None
    tag = (match["tag"] or "").lower().replace("*", "")
    tag = "html" if ":root" in match["rest"] else tag
    found: dict[str, str] = {}
    classes: set[str] = set()
    attributes: list[tuple[str, str, str]] = []
    negated: list[Compound] = []
    for sign, name, attribute, how, value, unlike in _PART.findall(match["rest"]):
        if sign == "#":
            found["id"] = name
        elif sign == ".":
            classes.add(name)
        elif attribute:
            attributes.append((attribute.lower(), how, value))
        elif unlike:
            other = _compound(unlike.strip())
            if other is None:
                return None
            negated.append(other)
    identity = found.get("id", "")
    return Compound(tag, identity, frozenset(classes), tuple(attributes), tuple(negated))


def _has_attribute(element: Element, name: str, how: str, value: str) -> bool:
    if name not in element.attributes:
        return False
    has = element.get(name)
    match how:
        case "":
            return True
        case "=":
            return has == value
        case "~=":
            return value in has.split()
        case "^=":
            return has.startswith(value)
        case "$=":
            return has.endswith(value)
        case "*=":
            return value in has
        case _:
            return has == value or has.startswith(f"{value}-")
