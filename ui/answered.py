"""An answer as the pages show it, the first time and again later."""

from __future__ import annotations

from dataclasses import dataclass

from rag.domain import Answer, AnswerStatus
from rag.errors import PolicychatError
from rag.ports import Assistant
from rag.reverification import reverified
from rag.settings import HelpSettings
from ui.markup import Html, element, join
from ui.receipts import ReceiptError, Receipts
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

    def wording(self, language: str | None) -> Wording:
        """Return the words of a language named by an untrusted value."""
        return Wording(chosen_language(language, None), self.numbers)

    def first(self, answer: Answer, region: str | None, wording: Wording) -> Json:
        """Return a new answer as the page's scripts take it: its markup, what it was about, and its receipt."""
        receipt = receipt_id = ""
        # What could not be taken as a question is nothing to come back to.
        if answer.status not in (AnswerStatus.INVALID, AnswerStatus.UNAVAILABLE):
            receipt = self.receipts.issue(answer, wording.language, region)
            receipt_id = self.receipts.open(receipt).receipt_id if receipt else ""
        return self._turn(answer, region, wording, receipt, receipt_id)

    def again(self, receipt: str, wording: Wording) -> Json:
        """Return an earlier answer, checked against the sources of today; ``ok`` is false where it cannot be opened."""
        try:
            kept = self.receipts.open(receipt)
            checked = reverified(kept.answer, self.assistant)
        except (ReceiptError, PolicychatError):
            message = element("p", wording.text("reopened.unreadable"), class_="message")
            return {"ok": False, "html": element("article", message, class_="turn"), "question": "", "status": ""}
        changes = render_changes(checked, wording)
        return self._turn(checked.answer, kept.region, wording, receipt, kept.receipt_id, changes)

    def _turn(
        self,
        answer: Answer,
        region: str | None,
        wording: Wording,
        receipt: str,
        receipt_id: str,
        changes: Html | None = None,
    ) -> Json:
        told = Wording(language_for(answer.question, wording.language), self.numbers)
        shown = told_in_script(answer, answer.question, told.language)
        note = render_script_note(answer, shown, told)
        html = render_turn(shown, told, region, Stamp(receipt, receipt_id), join(changes or "", note))
        return {
            "ok": True,
            "html": html,
            "status": answer.status.value,
            "question": answer.question,
            "region": region,
            "receipt": receipt,
        }
