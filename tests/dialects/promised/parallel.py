"""What Parallel's wire format promises of runs, results and their states."""

from __future__ import annotations

from tests.dialects.promised.promise import Promise as P

PARALLEL: dict[str, P] = {
    # ------------------------------------------------------------------- keys, headers, ids, times
    "parallel-paths": P(
        "Every operation lives under /v1beta/findall; there is none under /v1 of this format.",
        "Parallel 1: version and base",
    ),
    "parallel-key-header": P(
        "A key in x-api-key opens; without it, or with a wrong one, the answer is 401.",
        "Parallel 1: authentication",
    ),
    "parallel-bearer": P(
        "A key as Authorization: Bearer opens as well.", "Parallel 1: authentication, our choice"
    ),
    "parallel-any-key": P(
        "As long as no key was made, any key opens.", "Parallel 1: authentication, our choice"
    ),
    "parallel-beta-header": P(
        "The header parallel-beta may be absent, unknown or a list; it changes nothing.",
        "Parallel 1: headers",
    ),
    "parallel-unknown-query": P("Unknown query parameters change nothing.", "Parallel 1: headers"),
    "parallel-timestamps": P(
        "Times are RFC 3339 in UTC with microseconds and Z.", "Parallel 1: timestamps"
    ),
    "parallel-ids": P(
        "Ids are findall_ and 32 hex digits, candidate_ and a uuid.", "Parallel 1: ids"
    ),
    "parallel-event-ids": P(
        "An event id is 13 hex digits, the microseconds of its time, and sorts in order.",
        "Parallel 1: ids",
    ),
    # --------------------------------------------------------------------------------- asking
    "parallel-ingest": P(
        "Ingest turns an objective into a schema: type, conditions, generator, no limit.",
        "Parallel 2.1: ingest",
    ),
    "parallel-ingest-suggests": P(
        "Ingest suggests enrichments where the objective asks for more.", "Parallel 2.1: ingest"
    ),
    "parallel-create": P(
        "Create answers 200 with a queued run.", "Parallel 2: endpoints, 2.2: create"
    ),
    "parallel-create-required": P(
        "objective, entity_type, match_conditions, generator and match_limit are required.",
        "Parallel 2.2: create",
    ),
    "parallel-match-limit": P(
        "match_limit is 5 to 1,000; outside of it the answer is 422.", "Parallel 2.2 and 8: limits"
    ),
    "parallel-preview-limit": P(
        "The preview generator takes a match_limit of 5 to 10.", "Parallel 2.2 and 8: limits"
    ),
    "parallel-metadata": P(
        "metadata comes back with the run; an empty object where none was given.",
        "Parallel 2.2: create",
    ),
    "parallel-explicit-null": P(
        "An optional field may be null.", "Parallel 2.2: what the SDK sends"
    ),
    "parallel-memory-scope-key": P(
        "memory_scope_key is accepted and checked: 1 to 128 letters, digits, - and _.",
        "Parallel 2.2: create, 12: memory",
    ),
    "parallel-memory": P(
        "/v1beta/memory retrieves, evicts and clears what runs left.",
        "Parallel 12: memory",
        gap="The memory endpoints are left out; nothing is remembered across runs for callers.",
    ),
    "parallel-create-enrichments": P(
        "enrichments in create are taken, in the form of enrich and as {name, description}.",
        "Parallel 2.2: create, our choice; the weekly job",
    ),
    "parallel-unknown-fields": P("Unknown fields of a body are ignored.", "Parallel 2.2: create"),
    "parallel-conditions": P(
        "Empty conditions, two of one name, or a field named as a condition are 422.",
        "Parallel 15.2: our choice",
    ),
    # -------------------------------------------------------------------------------- reading
    "parallel-run-shape": P(
        "A run tells its id, status.status, is_active, metrics, generator, metadata and times.",
        "Parallel 2.3: run",
    ),
    "parallel-result-shape": P(
        "A result has the run, its candidates and last_event_id.", "Parallel 2.4: result"
    ),
    "parallel-result-older-keys": P(
        "A result has findall_id and status on top as well, as older pages show.",
        "Parallel 2.4: result, our choice",
    ),
    "parallel-result-any-state": P(
        "A result can be had in every state; of a queued run without candidates.",
        "Parallel 2.4 and 15.11: result",
    ),
    "parallel-schema-shape": P(
        "A schema tells objective, type, conditions, enrichments, generator and limit.",
        "Parallel 2.5: schema",
    ),
    "parallel-schema-reusable": P(
        "What a schema tells of an enrichment can be sent to enrich as it is.",
        "Parallel 13: how real clients behave",
    ),
    "parallel-schema-limit-grows": P(
        "A schema's match_limit is the total after every extension.", "Parallel 2.5: schema"
    ),
    "parallel-candidate-shape": P(
        "A candidate has an id, a name, a url that is never empty, and its match_status.",
        "Parallel 3: candidate",
    ),
    "parallel-output": P(
        "output is flat: conditions with value and is_matched, enrichments with value.",
        "Parallel 3: candidate",
    ),
    "parallel-enrichment-keys": P(
        "Every asked field is a key of every match's output, null where nothing was found.",
        "Parallel 3: candidate, parallel-cli",
    ),
    "parallel-basis": P(
        "basis has one entry for every key of output, with citations.", "Parallel 3: candidate"
    ),
    "parallel-matched-means-all": P(
        "A candidate is matched exactly when every condition is.", "Parallel 3: candidate"
    ),
    "parallel-metrics-agree": P(
        "The metrics of a result equal what its candidates add up to.", "Parallel 11: counting"
    ),
    "parallel-result-order": P(
        "Results list the matched first, then the order of finding.", "Parallel 11: order"
    ),
    "parallel-match-limit-kept": P(
        "There are never more matches than match_limit.", "Parallel 11: counting"
    ),
    # ---------------------------------------------------------------------------- going on, ending
    "parallel-lifecycle": P(
        "A run goes from queued to running to completed, failed or cancelled.",
        "Parallel 4: states",
    ),
    "parallel-termination-reasons": P(
        "An ended run names its reason; an active one has none.", "Parallel 4: states"
    ),
    "parallel-budget-reason": P(
        "A run that met a cap of its budget is completed with insufficient_funds.",
        "Parallel 4: states, our choice",
    ),
    "parallel-extend": P(
        "Extend adds to the limit and takes an ended match_limit_met run up again.",
        "Parallel 2.7 and 4: extend",
    ),
    "parallel-extend-running": P(
        "A running run can be extended; it goes on seamlessly.", "Parallel 4: table of actions"
    ),
    "parallel-extend-refused": P(
        "Extend of a preview, or of a run ended otherwise, or beyond 1,000, is 422.",
        "Parallel 4 and 15.1: extend",
    ),
    "parallel-extend-positive": P(
        "additional_match_limit must be greater than 0.", "Parallel 2.7: extend"
    ),
    "parallel-enrich": P(
        "Enrich fills fields of all matches and answers with the schema.",
        "Parallel 2.6 and 4: enrich",
    ),
    "parallel-enrich-later-matches": P(
        "Matches found after enrich have its fields too.", "Parallel 4: enrich"
    ),
    "parallel-enrich-any-state": P(
        "Enrich works on any ended run, which then ends again as it had ended.",
        "Parallel 4: enrich, our choice",
    ),
    "parallel-enrich-limits": P(
        "An enrichment's schema is at most 3 levels deep and 25,000 characters long.",
        "Parallel 2.6 and 8: limits",
    ),
    "parallel-enrich-processors": P(
        "The known processors are taken, an unknown one is 422.", "Parallel 2.6 and 15.3: enrich"
    ),
    "parallel-enrich-secrets": P(
        "Headers of mcp_servers are never told again.", "Parallel 2.5 and 2.6: write-only"
    ),
    "parallel-cancel": P(
        "Cancel is 204 without a body, and the run is cancelled at once.", "Parallel 4: cancel"
    ),
    "parallel-cancel-ended": P(
        "Cancel of an ended run is 409 with x-should-retry: false, so clients ask once.",
        "Parallel 4 and 13: cancel",
    ),
    "parallel-cancel-keeps": P(
        "What a cancelled run had found stays readable.", "Parallel 4: cancel"
    ),
    "parallel-preview": P(
        "A preview evaluates match_limit candidates, and tells matched and unmatched.",
        "Parallel 4: preview",
    ),
    "parallel-create-once": P(
        "A create sent again by the SDK's retry does not make a second run.",
        "Parallel 13: retries, our choice",
    ),
    # ------------------------------------------------------------------------------- excluding
    "parallel-exclude-shape": P(
        "exclude_list entries need name and url; at most 10,000.", "Parallel 2.2, 8 and 9"
    ),
    "parallel-exclude": P(
        "Excluded entities are neither generated nor evaluated nor told.", "Parallel 9: matching"
    ),
    "parallel-exclude-normalised": P(
        "Addresses are compared without scheme, www., port, fragment and trailing slash.",
        "Parallel 9: matching, our choice",
    ),
    "parallel-refresh": P(
        "A run of the same schema that excludes the earlier matches finds only new ones.",
        "Parallel 9: refresh; the weekly job",
    ),
    # ---------------------------------------------------------------------------- entity search
    "parallel-entity-search": P(
        "Entity search gives ranked {name, url, description}, at once, unverified.",
        "Parallel 2.8: entity search",
    ),
    "parallel-entity-search-limits": P(
        "Entity search takes companies or people, and a match_limit of 5 to 1,000.",
        "Parallel 2.8 and 8: entity search",
    ),
    "parallel-candidates-older-name": P(
        "The older /findall/candidates answers with candidate_set_id and candidates.",
        "Parallel 2.8: older name",
    ),
    # ----------------------------------------------------------------------------------- errors
    "parallel-errors": P(
        "Every error is {type: error, error: {ref_id, message, detail}}.", "Parallel 5: errors"
    ),
    "parallel-422-shapes": P(
        "A 422 has the fields in error.detail.errors and in a list detail.",
        "Parallel 5: errors, our choice",
    ),
    "parallel-unknown-run": P(
        "An unknown run is 404: FindAll run not found.", "Parallel 5: errors"
    ),
    "parallel-429": P(
        "Too many requests are 429 with retry-after.",
        "Parallel 5 and 10: errors, rates",
        ("dialects/test_limits.py::test_more_requests_than_a_key_may_make_are_refused",),
    ),
    # ------------------------------------------------------------------------------- extensions
    "parallel-list-runs": P(
        "GET /v1beta/findall/runs lists runs, the newest first.", "Parallel 15.12: extension"
    ),
    "parallel-result-filters": P(
        "match_status and limit narrow a result; without them it is whole.",
        "Parallel 16: extension",
    ),
    "parallel-trailing-slash": P("A trailing slash is tolerated.", "Parallel 15.13: our choice"),
}
