"""Ask every question of a set through the assistant that serves, and judge what it says."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from rag.domain import Answer, AnswerStatus, Document, Question
from rag.errors import NotAvailableError
from rag.evaluation.answer_checks import figures_outside, problems_of, quotes_that_differ
from rag.evaluation.answer_file import ExpectedAnswer
from rag.evaluation.answer_likeness import Measured, measured
from rag.evaluation.answer_outcomes import AnswerEvaluation, AnswerOutcome
from rag.evaluation.answer_set import AnswerSet

_WARM_UP = 5
"""Questions asked before the clock runs: the first ones read the index from disk, which a server does once."""
_REFUSED = (AnswerStatus.NO_EVIDENCE, AnswerStatus.OUT_OF_SCOPE)


class Answerer(Protocol):
    """What questions are asked of; ``rag.ports.Assistant`` is one."""

    def answer(self, question: Question) -> Answer:
        """Answer a question."""

    def document(self, document_id: str) -> Document:
        """Return a document. Raises UnknownIdError."""


def evaluate_answers(
    served: Answerer, drafting: Answerer, answers: AnswerSet, progress: Callable[[str, int, int], None]
) -> AnswerEvaluation:
    """Ask every question of the set, with the clock running, and judge the answers.

    ``drafting`` is the same assistant with ``answering.min_confidence`` at 0. It is asked what ``served`` refused:
    above its threshold the two say the same.

    Raises:
        NotAvailableError: the assistant answers that it is not available.
    """
    texts: dict[str, str] = {}

    def text_of(document_id: str) -> str:
        if document_id not in texts:
            texts[document_id] = served.document(document_id).text
        return texts[document_id]

    for asked in answers.questions[:_WARM_UP]:
        served.answer(asked.question)
    outcomes = []
    for n, asked in enumerate(answers.questions, start=1):
        outcomes.append(_outcome(asked, served, drafting, text_of))
        progress("evaluate", n, len(answers.questions))
    return AnswerEvaluation(answers, tuple(outcomes))


def _outcome(
    asked: ExpectedAnswer, served: Answerer, drafting: Answerer, text_of: Callable[[str], str]
) -> AnswerOutcome:
    began = time.perf_counter()
    question = replace(asked.question, anew=True)  # what people approved says nothing of how well answers are found
    answer = served.answer(question)
    latency_ms = 1000 * (time.perf_counter() - began)
    if answer.status is AnswerStatus.UNAVAILABLE:
        raise NotAvailableError("the assistant is not available; 'policychat doctor' says why")
    # Where nothing answers, a draft is wrong whatever it says.
    redo = answer.status in _REFUSED and asked.answerable is not False
    drafted = drafting.answer(question) if redo else answer
    close = _measured(asked, answer)
    draft = _measured(asked, drafted)
    return AnswerOutcome(
        asked=asked,
        answer=answer,
        drafted=drafted,
        served=close,
        draft=draft,
        problems=_problems(asked, answer, close),
        draft_is_right=asked.answerable is not False and not _problems(asked, drafted, draft),
        differing_quotes=quotes_that_differ(answer, text_of),
        unsupported_figures=figures_outside(answer),
        latency_ms=latency_ms,
    )


def _measured(asked: ExpectedAnswer, answer: Answer) -> Measured | None:
    return measured(asked.gold, answer) if asked.gold is not None else None


def _problems(asked: ExpectedAnswer, answer: Answer, close: Measured | None) -> tuple[str, ...]:
    """Return what is wrong: by the author's expectations, or by the known answer where there are none."""
    if asked.expectation is not None:
        return problems_of(asked.expectation, answer)
    if asked.answerable is False:
        return (f"status {answer.status}, but nothing answers it",) if answer.status.carries_evidence else ()
    if not answer.status.carries_evidence:
        return (f"status {answer.status}, but there is an answer",)
    return () if close is None or close.contained else ("the known answer is not in the quotes",)
