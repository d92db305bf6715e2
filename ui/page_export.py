"""Hand out an answer as a file: ``POST /page/export/docx`` and ``POST /page/export/pdf``.

The browser sends back the receipt of the answer, as JSON or as a form, which works without scripts. The quotes are read
again in today's documents first: a file lives long, so it must not begin with what has left its source.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from rag.errors import PolicychatError
from rag.reverification import Texts, reverified
from rag.settings import HelpSettings
from ui.answer_sheet import answer_sheet, printable
from ui.attachments import disposition
from ui.desk import Desk
from ui.export import Export
from ui.export_docx import docx_bytes
from ui.export_pdf import pdf_bytes
from ui.faults import classify, fault_body
from ui.reader import Reader, reader_of
from ui.receipts import MAX_RECEIPT_CHARS, Receipts
from ui.traditional import language_for, told_in_script
from ui.wording import Language, Wording, chosen_language

EXPORT_LIMITS: Mapping[str, int] = dict.fromkeys(("/page/export/docx", "/page/export/pdf"), MAX_RECEIPT_CHARS + 4096)
"""Most bytes of a request's body, by path: room for the longest receipt."""

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_FORMATS: Mapping[str, tuple[str, Callable[[Export], bytes]]] = {
    "docx": (_DOCX, docx_bytes),
    "pdf": ("application/pdf", pdf_bytes),
}
_FORM = "application/x-www-form-urlencoded"

_NOT_IN_NAMES = re.compile(r'[\s\\/:*?"<>|%\x00-\x1f]+')
"""What Windows, phones or a shell do not take in the name of a file."""

_NAME_CHARS = 40


@dataclass(frozen=True, slots=True)
class Exporting:
    """What the routes stand on: ``texts`` is where quotes are read again, the assistant itself.

    ``explain`` writes the page with a sentence that a form is answered with when there is no file.
    """

    receipts: Receipts
    texts: Texts
    numbers: HelpSettings
    explain: Callable[[Reader, Wording, str], str]


def build_export(parts: Exporting, desk: Desk) -> APIRouter:
    """Return the routes. A program gets errors as JSON, a form as a page to read."""
    router = APIRouter(include_in_schema=False)

    @router.post("/page/export/{kind}")
    async def export(kind: Annotated[str, Path(pattern="^(docx|pdf)$")], request: Request) -> Response:
        is_form = request.headers.get("content-type", "").startswith(_FORM)
        fields = _fields(await request.body(), is_form)
        language = chosen_language(fields.get("lang"), request.headers.get("accept-language"))
        origin = f"{request.url.scheme}://{request.url.netloc}"
        try:
            file = await desk.run(lambda: _made(parts, kind, fields, language, origin))
        except PolicychatError as error:
            status, code = classify(error)
        else:
            return file
        wording = Wording(language, parts.numbers)
        body = fault_body(code, wording)
        if not is_form:
            return JSONResponse(body, status)
        return HTMLResponse(parts.explain(reader_of(request.scope), wording, str(body["error"]["message"])), status)

    return router


def file_name(question: str, wording: Wording, ending: str) -> str:
    """Return a name for the file of an answer that every system takes: short, in one word, with no path in it."""
    words = _NOT_IN_NAMES.sub(" ", printable(question)).strip(" .")[:_NAME_CHARS].strip(" .")
    return f"{wording.text('export.file', question=words).strip()}.{ending}"


def _made(parts: Exporting, kind: str, fields: Mapping[str, str], language: Language, origin: str) -> Response:
    kept = parts.receipts.open(fields.get("receipt", ""))
    checked = reverified(kept.answer, parts.texts)
    question = kept.answer.question
    wording = Wording(language_for(question, language), parts.numbers)
    media_type, write = _FORMATS[kind]
    content = write(
        Export(
            answer_sheet(told_in_script(checked.answer, question), wording, origin),
            wording,
            checked=datetime.now(UTC).astimezone().date(),
            answer_id=kept.receipt_id,
            place=kept.region,
            made=datetime.fromisoformat(kept.at).astimezone().date(),
            generation=kept.answer.generation,
            dropped=checked.dropped,
        )
    )
    headers = {
        "Content-Disposition": disposition(file_name(question, wording, kind), "answer"),
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=media_type, headers=headers)


def _fields(body: bytes, is_form: bool) -> dict[str, str]:
    """Return the texts that came with a request; nothing where it is neither a form nor a JSON object."""
    if is_form:
        # latin-1 keeps every byte; a receipt and a language are ASCII.
        return {name: values[0] for name, values in parse_qs(body.decode("latin-1")).items()}
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return {name: value for name, value in sent.items() if isinstance(value, str)} if isinstance(sent, dict) else {}
