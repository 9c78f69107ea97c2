"""The oracle behind an OpenAI-compatible endpoint on a loopback port.

`POST /v1/chat/completions` takes a chat and answers in the form asked for: JSON in the message, or
a call of the one tool that is offered. `GET /v1/models` names one model; any name is served.
`GET /stats` has the counts. By hand:

    python -m evals.oracle_server --data tests/web --domain observatories

prints the address to put after '@' in `--judge compatible:oracle@ADDRESS`, and serves until
standard input closes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from evals.data_folder import load_web
from evals.http_answer import Answer
from evals.http_server import Connection, Request
from evals.oracle import Errors, Oracle
from evals.oracle_evidence import Knowledge
from evals.oracle_prompt import Kind, read_prompt
from evals.oracle_tally import Tally, tokens_of
from evals.web_server import HOST

_JSON = (("Content-Type", "application/json; charset=utf-8"),)


class Lane:
    """One port with counts of its own."""

    def __init__(self, oracle: Oracle) -> None:
        self._oracle = oracle
        self.tally = Tally()
        self.port = 0

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}/v1"

    def begin(self) -> Tally:
        """Count anew from here; attempts too."""
        self.tally = Tally()
        return self.tally

    def handle(self, request: Request) -> Answer:
        path = urlsplit(request.target).path.rstrip("/")
        match request.method, path:
            case "POST", "/v1/chat/completions":
                return self._chat(request.body)
            case "GET", "/v1/models":
                listed = {"id": "oracle", "object": "model", "created": 0, "owned_by": "evals"}
                return _json(200, "models", {"object": "list", "data": [listed]})
            case "GET", "/stats":
                return _json(200, "stats", self.tally.document())
            case _:
                return _refused(404, f"no {request.method} {path} here")

    def _chat(self, body: bytes) -> Answer:
        try:
            asked = json.loads(body)
            messages, model = asked["messages"], str(asked["model"])
            texts = [(m["role"], _text_of(m)) for m in messages]
        except (ValueError, KeyError, TypeError, AttributeError):
            return _refused(400, "the body is no chat")
        if asked.get("stream"):
            return _refused(400, "answers are not streamed here")
        prompt = _prompt_among([text for role, text in texts if role == "user"])
        kind, answer = self._oracle.answer(prompt, model, self.tally)
        content = json.dumps(answer, ensure_ascii=False)
        used = (sum(tokens_of(text) for _, text in texts), tokens_of(content))
        self.tally.count(kind, model, *used)
        return _json(200, "chat", _completion(asked, model, content, *used), delayed=True)


def _text_of(message: Mapping[str, Any]) -> str:
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content)


def _prompt_among(texts: list[str]) -> str:
    """The newest message that is a prompt of a known form: a client that asks again adds others."""
    for text in reversed(texts):
        if read_prompt(text).kind is not Kind.OTHER:
            return text
    return texts[-1] if texts else ""


def _completion(
    asked: Mapping[str, Any], model: str, content: str, prompt_tokens: int, answer_tokens: int
) -> dict[str, object]:
    message: dict[str, object] = {"role": "assistant", "content": content}
    reason = "stop"
    tools = asked.get("tools") or ()
    if tools and not asked.get("response_format"):
        call = {"name": tools[0]["function"]["name"], "arguments": content}
        call_id = f"call_{len(asked['messages'])}"
        message = {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": call_id, "type": "function", "function": call}],
        }
        reason = "tool_calls"
    return {
        "id": "chatcmpl-oracle",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": reason, "logprobs": None}],
        "usage": {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": answer_tokens,
            "total_tokens": prompt_tokens + answer_tokens,
        },
    }


def _json(status: int, kind: str, document: object, delayed: bool = False) -> Answer:
    body = json.dumps(document, ensure_ascii=False).encode()
    return Answer(status, kind, body, _JSON, delayed)


def _refused(status: int, problem: str) -> Answer:
    error = {"message": problem, "type": "invalid_request_error", "param": None, "code": None}
    return _json(status, "refused", {"error": error})


class Listener(Protocol):
    """What answers on one loopback port. `port` is set when the port is open; 0 lets the system
    choose one."""

    port: int

    def handle(self, request: Request) -> Answer: ...


@contextmanager
def answering(oracle: Oracle, lanes: int = 1, latency_ms: int = 0) -> Iterator[tuple[Lane, ...]]:
    """Serve the oracle, from a thread, on one port a lane until the block ends."""
    opened = tuple(Lane(oracle) for _ in range(lanes))
    with listening(opened, latency_ms):
        yield opened


@contextmanager
def listening(listeners: Sequence[Listener], latency_ms: int = 0) -> Iterator[None]:
    """Serve these, from one thread, each on its own loopback port until the block ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="listeners", daemon=True)
    thread.start()
    opening = (_open(listener, latency_ms / 1000) for listener in listeners)
    servers = [asyncio.run_coroutine_threadsafe(o, loop).result() for o in opening]
    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(_close(servers), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _open(listener: Listener, delay_s: float) -> asyncio.Server:
    counts: Counter[str] = Counter()
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(listener.handle, counts, delay_s), HOST, listener.port, backlog=1024
    )
    listener.port = server.sockets[0].getsockname()[1]
    return server


async def _close(servers: Sequence[asyncio.Server]) -> None:
    for server in servers:
        server.close()
        if sys.version_info >= (3, 13):
            server.abort_clients()
    await asyncio.sleep(0)


def main() -> None:
    parser = argparse.ArgumentParser(description="Answer a model's prompts on a web as an oracle.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--domain")
    parser.add_argument("--entities", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--oracle-error", type=float, default=0.0)
    parser.add_argument("--oracle-unclear", type=float, default=0.0)
    parser.add_argument("--judge-latency-ms", type=int, default=0)
    given = parser.parse_args()
    web = load_web(given.data, given.domain, given.entities, given.seed)
    errors = Errors(given.oracle_error, given.oracle_unclear, given.seed)
    with answering(Oracle(Knowledge(web), errors), 1, given.judge_latency_ms) as (lane,):
        print(lane.address, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
