"""Tell a finished answer step by step, in the order in which it would have been said."""

from __future__ import annotations

from collections.abc import Iterator

from rag.domain import Answer, AnswerBegun, AnswerEvent, AnswerFinished, Citation, StatementSaid


def said(answer: Answer) -> Iterator[StatementSaid]:
    """Yield each statement with those of its citations that no earlier one had; every citation comes once."""
    known: dict[int, Citation] = {citation.number: citation for citation in answer.citations}
    for statement in answer.statements:
        new = tuple(known.pop(number) for number in statement.citations if number in known)
        yield StatementSaid(statement, new)


def events_of(answer: Answer) -> Iterator[AnswerEvent]:
    """Yield the events of an answer that was ready before its first word was shown."""
    yield AnswerBegun(answer.status, answer.mode)
    yield from said(answer)
    yield AnswerFinished(answer)
