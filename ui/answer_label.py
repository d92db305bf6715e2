"""Say in one line who stands behind the words of an answer."""

from __future__ import annotations

from rag.domain import Answer, Approval
from ui.wording import Wording


def answer_label(answer: Answer, wording: Wording) -> str:
    """Return the line below an answer: who wrote its words, or who approved them; empty where it states nothing."""
    if not answer.statements:
        return ""
    worded = any(statement.edited for statement in answer.statements)
    if answer.approved is None:
        return wording.text("answer.label.edited") if worded else wording.mode(answer.mode)
    key = "approved.label.edited" if worded else "approved.label"
    return wording.text(key, office=answer.approved.office, day=wording.day(answer.approved.since))


def approved_line(approval: Approval | None, wording: Wording) -> str:
    """Return who approved an answer and when; empty where nobody did."""
    if approval is None:
        return ""
    return wording.text("approved.line", office=approval.office, day=wording.day(approval.since))
