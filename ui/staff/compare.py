"""``/staff/compare``: two places on one question, two versions of a policy, or two documents, side by side."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from ingest.stored_versions import document_versions
from ingest.versions import fact_changes, section_changes
from rag.domain import Document, NamedDocument, Question
from rag.errors import QuestionError
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.console.parts import ConsoleParts
from ui.console.sent import number_of
from ui.markup import Html, element, join, line
from ui.staff.compare_choice import Choice, render_choice, render_places_form
from ui.staff.compare_places import render_places
from ui.staff.compare_texts import render_differences
from ui.staff.frame import staff_page
from ui.wording import Wording

_LONGEST, _LONGEST_NAME = 500, 100
_FOUND = 40
"""Passages looked through for documents to choose from; most documents have several."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address asks to compare; empty text where it does not say."""

    words: str
    one: str
    two: str
    document: str
    other: str
    find: str
    since: int | None


def build(parts: ConsoleParts) -> APIRouter:
    """Return the route. What is compared stands in the address, so that it can be sent on and reloaded."""
    router = APIRouter(include_in_schema=False)
    reading = Depends(parts.doors.require(Role.STAFF))

    @router.get("/compare")
    def compare(request: Request, signed_in: SignedIn = reading) -> Response:
        wording = parts.wording(request)
        asked = _asked(request)
        problem: str | None = None
        body = join()
        try:
            body = _texts(parts, asked, wording) if asked.document else _places(parts, asked, wording)
        except QuestionError as error:
            problem = wording.known(f"staff.search.problem.{error.field}") or wording.text("staff.search.problem.other")
        whole = join(*_forms(parts, asked, wording), body)
        title = wording.text("staff.nav.compare")
        return staff_page(
            request,
            signed_in,
            wording,
            title,
            whole,
            active="compare",
            problem=problem,
            styles=("staff_search.css", "staff_compare.css"),
        )

    return router


def _asked(request: Request) -> _Asked:
    def text(name: str, most: int) -> str:
        return request.query_params.get(name, "").encode("utf-8", "replace").decode()[:most].strip()

    return _Asked(
        text("q", _LONGEST),
        text("one", _LONGEST_NAME),
        text("two", _LONGEST_NAME),
        text("document", _LONGEST_NAME),
        text("other", _LONGEST_NAME),
        text("find", _LONGEST),
        number_of(request.query_params.get("since")),
    )


def _forms(parts: ConsoleParts, asked: _Asked, wording: Wording) -> tuple[Html, ...]:
    places = sorted(parts.assistant.places(), key=lambda place: place.name) if parts.assistant.published() else []
    names = [place.name for place in places]
    document = parts.assistant.document(asked.document) if asked.document else None
    relations = parts.assistant.relations(asked.document) if asked.document else None
    related: tuple[NamedDocument, ...] = ()
    if relations is not None:
        single = (relations.successor, relations.twin)
        related = (*(one for one in single if one is not None), *relations.predecessors, *relations.copies)
    choice = Choice(document, related, _found(parts, asked), asked.find)
    return (
        render_places_form(asked.words, asked.one, asked.two, names, wording, is_open=not asked.document),
        render_choice(choice, wording, is_open=bool(asked.document or asked.find)),
    )


def _found(parts: ConsoleParts, asked: _Asked) -> tuple[Document, ...]:
    """Return the documents that the words find, best first, each once."""
    if not asked.find:
        return ()
    hits = parts.assistant.search(Question(asked.find), _FOUND).hits
    return tuple({hit.document.document_id: hit.document for hit in hits}.values())


def _places(parts: ConsoleParts, asked: _Asked, wording: Wording) -> Html:
    if not (asked.words and asked.one and asked.two):
        return join()
    answers = [parts.assistant.answer(Question(asked.words, place)) for place in (asked.one, asked.two)]
    return render_places(asked.words, ((asked.one, answers[0]), (asked.two, answers[1])), wording)


def _texts(parts: ConsoleParts, asked: _Asked, wording: Wording) -> Html:
    document = parts.assistant.document(asked.document)
    title = line(document.title)
    if asked.other:
        other = parts.assistant.document(asked.other)
        values = {
            "facts": [change.to_json() for change in fact_changes(document, other)],
            "sections": [change.to_json() for change in section_changes(document, other)],
        }
        return render_differences(values, (title, line(other.title)), wording)
    if asked.since is None:
        return join()
    stored = document_versions(parts.settings, document.source, asked.since)
    now = wording.text("staff.compare.now", title=title, version=document.version)
    before = wording.text("staff.compare.before", title=title, version=asked.since)
    return element("div", render_differences(stored, (before, now), wording))
