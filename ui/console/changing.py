"""Change a document: correct what is known about it, take it out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from ingest.correcting import correct_document
from ingest.corrections import CORRECTABLE, parse_correction
from ingest.generation import Progress
from ingest.metadata_language import LANGUAGES
from ingest.pipeline import delete_documents
from ingest.report import IngestReport
from rag.domain import Authority, Document, DocumentType, Validity
from rag.errors import UsageError
from rag.regions import Gazetteer
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.frame import about_document, button, console_page, field, form, go_to
from ui.console.parts import ConsoleParts
from ui.console.sent import MAX_REASON_CHARS, document_path, text_of
from ui.markup import Html, element, join
from ui.wording import Wording

_LONGEST_VALUE = 300
_CHOICES: Mapping[str, type[DocumentType] | type[Authority] | type[Validity]] = {
    "type": DocumentType,
    "authority": Authority,
    "validity": Validity,
}


@dataclass(frozen=True, slots=True)
class _Typed:
    """What somebody typed into the form of corrections, kept when it cannot be taken."""

    values: Mapping[str, str]
    withdrawn: frozenset[str] = frozenset()
    reason: str = ""


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    reading = Depends(parts.doors.require(Role.ADMIN))
    sending = Depends(parts.doors.checked(Role.ADMIN))

    @router.get("/documents/{document_id}/correct")
    def correcting(document_id: str, request: Request, signed_in: SignedIn = reading) -> Response:
        document = parts.assistant.document(document_id)
        return _correcting(parts, request, signed_in, document, _Typed(_values(document)))

    @router.post("/documents/{document_id}/correct")
    async def correct(document_id: str, request: Request, signed_in: SignedIn = sending) -> Response:
        sent = await request.form()
        return await asyncio.to_thread(_correct, parts, request, signed_in, document_id, sent)

    @router.get("/documents/{document_id}/delete")
    def deleting(document_id: str, request: Request, signed_in: SignedIn = reading) -> Response:
        return _deleting(parts, request, signed_in, parts.assistant.document(document_id))

    @router.post("/documents/{document_id}/delete")
    async def delete(document_id: str, request: Request, signed_in: SignedIn = sending) -> Response:
        sent = await request.form()
        return await asyncio.to_thread(_delete, parts, request, signed_in, document_id, sent)

    return router


def _values(document: Document) -> dict[str, str]:
    """Return what is known of a document now, as the form shows it; empty where nothing is."""
    return {name: str(value) if (value := getattr(document, name)) is not None else "" for name in CORRECTABLE}


def _correct(parts: ConsoleParts, request: Request, signed_in: SignedIn, document_id: str, sent: FormData) -> Response:
    document = parts.assistant.document(document_id)
    before = _values(document)
    typed = _Typed(
        {name: text_of(sent, name, _LONGEST_VALUE) for name in CORRECTABLE},
        frozenset(name for name in CORRECTABLE if text_of(sent, f"withdraw-{name}")),
        text_of(sent, "reason", MAX_REASON_CHARS),
    )
    changes: dict[str, str | None] = {name: None for name in CORRECTABLE if name in typed.withdrawn}
    changed = {n: v for n, v in typed.values.items() if v != before[n] and n not in typed.withdrawn}
    wording = parts.wording(request)
    problem = _problem_with(parts, changed, wording)
    if problem is None and not changed and not changes:
        problem = wording.text("console.correct.nothing")
    if problem is None and not typed.reason:
        problem = wording.text("console.reason.missing")
    if problem is not None:
        return _correcting(parts, request, signed_in, document, typed, problem)
    changes |= changed

    def task(progress: Progress) -> IngestReport:
        return correct_document(
            document_id,
            changes,
            signed_in.user,
            parts.settings,
            parts.open_embedding(),
            reason=typed.reason,
            progress=progress,
        )

    was = {name: before[name] for name in changes}
    now = {"values": changes, "reason": typed.reason}
    parts.begin(signed_in, "correct", document.source, task, {"values": was}, now)
    return go_to("/admin/work")


def _problem_with(parts: ConsoleParts, changed: Mapping[str, str], wording: Wording) -> str | None:
    """Return what cannot be taken, in words, or None."""
    gazetteer = Gazetteer.load(parts.settings.regions.extra)
    for name, value in changed.items():
        if not value:
            return wording.text("console.correct.empty", field=wording.text(f"console.fact.{name}"))
        try:
            parse_correction(name, value, gazetteer)
        except UsageError:
            allowed = wording.text(f"console.allowed.{name}")
            return wording.text("console.correct.wrong", field=wording.text(f"console.fact.{name}"), allowed=allowed)
    return None


def _correcting(
    parts: ConsoleParts,
    request: Request,
    signed_in: SignedIn,
    document: Document,
    typed: _Typed,
    problem: str | None = None,
) -> Response:
    wording = parts.wording(request)
    with parts.open_catalogue() as catalogue:
        corrected = catalogue.corrections.current().get(document.source, {})
    body = join(
        about_document(document, wording),
        element("p", wording.text("console.correct.lead")),
        form(
            signed_in,
            document_path(document.document_id, "/correct"),
            element(
                "div",
                *(_control(name, typed, name in corrected, wording) for name in CORRECTABLE),
                class_="side-by-side",
            ),
            reason_field(wording, typed.reason),
            decide(wording.text("console.correct.save"), document_path(document.document_id), wording),
            class_="stacked",
        ),
    )
    return console_page(
        request,
        signed_in,
        wording,
        wording.text("console.correct"),
        body,
        active="documents",
        problem=problem,
    )


def _control(name: str, typed: _Typed, corrected: bool, wording: Wording) -> Html:
    chosen = typed.values.get(name, "")
    choices = ("", *LANGUAGES) if name == "language" else _CHOICES.get(name)
    described = f"{name}-hint"
    if choices is None:
        control = element(
            "input", type="text", name=name, id=name, value=chosen, maxlength=_LONGEST_VALUE, aria_describedby=described
        )
    else:
        options = (
            element("option", _choice(name, value, wording), value=value, selected=value == chosen)
            for value in map(str, choices)
        )
        control = element("select", *options, name=name, id=name, aria_describedby=described)
    if corrected:
        box = element("input", type="checkbox", name=f"withdraw-{name}", value="1", checked=name in typed.withdrawn)
        control = join(control, element("label", box, " ", wording.text("console.correct.withdraw"), class_="check"))
    return field(wording.text(f"console.fact.{name}"), control, wording.text(f"console.allowed.{name}"), for_=name)


def _choice(name: str, value: str, wording: Wording) -> str:
    if name == "language":
        return wording.text_language(value) if value else wording.text("document.unknown")
    if name == "type":
        return wording.document_type(DocumentType(value))
    return wording.authority(Authority(value)) if name == "authority" else wording.validity(Validity(value))


def reason_field(wording: Wording, typed: str = "", *, name: str = "reason") -> Html:
    """Return the field ``reason``, in which somebody says why; ``name`` is its id where a page has several."""
    control = element(
        "input",
        type="text",
        name="reason",
        id=name,
        value=typed,
        maxlength=MAX_REASON_CHARS,
        required=True,
        aria_describedby=f"{name}-hint",
    )
    return field(wording.text("console.reason"), control, wording.text("console.reason.hint"), for_=name)


def decide(words: str, back_to: str, wording: Wording, *, danger: bool = False) -> Html:
    """Return the button that does it and the way back to a path."""
    back = element("a", wording.text("console.cancel"), href=at(back_to), class_="button")
    return element("div", button(words, primary=not danger, danger=danger), back, class_="actions")


def _deleting(
    parts: ConsoleParts, request: Request, signed_in: SignedIn, document: Document, problem: str | None = None
) -> Response:
    wording = parts.wording(request)
    body = join(
        about_document(document, wording),
        element("p", wording.text("console.delete.lead")),
        form(
            signed_in,
            document_path(document.document_id, "/delete"),
            reason_field(wording),
            decide(wording.text("console.delete"), document_path(document.document_id), wording, danger=True),
            class_="stacked",
        ),
    )
    title = wording.text("console.delete.title")
    return console_page(request, signed_in, wording, title, body, active="documents", problem=problem)


def _delete(parts: ConsoleParts, request: Request, signed_in: SignedIn, document_id: str, sent: FormData) -> Response:
    document = parts.assistant.document(document_id)
    reason = text_of(sent, "reason", MAX_REASON_CHARS)
    if not reason:
        problem = parts.wording(request).text("console.reason.missing")
        return _deleting(parts, request, signed_in, document, problem)

    def task(progress: Progress) -> IngestReport:
        return delete_documents([document_id], parts.settings, parts.open_embedding(), progress=progress)

    parts.begin(signed_in, "delete", document.source, task, {"title": document.title}, {"reason": reason})
    return go_to("/admin/work")
