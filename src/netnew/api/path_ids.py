"""Ids in paths: every dialect accepts every form."""

from __future__ import annotations

from netnew.domain.errors import InvalidInput, NotFound
from netnew.domain.ids import RunId, run_id_from


def run_id_in_path(text: str, noun: str = "run") -> RunId:
    """The run id meant by `text`. Raises NotFound if it cannot be one."""
    try:
        return run_id_from(text)
    except InvalidInput:
        raise NotFound(noun, text) from None
