"""What a model is asked, read from the text of the prompt alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

_FENCE = re.compile(r'<evidence id="([^"\n]*)">\n')
_PAGE = re.compile(r'<page n="(\d+)" address="([^"]*)"([^>\n]*)>')
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_PASSAGE = re.compile(r"\[(\d+)\.(\d+)\] ?(.*)")
_NUMBERED = re.compile(r"\((\d+)\) ?(.*)")
_AGAIN = "Your last answer could not be used for:"
_PAIR = re.compile(r"Pair \((\d+)\)")


class Kind(StrEnum):
    """What a prompt asks for."""

    VERDICT = "verdict"
    FIELDS = "fields"
    RECHECK = "recheck"
    PLAN = "plan"
    TABLE = "table"
    PAIR = "pair"
    OTHER = "other"


_LISTS = {"Conditions:": Kind.VERDICT, "Fields:": Kind.FIELDS, "Claims:": Kind.RECHECK}


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage as shown: its mark ('1.4'), its number within the page, and its text."""

    mark: str
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page within the fence."""

    address: str
    standing: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt, read. `items` are the conditions, fields, claims or pairs asked, by number;
    `rows` those of a table; `again`: an answer to these items was refused before."""

    kind: Kind
    pages: tuple[ShownPage, ...] = ()
    entity: str = ""
    addresses: tuple[str, ...] = ()
    items: Mapping[int, str] | None = None
    objective: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    pairs: Mapping[int, tuple[str, str]] | None = None
    again: bool = False

    @property
    def key(self) -> str:
        """What stands for the candidate asked about."""
        return self.addresses[0] if self.addresses else self.entity


def read_prompt(text: str) -> Asked:
    """The prompt, of kind OTHER where it has none of the known forms."""
    fence = _FENCE.search(text)
    if fence:
        closing = f'</evidence id="{fence[1]}">'
        inside, closed, after = text[fence.end() :].partition(closing)
        return _about_evidence(_pages(inside), after.splitlines()) if closed else Asked(Kind.OTHER)
    lines = text.strip().splitlines()
    if lines and lines[0].startswith("Objective:"):
        return Asked(Kind.PLAN, objective=_folded(lines[0].removeprefix("Objective:")))
    if "Table:" in lines:
        return Asked(Kind.TABLE, rows=_rows(lines[lines.index("Table:") + 1 :]))
    if any(_PAIR.fullmatch(line.strip()) for line in lines):
        return Asked(Kind.PAIR, pairs=_pairs(lines))
    return Asked(Kind.OTHER)


def _pages(inside: str) -> tuple[ShownPage, ...]:
    pages: list[ShownPage] = []
    number, head, passages = "", ("", ""), list[Passage]()
    for line in inside.splitlines():
        opened = _PAGE.fullmatch(line.strip())
        passage = _PASSAGE.fullmatch(line)
        if opened:
            number, passages = opened[1], []
            standing = dict(_ATTRIBUTE.findall(opened[3])).get("standing", "")
            head = (opened[2].replace("%22", '"'), standing)
        elif line.strip() == "</page>" and number:
            pages.append(ShownPage(*head, tuple(passages)))
            number = ""
        elif passage and passage[1] == number:
            mark = f"{passage[1]}.{passage[2]}"
            passages.append(Passage(mark, int(passage[2]), passage[3]))
    return tuple(pages)


def _about_evidence(pages: tuple[ShownPage, ...], lines: Sequence[str]) -> Asked:
    told = {"Entity": "", "Addresses": ""}
    kind, items, refused = Kind.OTHER, dict[int, str](), set[int]()
    section, last = "", 0
    for line in lines:
        name, colon, value = line.partition(":")
        numbered = _NUMBERED.match(line)
        if line.strip() in _LISTS and kind is Kind.OTHER:
            kind, section = _LISTS[line.strip()], "items"
        elif line.strip() == _AGAIN:
            section = "again"
        elif section == "again":
            refused |= {int(numbered[1])} if numbered else set()
        elif section == "items" and numbered:
            last = int(numbered[1])
            items[last] = numbered[2]
        elif section == "items" and last:
            items[last] += f" {line}"
        elif colon and name in told and not section:
            told[name] = value.strip()
    items = {n: _folded(text) for n, text in items.items() if not refused or n in refused}
    return Asked(
        kind,
        pages=pages,
        entity=told["Entity"],
        addresses=tuple(told["Addresses"].split()),
        items=items,
        again=bool(refused),
    )


def _rows(lines: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    inner = (line.strip()[1:-1] for line in lines if re.fullmatch(r"\|.*\|", line.strip()))
    return tuple(tuple(cell.strip() for cell in row.split("|")) for row in inner)


def _pairs(lines: Sequence[str]) -> dict[int, tuple[str, str]]:
    pairs: dict[int, dict[str, str]] = {}
    number = 0
    for line in lines:
        opened = _PAIR.fullmatch(line.strip())
        if opened:
            number = int(opened[1])
            pairs[number] = {}
        elif number and line[:2] in ("A:", "B:"):
            pairs[number][line[0]] = line[2:].strip()
    return {n: (sides.get("A", ""), sides.get("B", "")) for n, sides in pairs.items()}


def _folded(text: str) -> str:
    return " ".join(text.split())
