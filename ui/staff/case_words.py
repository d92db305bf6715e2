"""How pages tell of a case: its status, the day it is due, the ways to it and from it."""

from __future__ import annotations

from rag.catalogue.case_records import Case, CaseStatus
from ui.addresses import at
from ui.markup import Html, element, join, line
from ui.staff.hotline_fields import address, excerpt, today
from ui.wording import Wording


def status_mark(status: CaseStatus, wording: Wording) -> Html:
    """Return the status of a case as a word that is set off."""
    return element("span", wording.text(f"cases.status.{status}"), class_=f"state case-{status}")


def due_told(case: Case, wording: Wording) -> Html:
    """Return by when an answer is due, and by how many days it is late; nothing where none is waited for."""
    if not case.status.waits:
        return join()
    late = (today() - case.due).days
    told = wording.day(case.due)
    if late <= 0:
        return element("span", told, class_="due")
    return element("strong", wording.text("cases.overdue", day=told, days=late), class_="due bad")


def case_line(case: Case, wording: Wording) -> Html:
    """Return a case on one line, as the way to it."""
    link = element("a", wording.text("cases.one", number=case.number), href=case_address(case.number))
    return join(link, " ", line(case.office), " ", status_mark(case.status, wording), " ", excerpt(case.question, 40))


def case_address(number: int, rest: str = "") -> str:
    """Return the address of a case's page, or of one below it."""
    return at(f"/staff/cases/{number}{rest}")


def proposal_address(question: str, region: str | None) -> str:
    """Return the address of the form that proposes an approved answer to a question."""
    return address("/staff/approved/new", {"q": question, "region": region or ""})
