"""Tasks and results ↔ runs and candidates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from netnew.api.dialects.extruct.company_profile import PROFILE, CompanyProfile, profile_of
from netnew.api.dialects.extruct.criteria import (
    MAX_READ,
    QUALIFIES,
    Criterion,
    conditions_of,
    criteria_of,
)
from netnew.api.dialects.extruct.data_sources import data_sources_of, sources_for
from netnew.api.dialects.extruct.exclusions import domains_in
from netnew.api.dialects.extruct.grades import is_qualified, relevance_of, scores_of
from netnew.api.dialects.extruct.requests import (
    DataSourceRequest,
    DiscoveryDataSource,
    DiscoveryTaskInput,
    Status,
)
from netnew.api.dialects.extruct.responses import (
    DiscoveryTaskOutput,
    DiscoveryTaskResult,
    ResultView,
    TaskView,
)
from netnew.api.dialects.extruct.run_metadata import FACE, ExtructMetadata, metadata_of
from netnew.api.dialects.extruct.statuses import is_exhausted, status_of
from netnew.api.dialects.extruct.website import website_of
from netnew.api.netnew_extension import netnew_response, with_netnew_request
from netnew.domain.candidate import Candidate
from netnew.domain.errors import InvalidInput
from netnew.domain.run import ExcludeList, Run, RunSpec
from netnew.settings import Settings


def uuid_in(our_id: str) -> str:
    """'run_<hex>', 'cand_<hex>' → the bare uuid."""
    return str(UUID(our_id.rpartition("_")[2]))


def spec_of(body: DiscoveryTaskInput, exclude: ExcludeList, settings: Settings) -> RunSpec:
    """What is asked. Raises InvalidInput."""
    if body.table is not None:
        raise InvalidInput("table", "tables not supported", "a task without a table")
    sources, note = _sources(body, settings), _note(body, exclude)
    spec = RunSpec(
        objective=body.query,
        conditions=conditions_of(body.criteria or ()),
        enrichments=(PROFILE,),
        match_limit=body.desired_num_results,
        match_rule=QUALIFIES,
        max_conditions=MAX_READ,
        exclude=exclude,
        sources=sources,
        notes={FACE: note.model_dump_json(exclude_defaults=True)},
    )
    return with_netnew_request(spec, body.netnew, settings)


def _sources(body: DiscoveryTaskInput, settings: Settings) -> tuple[str, ...]:
    if body.auto_data_sources:
        return ()
    if not body.data_sources:
        problem = "there are none, and `auto_data_sources` is false"
        raise InvalidInput("data_sources", problem, ", ".join(DataSourceRequest))
    return sources_for(body.data_sources, settings)


def _note(body: DiscoveryTaskInput, exclude: ExcludeList) -> ExtructMetadata:
    is_other = body.auto_data_sources or (body.netnew is not None and body.netnew.sources)
    asked = [] if is_other else body.data_sources or []
    told = [DiscoveryDataSource(x) for x in asked if x is not DataSourceRequest.EXTRUCT_DB]
    return ExtructMetadata(
        criteria=tuple(body.criteria or ()),
        auto_data_sources=body.auto_data_sources,
        data_sources=tuple(dict.fromkeys(told)),
        exclude_domains=tuple(domains_in(exclude)),
    )


def task_of(run: Run, num_results: int) -> DiscoveryTaskOutput:
    """A run as a task. `num_results`: how many candidates are results. The counters never fall
    short of each other: what is merged or excluded once it was found still counts as found."""
    note, counts, criteria = metadata_of(run), run.counts, criteria_of(run)
    evaluated = max(counts.matched + counts.unmatched + counts.unclear, num_results)
    status = status_of(run)
    excluded = list(note.exclude_domains) if note else domains_in(run.spec.exclude)
    chosen = list(note.data_sources) if note else []
    return DiscoveryTaskOutput(
        id=uuid_in(run.id),
        created_at=run.created_at,
        status=status,
        query=run.spec.objective,
        desired_num_results=run.spec.match_limit,
        is_exhausted=is_exhausted(run),
        num_results_discovered=max(counts.generated + counts.discarded, evaluated),
        num_results_enriched=evaluated,
        num_results_evaluated=evaluated,
        num_results=num_results,
        auto_data_sources=note.auto_data_sources if note else True,
        data_sources=chosen or data_sources_of(run.spec.sources),
        criteria=None if criteria is None else [x.definition for x in criteria],
        exclude_domains=excluded or None,
        netnew=TaskView(
            **netnew_response(run).model_dump(),
            error=run.termination_detail if status is Status.FAILED else None,
        ),
    )


def place_of(
    candidate: Candidate, run: Run, criteria: Sequence[Criterion]
) -> tuple[int, float, str]:
    """Where it stands among the results: the most relevant first, then the oldest, then by id."""
    relevance = relevance_of(candidate, criteria)
    return -relevance, _made_at(candidate, run).timestamp(), uuid_in(candidate.id)


def result_of(candidate: Candidate, run: Run, criteria: Sequence[Criterion]) -> DiscoveryTaskResult:
    profile, scores = profile_of(candidate), scores_of(candidate, criteria)
    id, sources = uuid_in(candidate.id), data_sources_of(run.spec.sources) or []
    return DiscoveryTaskResult(
        id=id,
        task_id=uuid_in(run.id),
        company_name=candidate.name,
        company_description=candidate.description or profile.description or "",
        company_website=website_of(candidate),
        relevance=relevance_of(candidate, criteria),
        created_at=_made_at(candidate, run),
        company_profile_id=None if profile == CompanyProfile() else id,
        source=sources[0] if len(sources) == 1 else None,
        scores=scores,
        founding_year=profile.founding_year,
        employee_count=profile.employee_count,
        hq_country=profile.hq_country,
        hq_state_province=profile.hq_state_province,
        hq_city=profile.hq_city,
        company_full_description=profile.description,
        netnew=ResultView(
            candidate_id=candidate.id,
            match_status=candidate.status,
            is_qualified=is_qualified(candidate, criteria),
            url=candidate.url,
        ),
    )


def _made_at(candidate: Candidate, run: Run) -> datetime:
    return candidate.decided_at or run.created_at
