"""Bring together what residents asked in vain: answers that were of no use, and questions that had none.

Nothing is copied: the questions stay where they were asked and are deleted there in time. What operators ask for a caller
is not among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rag.catalogue import Catalogue, FeedbackReason
from rag.catalogue.question_records import Channel
from rag.catalogue.records import utc_text
from rag.same_questions import SameQuestions

WINDOW_DAYS = 90
"""Whoever asked longer ago has found another way; what is asked again is here again."""
_MOST = 2000
"""Of each kind, the newest ones: more than a hotline works off in three months."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One resident's question that was not answered, or not well. ``at`` is UTC, ISO 8601."""

    at: str
    question: str
    region: str | None
    useless: bool
    """True where somebody said that the answer was of no use, False where there was none."""
    reason: str | None = None
    """Why it was of no use (``FeedbackReason``)."""
    comment: str | None = None
    receipt_id: str | None = None


@dataclass(frozen=True, slots=True)
class WaitingQuestion:
    """The same question, however often and in whatever words it was asked; ``askings`` newest first."""

    key: str
    place: str | None
    askings: tuple[Asking, ...]

    @property
    def question(self) -> str:
        """The words in which it was asked last."""
        return self.askings[0].question

    @property
    def last(self) -> str:
        """When it was asked last: UTC, ISO 8601."""
        return self.askings[0].at

    @property
    def first(self) -> str:
        """When it was asked first, within the time that is looked back."""
        return self.askings[-1].at

    @property
    def useless(self) -> int:
        """How many said that the answer was of no use."""
        return sum(one.useless for one in self.askings)


def waiting_questions(catalogue: Catalogue, same: SameQuestions, now: datetime) -> tuple[WaitingQuestion, ...]:
    """Return the questions of the last :data:`WINDOW_DAYS` days, those asked most often first, then the newest.

    ``now`` says its time zone. Raises NotAvailableError.
    """
    return grouped((*_of_feedback(catalogue, now), *_of_log(catalogue, now)), same)


def grouped(askings: Iterable[Asking], same: SameQuestions) -> tuple[WaitingQuestion, ...]:
    """Return the askings by question. Whoever got an answer of no use to one asking is counted once."""
    groups: dict[str, tuple[str | None, list[Asking]]] = {}
    seen: set[str] = set()
    for asking in askings:
        if asking.receipt_id is not None and asking.receipt_id in seen:
            continue
        if asking.receipt_id is not None:
            seen.add(asking.receipt_id)
        key = same.key(asking.question, asking.region)
        groups.setdefault(key.digest, (key.place, []))[1].append(asking)
    made = [
        WaitingQuestion(digest, place, tuple(sorted(found, key=lambda one: one.at, reverse=True)))
        for digest, (place, found) in groups.items()
    ]
    by_newest = sorted(made, key=lambda one: one.last, reverse=True)
    return tuple(sorted(by_newest, key=lambda one: len(one.askings), reverse=True))


def _of_feedback(catalogue: Catalogue, now: datetime) -> Sequence[Asking]:
    since = utc_text(now - timedelta(days=WINDOW_DAYS))
    return [
        Asking(
            one.given_at,
            question,
            _text(one.record.get("region")),
            True,
            (one.reason or FeedbackReason.OTHER).value,
            one.comment,
            one.receipt_id,
        )
        for one in catalogue.feedback.latest(_MOST, useful=False)
        if one.given_at >= since and (question := _question(one.record))
    ]


def _of_log(catalogue: Catalogue, now: datetime) -> Sequence[Asking]:
    found = catalogue.questions.unanswered(now - timedelta(days=WINDOW_DAYS), limit=_MOST)
    return [
        Asking(one.at, one.question, one.region, False, receipt_id=one.receipt_id)
        for one in found
        if one.question and one.channel is not Channel.STAFF
    ]


def _question(record: Mapping[str, Any]) -> str | None:
    answer = record.get("answer")
    return _text(answer.get("question")) if isinstance(answer, Mapping) else None


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
