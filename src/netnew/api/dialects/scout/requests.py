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
    """A question and the columns of each row."""

    model_config = ConfigDict(json_schema_extra={"examples": [ASKED]})

    query: str = Field(min_length=1, max_length=10_000, description="The question.")
    fields: Fields | None = Field(None, description="Columns of the rows.")
    output_schema: Document | None = Field(
        None, description="JSON Schema of a row, an object with properties; overrides `fields`."
    )
    limit: Limit = Field(20, description="Maximum number of entities.")
    netnew: NetnewRequest | None = Field(None, description="Options beyond Scout's wire format.")


class FindAllRunRequest(FindAllRequest):
    """The same for a background run, which can notify a webhook when it ends."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [ASKED, ASKED | {"webhook": "https://example.org/done"}]}
    )

    webhook: str | None = Field(
        None,
        min_length=1,
        max_length=2_048,
        description="An https address that is notified of the end.",
    )
    webhook_secret: str | None = Field(
        None, max_length=512, description="Signs the webhook's deliveries."
    )
    metadata: Document | None = Field(
        None, description="Your own data, returned unchanged; at most 64 KB of JSON."
    )


class FindAllExtendRequest(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"limit": 20}]})

    limit: Annotated[Limit, Field(description="How many more entities to find.")] = 20


class FindAllEnrichRequest(BaseModel):
    """Further columns for the present and future entities of a run."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"fields": ["director"]}]})

    fields: Fields | None = None
    output_schema: Document | None = None
    processor: str | None = Field(None, max_length=100, description="Accepted without effect.")

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.fields and self.output_schema is None:
            raise ValueError("fields or output_schema is needed")
        return self
