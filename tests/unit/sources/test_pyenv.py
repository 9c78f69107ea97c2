from __future__ import annotations

import asyncio
from importlib.metadata import Distribution, PathDistribution, distributions
from pathlib import Path

import pytest

from netnew.domain.errors import InvalidInput
from netnew.sources.context import SourceContext
from netnew.sources.installed_package import InstalledPackage, installed_package
from netnew.sources.pyenv import open_pyenv

_METADATA = """\
Metadata-Version: 2.1
Name: Some_Thing.else
Version: 2.0
Summary: Reads <things> & more
Home-page: UNKNOWN
Author-email: "Ada L." <ada@example.org>, Bob <bob@example.org>
License: {long}
Keywords: parsing,  text tools
Project-URL: Source, https://example.org/src
Project-URL: Homepage, https://example.org/
Classifier: Development Status :: 5 - Production/Stable
Classifier: License :: OSI Approved :: MIT License
Classifier: Topic :: Text Processing :: Markup
Classifier: Topic :: Text Processing
Classifier: Programming Language :: Python :: 3
Classifier: Programming Language :: Python :: 3 :: Only
Classifier: Programming Language :: Rust
Requires-Dist: rich (>=13)
Requires-Dist: pytest ; extra == 'test'
Requires-Python: >=3.11
Description-Content-Type: text/markdown

# Some thing

It reads **things**.
"""


def _distribution(folder: Path, metadata: str) -> Distribution:
    info = folder / "some_thing-2.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(metadata)
    (info / "RECORD").write_text("some_thing/py.typed,,\nsome_thing-2.0.dist-info/METADATA,,\n")
    return PathDistribution(info)


def _package(folder: Path, metadata: str = _METADATA) -> InstalledPackage:
    package = installed_package(_distribution(folder, metadata.format(long="word " * 400)))
    assert package is not None
    return package


def test_metadata_becomes_facts(tmp_path: Path) -> None:
    package = _package(tmp_path)
    assert package.urn == "urn:netnew:pyenv:some-thing-else"
    assert dict(package.facts) == {
        "Name": "Some_Thing.else",
        "Type": "Python package",
        "Version": "2.0",
        "Summary": "Reads <things> & more",
        "License": "MIT License",
        "Author": "Ada L., Bob",
        "Requires Python": ">=3.11",
        "Home page": "https://example.org/",
        "Source": "https://example.org/src",
        "Development status": "Production/Stable",
        "Topics": "Text Processing, Markup",
        "Programming languages": "Python, Python 3, Rust",
        "Keywords": "parsing, text tools",
        "Dependencies": "rich",
        "Typed": "yes",
        "Metadata file": str(tmp_path / "some_thing-2.0.dist-info" / "METADATA"),
    }


def test_the_page_has_facts_as_a_list_and_the_readme_as_prose(tmp_path: Path) -> None:
    html = _package(tmp_path).html()
    assert "<dt>License</dt><dd>MIT License</dd>" in html
    assert "<p>Reads &lt;things&gt; &amp; more</p>" in html
    assert "<p>It reads <strong>things</strong>.</p>" in html


def test_a_license_expression_goes_before_classifiers(tmp_path: Path) -> None:
    metadata = _METADATA.replace("License: {long}", "License-Expression: Apache-2.0 OR MIT")
    assert dict(_package(tmp_path, metadata).facts)["License"] == "Apache-2.0 OR MIT"


def test_a_license_text_in_the_license_field_is_no_fact(tmp_path: Path) -> None:
    metadata = _METADATA.replace("Classifier: License :: OSI Approved :: MIT License\n", "")
    assert "License" not in dict(_package(tmp_path, metadata).facts)


def test_a_plain_readme_keeps_its_paragraphs_and_loses_rulers(tmp_path: Path) -> None:
    metadata = _METADATA.replace("text/markdown", "text/x-rst").replace(
        "# Some thing", "Some thing\n==========\n\n.. image:: x.png"
    )
    html = _package(tmp_path, metadata).html()
    assert "<p>Some thing</p>" in html
    assert "image" not in html


def test_a_long_readme_is_cut(tmp_path: Path) -> None:
    assert len(_package(tmp_path, _METADATA + "word " * 20_000).html()) < 45_000


def test_a_folder_without_a_name_is_no_package(tmp_path: Path) -> None:
    assert installed_package(_distribution(tmp_path, "Metadata-Version: 2.1\n\n")) is None


def test_every_installed_package_has_a_page_of_its_own(context: SourceContext) -> None:
    keys = {p.urn for d in distributions() if (p := installed_package(d)) is not None}

    async def pages() -> list[bytes]:
        source = open_pyenv("", context)
        found = [await source.raw_page(urn) for urn in sorted(keys)]
        await source.aclose()
        return [page.body for page in found if page is not None]

    bodies = asyncio.run(pages())
    assert len(bodies) == len(keys)
    assert bodies == asyncio.run(pages())


def test_packages_are_found_by_what_they_do(context: SourceContext) -> None:
    async def found() -> list[str | None]:
        source = open_pyenv("", context)
        return [hit.name for hit in (await source.search("full text search engine", 1)).hits]

    assert "tantivy" in asyncio.run(found())[:3]


def test_a_package_that_is_not_installed_has_no_page(context: SourceContext) -> None:
    source = open_pyenv("", context)
    for url in ("urn:netnew:pyenv:nobody-has-this", "https://index.example/project/rich/", ""):
        assert asyncio.run(source.raw_page(url)) is None


def test_pyenv_takes_nothing_after_it(context: SourceContext) -> None:
    with pytest.raises(InvalidInput):
        open_pyenv("other", context)
