"""A language model's turn in answering: evidence in, verified statements out one by one, then whether they suffice.

The model sees the chosen evidence with the lines around it. What it writes is grounded in those passages and held to
the same verification as any quotation, line by line, before anybody sees it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from rag.domain import Citation, Document, ModelUsage, Statement, StatementSaid
from rag.errors import LanguageModelError
from rag.generative import SYSTEM_PROMPT, Passage, build_prompt, carried
from rag.model_failure import FailureReason, ModelCallError
from rag.model_lines import DraftStatement, LineReader, Withdrawn
from rag.ports import ChatModel

_AROUND_CHARS = 300
"""Characters of context on either side of the evidence, in whole sentences of the same section."""
EVIDENCE_CHARS = 4000
"""Most characters of documents in one prompt. At 0.6 tokens to a character they fit, with the rules and an answer of
usual length, into 4,096 tokens, which is all that Ollama gives a model on a small graphics card unless it is told
otherwise (docs.ollama.com, "Context length"). A longer prompt would lose its beginning without a word."""
_ENDS = "。！？；\n"
_END = re.compile(f"[{_ENDS}]")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch ``document.text[start:end]`` chosen as evidence."""

    document: Document
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Written:
    """What a model wrote and verification kept; ``dropped`` counts the statements that it did not."""

    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    dropped: int
    usage: ModelUsage | None = None
    failure: FailureReason | None = None
    """Why the statements must not be shown, although some may have been said; None where they are the answer."""
    detail: str = ""
    """The failure in English, for the log."""


def write_stream(
    model: ChatModel,
    question: str,
    evidence: Sequence[Span],
    *,
    has_key_figure: Callable[[str], bool] | None = None,
    evidence_chars: int = EVIDENCE_CHARS,
) -> Iterator[StatementSaid | Withdrawn | Written]:
    """Let the model write from the evidence; yield each statement as soon as it is complete and verified.

    Citations are numbered from 1 in order of first use, and each is yielded with the first statement that uses it.
    ``Withdrawn`` takes back everything so far. :class:`Written` comes last, always; it repeats what holds, or says
    why nothing does. ``has_key_figure`` tells whether a text has the kind of figure that was asked for, where the
    evidence has one. Closing the generator ends the call.
    """
    passages = _passages(evidence, evidence_chars)
    if not passages:
        yield Written((), (), 0, None, FailureReason.SILENT, "there is no evidence to write from")
        return
    collected = _Collected(passages, {span.document.document_id: span.document for span in evidence})
    reader = LineReader({passage.number for passage in passages})
    try:
        pieces = model.stream(SYSTEM_PROMPT, build_prompt(question, passages), collected.count)
        with closing(pieces):  # type: ignore[type-var]
            for piece in pieces:
                for item in reader.feed(piece):
                    yield from collected.take(item)
        for item in reader.finish():
            yield from collected.take(item)
    except LanguageModelError as error:
        reason = error.reason if isinstance(error, ModelCallError) else FailureReason.UNREACHABLE
        yield collected.written(reader, reason, str(error))
        return
    failure, detail = collected.judge(reader, has_key_figure)
    yield collected.written(reader, failure, detail)


class _Collected:
    """What is said so far, in the numbering of the whole answer."""

    def __init__(self, passages: Sequence[Passage], documents: dict[str, Document]) -> None:
        self._passages = passages
        self._documents = documents
        self._usage: ModelUsage | None = None
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._statements: list[Statement] = []
        self._citations: dict[tuple[str, int, int], Citation] = {}
        self._dropped = 0

    def count(self, usage: ModelUsage) -> None:
        """Keep what the call took."""
        self._usage = usage

    def take(self, item: DraftStatement | Withdrawn) -> Iterator[StatementSaid | Withdrawn]:
        """Verify a draft and yield it with its new citations, or count it as dropped."""
        if isinstance(item, Withdrawn):
            said = bool(self._statements)
            self._begin_anew()
            if said:
                yield item
            return
        found = carried(item, self._passages, self._documents)
        if found is None:
            self._dropped += 1
            return
        new: list[Citation] = []
        numbers: list[int] = []
        for citation in found[1]:
            place = (citation.document_id, citation.start, citation.end)
            if place not in self._citations:
                self._citations[place] = replace(citation, number=len(self._citations) + 1)
                new.append(self._citations[place])
            numbers.append(self._citations[place].number)
        statement = replace(found[0], citations=tuple(numbers))
        self._statements.append(statement)
        yield StatementSaid(statement, tuple(new))

    def judge(
        self, reader: LineReader, has_key_figure: Callable[[str], bool] | None
    ) -> tuple[FailureReason | None, str]:
        """Say whether what is left of a complete text is an answer, and if not, why."""
        kept, dropped = len(self._statements), self._dropped + reader.unsourced
        if not kept and not dropped:
            return FailureReason.SILENT, "the model finds no answer in the evidence"
        if not kept:
            return FailureReason.UNSUPPORTED, "no statement of the model is supported"
        if kept < dropped:
            return FailureReason.UNSUPPORTED, f"only {kept} of {kept + dropped} statements of the model are supported"
        if has_key_figure is not None and not any(has_key_figure(statement.text) for statement in self._statements):
            return FailureReason.UNSUPPORTED, "the model leaves out the figure that was asked for"
        return None, ""

    def written(self, reader: LineReader, failure: FailureReason | None, detail: str) -> Written:
        """Return the end of the model's turn."""
        dropped = self._dropped + reader.unsourced
        if failure is not None:
            return Written((), (), dropped + len(self._statements), self._usage, failure, detail)
        return Written(tuple(self._statements), tuple(self._citations.values()), dropped, self._usage)


def _passages(evidence: Sequence[Span], most_chars: int) -> list[Passage]:
    """Number the evidence, with what stands around it where there is room, in order until ``most_chars``."""
    spans = widened(evidence)
    if sum(span.end - span.start for span in spans) > most_chars:
        spans = widened(evidence, around=0)
    room = most_chars
    passages: list[Passage] = []
    for span in spans:
        whole = span.end - span.start <= room
        end = span.end if whole else _end_before(span, span.start + room)
        if end > span.start:
            passages.append(_passage(replace(span, end=end), len(passages) + 1))
        if not whole:
            break
        room -= end - span.start
    return passages


def _passage(span: Span, number: int) -> Passage:
    document = span.document
    return Passage(
        number=number,
        document_id=document.document_id,
        title=document.title,
        region=document.region,
        published=document.published,
        text=document.text[span.start : span.end],
        start=span.start,
    )


def widened(evidence: Sequence[Span], around: int = _AROUND_CHARS) -> list[Span]:
    """Return the evidence with the lines around it, overlapping stretches joined, in order of first use."""
    spans: list[Span] = []
    for span in evidence:
        fresh = _with_context(span, around)
        for n, known in enumerate(spans):
            if (
                known.document.document_id == fresh.document.document_id
                and known.start <= fresh.end
                and fresh.start <= known.end
            ):
                spans[n] = Span(known.document, min(known.start, fresh.start), max(known.end, fresh.end))
                break
        else:
            spans.append(fresh)
    return spans


def _with_context(span: Span, around: int) -> Span:
    """Add whole sentences of the same section; half a one could lack the very word that denies it."""
    text = span.document.text
    path = span.document.section_path_at(span.start)
    section = next((s for s in span.document.sections if s.path == path and s.start <= span.start < s.end), None)
    first, last = (section.start, section.end) if section else (0, len(text))
    begin = max(first, span.start - around)
    if begin > first and text[begin - 1] not in _ENDS:
        found = _END.search(text, begin, span.start)
        begin = found.end() if found else span.start
    end = min(last, span.end + around)
    if end < last:
        end = max(span.end, _end_before(span, end))
    return Span(span.document, min(begin, span.start), max(end, span.end))


def _end_before(span: Span, end: int) -> int:
    """Return where the last sentence of the document ends that ends before ``end``, at the earliest the span's start."""
    text = span.document.text
    return max(span.start, *(text.rfind(mark, span.start, end) + 1 for mark in _ENDS))
