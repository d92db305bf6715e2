"""What came of the check before a publication, in closed words that programs can read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class HeldBecause(StrEnum):
    """Why a generation is not published."""

    SHARE = "share"
    """Too few questions are answered as expected."""
    NEWLY_FAILING = "newly_failing"
    """Too many questions fail that the published generation answers as expected."""
    THRESHOLD = "threshold"
    """A figure that a set itself asks for is not reached."""
    LATE = "late"
    """The check did not end in time."""
    NOT_ASKED = "not_asked"
    """The questions could not be asked."""


@dataclass(frozen=True, slots=True)
class FailedQuestion:
    """A question of a regression set whose answer is not as expected."""

    set_name: str
    question_id: str
    question: str
    region: str | None
    newly: bool
    """Whether the published generation answers it as expected."""
    status: str
    shown: str
    expect: Mapping[str, Any] | None
    """As in a file of questions."""
    problems: tuple[str, ...]
    wrong: tuple[str, ...]
    """In which respects, as ``rag.evaluation.answer_checks.ProblemKind``."""


@dataclass(frozen=True, slots=True)
class GateReport:
    """The check of one generation. Without a regression set nothing was asked, and it passed."""

    passed: bool
    reasons: tuple[HeldBecause, ...] = ()
    questions: int = 0
    passing: int = 0
    newly_failing: int = 0
    better: int = 0
    """Questions that the published generation does not answer as expected, and this one does."""
    changed: int = 0
    """Questions that are answered otherwise, rightly or not."""
    thresholds: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """What the settings asked for."""
    missed: tuple[str, ...] = ()
    """A sentence for each figure of a set that is not reached."""
    failures: tuple[FailedQuestion, ...] = ()
    """Newly failing ones first."""
    evaluations: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Under which id the history keeps what each set was answered, by the set's name."""
    against: str | None = None
    """The generation that was published then, and that the answers were compared with."""
    detail: str = ""
    """The error's own words where the questions could not be asked."""
    seconds: float = 0.0

    @property
    def checked(self) -> bool:
        """Whether there was anything to ask."""
        return bool(self.thresholds)

    def to_json(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        values = asdict(self, dict_factory=_plain)
        return {**values, "checked": self.checked, "seconds": round(self.seconds, 2)}


def _plain(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in pairs}
