"""What the metadata of one installed Python distribution says, as facts and a page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from html import escape
from importlib.metadata import Distribution

from netnew.sources.fact_page import fact_page
from netnew.sources.html_text import whole
from netnew.text.markdown import render_markdown

_README_CHARS = 40_000
_MAX_LICENSE = 120
_NAME_OF_REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_BY_CLASSIFIER = (
    ("Development status", "Development Status"),
    ("Topics", "Topic"),
    ("Programming languages", "Programming Language"),
    ("Operating systems", "Operating System"),
    ("Frameworks", "Framework"),
    ("Intended audience", "Intended Audience"),
    ("Environments", "Environment"),
)
# Steps of the classifier tree that say nothing by themselves.
_EMPTY_STEPS = frozenset({"Implementation", "Only"})
_HOME_LABELS = ("homepage", "home page", "home", "website")


@dataclass(frozen=True, slots=True)
class InstalledPackage:
    """`key` is the normalised name of PEP 503; `facts` are label and value, in order."""

    key: str
    name: str
    summary: str
    facts: tuple[tuple[str, str], ...]
    readme: str
    readme_is_markdown: bool

    @property
    def urn(self) -> str:
        return f"urn:netnew:pyenv:{self.key}"

    @property
    def text(self) -> str:
        """All of it, for searching."""
        facts = " ".join(f"{label}: {value}." for label, value in self.facts)
        return " ".join(f"{self.summary} {facts} {self.readme}".split())

    def html(self) -> str:
        """The page: facts as a definition list, then the README as prose."""
        body = render_markdown(self.readme) if self.readme_is_markdown else _prose(self.readme)
        more = f"<section>\n<h2>README</h2>\n{body}</section>\n" if self.readme else ""
        return fact_page(self.name, self.facts, self.summary, more)


def installed_package(distribution: Distribution) -> InstalledPackage | None:
    """None for a folder that only looks like a distribution (no name in it)."""
    metadata = distribution.metadata
    # The type in the standard library's stubs is a protocol; what comes is an email message.
    if not isinstance(metadata, Message) or not metadata.get("Name"):
        return None
    name = _one(metadata, "Name")
    summary = _one(metadata, "Summary")
    readme = str(metadata.get("Description") or metadata.get_payload() or "").strip()
    return InstalledPackage(
        key=re.sub(r"[-_.]+", "-", name).lower(),
        name=name,
        summary=summary,
        facts=tuple(_facts(name, summary, distribution, metadata)),
        readme=whole(readme)[:_README_CHARS],
        readme_is_markdown="markdown" in _one(metadata, "Description-Content-Type").lower(),
    )


def _facts(
    name: str, summary: str, distribution: Distribution, metadata: Message
) -> list[tuple[str, str]]:
    classifiers = _all(metadata, "Classifier")
    facts = [
        ("Name", name),
        ("Type", "Python package"),
        ("Version", _one(metadata, "Version")),
        ("Summary", summary),
        ("License", _license(metadata, classifiers)),
        ("Author", _people(metadata, "Author")),
        ("Maintainer", _people(metadata, "Maintainer")),
        ("Requires Python", _one(metadata, "Requires-Python")),
        *_addresses(metadata),
        *((label, _parts(classifiers, group)) for label, group in _BY_CLASSIFIER),
        ("Keywords", ", ".join(re.findall(r"[^,;\s][^,;]*", _one(metadata, "Keywords")))),
        ("Dependencies", _dependencies(metadata)),
        ("Typed", _typed(distribution, classifiers)),
        ("Metadata file", _metadata_file(distribution)),
    ]
    return [(label, value) for label, value in facts if value]


def _one(metadata: Message, field: str) -> str:
    """A field on one line; 'UNKNOWN' is how old tools wrote an empty one."""
    value = " ".join(whole(str(metadata.get(field) or "")).split())
    return "" if value == "UNKNOWN" else value


def _all(metadata: Message, field: str) -> list[str]:
    return [" ".join(whole(str(value)).split()) for value in metadata.get_all(field) or []]


def _license(metadata: Message, classifiers: list[str]) -> str:
    """The expression, else the classifiers, else the old free field where it is no full text."""
    if expression := _one(metadata, "License-Expression"):
        return expression
    told = [line.split(" :: ")[-1] for line in classifiers if line.startswith("License :: ")]
    named = [name for name in told if name != "OSI Approved"]
    if named:
        return ", ".join(dict.fromkeys(named))
    free = _one(metadata, "License")
    return free if len(free) <= _MAX_LICENSE else ""


def _people(metadata: Message, field: str) -> str:
    """Names without mail addresses where there are names."""
    if name := _one(metadata, field):
        return name
    mails = _one(metadata, f"{field}-email")
    names = [re.sub(r"\s*<[^>]*>", "", part).strip(" \"'") for part in mails.split(",")]
    return ", ".join(dict.fromkeys(filter(None, names)))


def _addresses(metadata: Message) -> list[tuple[str, str]]:
    """The home page under one label, the other project addresses under their own."""
    labelled = [_one(metadata, "Home-page")] if metadata.get("Home-page") else []
    others: list[tuple[str, str]] = []
    for line in _all(metadata, "Project-URL"):
        label, _, url = line.partition(",")
        if label.strip().lower() in _HOME_LABELS:
            labelled.append(url.strip())
        elif url.strip():
            others.append((label.strip().capitalize(), url.strip()))
    return [("Home page", next(filter(None, labelled), "")), *others]


def _parts(classifiers: Iterable[str], group: str) -> str:
    """The distinct steps of the classifiers of `group`, with Python's versions kept together."""
    parts: dict[str, None] = {}
    for line in classifiers:
        head, *steps = line.split(" :: ")
        if head != group:
            continue
        for before, step in zip(["", *steps], steps, strict=False):
            numbered = step[:1].isdigit()
            if step in _EMPTY_STEPS:
                continue
            if group == "Development Status":
                step = step.partition(" - ")[2] or step
            parts[f"{before} {step}" if numbered and before == "Python" else step] = None
    return ", ".join(parts)


def _dependencies(metadata: Message) -> str:
    """Names of what is always required, without what belongs to an extra."""
    names: dict[str, None] = {}
    for requirement in _all(metadata, "Requires-Dist"):
        wanted, _, marker = requirement.partition(";")
        found = _NAME_OF_REQUIREMENT.match(wanted.strip())
        if found and "extra" not in marker:
            names[found.group()] = None
    return ", ".join(names) or "none"


def _typed(distribution: Distribution, classifiers: list[str]) -> str:
    if "Typing :: Typed" in classifiers:
        return "yes"
    files = distribution.files
    if files is None:
        return ""
    return "yes" if any(file.name == "py.typed" for file in files) else "no"


def _metadata_file(distribution: Distribution) -> str:
    for file in distribution.files or ():
        if file.name in ("METADATA", "PKG-INFO") and len(file.parts) == 2:
            return str(file.locate())
    return ""


def _prose(text: str) -> str:
    """Plain text and reStructuredText: a paragraph a block, without directives and rulers."""
    blocks = (block.strip() for block in re.split(r"\n\s*\n", text))
    kept = (re.sub(r"(?m)^\s*([=~^\"'`*#+-])\1{2,}\s*$", "", block).strip() for block in blocks)
    return "".join(
        f"<p>{escape(block)}</p>\n" for block in kept if block and not block.startswith("..")
    )
