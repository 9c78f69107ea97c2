"""`netnew runs`: the commands of the group, from the files that define them."""

from __future__ import annotations

from netnew.cli import merges, runs_lifecycle, runs_read

app = runs_read.app
for name, command in (
    ("extend", runs_lifecycle.extend),
    ("enrich", runs_lifecycle.enrich),
    ("refresh", runs_lifecycle.refresh),
    ("resume", runs_lifecycle.resume),
    ("pause", runs_lifecycle.pause),
    ("continue", runs_lifecycle.unpause),
    ("stop", runs_lifecycle.stop),
    ("cancel", runs_lifecycle.cancel),
    ("watch", runs_lifecycle.watch),
    ("merges", merges.merges),
):
    app.command(name)(command)
