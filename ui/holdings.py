"""What the page says about the documents it answers from, and questions they can really answer."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from rag.domain import AnswerStatus, Document, PlaceCount, Question, Section, Validity
from rag.errors import NoGenerationError
from rag.ports import Assistant

_MOST_TRIES = 24
"""Questions tried out for one list of examples: enough to fill it from a mixed corpus, quick to run through."""

_LONGEST_EXAMPLE = 34
"""Characters an example may have: two lines on a small phone in large type."""

_NUMBERING = re.compile(
    r"^\s*(?:第[一二三四五六七八九十百\d]+[编章节条]|[（(][一二三四五六七八九十\d]+[）)]|[一二三四五六七八九十]+[、.．]|\d+(?:\.\d+)*[、.．]?)\s*"
)
_SAYS_LITTLE = re.compile(
    r"^(?:目录|附件|附录|附则|总则|前言|引言|导读|结语|概述|.{0,4}背景|其他|说明|.{0,4}情况|.{0,4}概况)"
)
"""Headings that stand in every document of the genre, so a question made of them asks for nothing."""

_OTHERWISE = "是怎么规定的？"
_COUNTABLE = re.compile(
    r"(?:措施|任务|目标|内容|要求|原则|条件|材料|服务|工作|项目|指标|职责|重点|方式|渠道|流程|步骤|待遇|对象)$"
)
_ASIDE = re.compile(r"\s*[（(][^（()）]*[）)]\s*$")
"""A remark behind a title, （试行） or （2026年版）, that nobody would say."""
_OWN_PLACE = re.compile(r"^本?[省市县区](?=.{2})(?!内|外|级)")
"""How a document calls its own place (县卫生健康局, 本市), replaced by the place's name."""
_ASKS = re.compile(r"[?？]$")
_QUOTED_TITLE = re.compile(r"《([^《》]{4,40})》")
_NOTICE_FRAME = re.compile(r"^.{0,30}?关于(?:印发|发布|做好)?|(?:的)?(?:通知|公告|意见|通告)?$")


@dataclass(frozen=True, slots=True)
class Holdings:
    """The published generation as the page shows it; ``created`` is UTC, ISO 8601."""

    generation: str
    created: str
    documents: tuple[Document, ...]
    places: tuple[PlaceCount, ...]


class Shelf:
    """Looks the holdings up once per generation. Safe to use from several threads."""

    def __init__(self, assistant: Assistant, try_out: bool = True) -> None:
        """Keep the assistant. ``try_out`` asks every example before it is shown; not for a paid language model."""
        self._assistant = assistant
        self._try_out = try_out
        self._lock = threading.Lock()
        self._holdings: Holdings | None = None
        self._examples: dict[str | None, tuple[str, ...]] = {}

    def current(self) -> Holdings | None:
        """Return what is published now, or None while nothing is."""
        published = self._assistant.published()
        if published is None:
            return None
        with self._lock:
            if self._holdings is None or self._holdings.generation != published.generation:
                try:
                    documents, places = self._assistant.documents(), self._assistant.places()
                except NoGenerationError:
                    return None
                self._holdings = Holdings(published.generation, published.created, documents, places)
                self._examples = {}
            return self._holdings

    def examples(self, region: str | None, limit: int) -> tuple[str, ...]:
        """Return up to ``limit`` questions about a place that its documents answer."""
        holdings = self.current()
        if holdings is None:
            return ()
        with self._lock:
            if region not in self._examples:
                candidates = islice(suggest_questions(holdings.documents, region), _MOST_TRIES)
                answered = (question for question in candidates if self._is_answered(question, region))
                self._examples[region] = tuple(islice(answered, limit))
            return self._examples[region]

    def _is_answered(self, question: str, region: str | None) -> bool:
        if not self._try_out:
            return True
        return self._assistant.answer(Question(question, region)).status is AnswerStatus.ANSWERED


def suggest_questions(documents: Sequence[Document], region: str | None) -> Iterator[str]:
    """Yield questions made of the documents' titles and headings, one document after the other in turn.

    Only documents of the place asked about (all where none is named) that are not known to be out of force.
    """
    past = (Validity.SUPERSEDED, Validity.EXPIRED)
    usable = [d for d in documents if d.validity not in past and region in (None, d.region)]
    waiting = [_questions_of(document) for document in usable]
    seen: set[str] = set()
    while waiting:
        going_on = []
        for questions in waiting:
            question = next(questions, None)
            if question is None:
                continue
            going_on.append(questions)
            if question not in seen:
                seen.add(question)
                yield question
        waiting = going_on


def _questions_of(document: Document) -> Iterator[str]:
    topic = _topic(document)
    found = [_question(topic, document.region or "", section) for section in document.sections]
    asked = [question for question in found if question and len(question) <= _LONGEST_EXAMPLE]
    # A question that the document itself asks reads best, one for a list is answered best.
    yield from sorted(asked, key=lambda question: question.endswith(_OTHERWISE))


def _topic(document: Document) -> str:
    """Return what a document is about: the title it quotes, else its title without the frame of a notice."""
    quoted = _QUOTED_TITLE.search(document.title)
    topic = _ASIDE.sub("", quoted.group(1) if quoted else _NOTICE_FRAME.sub("", _ASIDE.sub("", document.title)).strip())
    place = document.region or ""
    return topic if not place or place in topic else place + topic


def _question(topic: str, place: str, section: Section) -> str | None:
    heading = _NUMBERING.sub("", section.heading).strip("：:。 　")
    if _ASKS.search(heading):
        return heading if place in heading else place + _OWN_PLACE.sub("", heading)
    if not 2 <= len(heading) <= 14 or _SAYS_LITTLE.match(heading) or heading in topic:
        return None
    return f"{topic}的{heading}{'有哪些？' if _COUNTABLE.search(heading) else _OTHERWISE}"
