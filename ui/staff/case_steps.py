"""The forms that take a case a step further: the usual next step open, the others folded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from rag.catalogue.calls import MAX_NOTE_CHARS
from rag.catalogue.case_records import STEPS, Case, CaseStatus, CaseStep
from rag.catalogue.cases import MAX_REPLY_CHARS, MAX_SOURCE_CHARS
from rag.responsible_offices import Office
from ui.accounts.doors import SignedIn
from ui.console.frame import button
from ui.markup import Html, element, join
from ui.staff.case_form import office_fields
from ui.staff.hotline_fields import day_field, draft_form, text_field, today
from ui.wording import Wording


def step_forms(
    case: Case,
    signed_in: SignedIn,
    offices: Sequence[Office],
    answer_days: int,
    wording: Wording,
    typed: CaseStep | None,
) -> Html:
    """Return a form for every step that may follow, and one for a remark; what was typed in vain is in its form."""
    made = []
    for index, status in enumerate((*STEPS[case.status], case.status)):
        mine = typed if typed is not None and typed.status is status else None
        fields = _fields(case, status, offices, answer_days, wording, mine)
        open_ = mine is not None if typed is not None else index == 0 and case.status is not CaseStatus.CLOSED
        name = "remark" if status is case.status else f"{case.status}.{status}"
        made.append(
            element(
                "details",
                element("summary", wording.text(f"cases.step.{name}")),
                _form(case, status, signed_in, wording, fields, primary=index == 0),
                open=open_,
            )
        )
    return element("section", element("h2", wording.text("cases.next")), *made, class_="steps")


def _form(
    case: Case, status: CaseStatus, signed_in: SignedIn, wording: Wording, fields: Html, *, primary: bool
) -> Html:
    return draft_form(
        signed_in,
        f"/staff/cases/{case.number}/step",
        f"case-{case.number}-{status}",
        wording,
        element("input", type="hidden", name="status", value=status),
        element("input", type="hidden", name="expected", value=case.status),
        fields,
        element("div", button(wording.text("cases.step.do"), primary=primary), class_="actions"),
    )


def _fields(
    case: Case,
    status: CaseStatus,
    offices: Sequence[Office],
    answer_days: int,
    wording: Wording,
    typed: CaseStep | None,
) -> Html:
    text = typed.text if typed else ""
    id_ = f"-{status}"
    if status is CaseStatus.ANSWERED and case.status is not CaseStatus.ANSWERED:
        return join(
            text_field("text", wording.text("cases.answer"), text, longest=MAX_REPLY_CHARS, rows=6, id_=f"text{id_}"),
            text_field(
                "source",
                wording.text("cases.source"),
                typed.source if typed else "",
                hint=wording.text("cases.source.hint"),
                longest=MAX_SOURCE_CHARS,
                id_=f"source{id_}",
            ),
        )
    kind = "reason" if _is_explained(case.status, status) else "text"
    said = text_field("text", wording.text(f"cases.{kind}"), text, longest=MAX_NOTE_CHARS, rows=2, id_=f"text{id_}")
    if status is CaseStatus.SENT and case.status is not CaseStatus.SENT:
        usual = max(case.due, today() + timedelta(days=answer_days)) if case.status is not CaseStatus.NEW else case.due
        due = typed.due if typed and typed.due else max(usual, today())
        return join(
            office_fields(offices, wording, (typed.office if typed else None) or case.office, id_=id_)
            if offices
            else _office_typed(case, wording, id_),
            day_field("due", wording.text("cases.due"), due, id_=f"due{id_}"),
            said,
        )
    return said


def _office_typed(case: Case, wording: Wording, id_: str) -> Html:
    return office_fields((), wording, other=case.office, id_=id_)


def _is_explained(was: CaseStatus, status: CaseStatus) -> bool:
    """Tell whether a step needs a reason."""
    return status is CaseStatus.SENT_BACK or (status is CaseStatus.CLOSED and was is not CaseStatus.ANSWERED)
