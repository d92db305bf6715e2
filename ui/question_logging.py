"""Note how each question ended, in the background: no answer waits for it, and none fails because of it.

What is kept has no address, no session and no person in it; the words of a question go through :mod:`rag.nameless` before
they are written, and those of a question about somebody's health or life are not kept at all.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence

from rag.asked_places import named_places
from rag.catalogue import open_catalogue
from rag.catalogue.question_records import Channel, LoggedQuestion
from rag.domain import Answer, AnswerStatus, Question
from rag.errors import PolicychatError
from rag.folding import fold
from rag.held_places import HeldPlaces
from rag.ports import Assistant
from rag.settings import Settings
from ui.asked import Asked, Ended
from ui.receipts import receipt_id
from ui.wording import Language

_LOG = logging.getLogger(__name__)

MOST_WAITING = 2000
"""Questions that may wait to be written; beyond that they are not kept, so that a slow disk cannot fill the memory."""
_AT_ONCE = 200
_GATHER_S = 0.2
"""How long questions are gathered for one transaction: each costs a write to the disk that is waited for."""
_CLOSE_S = 10.0

Write = Callable[[Sequence[LoggedQuestion]], object]


class QuestionLogging:
    """Takes what the doors tell and writes it from a thread of its own. Safe to use from several threads."""

    def __init__(self, write: Write | None, place_of: Callable[[str, str | None], str | None] | None = None) -> None:
        """``write`` keeps records; None keeps nothing. ``place_of`` names the place of a question and of a chosen place."""
        self._write = write
        self._place_of = place_of or _nowhere
        self._waiting: queue.Queue[Ended | None] = queue.Queue(MOST_WAITING)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def begin(self, question: Question, channel: Channel, language: Language) -> Asked:
        """Return what is told how this question ends; its time counts from now."""
        return Asked(self.note, question, channel, language)

    def close(self, wait_s: float = _CLOSE_S) -> None:
        """Write what waits and end the thread; what is told afterwards is not kept. Closing twice is fine."""
        with self._lock:
            thread, self._thread, self._closed = self._thread, None, True
        if thread is not None:
            with contextlib.suppress(queue.Full):
                self._waiting.put(None, timeout=wait_s)
            thread.join(wait_s)

    def note(self, ended: Ended) -> None:
        """Hand a question over to be written; it is dropped where too many wait. Returns at once."""
        if self._write is None:
            return
        with self._lock:
            if self._closed:
                return
            if self._thread is None:
                # Begun with the first question: a process that is forked before takes no dead thread along.
                self._thread = threading.Thread(target=self._work, name="question-log", daemon=True)
                self._thread.start()
        try:
            self._waiting.put_nowait(ended)
        except queue.Full:
            _LOG.warning("the log of questions cannot keep up; a question is not in it")

    def _work(self) -> None:
        last = False
        while not last:
            gathered, last = self._gathered()
            try:
                self._keep(gathered)
            except PolicychatError as error:
                _LOG.warning("%d questions could not be kept for the statistics: %s", len(gathered), error)
            except Exception as error:
                # Whatever it is, its message may hold words of a question.
                _LOG.exception(
                    "%d questions could not be kept: %s", len(gathered), type(error).__name__, exc_info=False
                )

    def _gathered(self) -> tuple[list[Ended], bool]:
        """Return what is to be written next, and whether it is the last."""
        first = self._waiting.get()
        gathered = [] if first is None else [first]
        deadline = time.monotonic() + _GATHER_S
        while first is not None and len(gathered) < _AT_ONCE:
            try:
                more = self._waiting.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                return gathered, False
            if more is None:
                return gathered, True
            gathered.append(more)
        return gathered, first is None

    def _keep(self, gathered: Sequence[Ended]) -> None:
        if gathered and self._write is not None:
            self._write([_record(one, self._place_of) for one in gathered])


class Places:
    """Names the place that a question is about, by the rules that answer it. Used from one thread."""

    def __init__(self, assistant: Assistant) -> None:
        self._held = HeldPlaces(assistant)

    def __call__(self, text: str, chosen: str | None) -> str | None:
        """Return the official name of the place named in the text, else of the chosen one; None where neither is known."""
        names, gazetteer = frozenset(self._held.names()), self._held.gazetteer()
        folded = fold(text)
        named = named_places(folded, gazetteer.mentions(folded, prefer=names), gazetteer)
        if named:
            return named[0].name
        known = gazetteer.resolve(chosen, names) if chosen else None
        return known.name if known is not None else None


def question_logging(settings: Settings, assistant: Assistant) -> QuestionLogging:
    """Return the log of these settings; with ``use.keep_days`` 0 it keeps nothing."""
    if not settings.use.keep_days:
        return QuestionLogging(None)

    def write(records: Sequence[LoggedQuestion]) -> None:
        # Opened for each batch, so that none is held over a fork.
        with open_catalogue(settings) as catalogue:
            catalogue.questions.add_all(records)

    return QuestionLogging(write, Places(assistant))


def _nowhere(_text: str, _chosen: str | None) -> str | None:
    return None


def no_logging() -> QuestionLogging:
    """Return a log that keeps nothing."""
    return QuestionLogging(None)


def reason_of(answer: Answer) -> str | None:
    """Return why a question was not answered, or not in full, as a closed code; None where the status says it all.

    What the guard found; why a question cannot be taken; what is asked back; of a question without evidence, whether the
    documents hold anything near it (``near``, ``nothing``) or what it takes for granted stands nowhere (``premise``); of a
    partial answer, that some places say nothing (``silent_places``).
    """
    told = (answer.guarded, answer.invalid_reason, answer.clarification and answer.clarification.kind)
    by_status = {
        AnswerStatus.NO_EVIDENCE: "near" if answer.related else "nothing",
        AnswerStatus.PARTIAL: "silent_places" if answer.silent_places else None,
        AnswerStatus.OUT_OF_SCOPE: "other_topic",
        AnswerStatus.UNAVAILABLE: "unavailable",
    }
    own = next((str(one) for one in told if one), None) or ("premise" if answer.premise is not None else None)
    return own or by_status.get(answer.status)


def _record(ended: Ended, place_of: Callable[[str, str | None], str | None]) -> LoggedQuestion:
    answer = ended.answer
    # A follow-up says nothing by itself; as a question of its own it does.
    words = ended.question.text if answer is None else answer.rewritten or answer.question
    status = answer.status if answer is not None else AnswerStatus.UNAVAILABLE
    return LoggedQuestion(
        question=None if status is AnswerStatus.ROUTED else words,
        status=status,
        channel=ended.channel,
        language=ended.language.value,
        latency_ms=ended.latency_ms,
        reason=reason_of(answer) if answer is not None else ended.fault,
        region=place_of(words, ended.question.region),
        generation=answer.generation if answer is not None else None,
        cited=tuple(dict.fromkeys(one.document_id for one in answer.citations)) if answer is not None else (),
        receipt_id=(receipt_id(ended.receipt) or None) if ended.receipt else None,
        at=ended.at,
    )
