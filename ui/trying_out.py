"""Ask the assistant a question that the page would propose, before anybody sees it."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from rag.domain import Answer, AnswerStatus, NoticeKind, Question
from rag.errors import PolicychatError
from rag.ports import Assistant
from ui.question_making import Candidate

_KEPT = 4096
"""Outcomes remembered: all that is ever proposed for a few hundred documents."""
_HITS = 3

_SPOILS = frozenset({NoticeKind.OTHER_REGION, NoticeKind.SUPERSEDED, NoticeKind.GARBLED_SOURCE})
"""What must not have to be said about the answer to a question that the page itself proposes."""


class Tries:
    """How much may be spent on trying questions out: a number of them, and seconds from the first one on."""

    def __init__(self, most: int, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._left = most
        self._seconds = seconds
        self._now = now
        self._end: float | None = None

    @property
    def late(self) -> bool:
        """True once the seconds are over."""
        return self._end is not None and self._now() >= self._end

    def take(self) -> bool:
        """Return whether one more may be tried, and count it."""
        if self._end is None:
            self._end = self._now() + self._seconds
        if self._left <= 0 or self.late:
            return False
        self._left -= 1
        return True


class TriedOut:
    """Remembers which questions are answered. Safe to use from several threads."""

    def __init__(self, assistant: Assistant, ask: bool = True) -> None:
        """Keep the assistant; with ``ask`` false only its search is used, for a language model would cost money."""
        self._assistant = assistant
        self._ask = ask
        self._lock = threading.Lock()
        self._outcomes: OrderedDict[tuple[str, str | None], bool] = OrderedDict()

    def is_answered(self, candidate: Candidate, region: str | None, tries: Tries) -> bool:
        """Return whether a question is answered from the very passage it was made of; False where no try is left.

        What came out is remembered until :meth:`forget`.
        """
        key = (candidate.question, region)
        with self._lock:
            if key in self._outcomes:
                return self._outcomes[key]
        if not tries.take():
            return False
        outcome = self._outcome(candidate, region)
        with self._lock:
            self._outcomes[key] = outcome
            if len(self._outcomes) > _KEPT:
                self._outcomes.popitem(last=False)
        return outcome

    def forget(self) -> None:
        """Forget every outcome: other documents are published."""
        with self._lock:
            self._outcomes.clear()

    def _outcome(self, candidate: Candidate, region: str | None) -> bool:
        question = Question(candidate.question, region)
        try:
            if self._ask:
                return _answers(self._assistant.answer(question), candidate)
            hits = self._assistant.search(question, _HITS).hits
        except PolicychatError:
            return False
        return any(hit.document.document_id == candidate.document_id for hit in hits)


def _answers(answer: Answer, candidate: Candidate) -> bool:
    if answer.status is not AnswerStatus.ANSWERED or answer.read_as or answer.premise:
        return False
    if any(notice.kind in _SPOILS for notice in answer.notices):
        return False
    return any(
        citation.document_id == candidate.document_id
        and citation.start < candidate.end
        and candidate.start < citation.end
        for citation in answer.citations
    )
