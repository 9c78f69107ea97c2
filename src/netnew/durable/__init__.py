"""Runs that outlive their process. Only this package imports the workflow engine.

`queue` starts, stops and resumes runs; `worker` works on them; `worker_registry` lists the
workers. Nothing here knows what a run is about. Importing the engine takes half a second, so
this package imports nothing by itself, and `worker_registry` does not need the engine."""
