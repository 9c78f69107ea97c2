"""The shapes of a model's answers. All are lenient where a slip does no harm."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field, field_validator


class Quote(BaseModel):
    """Words of a page: `passage` is the mark before them ('1.4'), `text` is copied from there."""

    passage: str = ""
    text: str


class GivenVerdict(BaseModel):
    condition: int
    outcome: Literal["matched", "unmatched", "unclear"]
    value: str | None = None
    quotes: list[Quote] = Field(default_factory=list)
    reasoning: str = ""
    confidence: Literal["high", "medium", "low"] = "medium"


class Verdicts(BaseModel):
    verdicts: list[GivenVerdict]

    # Not `min_length`: some servers refuse a JSON schema with `minItems`.
    @field_validator("verdicts")
    @classmethod
    def _has_one(cls, verdicts: list[GivenVerdict]) -> list[GivenVerdict]:
        if not verdicts:
            raise ValueError("it has no verdict on any condition")
        return verdicts


class GivenValue(BaseModel):
    field: int
    value: str | None = None
    quotes: list[Quote] = Field(default_factory=list)
    confidence: Literal["high", "medium", "low"] = "medium"


class Values(BaseModel):
    values: list[GivenValue]


class GivenCheck(BaseModel):
    claim: int
    holds: Literal["yes", "no", "not stated"]
    quotes: list[Quote] = Field(default_factory=list)


class Checks(BaseModel):
    checks: list[GivenCheck]


class AskedText(BaseModel):
    name: str
    description: str


class ObjectiveAnswer(BaseModel):
    entity_type: str
    conditions: list[AskedText] = Field(default_factory=list)
    enrichments: list[AskedText] = Field(default_factory=list)
    queries: list[str] = Field(default_factory=list)


class NameColumn(BaseModel):
    name_column: int


class GivenPair(BaseModel):
    pair: int
    same: Literal["yes", "no", "unsure"]


class Pairs(BaseModel):
    pairs: list[GivenPair]
