"""Tell the steps of an answer as server-sent events, and send them to a caller who may leave at any time."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from rag.domain import (
    Answer,
    AnswerBegun,
    AnswerEvent,
    AnswerFinished,
    AnswerMode,
    AnswerStatus,
    EvidenceFound,
    Statement,
    StatementSaid,
)
from rag.errors import QuestionError
from rag.settings import HelpSettings
from ui.faults import classify, fault_body
from ui.serialise import Json, answer_to_json, citation_to_json, statement_piece, statement_to_json
from ui.wording import Language, Wording

_LOG = logging.getLogger(__name__)

MEDIA_TYPE = "text/event-stream"

KEEP_ALIVE = ": still looking\n\n"
"""A comment line: readers skip it, and it keeps proxies from closing a silent connection."""

KEEP_ALIVE_S = 5.0

_LINE_ENDS = {ord(end): f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"}
"""Line ends of Unicode that JSON lets stand: the protocol does not know them, but readers such as httpx's do."""


class EventStream(StreamingResponse):
    """Server-sent events; when the caller leaves, the source is closed at once rather than by the garbage collector."""

    def __init__(self, source: AsyncGenerator[str]) -> None:
        # X-Accel-Buffering: nginx would otherwise keep events back until its buffer is full.
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(source, media_type=MEDIA_TYPE, headers=headers)
        self._source = source

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events."""
        async with aclosing(self._source):
            await super().__call__(scope, receive, send)


class Telling:
    """What has been told of one answer; ``steps`` turns what happens next into named events.

    Within one ``status`` event and the next, the statements' ``delta`` joined are the answer's text so far. A second
    ``status`` takes back everything since the first. ``receipt_for`` signs the whole answer, where it can be come back to.
    """

    def __init__(
        self, language: Language, numbers: HelpSettings, receipt_for: Callable[[Answer], str] | None = None
    ) -> None:
        self._receipt_for = receipt_for
        self._language = language
        self._numbers = numbers
        self._wording = Wording(language, numbers)
        self._begun = False
        self._last: Statement | None = None
        self._cited: set[int] = set()

    def steps(self, event: AnswerEvent) -> Iterator[tuple[str, Json]]:
        """Yield the name and the data of each event that tells of this step."""
        match event:
            case EvidenceFound():
                yield "evidence", {"citations": [citation_to_json(citation) for citation in event.citations]}
            case AnswerBegun():
                self._last, self._cited = None, set()
                # Without evidence the message depends on the whole answer, which follows at once.
                self._begun = event.status.carries_evidence
                if self._begun:
                    yield "status", self._status(event.status, event.mode, lead_words(event.status, self._wording))
            case StatementSaid():
                delta = statement_piece(event.statement, self._last)
                self._last = event.statement
                for citation in event.citations:
                    self._cited.add(citation.number)
                    yield "citation", citation_to_json(citation)
                yield "statement", {**statement_to_json(event.statement), "delta": delta}
            case AnswerFinished():
                yield from self._finish(event.answer)

    def _finish(self, answer: Answer) -> Iterator[tuple[str, Json]]:
        whole = answer_to_json(answer, self._language, self._numbers)
        if not self._begun:
            yield "status", self._status(answer.status, answer.mode, whole["message"])
        for citation in answer.citations:
            if citation.number not in self._cited:
                yield "citation", citation_to_json(citation)
        for notice in whole["notices"]:
            yield "notice", notice
        yield "done", whole if self._receipt_for is None else whole | {"receipt": self._receipt_for(answer)}

    @staticmethod
    def _status(status: AnswerStatus, mode: AnswerMode, message: str) -> Json:
        return {"status": status.value, "message": message, "mode": mode.value}


def lead_words(status: AnswerStatus, wording: Wording) -> str:
    """Return what to say before the statements of an answer with this status; ``""`` where they speak for themselves."""
    return "" if status is AnswerStatus.ANSWERED else wording.text(f"status.{status}")


async def told(
    events: AsyncGenerator[AnswerEvent | None],
    language: Language,
    numbers: HelpSettings,
    receipt_for: Callable[[Answer], str] | None = None,
) -> AsyncGenerator[str]:
    """Yield an answer's steps as server-sent events; an error after the first is the event ``error``, and the last."""
    telling = Telling(language, numbers, receipt_for)
    try:
        async with aclosing(events):
            async for event in events:
                if event is None:
                    yield KEEP_ALIVE
                    continue
                for name, data in telling.steps(event):
                    yield written(data, name)
    except Exception as error:
        yield written(fault_in_stream(error, Wording(language, numbers)), "error")


def fault_in_stream(error: Exception, wording: Wording) -> Json:
    """Return the body that tells of an error when the response has begun; the log gets its name only."""
    status, code = classify(error)
    if status >= 500:
        _LOG.error("a streamed answer failed: %s", type(error).__name__)
    return dict(fault_body(code, wording, error.field if isinstance(error, QuestionError) else None))


def written(data: Json, name: str | None = None) -> str:
    """Return one server-sent event; JSON on one line, so no text can begin a line of its own."""
    line = json.dumps(data, ensure_ascii=False).translate(_LINE_ENDS)
    return f"{f'event: {name}{chr(10)}' if name else ''}data: {line}\n\n"


async def peeked(
    events: AsyncGenerator[AnswerEvent | None],
) -> tuple[AnswerEvent | None, AsyncGenerator[AnswerEvent | None]]:
    """Return the first event, or None where there is none yet, and all events including it.

    What fails at once fails here, before a response has begun, and gets a proper HTTP status.
    """
    first = await anext(events)

    async def again() -> AsyncGenerator[AnswerEvent | None]:
        last = first
        async with aclosing(events):
            yield first
            async for last in events:
                yield last
        if not isinstance(last, AnswerFinished):
            raise RuntimeError("the answer broke off: its last event is missing")

    return first, again()
