"""How the site is used, in figures: what the console's page and ``policychat use`` show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from rag.catalogue import Catalogue
from rag.catalogue.question_log import UNANSWERED
from rag.catalogue.question_records import FeedbackOfUse, UseFilter
from rag.domain import AnswerStatus, NamedDocument
from rag.question_topics import Topic, topics_of
from rag.synonyms import load_synonyms

MOST_WORDINGS = 1000
"""Different wordings of unanswered questions that are sorted by topic, the most frequent: some 0.3 seconds of work."""


class Outcome(StrEnum):
    """How questions ended, in the few ways that a chart can show."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    """Answered in part, or from a source that hides the figure."""
    NOT_FOUND = "not_found"
    ASKED_BACK = "asked_back"
    DECLINED = "declined"
    """Sent to a telephone line, refused, or about something else."""
    FAILED = "failed"
    """No question, too long, or the site was too busy or broken."""


OUTCOMES: Mapping[AnswerStatus, Outcome] = {
    AnswerStatus.ANSWERED: Outcome.ANSWERED,
    AnswerStatus.PARTIAL: Outcome.PARTIAL,
    AnswerStatus.REDACTED: Outcome.PARTIAL,
    AnswerStatus.NO_EVIDENCE: Outcome.NOT_FOUND,
    AnswerStatus.NEEDS_CLARIFICATION: Outcome.ASKED_BACK,
    AnswerStatus.OUT_OF_SCOPE: Outcome.DECLINED,
    AnswerStatus.ROUTED: Outcome.DECLINED,
    AnswerStatus.REFUSED: Outcome.DECLINED,
    AnswerStatus.INVALID: Outcome.FAILED,
    AnswerStatus.UNAVAILABLE: Outcome.FAILED,
}
_TIMED = tuple(status for status, outcome in OUTCOMES.items() if outcome is not Outcome.FAILED)
"""What was turned away at once says nothing of how long an answer takes."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds within which half of the answers stood, and 95 of a hundred; None without any."""

    p50: int | None
    p95: int | None


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many questions ended with a status for a reason; None where the status says it all."""

    status: str
    reason: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Split:
    """What one place, or one door, had of the questions."""

    name: str | None
    """None for questions about no place in particular."""
    outcomes: Mapping[str, int]

    @property
    def questions(self) -> int:
        """All of them."""
        return sum(self.outcomes.values())


@dataclass(frozen=True, slots=True)
class DayUse:
    """One day, ISO 8601, in the time zone of the machine."""

    day: str
    outcomes: Mapping[str, int]
    latency: Latency

    @property
    def questions(self) -> int:
        """All of them."""
        return sum(self.outcomes.values())


@dataclass(frozen=True, slots=True)
class UseFigures:
    """Everything that is counted of the questions of a period."""

    outcomes: Mapping[str, int]
    reasons: Sequence[ReasonCount]
    """The most frequent first."""
    days: Sequence[DayUse]
    """Every day of the period, those without questions as well."""
    places: Sequence[Split]
    """The most questions first."""
    channels: Sequence[Split]
    latency: Latency
    feedback: FeedbackOfUse

    @property
    def questions(self) -> int:
        """All of them."""
        return sum(self.outcomes.values())


@dataclass(frozen=True, slots=True)
class DocumentUse:
    """How often answers quoted each document."""

    used: Sequence[tuple[NamedDocument, int]]
    """The most quoted first."""
    never: Sequence[NamedDocument]
    """Published now, and quoted in no answer of the period."""
    gone: int
    """Documents that were quoted then and are not published any more."""


@dataclass(frozen=True, slots=True)
class UnansweredTopics:
    """What the documents do not answer, by topic."""

    topics: Sequence[Topic]
    cut: bool
    """True where there were more wordings than :data:`MOST_WORDINGS`; the rarest are left out."""


def last_days(days: int, today: date) -> UseFilter:
    """Return the period of the last ``days`` days, today included."""
    return UseFilter(today - timedelta(days=max(1, days) - 1), today)


def use_figures(catalogue: Catalogue, wanted: UseFilter) -> UseFigures:
    """Count the questions of a period. Raises NotAvailableError."""
    counts = catalogue.question_counts
    by_day = counts.by(wanted, "day", "status")
    times = counts.by(wanted, "day", "latency_ms", statuses=_TIMED)
    # One look at the rows instead of three: there are few combinations.
    ended = counts.by(wanted, "status", "reason", "channel", "region")
    reasons = Counter[tuple[str, str | None]]()
    for (status, reason, _, _), count in ended.items():
        reasons[status, reason] += count
    return UseFigures(
        outcomes=_outcomes((status, count) for (_, status), count in by_day.items()),
        reasons=sorted(
            (ReasonCount(status, reason, count) for (status, reason), count in reasons.items()),
            key=lambda one: (-one.count, one.status, one.reason or ""),
        ),
        days=_days(wanted, by_day, times),
        places=_splits((region, status, count) for (status, _, _, region), count in ended.items()),
        channels=_splits((channel, status, count) for (status, _, channel, _), count in ended.items()),
        latency=latency_of((ms, count) for (_, ms), count in times.items()),
        feedback=counts.feedback(wanted),
    )


def document_use(catalogue: Catalogue, wanted: UseFilter, published: Collection[NamedDocument]) -> DocumentUse:
    """Count how often the documents that are published now were quoted. Raises NotAvailableError."""
    counts = catalogue.question_counts.documents(wanted)
    known = {one.document_id: one for one in published}
    used = [(known[document_id], count) for document_id, count in counts.items() if document_id in known]
    never = sorted(
        (one for one in published if one.document_id not in counts), key=lambda one: (one.title, one.document_id)
    )
    return DocumentUse(used, never, len(counts) - len(used))


def unanswered_topics(catalogue: Catalogue, wanted: UseFilter) -> UnansweredTopics:
    """Sort what was not answered by topic. Raises NotAvailableError."""
    asked = catalogue.question_counts.repeated(wanted, UNANSWERED, MOST_WORDINGS + 1)
    places = catalogue.question_counts.places()
    topics = topics_of(asked[:MOST_WORDINGS], places, load_synonyms())
    return UnansweredTopics(topics, len(asked) > MOST_WORDINGS)


def latency_of(times: Iterable[tuple[int, int]]) -> Latency:
    """Return the percentiles of (milliseconds, how often), by the nearest rank: a time that really occurred."""
    counted = Counter[int]()
    for ms, count in times:
        counted[ms] += count
    total = counted.total()

    def at(percent: int) -> int | None:
        rank, seen = -(-total * percent // 100), 0
        for ms in sorted(counted):
            seen += counted[ms]
            if seen >= rank:
                return ms
        return None

    return Latency(at(50), at(95))


def figures_to_json(wanted: UseFilter, figures: UseFigures) -> dict[str, Any]:
    """Return the figures as values that JSON can hold."""
    return {
        "since": wanted.since.isoformat(),
        "until": wanted.until.isoformat(),
        "region": wanted.region,
        "channel": wanted.channel.value if wanted.channel else None,
        "questions": figures.questions,
        "outcomes": dict(figures.outcomes),
        "reasons": [asdict(one) for one in figures.reasons],
        "latency_ms": asdict(figures.latency),
        "feedback": {
            "useful": figures.feedback.useful,
            "useless": figures.feedback.useless,
            "reasons": dict(figures.feedback.reasons),
        },
        "days": [
            {"day": one.day, "questions": one.questions, **one.outcomes, **_latency_json(one.latency)}
            for one in figures.days
        ],
        "places": [{"region": one.name, "questions": one.questions, **one.outcomes} for one in figures.places],
        "channels": [{"channel": one.name, "questions": one.questions, **one.outcomes} for one in figures.channels],
    }


def _latency_json(latency: Latency) -> dict[str, int | None]:
    return {"p50_ms": latency.p50, "p95_ms": latency.p95}


def _outcomes(statuses: Iterable[tuple[str, int]]) -> Mapping[str, int]:
    counted = dict.fromkeys((outcome.value for outcome in Outcome), 0)
    for status, count in statuses:
        counted[OUTCOMES[AnswerStatus(status)].value] += count
    return counted


def _splits(counted: Iterable[tuple[str | None, str, int]]) -> list[Split]:
    by_name: dict[str | None, list[tuple[str, int]]] = {}
    for name, status, count in counted:
        by_name.setdefault(name, []).append((status, count))
    splits = [Split(name, _outcomes(statuses)) for name, statuses in by_name.items()]
    return sorted(splits, key=lambda one: (-one.questions, one.name or ""))


def _days(
    wanted: UseFilter, by_day: Mapping[tuple[Any, ...], int], times: Mapping[tuple[Any, ...], int]
) -> list[DayUse]:
    statuses: dict[str, list[tuple[str, int]]] = {}
    took: dict[str, list[tuple[int, int]]] = {}
    for (day, status), count in by_day.items():
        statuses.setdefault(day, []).append((status, count))
    for (day, ms), count in times.items():
        took.setdefault(day, []).append((ms, count))
    length = (wanted.until - wanted.since).days + 1
    names = [(wanted.since + timedelta(days=n)).isoformat() for n in range(max(0, length))]
    return [DayUse(day, _outcomes(statuses.get(day, ())), latency_of(took.get(day, ()))) for day in names]
