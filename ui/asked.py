"""One question under way at a door: how long it takes and how it ends, told once to the log of questions."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass

from rag.catalogue.question_records import Channel
from rag.catalogue.records import utc_text
from rag.domain import Answer, AnswerEvent, AnswerFinished, Question
from ui.faults import classify
from ui.wording import Language


@dataclass(frozen=True, slots=True)
class Ended:
    """A question as it came in, and how it ended."""

    question: Question
    answer: Answer | None
    """None where there was none: the site was too busy, too slow, or something broke."""
    fault: str | None
    """The public code of what went wrong then."""
    channel: Channel
    language: Language
    latency_ms: int
    receipt: str
    """The receipt that the answer went out with; empty where it had none."""
    at: str
    """UTC, ISO 8601, to the second."""


class Asked:
    """Whoever answers says how it ended; only the first word counts. A reader who leaves before is not told of."""

    def __init__(self, note: Callable[[Ended], None], question: Question, channel: Channel, language: Language) -> None:
        """Begin to count the time; ``note`` takes what became of it and returns at once."""
        self._note = note
        self._question = question
        self._channel = channel
        self._language = language
        self._began = time.perf_counter()
        self._told = False

    def answered(self, answer: Answer, receipt: str = "") -> None:
        """Note the answer, with the receipt it went out with."""
        self._end(answer, None, receipt)

    def failed(self, error: Exception) -> None:
        """Note that there was no answer."""
        self._end(None, classify(error)[1], "")

    @contextmanager
    def failures(self) -> Iterator[None]:
        """Note an error that leaves the block; it goes on."""
        try:
            yield
        except Exception as error:
            self.failed(error)
            raise

    async def watching(
        self, events: AsyncGenerator[AnswerEvent | None], *, answers: bool = False
    ) -> AsyncGenerator[AnswerEvent | None]:
        """Yield the events of an answer and note an error among them; with ``answers`` also how they end."""
        with self.failures():
            async with aclosing(events):
                async for event in events:
                    if answers and isinstance(event, AnswerFinished):
                        self.answered(event.answer)
                    yield event

    def _end(self, answer: Answer | None, fault: str | None, receipt: str) -> None:
        if self._told:
            return
        self._told = True
        took_ms = round(1000 * (time.perf_counter() - self._began))
        self._note(Ended(self._question, answer, fault, self._channel, self._language, took_ms, receipt, utc_text()))
