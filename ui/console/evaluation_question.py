"""One question of a set: what is asked, and what the answer must be."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as with_default
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from rag.catalogue.question_set_records import QuestionSet
from rag.errors import SourceError, UnknownIdError, UsageError
from rag.evaluation.answer_file import read_entry
from rag.evaluation.answer_writing import entry_of
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.answer_cells import NOT_IN_SOURCES, conditions_list, status_words
from ui.console.evaluation_set import set_number, set_path
from ui.console.frame import button, console_page, field, form, go_to
from ui.console.parts import ConsoleParts
from ui.console.sent import text_of
from ui.markup import Html, element, join, line
from ui.wording import Wording

_LONGEST = 5000
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "answered": ("answered",),
    "not_in_sources": NOT_IN_SOURCES,
    "needs_clarification": ("needs_clarification",),
    "redacted": ("redacted",),
    "routed": ("routed",),
}
"""What must happen, as it is chosen; a question from a file may say something else, which is then kept."""
_KEPT = "kept"
_EDITED = ("status", "contains", "source")
"""The conditions that the form has; the others of a file stay as they are."""
_OTHERS = ("absent", "place", "places", "silent", "options", "items", "notices", "premise", "rewritten")


@dataclass(frozen=True, slots=True)
class _Typed:
    """What stands in the form."""

    question: str = ""
    region: str = ""
    history: str = ""
    status: str = "answered"
    contains: str = ""
    source: str = ""
    question_id: str = ""
    was: Mapping[str, Any] = with_default(default_factory=dict)
    """The question as it is kept; empty for a new one."""


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    reading = Depends(parts.doors.require(Role.ADMIN))
    sending = Depends(parts.doors.checked(Role.ADMIN))

    @router.get("/evaluation/sets/{number}/question")
    def page(number: str, request: Request, signed_in: SignedIn = reading) -> Response:
        kept = _kept(parts, set_number(number))
        wanted = request.query_params.get("id")
        typed = _typed_of(_entry(kept, wanted)) if wanted is not None else _Typed()
        return _page(parts, request, signed_in, kept, typed)

    @router.post("/evaluation/sets/{number}/question")
    async def keep(number: str, request: Request, signed_in: SignedIn = sending) -> Response:
        sent = await request.form()
        return await asyncio.to_thread(_keep, parts, request, signed_in, set_number(number), sent)

    @router.post("/evaluation/sets/{number}/question/remove")
    async def remove(number: str, request: Request, signed_in: SignedIn = sending) -> Response:
        was = text_of(await request.form(), "was", 200)
        await asyncio.to_thread(_remove, parts, signed_in, set_number(number), was)
        return go_to(set_path(set_number(number)), "question_removed")

    return router


def _kept(parts: ConsoleParts, number: int) -> QuestionSet:
    with parts.open_catalogue() as catalogue:
        return catalogue.question_sets.get(number)


def _entry(kept: QuestionSet, question_id: str) -> Mapping[str, Any]:
    for entry in kept.entries:
        if entry["id"] == question_id:
            return entry
    raise UnknownIdError(f"no question {question_id!r}")


def _remove(parts: ConsoleParts, signed_in: SignedIn, number: int, question_id: str) -> None:
    with parts.open_catalogue() as catalogue:
        catalogue.question_sets.remove_question(number, question_id, by=signed_in.user)


def _keep(parts: ConsoleParts, request: Request, signed_in: SignedIn, number: int, sent: FormData) -> Response:
    kept, was = _kept(parts, number), text_of(sent, "was", 200)
    typed = _Typed(
        question=text_of(sent, "question", _LONGEST),
        region=text_of(sent, "region", 200),
        history=text_of(sent, "history", _LONGEST),
        status=text_of(sent, "status", 40),
        contains=text_of(sent, "contains", _LONGEST),
        source=text_of(sent, "source", _LONGEST),
        question_id=text_of(sent, "id", 200),
        was=_entry(kept, was) if was else {},
    )
    wording = parts.wording(request)
    if not typed.question:
        return _page(parts, request, signed_in, kept, typed, wording.text("eval.question.missing"))
    try:
        entry = entry_of(read_entry(_written(typed, kept), kept.info.name))
    except SourceError as error:
        told = f"{wording.text('eval.question.bad')} {line(str(error))[:300]}"
        return _page(parts, request, signed_in, kept, typed, told)
    try:
        with parts.open_catalogue() as catalogue:
            catalogue.question_sets.keep_question(number, entry, instead_of=was or None, by=signed_in.user)
    except UsageError:
        return _page(parts, request, signed_in, kept, typed, wording.text("eval.question.taken"))
    return go_to(set_path(number), "question_kept")


def _written(typed: _Typed, kept: QuestionSet) -> dict[str, Any]:
    """Return the entry that the form says; what it has no field for stays as it was."""
    was_expected = typed.was.get("expect", {})
    statuses = was_expected.get("status") if typed.status == _KEPT else _CHOICES.get(typed.status)
    expect = {
        **{name: value for name, value in was_expected.items() if name not in _EDITED},
        "status": list(statuses or [typed.status]),
        "contains": [_group(one) for one in _lines(typed.contains)],
        "source": _lines(typed.source),
    }
    entry = {
        **{name: typed.was[name] for name in ("held_out", "answer") if name in typed.was},
        "id": typed.question_id or _free_id(kept.entries),
        "question": line(typed.question),
        "expect": {name: value for name, value in expect.items() if value},
    }
    if typed.question_id == typed.was.get("id") and "kind" in typed.was:
        entry["kind"] = typed.was["kind"]
    if typed.region:
        entry["region"] = line(typed.region)
    if typed.history:
        entry["history"] = _lines(typed.history)
    return entry


def _free_id(entries: Sequence[Mapping[str, Any]]) -> str:
    taken = {str(entry["id"]) for entry in entries}
    number = len(taken) + 1
    while f"question-{number}" in taken:
        number += 1
    return f"question-{number}"


def _lines(typed: str) -> list[str]:
    return [line(one) for one in typed.splitlines() if one.strip()]


def _group(typed: str) -> str | list[str]:
    parts = [part.strip() for part in typed.replace("｜", "|").split("|") if part.strip()]
    return parts[0] if len(parts) == 1 else parts or typed


def _typed_of(entry: Mapping[str, Any]) -> _Typed:
    expect = entry["expect"]
    statuses = tuple(expect["status"])
    chosen = next((name for name, those in _CHOICES.items() if set(those) == set(statuses)), _KEPT)
    groups = (one if isinstance(one, str) else " | ".join(one) for one in expect.get("contains", ()))
    return _Typed(
        question=entry["question"],
        region=entry.get("region", ""),
        history="\n".join(entry.get("history", ())),
        status=chosen,
        contains="\n".join(groups),
        source="\n".join(expect.get("source", ())),
        question_id=entry["id"],
        was=entry,
    )


def _page(
    parts: ConsoleParts,
    request: Request,
    signed_in: SignedIn,
    kept: QuestionSet,
    typed: _Typed,
    problem: str | None = None,
) -> Response:
    wording = parts.wording(request)
    number, was = kept.info.number, str(typed.was.get("id", ""))
    back = element("a", wording.text("console.cancel"), href=at(set_path(number)), class_="button")
    save = element("div", button(wording.text("eval.set.save"), primary=True), back, class_="actions")
    keep = form(
        signed_in,
        set_path(number, "/question"),
        element("input", type="hidden", name="was", value=was),
        *_fields(typed, parts.places.names(), wording),
        save,
        class_="stacked",
    )
    remove = form(
        signed_in,
        set_path(number, "/question/remove"),
        element("input", type="hidden", name="was", value=was),
        button(wording.text("eval.question.remove"), danger=True),
    )
    title = wording.text("eval.question.edit" if was else "eval.question.add")
    of_set = element("p", wording.text("eval.run.set"), " ", element("strong", line(kept.info.name)))
    body = join(of_set, keep, element("div", remove, class_="actions") if was else "")
    return console_page(request, signed_in, wording, title, body, active="evaluation", problem=problem)


def _fields(typed: _Typed, places: Sequence[str], wording: Wording) -> list[Html]:
    def told(name: str, control: Html) -> Html:
        hint = wording.known(f"eval.question.{name}.hint") or ""
        label = "eval.question" if name == "text" else f"eval.question.{name}"
        return field(wording.text(label), control, hint, for_=name)

    def typing(name: str, value: str, longest: int, **more: Any) -> Html:
        described = f"{name}-hint"
        sent_as = "question" if name == "text" else name
        return element(
            "input", type="text", name=sent_as, id=name, value=value, maxlength=longest, aria_describedby=described, **more
        )  # fmt: skip

    def writing(name: str, value: str) -> Html:
        # A line break right after the tag would be taken away by the browser.
        return element("textarea", "\n" + value, name=name, id=name, rows=3, aria_describedby=f"{name}-hint")

    expect = typed.was.get("expect", {})
    choices = [(name, status_words(wording, those)) for name, those in _CHOICES.items()]
    if typed.status == _KEPT:
        choices.append((_KEPT, status_words(wording, expect.get("status", ()))))
    options = (element("option", words, value=name, selected=name == typed.status) for name, words in choices)
    fields = [
        told("text", typing("text", typed.question, 500, required=True)),
        told("status", element("select", *options, name="status", id="status")),
        told("contains", writing("contains", typed.contains)),
        told("source", writing("source", typed.source)),
        told("region", typing("region", typed.region, 100, list="places")),
        element("datalist", *(element("option", value=name) for name in places), id="places"),
        told("history", writing("history", typed.history)),
        told("id", typing("id", typed.question_id, 80)),
    ]
    if any(name in expect for name in _OTHERS):
        more = conditions_list(expect, wording, _OTHERS)
        fields.append(element("div", element("p", wording.text("eval.question.more")), more))
    return fields
