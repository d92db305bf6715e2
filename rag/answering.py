"""The read path: a question becomes a verified answer, or an honest status, told step by step.

    mask personal numbers → check → guard → read in its conversation → offer what people approved → compose in the sources' own words
    → let a model write, where there is one

A step that ends the path gives an :class:`Answer` with its status; nothing is thrown at the reader.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Generator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from types import MappingProxyType

from rag.answer_events import events_of
from rag.approved_offering import Offering
from rag.composing import Composed, Composer
from rag.conversation import Contextual, in_context, with_the_matter_before
from rag.domain import (
    Answer,
    AnswerEvent,
    AnswerFinished,
    AnswerStatus,
    Citation,
    GuardReason,
    InvalidReason,
    ModelUsage,
    Notice,
    NoticeKind,
    PersonalData,
    Question,
)
from rag.generations import Generation
from rag.guard import Guarded, guard
from rag.model_answer import events_with_model
from rag.one_answer import OneAnswer
from rag.personal_data import masked_question, without_numbers
from rag.ports import ApprovedAnswers, ChatModel
from rag.regions import Gazetteer
from rag.retrieval import HybridRetriever
from rag.rewriting import in_context_with_model
from rag.settings import Settings
from rag.synonyms import Synonyms

_GUARDED_STATUS = {
    GuardReason.EMERGENCY: AnswerStatus.ROUTED,
    GuardReason.CRISIS: AnswerStatus.ROUTED,
    GuardReason.MEDICAL_ADVICE: AnswerStatus.ROUTED,
    GuardReason.ATTACK: AnswerStatus.REFUSED,
    GuardReason.ABUSE: AnswerStatus.OUT_OF_SCOPE,
    GuardReason.CHAT: AnswerStatus.OUT_OF_SCOPE,
    GuardReason.OTHER_TOPIC: AnswerStatus.OUT_OF_SCOPE,
}

_REWRITING_S = 3.0
"""Seconds that a model may take to say a follow-up as a question of its own: the reader sees nothing until then."""


class Answering:
    """Answers questions from one generation. Safe to use from several threads."""

    def __init__(
        self,
        generation: Generation,
        retriever: HybridRetriever,
        gazetteer: Gazetteer,
        synonyms: Synonyms,
        settings: Settings,
        model: ChatModel | None,
        approved: ApprovedAnswers | None = None,
    ) -> None:
        self._generation = generation
        self._retriever = retriever
        self._gazetteer = gazetteer
        self._settings = settings
        self._model = model
        self._composer = Composer(generation, retriever, gazetteer, synonyms, settings)
        self._offering = Offering(approved, generation.library, gazetteer, retriever.places) if approved else None

    def answer(self, question: Question, today: date | None = None) -> Answer:
        """Answer a question; ``today`` decides which sources are old (default: the current date)."""
        with closing(self.stream(question, today)) as events:
            return next(event.answer for event in events if isinstance(event, AnswerFinished))

    def stream(self, question: Question, today: date | None = None) -> Generator[AnswerEvent, None, None]:
        """Answer a question and yield what happens; ``AnswerFinished`` is the last event, and always comes.

        Personal numbers are masked before anything else, so that no model, echo or record sees them.
        """
        began = time.perf_counter()
        question, masked = masked_question(question)
        asked = replace(question, text=without_numbers(question.text)) if masked else question
        for event in self._events(asked, today or date.today()):
            yield (
                replace(event, answer=self._stamped(event.answer, question, masked, began))
                if isinstance(event, AnswerFinished)
                else event
            )

    def _stamped(self, answer: Answer, question: Question, masked: tuple[PersonalData, ...], began: float) -> Answer:
        timings = {**answer.timings_ms, "total": 1000 * (time.perf_counter() - began)}
        return replace(
            answer,
            question=question.text,
            generation=self._generation.manifest.generation,
            masked=masked,
            timings_ms=MappingProxyType(timings),
        )

    def _events(self, question: Question, today: date) -> Generator[AnswerEvent, None, None]:
        ended = self._ended_early(question, today)
        if ended is not None:
            yield from events_of(ended)
            return
        # All calls of the model for one question share one deadline.
        model = OneAnswer(self._model, self._settings.llm.deadline_s) if self._model is not None else None
        reading = _Reading(self._gazetteer, self._retriever.places, cache(self._meant), cache(self._is_attack))
        contextual, used = reading.in_context(question, model)
        approved = self._approved(contextual, today)
        if approved is not None:
            yield from events_of(replace(approved, usage=used))
            return
        composed = self._composer.compose(contextual, today, lambda: reading.with_the_matter_before(question))
        approved = self._approved(contextual, today, composed.answer)
        if approved is not None:
            yield from events_of(replace(approved, usage=used))
            return
        if model is None or not is_writable(composed):
            yield from events_of(replace(composed.answer, usage=used))
            return
        asked = composed.question
        events = events_with_model(
            model,
            asked.text,
            composed.answer,
            composed.evidence,
            kind=asked.kind,
            notices_for=self._composer.notices_for(composed, today),
            evidence_chars=self._settings.llm.evidence_chars,
            used=used,
        )
        with closing(events):
            yield from events

    def _approved(self, asked: Contextual, today: date, own: Answer | None = None) -> Answer | None:
        """Return what people approved for a question; with ``own``, for the place that the assistant's answer is about."""
        if self._offering is None or asked.question.anew:
            return None
        found = self._offering.offered(asked.question, today, own)
        return replace(found, rewritten=asked.rewritten) if found is not None else None

    def _ended_early(self, question: Question, today: date) -> Answer | None:
        invalid = invalid_reason(question, self._settings.answering.max_question_chars)
        if invalid is None and question.region and self._gazetteer.resolve(question.region) is None:
            invalid = InvalidReason.UNKNOWN_REGION
        if invalid is not None:
            return Answer(AnswerStatus.INVALID, question.text, invalid_reason=invalid)
        guarded = guard(question.text, self._settings.help, question.history)
        return self._guarded(question, guarded, today) if guarded is not None else None

    def _guarded(self, question: Question, guarded: Guarded, today: date) -> Answer:
        """Send to a person, or decline; what the rules say about a service is offered beside it, never as the answer."""
        near: tuple[Citation, ...] = ()
        if guarded.policy_question is not None:
            near = self._composer.near_misses(replace(question, text=guarded.policy_question, history=()), today)
        advice = guarded.reason is GuardReason.MEDICAL_ADVICE
        return Answer(
            _GUARDED_STATUS[guarded.reason],
            question.text,
            routes=guarded.routes,
            related=near,
            notices=(Notice(NoticeKind.MEDICAL_DISCLAIMER),) if advice else (),
            guarded=guarded.reason,
        )

    def _meant(self, text: str) -> str:
        """Return what an earlier question says, where it was typed in pinyin or with a slip."""
        return self._retriever.understand(Question(text)).text if text.strip() else text

    def _is_attack(self, text: str) -> bool:
        guarded = guard(text, self._settings.help)
        return guarded is not None and guarded.reason in (GuardReason.ATTACK, GuardReason.ABUSE)


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads one question after the earlier ones; what each of those means is found out once."""

    gazetteer: Gazetteer
    prefer: Collection[str]
    read: Callable[[str], str]
    skip: Callable[[str], bool]

    def in_context(self, question: Question, model: OneAnswer | None) -> tuple[Contextual, ModelUsage | None]:
        """Return what a question means, and what that took of the model."""
        if model is None:
            return in_context(question, self.gazetteer, prefer=self.prefer, read=self.read, skip=self.skip), None
        part = model.limited(_REWRITING_S)
        contextual = in_context_with_model(
            question, self.gazetteer, part, prefer=self.prefer, read=self.read, skip=self.skip
        )
        return contextual, part.usage

    def with_the_matter_before(self, question: Question) -> Contextual | None:
        """Return a question that was left alone with the matter before it."""
        return with_the_matter_before(question, self.gazetteer, prefer=self.prefer, read=self.read, skip=self.skip)


def is_writable(composed: Composed) -> bool:
    """Tell whether a model may write an answer anew: not where sources differ, for both must be shown as they are."""
    kinds = {notice.kind for notice in composed.answer.notices}
    return bool(composed.evidence) and NoticeKind.CONFLICT not in kinds


def invalid_reason(question: Question, max_chars: int) -> InvalidReason | None:
    """Return why a question cannot be taken, or None."""
    if not any(character.isalnum() for character in question.text):
        return InvalidReason.EMPTY
    return InvalidReason.TOO_LONG if len(question.text) > max_chars else None
