"""`pyenv`: the Python packages installed where netnew runs, their metadata and READMEs.

A page here is the installed metadata and nothing else: it was not fetched, so its address is
`urn:netnew:pyenv:<name>` and it says in which file the facts lie.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from importlib.metadata import distributions

from netnew.domain.errors import InvalidInput
from netnew.domain.page import RawPage
from netnew.domain.search import SearchAnswer
from netnew.ports.system import Clock
from netnew.sources.context import SourceContext
from netnew.sources.corpus.page_index import IndexedPage, PageIndex
from netnew.sources.installed_package import InstalledPackage, installed_package


@dataclass(frozen=True, slots=True)
class _Environment:
    packages: Mapping[str, InstalledPackage]
    index: PageIndex


class PyenvSource:
    """Searches the installed packages and serves their pages; read once, when first asked."""

    spec = "pyenv"
    enumerates = False

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._reading = asyncio.Lock()
        self._environment: _Environment | None = None
        self._revision = ""

    @property
    def revision(self) -> str:
        """A digest of the names and versions installed when first asked (30 ms for a hundred)."""
        self._revision = self._revision or _revision()
        return self._revision

    async def search(self, query: str, page: int) -> SearchAnswer:
        """Ten packages a page, best first; hits carry the package's name."""
        environment = await self._read()
        return await asyncio.to_thread(environment.index.search, query, page)

    async def raw_page(self, url: str) -> RawPage | None:
        package = (await self._read()).packages.get(url)
        if package is None:
            return None
        body = (await asyncio.to_thread(package.html)).encode("utf-8", "replace")
        return RawPage(url, url, 200, body, "text/html", self._clock.now(), "utf-8")

    async def aclose(self) -> None:
        self._environment = None

    async def _read(self) -> _Environment:
        async with self._reading:
            if self._environment is None:
                self._environment = await asyncio.to_thread(_environment)
            return self._environment


def open_pyenv(rest: str, context: SourceContext) -> PyenvSource:
    """Raises InvalidInput for anything after `pyenv`."""
    if rest:
        raise InvalidInput("source", f"pyenv takes nothing after it, not {rest!r}", "pyenv")
    return PyenvSource(context.clock)


def _revision() -> str:
    packages = (distribution.metadata for distribution in distributions())
    told = repr(sorted(str([p.get_all("Name"), p.get_all("Version")]) for p in packages))
    return blake2b(told.encode("utf-8", "replace"), digest_size=10).hexdigest()


def _environment() -> _Environment:
    """Sorted by name, so that equal environments answer equally. Of two distributions with one
    name the first on the path counts, as it does for imports."""
    packages: dict[str, InstalledPackage] = {}
    for distribution in distributions():
        package = installed_package(distribution)
        if package is not None:
            packages.setdefault(package.urn, package)
    index = PageIndex()
    writer = index.writer()
    for urn, package in sorted(packages.items()):
        title = f"{package.name}: {package.summary}" if package.summary else package.name
        writer.put(IndexedPage(urn, urn, title, package.text, package.name), new=True)
    writer.commit()
    writer.close()
    return _Environment(packages, index)
