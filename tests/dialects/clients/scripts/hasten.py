"""Runs a script of somebody else's unchanged, but for its naps between two looks: each is short.

    python hasten.py SCRIPT

Afterwards what it defined as `run_weekly_job` is called once more: the same process, a week later.
"""

from __future__ import annotations

import runpy
import sys
import time

_sleep = time.sleep
time.sleep = lambda seconds: _sleep(min(seconds, 0.2))
names = runpy.run_path(sys.argv[1], run_name="__main__")
names["run_weekly_job"]()
