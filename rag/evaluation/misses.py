"""Tell, question by question, what should have been found and what stood above it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from rag.evaluation.outcomes import Expected, QuestionOutcome, RetrievalEvaluation, SeenHit
from rag.evaluation.stages import STAGES


def worst_first(evaluation: RetrievalEvaluation) -> list[QuestionOutcome]:
    """Return the questions whose first hit was not right: those that found nothing first, then by rank."""
    missed = [outcome for outcome in evaluation.outcomes if _depth(evaluation, outcome) > 1]
    return sorted(missed, key=lambda outcome: -_depth(evaluation, outcome))


def miss_lines(evaluation: RetrievalEvaluation) -> Iterator[dict[str, Any]]:
    """Yield a JSON object for each question whose first hit was not right, the worst first.

    ``relevant`` holds what answers the question with rank and parts (null where no candidate brought it), ``above``
    the hits that stood first with theirs, ``ranks`` the first relevant rank of each stage.
    """
    for outcome in worst_first(evaluation):
        asked = outcome.asked
        yield {
            "question_id": asked.question_id,
            "question": asked.question.text,
            "region": asked.question.region,
            "history": list(asked.question.history),
            "read_as": outcome.read_as,
            "kind": asked.kind,
            "place": asked.place,
            "right_place": outcome.right_place,
            "rank": outcome.rank(evaluation.level),
            "ranks": {stage: outcome.rank(evaluation.level, stage) for stage in STAGES},
            "relevant": [_expected(each) for each in outcome.expected],
            "above": [_seen(hit) for hit in above(outcome)],
        }


def above(outcome: QuestionOutcome) -> list[SeenHit]:
    """Return the first hits up to the first right one."""
    right = next((n for n, hit in enumerate(outcome.first) if hit.right), len(outcome.first))
    return list(outcome.first[:right])


def _depth(evaluation: RetrievalEvaluation, outcome: QuestionOutcome) -> float:
    rank = outcome.rank(evaluation.level)
    return math.inf if rank is None else rank


def _expected(expected: Expected) -> dict[str, Any]:
    hit = expected.hit
    return {
        "source": expected.source,
        "title": expected.title,
        "text": expected.text,
        "grade": expected.grade,
        "rank": hit.rank if hit else None,
        "score": round(hit.score, 5) if hit else None,
        "parts": _parts(hit.parts) if hit else None,
    }


def _seen(hit: SeenHit) -> dict[str, Any]:
    return {
        "rank": hit.rank,
        "source": hit.source,
        "title": hit.title,
        "section": list(hit.section),
        "place": hit.place,
        "text": hit.text,
        "score": round(hit.score, 5),
        "parts": _parts(hit.parts),
    }


def _parts(parts: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 5) for name, value in parts.items()}
