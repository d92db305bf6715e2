"""Give an answer a link, and open it again, held to the sources of the day on which it is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from rag.catalogue import open_catalogue
from rag.catalogue.records import kept_since
from rag.errors import UnknownIdError
from rag.ports import Assistant
from rag.reverification import Reverified, reverified
from rag.settings import Settings
from ui.receipts import ReceiptError, Receipts
from ui.wording import Language


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Reopened:
    """A shared answer as the sources of today carry it."""

    checked: Reverified
    language: Language
    """The language it was given in."""
    region: str | None
    """The place that was chosen on the page."""
    answered_at: str
    """UTC, ISO 8601, to the second."""
    shared_at: str
    """When the link was last made; UTC, ISO 8601, to the second."""
    receipt: str
    """The receipt that it was shared with, for what a reader does with it next."""


class SharedAnswers:
    """Links to answers, kept in the catalogue. Safe to use from several threads."""

    def __init__(
        self, settings: Settings, assistant: Assistant, receipts: Receipts, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._settings = settings
        self._assistant = assistant
        self._receipts = receipts
        self._now = now

    def share(self, receipt: str) -> str:
        """Keep an answer and return the token of its link; the same receipt always gets the same.

        Raises:
            ReceiptError: the receipt is not ours.
            NotAvailableError: the catalogue cannot be written.
        """
        opened = self._receipts.open(receipt)
        with open_catalogue(self._settings) as catalogue:
            return catalogue.shared.put(opened.record, opened.receipt_id, at=self._now())

    def opened(self, token: str, today: date | None = None) -> Reopened | None:
        """Return a shared answer; None where there is none under this token, or its time is over.

        Raises:
            NotAvailableError: the catalogue cannot be read, or no documents are published.
        """
        now = self._now()
        try:
            with open_catalogue(self._settings) as catalogue:
                kept = catalogue.shared.get(token)
        except UnknownIdError:
            return None
        # Old rows are deleted once a day; the link ends on time all the same.
        if kept.shared_at < kept_since(now, self._settings.retention.shared_days):
            return None
        receipt = self._receipts.reissue(kept.record)
        try:
            held = self._receipts.open(receipt)
        except ReceiptError:
            return None
        checked = reverified(held.answer, self._assistant, today or now.astimezone().date())
        return Reopened(checked, held.language, held.region, held.at, kept.shared_at, receipt)
