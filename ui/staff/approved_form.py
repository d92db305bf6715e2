"""The forms in which an answer is proposed: the question asked first, then its words, its wordings, its places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rag.approved_records import ApprovedAnswer
from rag.draft_answers import Draft
from ui.accounts.doors import SignedIn
from ui.addresses import at
from ui.console.frame import button, field, form
from ui.markup import Html, element, join
from ui.staff.answer_fields import name_of
from ui.staff.approved_fields import MOST_REVIEW_DAYS, ApprovedFields
from ui.staff.approved_list import answer_path, render_places
from ui.staff.approved_statements import render_items
from ui.wording import Wording


@dataclass(frozen=True, slots=True)
class Shown:
    """What the form shows. ``changing`` is the answer that is proposed again; None for a new one."""

    fields: ApprovedFields
    draft: Draft
    changing: ApprovedAnswer | None
    places: Sequence[str]


def render_ask(text: str, region: str, places: Sequence[str], wording: Wording) -> Html:
    """Return the form that asks the question whose answer is to be proposed."""
    question = element("input", type="text", name="q", id="q", value=text, required=True, maxlength="500", lang="zh")
    place = element("input", type="text", name="region", id="region", value=region, list="places", lang="zh")
    return join(
        element("p", wording.text("staff.approved.ask.lead")),
        element(
            "form",
            field(wording.text("staff.approved.question"), question, for_="q"),
            field(wording.text("staff.approved.place"), place, for_="region"),
            element("div", button(wording.text("staff.approved.ask"), primary=True), class_="actions"),
            render_places(places),
            method="get",
            action=at("/staff/approved/new"),
        ),
    )


def render_form(shown: Shown, signed_in: SignedIn, wording: Wording) -> Html:
    """Return the form of a proposal; every field is filled in with what is known."""
    if not shown.draft.items:
        draft = shown.fields.draft
        return render_ask(draft.question, draft.region or "", shown.places, wording)
    changing = shown.changing
    path = answer_path(changing.number, "/change") if changing else "/staff/approved/propose"
    return form(
        signed_in,
        path,
        *_hidden(shown),
        element("h2", wording.text("staff.approved.statements")),
        _lost(shown, wording),
        render_items(shown.draft, wording),
        *_facts(shown, wording),
        element("p", wording.text("staff.approved.change.why"), class_="hint") if changing else "",
        element("div", button(wording.text("staff.approved.save"), primary=True), class_="actions"),
        render_places(shown.places),
        data_keep=f"change-{changing.number}" if changing else "propose",
        class_="approved-form",
    )


def _lost(shown: Shown, wording: Wording) -> Html:
    """Say what is gone from the sources, with the way to what they say now."""
    changing, lost = shown.changing, shown.draft.lost
    told = element("p", wording.text("staff.approved.lost", count=lost), class_="problem") if lost else ""
    if changing is None:
        return join(told)
    address = at(answer_path(changing.number, "/change")) + "?anew=1"
    return join(told, element("p", element("a", wording.text("staff.approved.renew"), href=address)))


def _hidden(shown: Shown) -> list[Html]:
    draft = shown.fields.draft
    told = [
        ("q", draft.question),
        ("region", draft.region or ""),
        ("receipt", draft.receipt),
        *(("added", name_of(span)) for span in draft.changes.added),
    ]
    told += [("revision", str(shown.changing.revision))] if shown.changing else []
    return [element("input", type="hidden", name=name, value=value) for name, value in told]


def _facts(shown: Shown, wording: Wording) -> list[Html]:
    fields = shown.fields

    def told(name: str, control: Html) -> Html:
        known = wording.known(f"staff.approved.{name}.hint") or ""
        return field(wording.text(f"staff.approved.{name}"), control, known, for_=name)

    def typed(name: str, value: str, kind: str = "text", **attributes: str) -> Html:
        return told(
            name,
            element(
                "input",
                type=kind,
                name=name,
                id=name,
                value=value,
                required=True,
                aria_describedby=f"{name}-hint",
                **attributes,
            ),
        )

    def written(name: str, value: str, rows: int, *, required: bool = True) -> Html:
        return told(
            name,
            element(
                "textarea",
                value,
                name=name,
                id=name,
                rows=rows,
                required=required,
                aria_describedby=f"{name}-hint",
                lang="zh",
            ),
        )

    today = date.today()
    return [
        written("wordings", fields.wordings, 4),
        written("places", fields.places, 2),
        typed("office", fields.office, maxlength="200"),
        typed("owner", fields.owner, maxlength="200"),
        typed(
            "review",
            fields.review,
            "date",
            min=(today + timedelta(days=1)).isoformat(),
            max=(today + timedelta(days=MOST_REVIEW_DAYS)).isoformat(),
        ),
        written("note", fields.note, 2, required=False),
    ]
