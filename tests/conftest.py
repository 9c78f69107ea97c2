"""Fixtures that tests of every folder may ask for."""

from __future__ import annotations

import os

from tests.support.postgres import (
    empty_postgres_url,
    postgres_server,
    postgres_template,
    postgres_url,
)

# No key and no model server of the machine's own reaches a test.
for _key in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "GEMINI_API_KEY"):
    os.environ.pop(_key, None)
os.environ["OLLAMA_BASE_URL"] = "http://127.0.0.1:9/v1"

__all__ = ["empty_postgres_url", "postgres_server", "postgres_template", "postgres_url"]
