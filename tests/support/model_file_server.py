"""Serves a 'model file' as llama.cpp would, and ends as the file says: a file with the word 'dies'
ends the server at its first question, one with 'broken' cannot be loaded."""

from __future__ import annotations

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

asked = json.loads(sys.stdin.readline())
file = Path(asked["path"])


class Server(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if b"dies" in file.read_bytes():
            os._exit(3)
        # What it was started with comes back as the prompt's length.
        tokens = asked["threads"] * 1000 + asked["slots"]
        right = self.headers["Authorization"] == f"Bearer {asked['key']}"
        raw = json.dumps(
            answer(body, tokens) if right else {"error": "whose key is that?"}
        ).encode()
        self.send_response(200 if right else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: Any) -> None:
        return


def answer(body: dict[str, Any], tokens: int) -> dict[str, Any]:
    choice: dict[str, Any] = {"index": 0, "finish_reason": "stop"}
    choice["message"] = {"role": "assistant", "content": '{"verdicts": []}'}
    if body.get("logprobs"):
        tops = [{"token": "Yes", "logprob": -0.1, "bytes": None}]
        choice["logprobs"] = {"content": [{**tops[0], "top_logprobs": tops}]}
    usage = {"prompt_tokens": tokens, "completion_tokens": 1, "total_tokens": tokens + 1}
    common = {"id": "1", "object": "chat.completion", "created": 1, "model": "m"}
    return {**common, "choices": [choice], "usage": usage}


if b"broken" in file.read_bytes():
    print(json.dumps({"problem": "bad tensor"}), flush=True)
    sys.exit(1)
http = ThreadingHTTPServer(("127.0.0.1", 0), Server)
Thread(target=http.serve_forever, daemon=True).start()
print(json.dumps({"address": f"http://127.0.0.1:{http.server_port}"}), flush=True)
sys.stdin.read()
os._exit(0)
