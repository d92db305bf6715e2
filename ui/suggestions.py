"""What else can be asked after an answer, and the nearest topics after a refusal: only what documents really answer.

Questions are made of headings and lists (``ui.question_making``) and tried out (``ui.holdings``) within a small budget. One
that is not answered is not shown: a suggestion that leads nowhere is worse than none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from rag.domain import Answer, AnswerStatus, Citation, Document, Question
from rag.folding import fold
from rag.region_table import COUNTRY_CODE, short_name
from rag.synonyms import load_synonyms
from rag.text_overlap import longest_common
from rag.tokenizing import focus_words, without_asking
from ui.holdings import Shelf, is_around
from ui.question_forms import Rank
from ui.question_making import Candidate
from ui.trying_out import Tries

MOST = 4
"""Suggestions shown: they fit under an answer on a phone without hiding the next thing."""
_OF_THE_SAME = 3
"""Of them about the same from the documents that the answer cites."""
_OF_OTHERS = 2
"""Of them about the same from other documents; what is left is filled with what stands beside the passage cited."""
_NEAREST = 3
_TRIES = 14
_SECONDS = 0.5
_HITS = 20
_ALIKE = 0.88
"""Share of the longer question's characters that another has in the same order, from which on both ask the same."""

_GENERAL = frozenset(
    "卫生 健康 医疗 服务 工作 管理 政策 规定 情况 办法 方案 规划 计划 措施 保障 内容 要求 标准 申请 办理 国家 全国 居民 群众 人员 机构 部门 材料 对象 时间 地点 流程 "
    "程序 条件 目标 任务 项目 制度 哪些 什么 怎么 怎么办 违反 责任 处罚 法律 发展 建设 加强 推进 实施 提高 完善 本地 当地 我们 政府 免费 文件 通知 条例 行为 禁止 "
    "不能 不得 可以 出现 影响 评估 机制 体系 能力 培育 产业 促进 提供 单位 场所 活动 方式 主要 重点 总体 监督 组织 预防 控制 权利 义务 职责 需要 疾病 医生 医院 事业".split()
)
"""Words of the genre: that two questions share them does not make them related."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question that is answered, asked with ``region`` chosen."""

    question: str
    region: str | None


@dataclass(frozen=True, slots=True)
class Searched:
    """How many documents were searched: those of the place chosen, and all others."""

    region: str | None
    own: int
    others: int


def further_questions(
    answer: Answer, question: Question, shelf: Shelf, tries: Tries | None = None
) -> tuple[Suggestion, ...]:
    """Return up to four questions that go on from an answer; nothing after one without sources.

    First the sections next to those cited, then other documents of the same place about the same thing. Neither the question
    itself nor an earlier one (``question.history``) is among them, nor one that the passages cited answer already.
    """
    if not answer.status.carries_evidence or answer.guarded is not None:
        return ()
    tries = tries or Tries(_TRIES, _SECONDS)
    asked = _Asked([question.text, answer.question, answer.rewritten or "", answer.read_as or "", *question.history])
    cited = _cited_documents(answer, shelf)
    words = _telling_words(answer.rewritten or answer.read_as or question.text, shelf.documents())
    shown: list[Suggestion] = []

    def show(candidates: Iterable[Candidate], most: int) -> None:
        room = min(most, MOST - len(shown))
        shown.extend(islice(_answered(candidates, question.region, asked, shelf, tries), max(room, 0)))

    near, rest = _nearby(cited, answer.citations, words, shelf)
    show(near, _OF_THE_SAME)
    show(_elsewhere(question, cited, words, shelf), _OF_OTHERS)
    show(rest, MOST)
    return tuple(shown)


def nearest_topics(
    answer: Answer, question: Question, shelf: Shelf, tries: Tries | None = None
) -> tuple[Suggestion, ...]:
    """Return up to three questions about the nearest topics where nothing answers; often none.

    A topic is near only if it shares a telling word with the question: not one of the genre, and not the place's name.
    """
    if answer.status is not AnswerStatus.NO_EVIDENCE or answer.guarded is not None:
        return ()
    asked = _Asked([question.text, answer.question, *question.history])
    words = _telling_words(answer.rewritten or answer.read_as or question.text, shelf.documents())
    candidates = _elsewhere(question, (), words, shelf)
    found = _answered(candidates, question.region, asked, shelf, tries or Tries(_TRIES, _SECONDS))
    return tuple(islice(found, _NEAREST))


def searched(answer: Answer, region: str | None, shelf: Shelf) -> Searched | None:
    """Return what was searched for an answer that found nothing; None where nothing was searched."""
    if answer.status is not AnswerStatus.NO_EVIDENCE or answer.guarded is not None:
        return None
    documents = shelf.documents()
    own = sum(document.region == region for document in documents) if region else 0
    return Searched(region if own else None, own, len(documents) - own) if documents else None


class _Asked:
    """Questions asked before, or shown already."""

    def __init__(self, questions: Iterable[str]) -> None:
        self._plain = [_plain(question) for question in questions if question]

    def has(self, question: str) -> bool:
        """Return whether this was asked, in these words or nearly so."""
        plain = _plain(question)
        return any(
            longest_common(plain, other) >= _ALIKE * max(len(plain), len(other)) for other in self._plain if other
        )

    def add(self, question: str) -> None:
        """Keep a question."""
        self._plain.append(_plain(question))


def _plain(question: str) -> str:
    return re.sub(r"[\W_]+", "", fold(question))


def _answered(
    candidates: Iterable[Candidate], region: str | None, asked: _Asked, shelf: Shelf, tries: Tries
) -> Iterator[Suggestion]:
    for candidate in candidates:
        if not asked.has(candidate.question) and shelf.is_answered(candidate, region, tries):
            asked.add(candidate.question)
            yield Suggestion(candidate.question, region)


def _cited_documents(answer: Answer, shelf: Shelf) -> list[Document]:
    """Return the documents that an answer cites, the one cited most first."""
    ids = [document_id for document_id, _ in Counter(c.document_id for c in answer.citations).most_common()]
    return [document for document in map(shelf.document, ids) if document is not None]


def _nearby(
    documents: Sequence[Document], citations: Sequence[Citation], words: frozenset[str], shelf: Shelf
) -> tuple[list[Candidate], list[Candidate]]:
    """Return the questions of the documents cited whose passage was not, the nearest first, in two lists.

    The first are about the same as the question, by a telling word; the second stand under the same heading as what is
    cited most.
    """
    near: list[tuple[tuple[bool, float], Candidate]] = []
    rest: list[tuple[tuple[bool, float], Candidate]] = []
    for place, document in enumerate(documents):
        cited = [c for c in citations if c.document_id == document.document_id]
        above = {c.section[:-1] for c in cited}
        free = [
            made
            for made in shelf.questions(document)
            if not any(c.start < made.end and made.start < c.end for c in cited)
        ]
        before = sum(made.start < cited[0].start for made in free)
        for n, made in enumerate(free):
            # What comes next in the document is nearer than what came before.
            distance = n - before if n >= before else before - n - 0.5
            entry = ((made.rank is Rank.RULE, distance), made)
            if _shared(made.question, words):
                near.append(entry)
            elif place == 0 and made.above in above:
                rest.append(entry)
    return _nearest_first(near), _nearest_first(rest)


def _nearest_first(entries: Iterable[tuple[tuple[bool, float], Candidate]]) -> list[Candidate]:
    return [made for _, made in sorted(entries, key=lambda entry: entry[0])]


def _elsewhere(
    question: Question, cited: Sequence[Document], words: frozenset[str], shelf: Shelf
) -> Iterator[Candidate]:
    """Yield the questions of other documents found for a question that share a telling word, the most telling first."""
    if not words:
        return
    known = {document.document_id for document in cited}
    places = _places_meant(question, cited, shelf)
    found: dict[str, Document] = {}
    for hit in shelf.search(Question(question.text, question.region), _HITS):
        document = hit.document
        if document.document_id not in known and _is_of(document, places):
            found.setdefault(document.document_id, document)
    related: list[list[Candidate]] = []
    for document in found.values():
        shared = [(_shared(made.question, words), made) for made in shelf.questions(document)]
        best = sorted((pair for pair in shared if pair[0]), key=lambda pair: (-pair[0], pair[1].rank))
        related.append([made for _, made in best[:_NEAREST]])
    for turn in range(_NEAREST):
        yield from (made[turn] for made in related if turn < len(made))


def _shared(question: str, words: frozenset[str]) -> int:
    folded = fold(question)
    return sum(word in folded for word in words)


def _telling_words(text: str, documents: Iterable[Document]) -> frozenset[str]:
    """Return the words of a question that say what it is about, and those that mean the same; places left out."""
    folded = without_asking(fold(text))
    for place in {document.region for document in documents if document.region}:
        folded = folded.replace(fold(place), " ").replace(fold(short_name(place)), " ")
    own = [word for word in focus_words(folded) if len(word) > 1 and word not in _GENERAL]
    same = chain.from_iterable(load_synonyms().of(word) for word in [*own, *load_synonyms().phrases_in(folded)])
    return frozenset([*own, *(word for word in same if len(word) > 1 and word not in _GENERAL)])


def _places_meant(question: Question, cited: Sequence[Document], shelf: Shelf) -> list[Document]:
    """Return documents of the places that a question is about; none where it names none."""
    if cited:
        return list(cited)
    folded = fold(question.text)
    return [
        document
        for document in shelf.documents()
        if document.region and (document.region == question.region or fold(document.region) in folded)
    ]


def _is_of(document: Document, places: Sequence[Document]) -> bool:
    if not places or document.region_code == COUNTRY_CODE:
        return True
    return any(
        document.region == place.region or is_around(document.region_code, place.region_code) for place in places
    )
