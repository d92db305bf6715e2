"""What the catalogue hands out of question sets: plain facts, on the standard library alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class QuestionSetInfo:
    """One question set as a list shows it."""

    number: int
    name: str
    regression: bool
    """Whether its questions must hold before a new generation is published."""
    questions: int
    changed_at: str
    """UTC, ISO 8601, to the second."""
    changed_by: str


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """One question set with its questions, in their order."""

    info: QuestionSetInfo
    entries: tuple[Mapping[str, Any], ...]
    """As ``rag.evaluation.answer_writing.entry_of`` gives them."""
    thresholds: Mapping[str, Any]
    """As the block of a file of questions."""
