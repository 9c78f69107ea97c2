"""What this dialect keeps with a run that was made here: what the run itself does not tell."""

from __future__ import annotations

from pydantic import BaseModel, ValidationError

from netnew.api.dialects.extruct.requests import CriterionDefinition, DiscoveryDataSource
from netnew.domain.run import Run

FACE = "extruct"


class ExtructMetadata(BaseModel):
    """`criteria`: as they were given, none where they were read in the query. `data_sources`: those
    asked for, none where the server chose. `exclude_domains`: all that are left out, sorted."""

    criteria: tuple[CriterionDefinition, ...] = ()
    data_sources: tuple[DiscoveryDataSource, ...] = ()
    auto_data_sources: bool = True
    exclude_domains: tuple[str, ...] = ()


def metadata_of(run: Run) -> ExtructMetadata | None:
    """The note kept with a run; None where it was made elsewhere."""
    try:
        return ExtructMetadata.model_validate_json(run.spec.notes.get(FACE, ""))
    except ValidationError:
        return None
