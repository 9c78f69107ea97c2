"""Domain values as JSON text in a row, and back.

Fields that have their default are left out, since a large run has tens of thousands of rows. So a
field may be added to a domain class with a default at any time; to rename one, or to change a
default, raise `FORMAT` and teach `Codec.load` the old form (docs/decisions/store.md).
"""

from __future__ import annotations

import json
import re
from typing import Generic, TypeVar, cast

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from netnew.domain.errors import StoreDamaged

T = TypeVar("T")

FORMAT = 1
"""The version of all JSON written now; stored beside it."""

_SURROGATE = re.compile("[\ud800-\udfff]")


class Codec(Generic[T]):
    """Writes and reads one frozen dataclass (or a tuple of them)."""

    def __init__(self, type_: type[T]) -> None:
        self._name = getattr(type_, "__name__", str(type_))
        # The union is there because pydantic takes no `config` for a bare dataclass.
        self._adapter: TypeAdapter[T | None] = TypeAdapter(
            cast("type[T]", type_ | None), config=ConfigDict(ser_json_inf_nan="constants")
        )

    def dump(self, value: T) -> str:
        """`value` as JSON. Lone surrogates, which no UTF-8 can hold, become U+FFFD one by one, so
        that offsets into the text stay right."""
        try:
            return self._adapter.dump_json(value, exclude_defaults=True).decode()
        except PydanticSerializationError:
            plain = self._adapter.dump_python(value, mode="json", exclude_defaults=True)
            return _SURROGATE.sub("\ufffd", json.dumps(plain, ensure_ascii=False))

    def load(self, text: str | bytes, format: int) -> T:
        """The value. Raises StoreDamaged where `text` is not what a version up to this one wrote."""
        if format > FORMAT:
            raise StoreDamaged(f"a stored {self._name} was written by a newer version of netnew")
        try:
            value = self._adapter.validate_json(text)
        except ValidationError as error:
            raise StoreDamaged(f"a stored {self._name} cannot be read: {error}") from error
        if value is None:
            raise StoreDamaged(f"a stored {self._name} is empty")
        return value
