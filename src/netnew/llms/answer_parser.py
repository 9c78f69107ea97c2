"""Parses a model's text as the requested typed answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from netnew.llms.lenient_json import Json, values_in

T = TypeVar("T")

_MAX_PROBLEMS = 5


class Unusable(ValueError):
    """The text contains no such answer; the message can be shown to the model."""


class _Shape(Generic[T]):
    """The expected answer. `fields`: the names its object may have; empty if it is not an
    object."""

    def __init__(self, answer: type[T]) -> None:
        self.adapter: TypeAdapter[T] = TypeAdapter(answer)
        self.schema = self.adapter.json_schema()
        self.fields = frozenset(self.schema.get("properties", ()))


_SHAPES: dict[type[Any], _Shape[Any]] = {}


def schema_of(answer: type[Any]) -> dict[str, Any]:
    return _shape(answer).schema


def _shape(answer: type[T]) -> _Shape[T]:
    if answer not in _SHAPES:
        _SHAPES[answer] = _Shape(answer)
    return _SHAPES[answer]


def answer_in(text: str, answer: type[T]) -> T:
    """The answer in `text`. Raises Unusable."""
    shape = _shape(answer)
    try:
        return _checked(shape, json.loads(text))
    except (ValueError, RecursionError):
        pass  # not pure JSON, or not of this shape: look closer
    problem = Unusable("the answer holds no JSON object")
    for value in values_in(text):
        for each in _unwrapped(value, shape.fields):
            try:
                return _checked(shape, each)
            except Unusable as error:
                problem = error
    raise problem


def _checked(shape: _Shape[T], value: Json) -> T:
    fields = shape.fields
    if fields and not (isinstance(value, dict) and fields & value.keys()):
        # With defaults for all fields, an echoed schema or any other object would pass.
        raise Unusable(f"the answer must be a JSON object with {', '.join(sorted(fields))}")
    try:
        return shape.adapter.validate_json(json.dumps(value))
    except ValidationError as error:
        raise Unusable(_told(error)) from None


def _unwrapped(value: Json, fields: frozenset[str]) -> Iterator[Json]:
    """`value` as it is, or what it is wrapped in: {"answer": {...}}, {"properties": {...}}, a list
    of one, or the bare list of an answer that has no other field."""
    yield value
    if isinstance(value, dict):
        yield from (x for x in value.values() if isinstance(x, dict))
    if isinstance(value, list):
        if len(value) == 1:
            yield value[0]
        if len(fields) == 1:
            yield {next(iter(fields)): value}


def _told(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    lines = [f"{'.'.join(map(str, x['loc'])) or 'answer'}: {x['msg']}" for x in problems]
    more = len(lines) - _MAX_PROBLEMS
    return "; ".join(lines[:_MAX_PROBLEMS]) + (f"; and {more} more" if more > 0 else "")
