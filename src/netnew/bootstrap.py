"""The only place that knows all the concrete classes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from netnew.service import Service
from netnew.settings import Settings


@dataclass(frozen=True, slots=True)
class App:
    """What a face gets: the settings in force and the use cases."""

    settings: Settings
    service: Service


@asynccontextmanager
async def open_app(settings: Settings) -> AsyncIterator[App]:
    """Open the store of `settings.home` (made and migrated on first use) and put the parts together."""
    raise NotImplementedError
    yield
