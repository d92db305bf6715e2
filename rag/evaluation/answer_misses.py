"""Tell, question by question, what was expected and what was shown instead."""

from __future__ import annotations

from typing import Any

from rag.evaluation.answer_checks import cited_sources
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
        "shown": shown_of(outcome),
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


def shown_of(outcome: AnswerOutcome) -> str:
    """Return in one line what a reader sees: the statements, or the places to choose from."""
    answer = outcome.answer
    if answer.clarification is not None:
        return " / ".join(answer.clarification.options)
    said = [
        f"{statement.place}: {statement.text}" if statement.place else statement.text for statement in answer.statements
    ]
    return " ".join(" ".join(text.split()) for text in said)


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
