"""`netnew runs`: the commands of the group, from the files that define them."""

from __future__ import annotations

from netnew.cli import life, merges, runs

app = runs.app
for name, command in (
    ("extend", life.extend),
    ("enrich", life.enrich),
    ("refresh", life.refresh),
    ("resume", life.resume),
    ("pause", life.pause),
    ("continue", life.unpause),
    ("stop", life.stop),
    ("cancel", life.cancel),
    ("watch", life.watch),
    ("merges", merges.merges),
):
    app.command(name)(command)
