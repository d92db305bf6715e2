"""Mark a document as replaced by another or as expired, or take that back; the reason is kept with the correction."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from ingest.correcting import correct_document
from ingest.generation import Progress
from ingest.report import IngestReport
from rag.domain import Document, Validity
from rag.errors import UnknownIdError
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.changing import decide, reason_field
from ui.console.fact_words import fact_value
from ui.console.frame import about_document, button, console_page, field, form, go_to
from ui.console.listing import Listed, Listing, Wanted
from ui.console.parts import ConsoleParts
from ui.console.sent import MAX_REASON_CHARS, document_path, text_of
from ui.markup import Html, element, join, line
from ui.wording import Wording

_MOST_FOUND = 20
_LONGEST_SEARCH = 200
MARKED = ("validity", "superseded_by", "valid_until")
"""Facts that a mark sets."""


class _WrongError(Exception):
    """What was sent cannot be taken; its words are for the page."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the page of a document is made of."""

    parts: ConsoleParts
    request: Request
    signed_in: SignedIn
    document: Document
    listing: Listing


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    reading = Depends(parts.doors.require(Role.ADMIN))
    sending = Depends(parts.doors.checked(Role.ADMIN))
    listing = Listing(parts.assistant)

    @router.get("/documents/{document_id}/mark")
    def marking(document_id: str, request: Request, signed_in: SignedIn = reading) -> Response:
        document = parts.assistant.document(document_id)
        words = request.query_params.get("words", "")[:_LONGEST_SEARCH].strip()
        return _page(_Seen(parts, request, signed_in, document, listing), words)

    @router.post("/documents/{document_id}/mark")
    async def mark(document_id: str, request: Request, signed_in: SignedIn = sending) -> Response:
        sent = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}

        def do() -> Response:
            document = parts.assistant.document(document_id)
            return _mark(_Seen(parts, request, signed_in, document, listing), sent)

        return await asyncio.to_thread(do)

    return router


def _mark(seen: _Seen, sent: Mapping[str, str]) -> Response:
    parts, document = seen.parts, seen.document
    wording = parts.wording(seen.request)
    reason = text_of(sent, "reason", MAX_REASON_CHARS)
    try:
        changes = _changes(seen, sent, wording)
        if not reason:
            raise _WrongError(wording.text("console.reason.missing"))
    except _WrongError as error:
        return _page(seen, text_of(sent, "words", _LONGEST_SEARCH), str(error))
    before = {name: str(value) if (value := getattr(document, name)) is not None else "" for name in changes}

    def task(progress: Progress) -> IngestReport:
        return correct_document(
            document.document_id,
            changes,
            seen.signed_in.user,
            parts.settings,
            parts.open_embedding(),
            reason=reason,
            progress=progress,
        )

    now = {"values": changes, "reason": reason}
    parts.begin(seen.signed_in, "correct", document.source, task, {"values": before}, now)
    return go_to("/admin/work")


def _changes(seen: _Seen, sent: Mapping[str, str], wording: Wording) -> dict[str, str | None]:
    """Return the corrections that a mark makes. Raises _WrongError."""
    corrected = _corrected(seen)
    kind = text_of(sent, "as", 20)
    if kind == "superseded":
        return {"validity": Validity.SUPERSEDED.value, "superseded_by": _successor(seen, sent, wording).source}
    if kind == "expired":
        changes: dict[str, str | None] = {"validity": Validity.EXPIRED.value}
        written = text_of(sent, "day", 20)
        if written:
            try:
                changes["valid_until"] = date.fromisoformat(written).isoformat()
            except ValueError as error:
                raise _WrongError(wording.text("console.mark.wrong_day")) from error
        if "superseded_by" in corrected:
            changes["superseded_by"] = None
        return changes
    if kind == "withdraw" and corrected:
        return dict.fromkeys(corrected)
    raise _WrongError(wording.text("console.correct.nothing"))


def _successor(seen: _Seen, sent: Mapping[str, str], wording: Wording) -> Document:
    try:
        found = seen.parts.assistant.document(text_of(sent, "by", 200) or "–")
    except UnknownIdError as error:
        raise _WrongError(wording.text("console.mark.choose")) from error
    if found.document_id == seen.document.document_id:
        raise _WrongError(wording.text("console.mark.itself"))
    return found


def _corrected(seen: _Seen) -> tuple[str, ...]:
    """Return which of the facts that a mark sets an admin has corrected."""
    with seen.parts.open_catalogue() as catalogue:
        held = catalogue.corrections.current().get(seen.document.source, {})
    return tuple(name for name in MARKED if name in held)


def _page(seen: _Seen, words: str, problem: str | None = None) -> Response:
    wording = seen.parts.wording(seen.request)
    document = seen.document
    now = wording.text("console.mark.now", validity=wording.validity(document.validity))
    body = join(
        about_document(document, wording),
        element("p", now),
        element("p", wording.text("console.mark.lead"), class_="hint"),
        _superseded(seen, words, wording),
        _expired(seen, wording),
        _withdrawing(seen, wording) if _corrected(seen) else "",
    )
    title = wording.text("console.mark")
    return console_page(seen.request, seen.signed_in, wording, title, body, active="documents", problem=problem)


def _superseded(seen: _Seen, words: str, wording: Wording) -> Html:
    document = seen.document
    path = document_path(document.document_id, "/mark")
    wanted = Wanted(words=words)
    found = [row for row in seen.listing.rows() if words and wanted.fits(row)]
    found = [row for row in found if row.document_id != document.document_id]
    search = element("input", type="search", name="words", id="words", value=words, maxlength=_LONGEST_SEARCH)
    searching = element(
        "form",
        field(wording.text("console.mark.find"), search, wording.text("console.mark.find.hint"), for_="words"),
        element("div", button(wording.text("console.search"), primary=not words), class_="actions"),
        method="get",
        action=at(path),
        role="search",
        class_="stacked",
    )
    chosen: Html = join()
    if words and not found:
        chosen = element("p", wording.text("console.documents.none"))
    elif found:
        more = len(found) - _MOST_FOUND
        chosen = form(
            seen.signed_in,
            path,
            element("input", type="hidden", name="as", value="superseded"),
            element("input", type="hidden", name="words", value=words),
            element(
                "fieldset",
                element("legend", wording.text("console.mark.which")),
                *(_found(row, wording) for row in found[:_MOST_FOUND]),
            ),
            element("p", wording.text("console.files.more", count=more), class_="hint") if more > 0 else "",
            reason_field(wording, name="reason-superseded"),
            decide(wording.text("console.mark.superseded.do"), document_path(document.document_id), wording),
            class_="stacked",
        )
    return element("section", element("h2", wording.text("console.mark.superseded")), searching, chosen, class_="card")


def _found(row: Listed, wording: Wording) -> Html:
    radio = element("input", type="radio", name="by", value=row.document_id, required=True)
    known = " · ".join(part for part in (row.region, row.issuer, row.published) if part)
    words = join(
        element("span", line(row.title), lang="zh"),
        element("span", f"{known or wording.text('document.unknown')}（{row.source}）", class_="source"),
    )
    return element("label", radio, " ", element("span", words), class_="check")


def _expired(seen: _Seen, wording: Wording) -> Html:
    document = seen.document
    until = document.valid_until.isoformat() if document.valid_until else ""
    day = element("input", type="date", name="day", id="day", value=until)
    return element(
        "section",
        element("h2", wording.text("console.mark.expired")),
        form(
            seen.signed_in,
            document_path(document.document_id, "/mark"),
            element("input", type="hidden", name="as", value="expired"),
            field(wording.text("console.fact.valid_until"), day, wording.text("console.mark.day.hint"), for_="day"),
            reason_field(wording, name="reason-expired"),
            decide(wording.text("console.mark.expired.do"), document_path(document.document_id), wording),
            class_="stacked",
        ),
        class_="card",
    )


def _withdrawing(seen: _Seen, wording: Wording) -> Html:
    document = seen.document
    shown = (
        element(
            "li",
            wording.text(f"console.fact.{name}"),
            "：",
            fact_value(wording, name, str(value) if (value := getattr(document, name)) is not None else None),
        )
        for name in _corrected(seen)
    )
    return element(
        "section",
        element("h2", wording.text("console.mark.withdraw")),
        element("ul", *shown),
        form(
            seen.signed_in,
            document_path(document.document_id, "/mark"),
            element("input", type="hidden", name="as", value="withdraw"),
            reason_field(wording, name="reason-withdraw"),
            decide(wording.text("console.mark.withdraw.do"), document_path(document.document_id), wording),
            class_="stacked",
        ),
        class_="card",
    )
