"""An answer as the pages show it, the first time and again later."""

from __future__ import annotations

from dataclasses import dataclass, field

from rag.domain import Answer, AnswerStatus
from rag.errors import PolicychatError
from rag.ports import Assistant
from rag.reverification import reverified
from rag.settings import HelpSettings
from ui.asked import Asked
from ui.markup import Html, element, join
from ui.question_logging import QuestionLogging, no_logging
from ui.receipts import ReceiptError, Receipts, receipt_id
from ui.render_more import render_script_note
from ui.render_reopened import render_changes
from ui.render_turn import Stamp, render_turn
from ui.serialise import Json
from ui.traditional import language_for, told_in_script
from ui.wording import Wording, chosen_language


@dataclass(frozen=True, slots=True)
class Answered:
    """Writes turns with their receipts."""

    assistant: Assistant
    receipts: Receipts
    numbers: HelpSettings
    log: QuestionLogging = field(default_factory=no_logging)

    def wording(self, language: str | None) -> Wording:
        """Return the words of a language named by an untrusted value."""
        return Wording(chosen_language(language, None), self.numbers)

    def first(self, answer: Answer, region: str | None, wording: Wording, asked: Asked) -> Json:
        """Return a new answer as the page's scripts take it: its markup, what it was about, its receipt. The log is told."""
        # What could not be taken as a question is nothing to come back to.
        kept = answer.status not in (AnswerStatus.INVALID, AnswerStatus.UNAVAILABLE)
        receipt = self.receipts.issue(answer, wording.language, region) if kept else ""
        asked.answered(answer, receipt)
        return _turn(answer, region, wording, receipt)

    def again(self, receipt: str, wording: Wording) -> Json:
        """Return an earlier answer, checked against the sources of today; ``ok`` is false where it cannot be opened."""
        try:
            kept = self.receipts.open(receipt)
            checked = reverified(kept.answer, self.assistant)
        except (ReceiptError, PolicychatError):
            message = element("p", wording.text("reopened.unreadable"), class_="message")
            return {"ok": False, "html": element("article", message, class_="turn"), "question": "", "status": ""}
        return _turn(checked.answer, kept.region, wording, receipt, render_changes(checked, wording))


def render_told(
    answer: Answer, region: str | None, wording: Wording, receipt: str, changes: Html | None = None
) -> Html:
    """Return the turn of an answer in the script of its question; ``changes`` says what became of its sources since."""
    told = Wording(language_for(answer.question, wording.language), wording.numbers)
    shown = told_in_script(answer, answer.question, told.language)
    note = render_script_note(answer, shown, told)
    return render_turn(shown, told, region, Stamp(receipt, receipt_id(receipt)), join(changes or "", note))


def _turn(answer: Answer, region: str | None, wording: Wording, receipt: str, changes: Html | None = None) -> Json:
    return {
        "ok": True,
        "html": render_told(answer, region, wording, receipt, changes),
        "status": answer.status.value,
        "question": answer.question,
        "region": region,
        "receipt": receipt,
    }
