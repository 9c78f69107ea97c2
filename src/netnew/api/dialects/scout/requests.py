"""The shapes of Scout's Find All group, as they go over the wire."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from netnew.api.dialects.scout.openapi_examples import ASKED
from netnew.api.dialects.scout.responses import (
    Document,
    Fields,
    Limit,
)
from netnew.api.netnew_extension import NetnewRequest

# ------------------------------------------------------------------------------------ what is asked


class FindAllRequest(BaseModel):
    """A question, and the columns that each row is to have."""

    model_config = ConfigDict(json_schema_extra={"examples": [ASKED]})

    query: str = Field(min_length=1, max_length=10_000, description="What to find all of.")
    fields: Fields | None = Field(None, description="Columns of the rows.")
    output_schema: Document | None = Field(
        None, description="JSON Schema of a row, an object with properties; it beats `fields`."
    )
    limit: Limit = Field(20, description="How many entities at most.")
    netnew: NetnewRequest | None = Field(None, description="Asked beyond the wire format of Scout.")


class FindAllRunRequest(FindAllRequest):
    """The same for a run in the background, which can tell a webhook of its end."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [ASKED, ASKED | {"webhook": "https://example.org/done"}]}
    )

    webhook: str | None = Field(
        None, min_length=1, max_length=2_048, description="An https address, told of the end."
    )
    webhook_secret: str | None = Field(
        None, max_length=512, description="Signs what is sent to the webhook."
    )
    metadata: Document | None = Field(
        None, description="Your own keys, given back; 64 KB of JSON at most."
    )


class FindAllExtendRequest(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"limit": 20}]})

    limit: Annotated[Limit, Field(description="How many more entities to find.")] = 20


class FindAllEnrichRequest(BaseModel):
    """Further columns, for the entities of a run and those it is yet to find."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"fields": ["director"]}]})

    fields: Fields | None = None
    output_schema: Document | None = None
    processor: str | None = Field(None, max_length=100, description="Taken, and of no effect.")

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.fields and self.output_schema is None:
            raise ValueError("fields or output_schema is needed")
        return self
