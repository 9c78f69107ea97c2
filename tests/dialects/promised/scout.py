"""What Scout's wire format promises of Find All; its other groups come later."""

from __future__ import annotations

from tests.dialects.promised.promise import Promise as P

SCOUT: dict[str, P] = {
    "scout-bearer": P(
        "A Bearer key opens; a missing or wrong one is 401 with WWW-Authenticate.",
        "Scout 1.1 and 12.40: keys",
    ),
    "scout-bodyless-posts": P(
        "Cancel takes no body, an empty one, or {}.", "Scout 1.1: bodies, our choice"
    ),
    "scout-version-header": P(
        "Scout-Version changes nothing and is echoed.", "Scout 12.38: our choice"
    ),
    "scout-idempotency": P(
        "The same Idempotency-Key, route and body answer as before; another body is 422.",
        "Scout 12.37: our choice",
    ),
    "scout-errors": P(
        "An error is {detail}: a string, or for 422 a list of loc, msg and type.",
        "Scout 1.3: errors",
    ),
    "scout-404": P("An unknown run is 404.", "Scout 1.3: errors"),
    "scout-ids": P("A run's id is fa- and 24 hex digits or more, opaque.", "Scout 1.4: ids"),
    "scout-timestamps": P(
        "createdAt and completedAt are ISO 8601 in UTC with offset.", "Scout 1.4: times"
    ),
    "scout-elapsed-header": P(
        "Answers carry X-Elapsed-Ms and X-Cache.",
        "Scout 1.2: headers",
    ),
    "scout-lists-alias": P(
        "/v1/lists and /v1/lists/runs… are the same routes under the SDKs' names.",
        "Scout 10: SDK dialect",
    ),
    "scout-other-groups": P(
        "Search, extract, monitors, tasks and chat are served.",
        "Scout 2 to 6",
        gap="Only Find All is served; the other groups come later.",
    ),
    # ------------------------------------------------------------------------------- preview
    "scout-preview": P(
        "POST /v1/findall answers at once with entities, is_preview true and its findall_id.",
        "Scout 7.1: preview",
    ),
    "scout-preview-limits": P(
        "query must not be empty; limit is 1 to 100, default 20.", "Scout 7.1: preview"
    ),
    "scout-preview-stored": P(
        "A preview is a completed run that can be read and extended.", "Scout 12.42: our choice"
    ),
    # ---------------------------------------------------------------------------------- runs
    "scout-create": P("POST /v1/findall/runs answers 202 with a queued run.", "Scout 7.2: routes"),
    "scout-list": P(
        "GET /v1/findall/runs lists the newest first, limit and offset kept exactly.",
        "Scout 1.7 and 7.2: lists",
    ),
    "scout-list-envelope": P(
        "A list has exactly one array, and total, limit, offset, next_cursor.",
        "Scout 1.7 and 12.4: lists",
    ),
    "scout-run-view": P(
        "A run tells findall_id, status, query, entities, count and credits at least.",
        "Scout 7.3: run view; the extend page",
    ),
    "scout-status-string": P(
        "status is a string until completed, and for failed and cancelled.",
        "Scout 7.3 and 12.9: status",
    ),
    "scout-status-object": P(
        "status of a completed run is an object with metrics and termination_reason.",
        "Scout 7.3: status; the extend page",
    ),
    "scout-candidates-completed": P(
        "candidates are told only once the run has completed.", "Scout 7.3: run view"
    ),
    "scout-candidate-shape": P(
        "A candidate has output by field, and basis with citations.", "Scout 7.4: candidate"
    ),
    "scout-schema": P(
        "findall_schema tells objective, type, conditions, generator and limit.",
        "Scout 7.4: schema",
    ),
    "scout-entities-flat": P(
        "entities are flat rows that grow while it runs.", "Scout 7.3 and 12.11: entities"
    ),
    "scout-fields": P(
        "fields and output_schema are asked for and come as columns of the entities.",
        "Scout 7.1: request",
    ),
    "scout-metadata": P(
        "metadata is {title, input} with the caller's keys.", "Scout 7.3 and 12.13: metadata"
    ),
    "scout-credits": P("credits are 2 for each entity.", "Scout 1.8 and 12.15: credits"),
    "scout-cancel": P(
        "Cancel throws a first pass away: no entities, status cancelled.",
        "Scout 7.2 and 12.8: cancel; the cancel page",
    ),
    "scout-cancel-finished": P("Cancel of a finished run changes nothing.", "Scout 12.7: cancel"),
    "scout-cancel-extended": P(
        "Cancel during an extend keeps what was found before it; the run is completed again.",
        "Scout 12.8: cancel",
    ),
    "scout-extend": P(
        "Extend is 202, queued again as a string, and appends distinct entities.",
        "Scout 7.2 and 12.10; the extend page",
    ),
    "scout-extend-limits": P(
        "limit of extend is 1 to 100, default 20, and may be absent.", "Scout 7.2 and 12.5: extend"
    ),
    "scout-not-completed": P(
        "Extend and enrich of a run that is not completed are 409, run_not_completed.",
        "Scout 12.6: our choice",
    ),
    "scout-enrich": P(
        "Enrich is 202 and adds fields to the entities and candidates.", "Scout 7.2 and 12.12"
    ),
    "scout-enrich-empty": P("Enrich without fields and schema is 422.", "Scout 12.12: our choice"),
    "scout-refresh": P(
        "A new run can leave out what earlier ones found, as an extension.",
        "Our extension of Scout",
    ),
    # -------------------------------------------------------------------------------- events
    "scout-events-sse": P(
        "Events are event and data with a matching type; the last names the end.",
        "Scout 1.6 and 12.1: stream",
    ),
    "scout-events-json": P(
        "With Accept: application/json the events come as a list.", "Scout 12.2: our choice"
    ),
    "scout-events-resume": P(
        "Events carry id; Last-Event-ID goes on behind it.", "Scout 12.1: our choice"
    ),
    "scout-events-kill": P(
        "After kill -9 of the server a stream goes on without gap or repeat.",
        "Scout 12.1; durability",
    ),
    "scout-events-no-done": P("There is no [DONE] record.", "Scout 12.1: our choice"),
    "scout-websocket": P(
        "A WebSocket tells the same events and closes with 1000; 4401 and 4404 refuse.",
        "Scout 12.3: our choice",
    ),
    # ------------------------------------------------------------------------------- webhooks
    "scout-webhook-body": P(
        "A delivery is the run as GET tells it, and delivery_id.", "Scout 8: webhooks"
    ),
    "scout-webhook-signature": P(
        "X-Scout-Signature is the HMAC of the body where a secret was given.",
        "Scout 8 and 12.36: webhooks",
    ),
    "scout-webhook-retries": P(
        "Three attempts in all, 30 and 60 s apart; 15 s to answer.",
        "Scout 8 and 12.35: webhooks",
        ("unit/api/scout/test_request_bounds.py::test_three_attempts_are_made",),
    ),
    "scout-unknown-fields": P("Unknown fields of a body are ignored.", "Scout 12.43: our choice"),
    "scout-generated-client": P(
        "A client generated from our OpenAPI drives a whole life.", "Scout 11: compatibility"
    ),
}
