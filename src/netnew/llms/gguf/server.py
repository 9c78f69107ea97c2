"""A model file behind llama.cpp's own server, in its own process:
`python -m netnew.llms.gguf.server`.

One line of JSON comes in by standard input: path, threads, context, slots, key. One goes out by
standard output: {"address": …} once the model is loaded, or {"problem": …}. The server ends when
its standard input does, and so never outlives whoever started it, however that ends.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from typing import Any


def main() -> int:
    asked = json.loads(sys.stdin.readline())
    tell = _told_alone()
    try:
        server = _served(asked)
    except Exception as error:
        tell({"problem": " ".join(str(error).split()) or type(error).__name__})
        return 1
    tell({"address": str(server.listening_address)})
    sys.stdin.read()
    # Abandoned computations are not waited for.
    os._exit(0)


def _told_alone() -> Any:
    """Writes to what was standard output; llama.cpp's own words go nowhere from now on."""
    out = os.fdopen(os.dup(1), "w")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)

    def tell(what: dict[str, str]) -> None:
        print(json.dumps(what), file=out, flush=True)

    return tell


def _served(asked: dict[str, Any]) -> Any:
    xllamacpp = import_module("xllamacpp")  # from an extra: may be missing, and has no types
    params = xllamacpp.CommonParams()
    params.model.path = asked["path"]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [asked["key"]]
    params.n_parallel = asked["slots"]
    params.n_ctx = asked["context"] * asked["slots"]  # they divide it
    params.cpuparams.n_threads = asked["threads"]
    params.cpuparams_batch.n_threads = asked["threads"]
    params.verbosity = 0
    return xllamacpp.Server(params)


if __name__ == "__main__":
    sys.exit(main())
