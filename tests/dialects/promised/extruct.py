"""What Extruct's wire format promises of discovery tasks and the account endpoints."""

from __future__ import annotations

from tests.dialects.promised.promise import Promise as P

EXTRUCT: dict[str, P] = {
    "extruct-bearer": P(
        "A Bearer token opens; without the prefix or wrong it is 401 with WWW-Authenticate.",
        "Extruct 1 and 8.17: authentication",
    ),
    "extruct-healthcheck": P("GET /v1/healthcheck needs no token.", "Extruct 1 and 6"),
    "extruct-errors": P(
        "An error is {detail}: a string, or for 422 a list of loc, msg and type.",
        "Extruct 1: errors",
    ),
    "extruct-unknown-task": P(
        "An unknown, invisible or malformed task id is 404.", "Extruct 1: errors"
    ),
    "extruct-ids-times": P(
        "Ids are uuids; times are RFC 3339 in UTC with Z.", "Extruct 1: ids and times"
    ),
    "extruct-task-shape": P(
        "Every field of a task is always told, null where unset; ours in one object.",
        "Extruct 3.2: task",
    ),
    "extruct-create": P(
        "Create answers at once, 200, with the task.", "Extruct 4.1 and 8.1: create"
    ),
    "extruct-create-limits": P(
        "desired_num_results is 1 to 250, default 100; else 422.", "Extruct 4.1: create"
    ),
    "extruct-query": P(
        "A query is trimmed; an empty one is 422; at most 10,000 characters.",
        "Extruct 8.9: our choice",
    ),
    "extruct-criteria": P(
        "Criteria have a key, a name of 1 to 100, a text of 10 to 500 characters.",
        "Extruct 3.1: criteria",
    ),
    "extruct-criteria-unique": P(
        "A key twice, or more than 20 criteria, is 422; an empty list is none.",
        "Extruct 8.8: our choice",
    ),
    "extruct-criteria-made": P(
        "Without criteria they are made from the query, 1 to 5, and never change.",
        "Extruct 4.1 and 8.5: criteria",
    ),
    "extruct-sources": P(
        "auto_data_sources=false needs data_sources; with true they are ignored.",
        "Extruct 4.1 and 8.7: sources",
    ),
    "extruct-sources-not-served": P(
        "linkedin or maps asked for without such a source is 422.", "Extruct 2; our design"
    ),
    "extruct-sources-told": P(
        "data_sources is null until resolved, then the list.", "Extruct 8.6: sources"
    ),
    "extruct-get": P("GET gives the task as it stands.", "Extruct 4.2: get"),
    "extruct-list": P(
        "The list is a bare array, newest first, 50 without limit.", "Extruct 4.3 and 8.3: list"
    ),
    "extruct-results": P(
        "Results are the task and its qualified results, by relevance.", "Extruct 4.4: results"
    ),
    "extruct-results-paging": P(
        "offset and limit are kept exactly; without limit all come; else 422.",
        "Extruct 4.4 and 8.3: paging",
    ),
    "extruct-results-evaluated": P(
        "view=evaluated gives all that were judged, as an extension.", "Extruct 8.2: our choice"
    ),
    "extruct-result-shape": P(
        "A result has name, description, bare domain, relevance, scores and profile fields.",
        "Extruct 3.3: result",
    ),
    "extruct-scores": P(
        "A score has a grade of 1 to 5, an explanation, and addresses of sources.",
        "Extruct 3.4: scores",
    ),
    "extruct-relevance": P(
        "relevance is the mean of the grades, 0 to 100.", "Extruct 8.4: our choice"
    ),
    "extruct-75-percent": P(
        "A result qualifies when 75 % of the criteria are graded 4 or 5.",
        "Extruct 5: qualification",
    ),
    "extruct-counters": P(
        "discovered >= enriched >= evaluated >= num_results, and none goes down.",
        "Extruct 5: counters",
    ),
    "extruct-states": P(
        "A task is created, in_progress, then done or failed.", "Extruct 5: states"
    ),
    "extruct-exhausted": P(
        "is_exhausted turns true together with done, never before.", "Extruct 5: our choice"
    ),
    "extruct-profile": P(
        "Founding year, size bucket and headquarters are filled from pages, else null.",
        "Extruct 3.3 and 2: profile",
    ),
    "extruct-exclude-domains": P(
        "Entries are reduced to registered domains, joined, sorted, frozen and echoed.",
        "Extruct 4.1: exclusion",
    ),
    "extruct-exclude-none": P(
        "exclude_domains is null where nothing is excluded.", "Extruct 8.11: our choice"
    ),
    "extruct-exclude-tasks": P(
        "exclude_task_ids add the domains of those tasks' visible results.",
        "Extruct 4.1: exclusion",
    ),
    "extruct-exclude-errors": P(
        "An invalid domain, over 100 tasks, over 1,000 domains, or a task not done is 422.",
        "Extruct 4.1 and 8.10: exclusion",
    ),
    "extruct-exclude-unknown-task": P(
        "An unknown task to exclude is 404.", "Extruct 8.10: our choice"
    ),
    "extruct-exclude-kept": P(
        "No result has an excluded domain, after resume either.", "Extruct 8.10: our choice"
    ),
    "extruct-resume": P(
        "Resume adds desired_new_results, 0 to 250, default 25, clamped at 250.",
        "Extruct 4.5 and 8.12: resume",
    ),
    "extruct-resume-body": P("Resume needs a body; {} will do.", "Extruct 4.5 and 8.13: resume"),
    "extruct-resume-exhausted": P(
        "Resume of an exhausted task is 400 and changes nothing.", "Extruct 4.5: resume"
    ),
    "extruct-resume-keeps": P(
        "Results keep their ids over a resume, and no domain comes twice.",
        "Extruct 8.12: our choice",
    ),
    "extruct-table": P(
        "table in create is 422: not served, rather than ignored.", "Extruct 4.6 and 8.15: tables"
    ),
    "extruct-tables": P(
        "Tables, company search and lookalikes are served.",
        "Extruct 6: neighbours",
        gap="They come later; their addresses answer 404.",
    ),
    "extruct-user": P(
        "GET /v1/user tells the id, the workspace and available_credits.", "Extruct 6: user"
    ),
    "extruct-billing": P(
        "GET /v1/billing says that no subscription is required.", "Extruct 6 and 7: billing"
    ),
    "extruct-no-402": P("Nothing is ever answered with 402.", "Extruct 7: our choice"),
    "extruct-unknown-fields": P(
        "Unknown fields of a body are ignored.", "Extruct 8.16: our choice"
    ),
    "extruct-pause": P("A task can be paused, as an extension.", "Extruct 4.7 and 8.18: pause"),
    "extruct-generated-client": P(
        "A client generated from our OpenAPI drives a whole life.", "Our OpenAPI"
    ),
}
