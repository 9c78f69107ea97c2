"""The operations of clients that openapi-python-client has made, found by method and path."""

from __future__ import annotations

import importlib
import os
import re
from pathlib import Path
from types import ModuleType
from typing import Any

_METHOD = re.compile(r'"method": "(\w+)"')
_URL = re.compile(r'"url": "([^"]+)"')


class Operations:
    """Of one generated package in the working folder."""

    def __init__(self, package: str) -> None:
        made = importlib.import_module(package)
        self.models: Any = importlib.import_module(f"{package}.models")
        self.client = made.AuthenticatedClient(
            base_url=os.environ["SERVER_URL"],
            token=os.environ["PARALLEL_API_KEY"],
            raise_on_unexpected_status=True,
            timeout=60.0,
        )
        self._modules: dict[str, ModuleType] = {}
        for file in sorted(Path(package, "api").rglob("*.py")):
            text = file.read_text(encoding="utf-8")
            method, url = _METHOD.search(text), _URL.search(text)
            if method and url:
                name = ".".join(file.with_suffix("").parts)
                self._modules[f"{method[1]} {url[1]}"] = importlib.import_module(name)

    def call(self, operation: str, *arguments: Any, **named: Any) -> Any:
        """What the client makes of the answer to `operation` ('get /v1/user')."""
        return self.answer(operation, *arguments, **named).parsed

    def answer(self, operation: str, *arguments: Any, **named: Any) -> Any:
        """The same with its status and headers."""
        module = self._modules[operation]
        return module.sync_detailed(*arguments, client=self.client, **named)
