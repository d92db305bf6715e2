"""``/v1/chat/completions`` and ``/v1/models``: any client of OpenAI can ask, and gets the sources as footnotes.

The whole answer is in the field ``policychat`` of a completion, and of the last chunk when streaming.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from rag.catalogue.question_records import Channel
from rag.domain import (
    Answer,
    AnswerBegun,
    AnswerEvent,
    AnswerFinished,
    AnswerMode,
    AnswerStatus,
    InvalidReason,
    Statement,
    StatementSaid,
)
from rag.errors import LateError
from rag.ports import Assistant
from rag.settings import HelpSettings
from ui import api_descriptions as described
from ui.chat_text import ChatText
from ui.desk import Desk
from ui.faults import classify, fault_body
from ui.openai_wire import (
    MODEL,
    ChatBody,
    WireError,
    chunk_body,
    completion_body,
    error_body,
    model_body,
    unknown_model,
    usage_body,
)
from ui.question_logging import QuestionLogging, no_logging
from ui.serialise import Json, answer_to_json
from ui.streaming import KEEP_ALIVE, KEEP_ALIVE_S, EventStream, peeked, written
from ui.wording import Wording, chosen_language

_LOG = logging.getLogger(__name__)

_DONE = "data: [DONE]\n\n"

BODY_LIMITS = {"/v1/chat/completions": 1024 * 1024}
"""Bytes of a body: chat programs send the whole conversation again, with every answer and its footnotes."""

_MOST_MODELS = 1000
"""Places offered as models of their own; any other known place can still be named."""


def build_openai(
    assistant: Assistant,
    desk: Desk,
    numbers: HelpSettings,
    keep_alive_s: float = KEEP_ALIVE_S,
    log: QuestionLogging | None = None,
) -> APIRouter:
    """Return the routes under ``/v1``; their errors have OpenAI's form. ``log`` is told how each question ends."""
    log = log or no_logging()

    def wording_of(request: Request) -> Wording:
        language = chosen_language(request.query_params.get("lang"), request.headers.get("accept-language"))
        return Wording(language, numbers)

    router = APIRouter(route_class=_route_class(wording_of))

    @router.post("/v1/chat/completions", tags=["openai"], **described.CHAT)
    async def chat(body: ChatBody, request: Request) -> Response:
        question = body.question()
        wording = wording_of(request)
        text = ChatText(wording, _origin(request))
        asked = log.begin(question, Channel.OPENAI, wording.language)
        identity = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": body.model}
        if not body.stream:
            with asked.failures():
                answer = await desk.run(lambda: assistant.answer(question))
            asked.answered(answer)
            _refuse(answer, body, wording)
            whole = answer_to_json(answer, wording.language, numbers)
            return JSONResponse(completion_body(identity, text.whole(answer), whole))
        with asked.failures():
            begun = desk.stream(lambda: assistant.stream(question), keep_alive_s)
            first, events = await peeked(asked.watching(begun, answers=True))
        if isinstance(first, AnswerBegun) and first.status in (AnswerStatus.INVALID, AnswerStatus.UNAVAILABLE):
            async with aclosing(events):
                async for event in events:
                    if isinstance(event, AnswerFinished):
                        _refuse(event.answer, body, wording)
        return EventStream(_chunks(events, body, identity, text, wording))

    @router.get("/v1/models", tags=["openai"], **described.MODELS)
    def models() -> Json:
        published = assistant.published()
        places = [] if published is None else assistant.places()[:_MOST_MODELS]
        names = [MODEL, *(f"{MODEL}:{place.name}" for place in places)]
        return {"object": "list", "data": [model_body(name, _created(assistant)) for name in names]}

    @router.get("/v1/models/{model}", tags=["openai"], **described.MODEL)
    def model(model: Annotated[str, Path(max_length=200, description="As the list names it.")]) -> Json:
        name, _, place = model.partition(":")
        known = assistant.places() if place else ()
        if name != MODEL or (place and place not in {one.name for one in known}):
            raise unknown_model(model)
        return model_body(model, _created(assistant))

    @router.api_route("/v1/{rest:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
    def nowhere(rest: str, request: Request) -> None:
        raise WireError(f"Unknown request URL: {request.method} /v1/{rest[:200]}", code="unknown_url", status=404)

    return router


def _origin(request: Request) -> str:
    """Return scheme and host of the site as its caller sees it; addresses of documents bring the prefix themselves."""
    return f"{request.url.scheme}://{request.url.netloc}"


def _created(assistant: Assistant) -> int:
    published = assistant.published()
    return 0 if published is None else int(datetime.fromisoformat(published.created).timestamp())


def _refuse(answer: Answer, body: ChatBody, wording: Wording) -> None:
    """Raise WireError where a question could not be taken, so that a client does not show the reason as an answer."""
    if answer.status is AnswerStatus.UNAVAILABLE:
        raise WireError(wording.message(answer), code="unavailable", status=503)
    if answer.invalid_reason is InvalidReason.UNKNOWN_REGION:
        raise body.unknown_place()
    if answer.status is AnswerStatus.INVALID:
        raise WireError(wording.message(answer), "messages", str(answer.invalid_reason))


async def _chunks(
    events: AsyncGenerator[AnswerEvent | None], body: ChatBody, identity: Json, text: ChatText, wording: Wording
) -> AsyncGenerator[str]:
    """Yield a completion in chunks whose contents joined are that of the unstreamed one.

    This wire format cannot take back a word. The words of a language model are therefore held until the answer
    stands: too few of them may pass verification, and then the sources' own words take their place.
    """
    with_usage = bool(body.stream_options and body.stream_options.include_usage)
    unused: Json = {"usage": None} if with_usage else {}
    teller = _Teller(text)
    try:
        yield written(chunk_body(identity, {"role": "assistant", "content": "", "refusal": None}, **unused))
        async with aclosing(events):
            async for event in events:
                if event is None:
                    yield KEEP_ALIVE
                    continue
                if isinstance(event, AnswerFinished):
                    _refuse(event.answer, body, wording)
                content = teller.said(event)
                if content:
                    yield written(chunk_body(identity, {"content": content}, **unused))
                if isinstance(event, AnswerFinished):
                    whole = answer_to_json(event.answer, wording.language, wording.numbers)
                    own = {"system_fingerprint": whole["generation"], MODEL: whole}
                    yield written(chunk_body(identity, {}, "stop", **unused, **own))
                    if with_usage:
                        yield written(chunk_body(identity, None, usage=usage_body(whole)))
                    yield _DONE
    except Exception as error:
        yield written(_told(error, wording)[1])


class _Teller:
    """Says the content of a streamed message piece by piece."""

    def __init__(self, text: ChatText) -> None:
        self._text = text
        self._said = ""
        self._held = True
        self._last: Statement | None = None

    def said(self, event: AnswerEvent) -> str:
        """Return what this step adds to the message."""
        more = ""
        match event:
            case AnswerBegun():
                self._held = (
                    bool(self._said) or event.mode is AnswerMode.GENERATIVE or not event.status.carries_evidence
                )
                more = "" if self._held else self._text.head(event.status)
            case StatementSaid() if not self._held:
                more = self._text.piece(event.statement, self._last)
                self._last = event.statement
            case AnswerFinished():
                more = self._rest(self._text.whole(event.answer))
        self._said += more
        return more

    def _rest(self, whole: str) -> str:
        return whole.removeprefix(self._said) if whole.startswith(self._said) else self._text.anew(whole)


def _route_class(wording_of: Callable[[Request], Wording]) -> type[APIRoute]:
    class Route(APIRoute):
        """Tells every error in OpenAI's form."""

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handler = super().get_route_handler()

            async def handle(request: Request) -> Response:
                try:
                    return await handler(request)
                except Exception as error:
                    status, body = _told(error, wording_of(request))
                    # The question would take as long again: clients of OpenAI must not repeat it by themselves.
                    headers = {"x-should-retry": "false"} if isinstance(error, LateError) else None
                    return JSONResponse(body, status, headers)

            return handle

    return Route


def _told(error: Exception, wording: Wording) -> tuple[int, Json]:
    """Return the status and the body of an error; the log gets the name of an unexpected one only."""
    if isinstance(error, WireError):
        return error.status, error_body(str(error), error.status, error.param, error.code)
    if isinstance(error, HTTPException):
        # FastAPI's word for a body that it cannot even begin to read, such as one nested too deep.
        return error.status_code, error_body(
            str(fault_body("bad_request", wording)["error"]["message"]), error.status_code
        )
    if isinstance(error, RequestValidationError):
        problem = error.errors()[0]
        steps = problem["loc"][1:] if problem["type"] != "json_invalid" else ()
        field = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".") or None
        told = fault_body("invalid_field" if field else "bad_request", wording, field)["error"]
        return 400, error_body(str(told["message"]), 400, field, "invalid_value")
    status, code = classify(error)
    if status >= 500:
        _LOG.error("a chat completion failed: %s", type(error).__name__)
    return status, error_body(str(fault_body(code, wording)["error"]["message"]), status, code=code)
