"""A model server for tests: speaks the OpenAI wire format over real HTTP, and fails in named ways on request."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.answering import answering

DEFAULT_REPLY = "符合条件的居民每年可以免费体检一次。[1]"


class Fault(StrEnum):
    """What the server does instead of answering well."""

    OK = "ok"
    SLOW_FIRST_BYTE = "slow_first_byte"
    DRIP = "drip"
    CUT = "cut"
    LENGTH = "length"
    CONTENT_FILTER = "content_filter"
    EMPTY = "empty"
    EMPTY_CHOICES = "empty_choices"
    ENDLESS = "endless"
    HTML = "html"
    UNAUTHORIZED = "401"
    NOT_FOUND = "404"
    TOO_MANY_REQUESTS = "429"
    SERVER_ERROR = "500"
    GARBAGE_JSON = "garbage_json"
    REDIRECT = "redirect"
    RESET = "reset"
    """The connection is torn down without a word."""
    BAD_REQUEST = "400"
    OLD = "old"
    """A request with ``stream_options`` is refused, as by servers that do not know it."""
    LOUD = "loud"
    """The answer begins with its usage told again and again, as sums so far."""


@dataclass
class ModelServer:
    """A running server. ``reply`` and ``fault`` may be changed between requests."""

    url: str = ""
    reply: str = DEFAULT_REPLY
    fault: Fault = Fault.OK
    usage: tuple[int, int] | None = None
    """Tokens of the prompt and of the reply, told to who asks for them; None for a server that does not tell."""
    requests: list[dict[str, Any]] = field(default_factory=list)
    """The bodies received, oldest first."""
    keys: list[str] = field(default_factory=list)
    """The Authorization header of each request."""
    paths: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    client_left: threading.Event = field(default_factory=threading.Event)
    """Set once a client closed its connection while the server was still writing."""


@contextmanager
def model_server(reply: str = DEFAULT_REPLY, fault: Fault = Fault.OK) -> Iterator[ModelServer]:
    """Serve on a free port of this machine until the block ends."""
    state = ModelServer(reply=reply, fault=fault)

    class Handler(_Handler):
        server_state = state

    with answering(Handler, state.stopping) as origin:
        state.url = f"{origin}/v1"
        yield state


class _Handler(BaseHTTPRequestHandler):
    server_state: ModelServer

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the base class names it so)
        """Keep the test output clean."""

    def do_GET(self) -> None:
        self.server_state.paths.append(self.path)
        if self.path == "/v1/models":
            self._send(200, "application/json", json.dumps({"object": "list", "data": [{"id": "stub"}]}))
        else:
            self._send(404, "application/json", "{}")

    def do_POST(self) -> None:
        state = self.server_state
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        state.paths.append(self.path)
        state.requests.append(json.loads(body))
        state.keys.append(self.headers.get("Authorization", ""))
        try:
            self._answer(state)
        except OSError:
            state.client_left.set()
            self.close_connection = True

    def _answer(self, state: ModelServer) -> None:
        asks = "stream_options" in state.requests[-1]
        if state.fault is Fault.RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            raise ConnectionResetError
        if state.fault is Fault.OLD and asks:
            self._send(400, "application/json", json.dumps({"error": {"message": "unknown field stream_options"}}))
        elif state.fault.value.isdigit():
            # Some servers repeat the key in their error, so this one does too.
            error = {"error": {"message": f"bad key {self.headers.get('Authorization')}", "type": "error"}}
            self._send(int(state.fault.value), "application/json", json.dumps(error))
        elif state.fault is Fault.HTML:
            self._send(200, "text/html", "<html><body>Please log in</body></html>")
        elif state.fault is Fault.REDIRECT:
            self.send_response(307)
            self.send_header("Location", state.url + "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            if state.fault is Fault.SLOW_FIRST_BYTE:
                state.stopping.wait(30)
            self._stream(state)

    def _stream(self, state: ModelServer) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        if state.fault is Fault.GARBAGE_JSON:
            self._write("data: {not json\n\n")
            return
        if state.fault is Fault.EMPTY_CHOICES:
            self._event({"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "stub", "choices": []})
            self._write("data: [DONE]\n\n")
            return
        for n, piece in enumerate(self._reply_pieces(state), start=1):
            usage = (7, n) if state.fault is Fault.LOUD else None
            self._event(_chunk({"role": "assistant", "content": piece}, usage=usage))
        if state.fault is Fault.CUT:
            return
        finish = state.fault.value if state.fault in (Fault.LENGTH, Fault.CONTENT_FILTER) else "stop"
        self._event(_chunk({}, finish))
        if state.usage is not None and "stream_options" in state.requests[-1]:
            self._event({**_chunk({}, usage=state.usage), "choices": []})
        self._write("data: [DONE]\n\n")

    def _reply_pieces(self, state: ModelServer) -> Iterator[str]:
        if state.fault is Fault.EMPTY:
            return
        if state.fault is Fault.ENDLESS:
            while not state.stopping.is_set():
                yield state.reply * 50
        for start in range(0, len(state.reply), 4):
            yield state.reply[start : start + 4]
            if state.fault is Fault.DRIP:
                time.sleep(0.15)
        while state.fault is Fault.DRIP and not state.stopping.is_set():
            yield "。"
            time.sleep(0.15)

    def _event(self, payload: dict[str, Any]) -> None:
        self._write(f"data: {json.dumps(payload, ensure_ascii=False)}\n\n")

    def _write(self, text: str) -> None:
        self.wfile.write(text.encode("utf-8"))
        self.wfile.flush()

    def _send(self, status: int, media_type: str, text: str) -> None:
        payload = text.encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)


def _chunk(delta: dict[str, Any], finish: str | None = None, usage: tuple[int, int] | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "stub", "choices": [choice]}
    if usage is not None:
        prompt, completion = usage
        chunk["usage"] = {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
        }
    return chunk
