"""What holds for every wire format, and what is offered beyond them."""

from __future__ import annotations

from tests.dialects.promised.promise import Promise as P

OURS: dict[str, P] = {
    "health": P(
        "healthz, readyz and metrics need no key.",
        "Our design: HTTP",
        ("dialects/test_ground.py::test_health_needs_no_key",),
    ),
    "request-ids": P(
        "A request keeps the id it came with, and gets one where it had none.",
        "Our design: HTTP",
        ("dialects/test_ground.py::test_a_request_keeps_its_id",),
    ),
    "one-run-all-faces": P(
        "A run made in one format can be read in the others and by the command line.",
        "Our design: interfaces",
    ),
    "workspaces-apart": P(
        "Another workspace's run is an unknown run, in every format.",
        "Our design: keys",
        (
            "dialects/test_keys.py::test_a_run_of_another_workspace_is_no_run",
            "dialects/extruct/test_extruct_callers.py::test_a_task_of_another_workspace_is_not_there",
        ),
    ),
    "keys-revoked": P(
        "A revoked key is refused as a wrong one is.",
        "Our design: keys",
        ("dialects/test_keys.py::test_a_missing_a_wrong_and_a_revoked_key_are_refused_alike",),
    ),
    "limits-body": P(
        "A body that is too large is 413.",
        "Our design: limits",
        (
            "dialects/test_limits.py::test_a_body_that_is_too_large_is_refused",
            "dialects/test_limits.py::test_so_is_one_that_does_not_tell_its_length",
        ),
    ),
    "limits-json": P(
        "Broken UTF-8, deep nesting and bad JSON are refused clearly.",
        "Our design: limits",
        (
            "dialects/test_bad_bodies.py::test_what_is_no_json_object_is_refused",
            "dialects/test_bad_bodies.py::test_what_does_not_say_that_it_is_json_is_refused",
        ),
    ),
    "limits-streams": P(
        "More streams than allowed are 429.",
        "Our design: limits",
        (
            "dialects/test_limits.py::test_more_streams_than_a_key_may_have_are_refused",
            "dialects/parallel/test_parallel_stream.py"
            "::test_more_streams_than_a_key_may_have_are_a_plain_refusal",
        ),
    ),
    "openapi-true": P(
        "No operation answers with 5xx or what its document does not tell.",
        "Our design: OpenAPI",
        ("dialects/test_schemathesis.py::test_every_operation_answers_as_it_is_documented",),
    ),
    "extension-asked": P(
        "Every create takes one object netnew: budget, sources, judge, queries.",
        "Our design: extension",
    ),
    "extension-told": P(
        "Every run tells one object netnew: estimate, spend, stop reason, links.",
        "Our design: extension",
    ),
    "export": P(
        "A run can be exported as csv, xlsx, jsonl, json and md.",
        "Our design: export",
        ("dialects/netnew/test_export.py::test_each_format_comes_under_its_type_and_name",),
    ),
    "webhook-log": P(
        "Deliveries and their attempts can be read and sent again.",
        "Our design: webhooks",
        (
            "dialects/test_webhooks.py"
            "::test_a_run_of_parallel_tells_what_it_finds_and_the_log_shows_it",
            "dialects/test_webhooks.py"
            "::test_what_a_receiver_did_not_take_is_sent_again_after_a_kill_when_asked",
        ),
    ),
    "webhook-guard": P(
        "A webhook to a private address is refused, by redirect too.",
        "Our design: safety",
        (
            "dialects/test_webhooks.py"
            "::test_an_address_of_this_machine_is_refused_where_it_was_not_allowed",
            "unit/webhooks/test_deliverer.py"
            "::test_a_redirect_to_a_private_address_goes_nowhere_and_the_log_says_where_to",
        ),
    ),
}
