"""Domain values as JSON in a row, plain or compressed, and back.

Fields with their default value are omitted, since a large run has tens of thousands of rows. So
a field with a default may be added to a domain class at any time; to rename one or change a
default, raise `FORMAT` and let `Codec.load` read the old form (docs/decisions/store.md)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Generic, TypeVar, cast

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from netnew.domain.errors import StoreDamaged
from netnew.store.compression import compress, decompress

T = TypeVar("T")

FORMAT = 1
"""The version of the JSON format, stored beside it."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def batched(values: Iterable[str], most: int) -> Iterator[list[str]]:
    """`values` in lists of at most `most`, because a statement takes a limited number of
    parameters."""
    left = iter(values)
    while some := list(islice(left, most)):
        yield some


def hashed(*parts: str) -> str:
    """A 128-bit hash of `parts` in hex; lengths are included, so that parts cannot run together."""
    whole = "".join([f"{len(part)}:{part}" for part in parts])
    return hashlib.blake2b(whole.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class Codec(Generic[T]):
    """Writes and reads a frozen dataclass (or a tuple of them)."""

    def __init__(self, type_: type[T]) -> None:
        self._name = getattr(type_, "__name__", str(type_))
        # A union, because pydantic takes no `config` for a bare dataclass.
        self._adapter: TypeAdapter[T | None] = TypeAdapter(
            cast("type[T]", type_ | None), config=ConfigDict(ser_json_inf_nan="constants")
        )

    def dump(self, value: T) -> str:
        """`value` as JSON. Lone surrogates, which UTF-8 cannot hold, become U+FFFD one by one,
        so that offsets into the text stay right."""
        return self._dump(value).decode()

    def pack(self, value: T) -> bytes:
        """`value` as compressed JSON, for rows that are numerous."""
        return compress(self._dump(value))

    def _dump(self, value: T) -> bytes:
        try:
            return self._adapter.serializer.to_json(value, exclude_defaults=True)
        except PydanticSerializationError:
            plain = self._adapter.dump_python(value, mode="json", exclude_defaults=True)
            return _SURROGATE.sub("\ufffd", json.dumps(plain, ensure_ascii=False)).encode()

    def unpack(self, packed: bytes, format: int) -> T:
        """The value of compressed JSON. Raises StoreDamaged like `load`."""
        return self.load(decompress(packed), format)

    def load(self, text: str | bytes, format: int) -> T:
        """The value. Raises StoreDamaged if no version so far wrote `text`."""
        if format > FORMAT:
            raise StoreDamaged(f"a stored {self._name} was written by a newer version of netnew")
        try:
            value = self._adapter.validate_json(text)
        except ValidationError as error:
            raise StoreDamaged(f"a stored {self._name} cannot be read: {error}") from error
        if value is None:
            raise StoreDamaged(f"a stored {self._name} is empty")
        return value
