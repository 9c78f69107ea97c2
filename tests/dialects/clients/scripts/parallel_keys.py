"""Reads a run that nobody has; prints the class, the status and the message of the refusal."""

from __future__ import annotations

import json

import parallel

try:
    parallel.Parallel().beta.findall.retrieve("findall_" + "0" * 32)
except parallel.APIStatusError as error:
    message = error.response.json()["error"]["message"]
    print(json.dumps([type(error).__name__, error.status_code, message]))
