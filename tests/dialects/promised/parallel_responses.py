"""What Parallel's wire format promises of streams and webhooks, and what its clients need."""

from __future__ import annotations

from tests.dialects.promised.promise import Promise as P

PARALLEL_TOLD: dict[str, P] = {
    # -------------------------------------------------------------------------------- streams
    "parallel-sse-framing": P(
        "An event is event, id, one line of data and a blank line; the last one too.",
        "Parallel 6: framing",
    ),
    "parallel-sse-nothing-else": P(
        "Never a comment, retry, sentinel, empty data or further blank line.",
        "Parallel 6: framing",
    ),
    "parallel-sse-types": P(
        "Only the types of the table are sent, with their data.", "Parallel 6: types"
    ),
    "parallel-order": P(
        "Of a candidate: generated, then matched or unmatched, then enriched; the end comes last.",
        "Parallel 11: order",
    ),
    "parallel-sse-resume": P(
        "After last_event_id come exactly the events behind it.", "Parallel 6: resuming"
    ),
    "parallel-sse-resume-heartbeat": P(
        "A stream can be taken up from a heartbeat's id, which is kept nowhere.",
        "Parallel 6: resuming",
    ),
    "parallel-sse-resume-header": P(
        "The header Last-Event-ID does what the parameter does.", "Parallel 6: our choice"
    ),
    "parallel-sse-result-cursor": P(
        "A result's last_event_id is where a stream goes on.", "Parallel 6: resuming"
    ),
    "parallel-sse-bad-cursor": P(
        "A last_event_id that cannot be read is 422.", "Parallel 15.4: our choice"
    ),
    "parallel-sse-heartbeat": P(
        "While nothing happens, a findall.status comes every 10 s.", "Parallel 6: types"
    ),
    "parallel-sse-timeout": P(
        "timeout is 0 to 6,000 s; 0 sends the backlog and ends.", "Parallel 6 and 15.5: timeout"
    ),
    "parallel-sse-terminal-closes": P(
        "The stream of an ended run is replayed and closed.", "Parallel 6: our choice"
    ),
    "parallel-sse-unknown-run": P(
        "The stream of an unknown run is a plain 404 before it begins.", "Parallel 6: streams"
    ),
    "parallel-sse-kill": P(
        "After kill -9 of the server a stream goes on without gap or repeat.",
        "Parallel 6: resuming; durability",
    ),
    # ------------------------------------------------------------------------------- webhooks
    "parallel-webhook-types": P(
        "The types asked for are told; absent means all, [] none, unknown is 422.",
        "Parallel 7: webhooks, our choice",
    ),
    "parallel-webhook-body": P(
        "A delivery is {type, timestamp, data}; a candidate carries its findall_id.",
        "Parallel 7: webhooks",
    ),
    "parallel-webhook-headers": P(
        "webhook-id, webhook-timestamp and webhook-signature go with it; the id stays on retries.",
        "Parallel 7: webhooks",
    ),
    "parallel-webhook-signatures": P(
        "It is signed with the decoded secret and with the whole one; both verifiers pass.",
        "Parallel 7: webhooks, our choice",
    ),
    "parallel-webhook-retries": P(
        "What is not answered with 2xx is tried again after 5 s, doubling, for 48 h.",
        "Parallel 7: webhooks",
    ),
    # ----------------------------------------------------- the vendor's own clients, unchanged
    "client-raw-answers": P(
        "Raw and streaming answers of the SDKs are JSON with its content type.",
        "Parallel 13: how real clients behave",
    ),
    "client-python-async": P(
        "The asynchronous SDK lives the same life.", "Parallel 13: how real clients behave"
    ),
    "client-python-keys": P(
        "A refused key is the SDK's AuthenticationError.", "Parallel 5: the SDK's classes"
    ),
    "client-langchain-tool": P(
        "langchain-parallel's tool finds, and refreshes with an exclude list.",
        "Parallel 13: langchain-parallel",
    ),
    "client-langchain-timeout": P(
        "Its tool gives up in time and cancels its run.", "Parallel 13: langchain-parallel"
    ),
    "client-langchain-errors": P(
        "What is refused reaches the agent in the server's words.",
        "Parallel 13: langchain-parallel",
    ),
    "client-langchain-webhook": P(
        "Its verify_webhook accepts our deliveries and no others.",
        "Parallel 7 and 13: langchain-parallel",
    ),
    "client-cli-run": P(
        "parallel-cli findall run waits for matches and their enrichments.",
        "Parallel 13: parallel-cli",
    ),
    "client-cli-read": P(
        "parallel-cli reads a run: status, poll, result, schema.", "Parallel 13: parallel-cli"
    ),
    "client-cli-extend-enrich": P(
        "parallel-cli extends and enriches a run.", "Parallel 13: parallel-cli"
    ),
    "client-cli-cancel": P(
        "parallel-cli cancels a run, and is told when it has ended.", "Parallel 13: parallel-cli"
    ),
    "client-cli-search": P(
        "parallel-cli searches entities and shows a plan without a run.",
        "Parallel 13: parallel-cli",
    ),
    "weekly-job": P(
        "The weekly job runs as it stands; the second week finds nothing of the first.",
        "Refresh Runs: weekly job, Python",
    ),
    "weekly-job-typescript": P(
        "The weekly job with axios does too.", "Refresh Runs: weekly job, TypeScript"
    ),
    "snippets-curl": P(
        "The cURL snippets run as they stand.", "Refresh Runs: steps 1 and 2, exclude list"
    ),
    "snippets-typescript": P(
        "The TypeScript snippets run as they stand.", "Refresh Runs: steps 1 and 2"
    ),
    "snippets-python": P(
        "The Python snippet with enrichments fails in the SDK itself; with enrich it runs.",
        "Refresh Runs: step 2; Parallel 2.2",
    ),
}
