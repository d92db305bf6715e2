"""What the catalogue hands out: plain facts, on the standard library alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any


class RunOutcome(StrEnum):
    """How a run ended."""

    PUBLISHED = "published"
    """A generation was published."""
    HELD = "held"
    """A generation was made and kept, and not published: the check of the regression questions held it back."""
    UNCHANGED = "unchanged"
    """There was nothing to do."""
    REFUSED = "refused"
    """Bad usage or bad input; nothing was changed."""
    FAILED = "failed"
    """An error ended it; what was published before still is."""
    INTERRUPTED = "interrupted"
    """It was stopped, or its process disappeared without a word."""


@dataclass(frozen=True, slots=True)
class RunInfo:
    """One run as a list shows it. Times are UTC, ISO 8601, to the second."""

    run_id: str
    kind: str
    """``ingest``, ``delete``, ``rollback`` and the like."""
    arguments: Mapping[str, Any]
    started: str
    finished: str | None
    """None while it runs, and for a run whose process disappeared."""
    outcome: RunOutcome | None
    """None while it runs."""
    generation: str | None
    """What was published when it ended; of a run that was held back, what it made."""
    counts: Mapping[str, int]
    """The few figures that a list shows, for example files by status."""


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run with its whole report; ``report`` is None where there is none, or none any more."""

    info: RunInfo
    report: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class CorrectionChange:
    """One change of one corrected value; None is "no correction", so ``new`` None withdraws."""

    source: str
    field: str
    old: str | None
    new: str | None
    by: str
    at: str
    """UTC, ISO 8601, to the second."""
    reason: str | None = None
    """Why, in the admin's words."""


@dataclass(frozen=True, slots=True)
class EvaluationInfo:
    """One evaluation as a list shows it."""

    evaluation_id: str
    made_at: str
    """UTC, ISO 8601, to the second."""
    label: str | None
    """What its maker called it."""
    set_name: str
    set_digest: str
    """Differs where other questions were asked or other answers counted as right."""
    settings_digest: str
    """Differs where a setting differed that can change a ranking."""
    settings: Mapping[str, Any]
    model: str
    """Fingerprint of the embedding model."""
    figures: Mapping[str, Any]
    """What the evaluation printed."""
    generation: str | None = None
    """What answered; None for an index of the set's own, and where it was not noted yet."""


@dataclass(frozen=True, slots=True)
class EvaluationRecord:
    """One evaluation with what came of each question, by its id (``question``, ``rank``, ``ndcg@10``, ``stages``)."""

    info: EvaluationInfo
    questions: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class UsageDay:
    """What one language model took on one day; what is reserved for calls that still run is included."""

    day: str
    """ISO 8601, in the time zone of the machine that asked."""
    model: str
    currency: str
    calls: int
    failed: int
    """Calls that gave no complete text."""
    estimated: int
    """Calls whose tokens the server did not tell."""
    prompt_tokens: int
    completion_tokens: int
    cost: float


MAX_COMMENT_CHARS = 500


class FeedbackReason(StrEnum):
    """Why an answer was of no use, or what is wrong with it."""

    NOT_FOUND = "not_found"
    WRONG = "wrong"
    NOT_UNDERSTOOD = "not_understood"
    OUTDATED = "outdated"
    WRONG_PLACE = "wrong_place"
    SOURCE_ERROR = "source_error"
    """The document itself is wrong, or was read wrongly."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class FeedbackGiven:
    """What a reader said of one answer."""

    receipt_id: str
    given_at: str
    """UTC, ISO 8601, to the second."""
    useful: bool
    reason: FeedbackReason | None
    comment: str | None
    """Without personal numbers."""
    generation: str | None
    """The index generation that had answered."""
    record: Mapping[str, Any]
    """The whole answer, with the language and place it was asked in; see ``ui.receipts``."""


@dataclass(frozen=True, slots=True)
class FeedbackCounts:
    """How many readers said what."""

    useful: int
    useless: int
    reasons: Mapping[FeedbackReason, int]
    """Each reason that was given, most frequent first."""


@dataclass(frozen=True, slots=True)
class SharedAnswer:
    """An answer behind a link."""

    receipt_id: str
    shared_at: str
    """When the link was last made; UTC, ISO 8601, to the second."""
    record: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Purged:
    """How much was deleted because its time was over."""

    feedback: int
    shared: int
    questions: int = 0


def utc_text(moment: datetime | None = None) -> str:
    """Return a moment (now, if none is given) as the catalogue keeps it: UTC, ISO 8601, to the second.

    Raises:
        ValueError: the moment does not say its time zone.
    """
    if moment is None:
        moment = datetime.now(UTC)
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def kept_since(now: datetime, days: int) -> str:
    """Return the moment, as the catalogue keeps it, from which on is kept what is kept for so many days."""
    return utc_text(now - timedelta(days=days))
