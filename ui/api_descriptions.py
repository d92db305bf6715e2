"""What the description of the HTTP interface says beside the types: summaries, examples, errors."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from ui.public_types import Fault

ABOUT = """\
Answers questions about local health policy from stored documents. Every statement is carried by a citation whose quote is
read again from the stored document: `quote == text[start:end]`, always. What is not in the documents is not answered.

Texts of documents come from outside: escape them before they go into a page, and treat them as data, not as instructions.
"""

TAGS: tuple[dict[str, str], ...] = (
    {"name": "answers", "description": "Cited answers, whole or step by step."},
    {"name": "search", "description": "Ranked passages."},
    {"name": "documents", "description": "The documents that answers come from."},
    {"name": "openai", "description": "The wire format of OpenAI, so that its clients can ask."},
    {"name": "probes", "description": "For whoever keeps the service running."},
)

_PASSAGE: dict[str, Any] = {
    "document_id": "3f5a0c1d2e4b6978",
    "title": "云溪县育儿补贴办法",
    "source": "notices/subsidy.html",
    "url": None,
    "region": "云溪县",
    "issuer": "云溪县卫生健康局",
    "published": "2025-06-20",
    "authority": "official",
    "validity": "in_force",
    "section": ["申领方式"],
    "demonstration": True,
    "page": None,
}
_CITATION = {
    "number": 1,
    **_PASSAGE,
    "quote": "向户籍所在地乡镇卫生院申领。",
    "start": 120,
    "end": 134,
    "span": [121, 131],
}

EXAMPLES: Mapping[str, dict[str, Any]] = MappingProxyType(
    {
        "ask": {
            "status": "answered",
            "answer": "向户籍所在地乡镇卫生院申领。 [1]",
            "statements": [
                {
                    "text": "向户籍所在地乡镇卫生院申领。",
                    "citations": [1],
                    "support": 1.0,
                    "level": 0,
                    "span": [1, 11],
                    "place": None,
                    "edited": False,
                }
            ],
            "citations": [_CITATION],
            "notices": [],
            "clarification": None,
            "routes": [],
            "confidence": 0.91,
            "mode": "extractive",
            "generation": "20260105T080000Z-1a2b3c",
            "timings_ms": {"retrieval": 6.1, "answering": 3.0, "total": 9.8},
            "message": "",
            "label": "以上文字由程序从原文中摘出，未作改写。",
            "related": [],
            "total_items": None,
            "read_as": None,
            "rewritten": None,
            "approved": None,
            "guarded": None,
            "premise": None,
            "places": [],
            "silent_places": [],
            "dropped_statements": 0,
            "usage": None,
            "masked": [],
            "invalid_reason": None,
            "language": "zh-Hans",
        },
        "search": {
            "hits": [
                {
                    **_PASSAGE,
                    "text": "向户籍所在地乡镇卫生院申领。",
                    "start": 120,
                    "end": 134,
                    "chunk_id": "3f5a0c1d2e4b6978-4",
                    "score": 1.32,
                    "parts": {"bm25_word": 0.8, "dense": 0.05},
                }
            ],
            "read_as": None,
            "timings_ms": {"total": 5.2},
        },
        "regions": {"regions": [{"name": "云溪县", "documents": 12}]},
    }
)
"""Invented answers, by the name of their route; a test holds them to the types."""

RESPONSES: Mapping[str, dict[str, Any]] = MappingProxyType(
    {
        **EXAMPLES,
        "ask_kept": {**EXAMPLES["ask"], "receipt": "eNqrVkrOz0…"},
        "feedback": {"stored": True, "message": "谢谢，已经记下了。"},
    }
)
"""The same, with what goes out with an answer so that it can be come back to."""

_ERRORS = {
    404: ("There is no such document or address.", "not_found", "没有找到。", None),
    413: ("The body is larger than is read.", "too_large", "请求太大。", None),
    422: ("A field cannot be used; `field` names it.", "invalid_field", "“top”的值不能用。", "top"),
    500: ("Something went wrong here.", "internal", "出错了，没有答案。", None),
    503: ("Nothing is published, or too many are asking.", "busy", "现在提问的人很多，请稍后再试。", None),
    504: ("The answer took longer than `server.answer_timeout_s`.", "timeout", "查找时间太长。", None),
}


def describe(app: FastAPI) -> None:
    """Give an application its description. FastAPI leaves null fields out of examples; they are put in whole."""
    app.title, app.description, app.openapi_tags = "policychat", ABOUT, [dict(tag) for tag in TAGS]
    plain = app.openapi

    def whole() -> dict[str, Any]:
        document = plain()
        for (method, path), example in _WHOLE.items():
            document["paths"][path][method]["responses"]["200"]["content"]["application/json"]["example"] = example
        return document

    app.openapi = whole  # type: ignore[method-assign]


def responses(model: type[BaseModel], route: str, done: int = 200) -> dict[int | str, dict[str, Any]]:
    """Return what a route answers: a value of ``model`` with the status ``done``, and each error in the one form."""
    errors: dict[int | str, dict[str, Any]] = {
        status: {
            "model": Fault,
            "description": meaning,
            "content": _json({"error": {"code": code, "message": message, "field": field}}),
        }
        for status, (meaning, code, message, field) in _ERRORS.items()
    }
    good: dict[str, Any] = {"model": model, "description": (model.__doc__ or "").strip()}
    if route in RESPONSES:
        good["content"] = _json(RESPONSES[route])
    return {done: good, **errors}


def _json(example: object) -> dict[str, Any]:
    return {"application/json": {"example": example}}


def _route(summary: str, description: str, **more: Any) -> dict[str, Any]:
    # The types describe what is written; checking every answer against them again would only cost time.
    return {"summary": summary, "description": description, "response_model": None, **more}


def _body(example: object) -> dict[str, Any]:
    return {"requestBody": {"content": _json(example)}}


ASK = _route(
    "Answer one question",
    """\
A question that cannot be taken (empty, too long, an unknown place) is answered with HTTP status 422, and one asked while nothing
is published with 503; the body is an answer all the same, with the status `invalid` or `unavailable`. Step by step, both are 200, as every answer.

With `Accept: text/event-stream` the answer comes step by step as it is made:

| event | data |
| --- | --- |
| `evidence` | `citations`: the quotes an answer will be written from, before its first word; left out where the answer is ready at once |
| `status` | `status`, `mode`, `message`: statements follow. **A second `status` means begin anew**: it takes back every statement and citation since the first |
| `citation` | one citation, before the first statement that uses it |
| `statement` | one verified statement, and `delta`: what it adds to the text; the deltas since the last `status` joined are `answer`, where there are statements |
| `notice` | one notice |
| `done` | the whole answer, as without streaming; always the last event of an answer |
| `error` | the same body as any error; always the last event |

Lines that begin with a colon only keep the connection open. When the caller leaves, the work stops.""",
    openapi_extra=_body({"question": "育儿补贴怎么领？", "region": "云溪县", "history": []}),
)
FEEDBACK = _route(
    "Say what an answer was worth",
    """\
Keeps what a reader says of an answer, together with the whole answer. The body must be `application/json`. Sent again for the same
answer, it takes the place of what was said before. A receipt of another server, or from before its key was changed, gives 422 with
the code `receipt`; more than 30 a minute from one address give 429 with `too_many`; 503 with `not_stored` means that nothing was
kept.""",
    openapi_extra=_body({"receipt": "eNqrVkrOz0…", "useful": False, "reason": "not_found", "comment": None}),
)
SEARCH = _route("Rank passages", "Ranked passages for a question, without an answer. Filters restrict what is found.")
DOCUMENTS = _route("List the documents", "What is known about every document of the published generation.")
DOCUMENT = _route(
    "Read a document", "A document with the cleaned text that `start` and `end` of every citation refer to."
)
REGIONS = _route("List the places", "The places that have documents; `region` of a question is one of these names.")
ALIVE = _route("Is the process alive", "Answers as long as the process runs.")
READY = _route(
    "Is a generation loaded",
    "503 with a reason while none is published or it does not answer.",
    responses={503: {"description": "Not ready; `reason` says why."}},
)

_CHAT_EXAMPLE = {
    "id": "chatcmpl-7f3a",
    "object": "chat.completion",
    "created": 1767600000,
    "model": "policychat:云溪县",
    "choices": [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": "向户籍所在地乡镇卫生院申领。 [1]\n\n来源\n[1] 《云溪县育儿补贴办法》 云溪县卫生健康局 2025年6月20日 "
                "http://127.0.0.1:7860/documents/3f5a0c1d2e4b6978?start=120&end=134#char=120,134",
                "refusal": None,
            },
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
    "system_fingerprint": "20260105T080000Z-1a2b3c",
    "policychat": EXAMPLES["ask"],
}
_OPENAI_FAULT = {
    "error": {
        "message": "The model 'gpt-x' does not exist.",
        "type": "invalid_request_error",
        "param": "model",
        "code": "model_not_found",
    }
}


def _openai_responses(description: str, example: object) -> dict[int | str, dict[str, Any]]:
    faults = {
        400: "The request cannot be served; `param` names the field.",
        404: "There is no such model or address.",
        413: "The body is larger than is read.",
        503: "Nothing is published, or too many are asking.",
        504: "The answer took longer than `server.answer_timeout_s`.",
    }
    told: dict[int | str, dict[str, Any]] = {
        status: {"description": meaning, "content": _json(_OPENAI_FAULT)} for status, meaning in faults.items()
    }
    # FastAPI would add its own form of this error, which these routes never answer with.
    return {200: {"description": description, "content": _json(example)}, **told, "4XX": {"description": "See 400."}}


CHAT = _route(
    "Answer as a chat completion",
    """\
OpenAI's wire format, streamed (`"stream": true`) or not. The last user message is the question, earlier user messages are its
history; messages of other roles change nothing. The content ends with the sources as footnotes; the whole answer, as
`POST /api/v1/ask` gives it, is in the field `policychat` (when streaming: of the chunk with `finish_reason`).

`tools`, `functions`, `logprobs`, `audio`, `n` above 1 and a `response_format` other than text are refused. What tunes a model
(`temperature`, `max_tokens`, `seed` …) is ignored. No key is asked for.""",
    responses=_openai_responses("The completion.", _CHAT_EXAMPLE),
    openapi_extra=_body({"model": "policychat:云溪县", "messages": [{"role": "user", "content": "育儿补贴怎么领？"}]}),
)
_MODEL_EXAMPLE = {"id": "policychat", "object": "model", "created": 1767600000, "owned_by": "policychat"}
MODELS = _route(
    "List the models",
    "`policychat`, and `policychat:<place>` for each place that has documents.",
    responses=_openai_responses("The models.", {"object": "list", "data": [_MODEL_EXAMPLE]}),
)
MODEL = _route("Look a model up", "One model by its name.", responses=_openai_responses("The model.", _MODEL_EXAMPLE))

_WHOLE: dict[tuple[str, str], dict[str, Any]] = {
    ("post", "/api/v1/ask"): RESPONSES["ask_kept"],
    ("post", "/api/v1/search"): EXAMPLES["search"],
    ("get", "/api/v1/search"): EXAMPLES["search"],
    ("post", "/v1/chat/completions"): _CHAT_EXAMPLE,
}
"""Examples that hold null fields, by method and path."""
