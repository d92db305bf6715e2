"""The events of an answer that a language model writes, with the quotations ready to take over at any moment.

The quotations come first, as evidence. Then the model's statements, each verified before it is said. Where the model
fails, or too little of what it wrote holds, what was said is taken back and the quotations are the answer.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from types import MappingProxyType

from rag.answer_events import said
from rag.domain import (
    Answer,
    AnswerBegun,
    AnswerEvent,
    AnswerFinished,
    AnswerMode,
    Citation,
    EvidenceFound,
    ModelUsage,
    Notice,
    NoticeKind,
    Statement,
    StatementSaid,
)
from rag.folding import fold
from rag.forms import Fit, fit, specific_form
from rag.model_failure import FailureReason
from rag.model_lines import Withdrawn
from rag.numerals import FigureKind, find_figures
from rag.ports import ChatModel
from rag.question import QuestionKind
from rag.usage import added
from rag.writing import EVIDENCE_CHARS, Span, Written, write_stream

_log = logging.getLogger(__name__)

_FIGURE_KINDS = (QuestionKind.AMOUNT, QuestionKind.DATE, QuestionKind.PHONE)

NoticesFor = Callable[[Sequence[Citation]], Sequence[Notice]]


def events_with_model(
    model: ChatModel,
    question: str,
    draft: Answer,
    evidence: Sequence[Span],
    *,
    kind: QuestionKind | None = None,
    notices_for: NoticesFor | None = None,
    evidence_chars: int = EVIDENCE_CHARS,
    used: ModelUsage | None = None,
) -> Generator[AnswerEvent, None, None]:
    """Let the model answer from the evidence, and yield what happens.

    ``draft`` is the finished, verified answer in quotations; it must carry evidence. ``question`` is the question on
    its own, as it was searched for. ``kind`` is what form the answer must have. ``notices_for`` returns the notices
    about some citations; without it those of the draft stay whose document is cited. ``used`` is what the model took for
    this answer before, to be added. The first event is
    ``EvidenceFound``, the last ``AnswerFinished``; a second ``AnswerBegun`` takes back what was said before it.
    Closing the generator, as a reader does who leaves, ends the call of the model. Nothing is raised.
    """
    began = time.perf_counter()
    yield EvidenceFound(draft.citations)
    yield AnswerBegun(draft.status, AnswerMode.GENERATIVE)
    stream = write_stream(
        model, question, evidence, has_key_figure=key_figure(question, kind, draft), evidence_chars=evidence_chars
    )
    written = Written((), (), 0)
    known: dict[int, Citation] = {}
    with closing(stream):  # type: ignore[type-var]
        for item in stream:
            if isinstance(item, StatementSaid):
                known |= {citation.number: citation for citation in item.citations}
                yield replace(item, statement=_placed(item.statement, known, draft))
            elif isinstance(item, Withdrawn):
                known.clear()
                yield AnswerBegun(draft.status, AnswerMode.GENERATIVE)
            else:
                written = item
    written = replace(written, usage=added(used, written.usage))
    timings = MappingProxyType({**draft.timings_ms, "writing": 1000 * (time.perf_counter() - began)})
    if written.failure is None:
        answer = _generated(draft, written, model.name, notices_for or _kept_from(draft))
        yield AnswerFinished(replace(answer, timings_ms=timings))
        return
    _log.warning("language model %s gave nothing usable, quoting instead: %s", model.name, written.detail)
    answer = replace(_quoted(draft, written, written.failure), timings_ms=timings)
    yield AnswerBegun(answer.status, answer.mode)
    yield from said(answer)
    yield AnswerFinished(answer)


def key_figure(question: str, kind: QuestionKind | None, draft: Answer) -> Callable[[str], bool] | None:
    """Return what tells whether a text has the figure asked for; None where none is, or the quotations have none."""
    if kind not in _FIGURE_KINDS:
        return None
    specific = specific_form(fold(question), kind)

    def has(text: str) -> bool:
        return fit(kind, specific, _in_digits(text)) is Fit.SPECIFIC

    return has if any(has(statement.text) for statement in draft.statements) else None


def _in_digits(text: str) -> str:
    """Fold a text and write its numbers in digits: a model may write 500元 where the source has 五百元."""
    folded = fold(text)
    for figure in reversed(find_figures(text)):
        if figure.kind in (FigureKind.NUMBER, FigureKind.PERCENT):
            folded = folded[: figure.start] + figure.value + folded[figure.end :]
    return folded


def _generated(draft: Answer, written: Written, model: str, notices_for: NoticesFor) -> Answer:
    generated = Notice(NoticeKind.AI_GENERATED, MappingProxyType({"model": model}))
    known = {citation.number: citation for citation in written.citations}
    return replace(
        draft,
        mode=AnswerMode.GENERATIVE,
        statements=tuple(_placed(statement, known, draft) for statement in written.statements),
        citations=written.citations,
        notices=(*notices_for(written.citations), generated),
        # What a model tells of a list is no count of its items.
        total_items=None,
        dropped_statements=written.dropped,
        usage=written.usage,
    )


def _quoted(draft: Answer, written: Written, failure: FailureReason) -> Answer:
    unavailable = Notice(NoticeKind.MODEL_UNAVAILABLE, MappingProxyType({"reason": failure.value}))
    return replace(draft, notices=(*draft.notices, unavailable), usage=written.usage)


def _placed(statement: Statement, known: Mapping[int, Citation], draft: Answer) -> Statement:
    """Say of which place a statement is, where places are set side by side and its sources are all of one."""
    regions = {known[number].region for number in statement.citations}
    region = regions.pop() if len(regions) == 1 else None
    return replace(statement, place=region) if region in draft.places else statement


def _kept_from(draft: Answer) -> NoticesFor:
    def kept(citations: Sequence[Citation]) -> Sequence[Notice]:
        cited = {citation.document_id for citation in citations}
        return [notice for notice in draft.notices if notice.values.get("document_id", "") in {"", *cited}]

    return kept
