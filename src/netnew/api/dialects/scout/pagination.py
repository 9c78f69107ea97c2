"""Where a page of a list begins."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from netnew.domain.errors import InvalidInput
from netnew.domain.run import Run

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Among runs made before a time (None: all), the newest first, `offset` of them left out."""

    before: datetime | None = None
    offset: int = 0

    @classmethod
    def of(cls, cursor: str) -> Self:
        """Raises InvalidInput."""
        try:
            at, _, offset = urlsafe_b64decode(cursor.encode("ascii")).decode("ascii").partition("/")
            before = datetime.fromisoformat(at)
            if before.tzinfo is None or not 0 <= int(offset) <= 1_000_000:
                raise ValueError(cursor)
        except (ValueError, binascii.Error):
            raise InvalidInput("cursor", "is none of ours", "`next_cursor` of a page") from None
        return cls(before, int(offset))

    def cursor(self) -> str:
        assert self.before is not None
        return urlsafe_b64encode(f"{self.before.isoformat()}/{self.offset}".encode()).decode()

    def after(self, page: Sequence[Run]) -> Cursor:
        """Behind the last run of a page, whatever is begun meanwhile."""
        last = page[-1].created_at
        before = last + _TICK
        alike = sum(x.created_at == last for x in page)
        # All of the page were made at one time, and so may have been those before it.
        again = self.offset if alike == len(page) and before == self.before else 0
        return Cursor(before, again + alike)
