"""What the loopback server says to one request."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer and the kind it is counted as. Header values must be ASCII."""

    status: int
    kind: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    delayed: bool = False

    def encoded(self, head_only: bool = False) -> bytes:
        """The bytes of an HTTP/1.1 answer on a connection that stays open."""
        lines = [f"HTTP/1.1 {self.status} {_phrase(self.status)}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        lines += [f"Content-Length: {len(self.body)}", "", ""]
        head = "\r\n".join(lines).encode("ascii")
        return head if head_only else head + self.body


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
