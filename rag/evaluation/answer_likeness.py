"""How close an answer comes to the known one."""

from __future__ import annotations

from dataclasses import dataclass

from rag.domain import Answer
from rag.evaluation.answer_metrics import char_f1, contained, rouge_l


@dataclass(frozen=True, slots=True)
class Measured:
    """How close one answer comes to the known one; 0 for an answer that states nothing."""

    rouge_l: float
    char_f1: float
    contained: bool


def measured(gold: str, answer: Answer) -> Measured:
    """Return how close an answer comes to the known one.

    ROUGE-L and F1 look at the words marked as the answer proper, or at all statements where none is marked; "contained"
    looks at all quotes in order.
    """
    said = marked_words(answer)
    quotes = "".join(citation.quote for citation in answer.citations)
    return Measured(rouge_l(gold, said), char_f1(gold, said), contained(gold, quotes))


def marked_words(answer: Answer) -> str:
    """Return the words marked as the answer proper, or all statements where none is marked."""
    marked = [s.text[s.span[0] : s.span[1]] for s in answer.statements if s.span is not None]
    return "".join(marked or [statement.text for statement in answer.statements])
