"""What holds for every wire format, and what is offered beyond them."""

from __future__ import annotations

from tests.dialects.promised.promise import Promise as P

OURS: dict[str, P] = {
    "health": P(
        "healthz, readyz and metrics need no key.",
        "Our design: HTTP",
        ("test_ground.py::test_health_needs_no_key",),
    ),
    "request-ids": P(
        "A request keeps the id it came with, and gets one where it had none.",
        "Our design: HTTP",
        ("test_ground.py::test_a_request_keeps_its_id",),
    ),
    "one-run-all-faces": P(
        "A run made in one format can be read in the others and by the command line.",
        "Our design: faces",
    ),
    "workspaces-apart": P(
        "Another workspace's run is an unknown run, in every format.", "Our design: keys"
    ),
    "keys-revoked": P("A revoked key is refused.", "Our design: keys"),
    "limits-body": P("A body that is too large is 413.", "Our design: limits"),
    "limits-json": P(
        "Broken UTF-8, deep nesting and bad JSON are refused clearly.", "Our design: limits"
    ),
    "limits-streams": P("More streams than allowed are 429.", "Our design: limits"),
    "openapi-true": P(
        "No operation answers with 5xx or what its document does not tell.", "Our design: OpenAPI"
    ),
    "extension-asked": P(
        "Every create takes one object netnew: budget, sources, judge, queries.",
        "Our design: extension",
    ),
    "extension-told": P(
        "Every run tells one object netnew: estimate, spend, stop reason, links.",
        "Our design: extension",
    ),
    "export": P("A run can be exported as csv, xlsx, jsonl, json and md.", "Our design: export"),
    "webhook-log": P(
        "Deliveries and their attempts can be read and sent again.", "Our design: webhooks"
    ),
    "webhook-guard": P(
        "A webhook to a private address is refused, by redirect too.", "Our design: safety"
    ),
}
