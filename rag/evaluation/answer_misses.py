"""Tell, question by question, what was expected and what was shown instead."""

from __future__ import annotations

from typing import Any

from rag.evaluation.answer_checks import cited_sources, shown_of
from rag.evaluation.answer_file import Expectation, ExpectedAnswer
from rag.evaluation.answer_outcomes import AnswerOutcome


def wrong_answer(outcome: AnswerOutcome) -> dict[str, Any]:
    """Return a JSON object that says what is wrong with one answer."""
    asked, answer = outcome.asked, outcome.answer
    return {
        "question_id": asked.question_id,
        "question": asked.question.text,
        "region": asked.question.region,
        "history": list(asked.question.history),
        "kind": asked.kind,
        "held_out": asked.held_out,
        "problems": list(outcome.problems),
        "expected": expected_of(asked),
        "status": answer.status.value,
        "confidence": round(answer.confidence, 4),
        "read_as": answer.read_as,
        "rewritten": answer.rewritten,
        "shown": shown_of(answer),
        "sources": list(cited_sources(answer)),
        "rouge_l": round(outcome.served.rouge_l, 4) if outcome.served else None,
        "drafted": [statement.text for statement in outcome.drafted.statements],
        "draft_is_right": outcome.draft_is_right,
    }


def expected_of(asked: ExpectedAnswer) -> str:
    """Return in one line what is expected: the known answer, or the author's conditions."""
    if asked.expectation is None:
        return asked.gold or "no answer: the documents do not say"
    parts = [f"status {' or '.join(asked.expectation.status)}", *_conditions(asked.expectation)]
    return "; ".join([*parts, *([asked.gold] if asked.gold else [])])


def _conditions(expected: Expectation) -> list[str]:
    named = (
        ("shows", [" / ".join(group) for group in expected.contains]),
        ("does not show", expected.absent),
        ("cites", expected.source),
        ("only of", [expected.place] if expected.place else []),
        ("side by side", expected.places),
        ("nothing for", expected.silent),
        ("offers", expected.options),
        ("items", [str(expected.items)] if expected.items else []),
        ("notice", [kind.value for kind in expected.notices]),
        ("not confirmed", [expected.premise] if expected.premise else []),
        ("completed with", [expected.rewritten] if expected.rewritten else []),
    )
    return [f"{name} {'、'.join(values)}" for name, values in named if values]
