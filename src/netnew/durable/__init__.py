"""Runs that outlive their process: the one place that imports the workflow engine.

`queue` starts, stops and resumes runs; `worker` works on them; `workers` says which processes do.
Nothing here knows what a run is about. Importing the engine takes half a second, so this package
imports nothing by itself, and `workers` needs no engine.
"""
