"""Find where two documents state different figures in the same words, about the same thing.

Only what must be equal may be compared: sentences of the same place, the same people and the same year, which differ in
nothing but a figure. Copies of one text are read whole; of other documents of the place, only what was found for the
question, and there the words must be nearly the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rag.citations import cite
from rag.domain import Authority, Citation, Document, Hit, Statement, Validity
from rag.folding import fold
from rag.followup_words import CLASSES
from rag.numerals import Figure, FigureKind, blank_enumerators, find_figures
from rag.outline import sentences
from rag.periods import period_of_title
from rag.same_words import bare, dice, held

_SAME_WORDS = 0.6
"""Dice overlap of character pairs, figures left open, from which two sentences of copies say the same thing."""
_ALMOST_ALL_WORDS = 0.85
"""The same for documents that are no copies of each other."""
_SHORTEST_RUN = 4
_MOST = 3
_NUMBERING = re.compile(r"[级类档孩胎针期批条款项章号层组区院]|周?岁|月龄")
"""Behind a figure that says which one is meant (二级, 65岁), and not how much."""
_ORDINAL = re.compile(r"第\s*$")
_PLACE = re.compile(r"[\u4e00-\u9fff]{2,3}(?:省|市|县|区|州|旗|镇|乡|街道)")
_EITHER = re.compile(
    r"城镇|农村|城乡|在职|退休|住院|门诊|急诊|省内|省外|跨省|市内|市外|统筹地区|本地|异地|转诊|首次|再次|以上|以下|以内|不足|超过|不满|每年|每月|每天|每人|每户|每所|每次|"
    r"一次性|起付|封顶|最高|最低|不低于|不超过|至少|男|女|甲类|乙类|成人|新增|全年|累计|目标|截至"
)
"""Words that change what a figure is about."""
_OVER = frozenset({Validity.SUPERSEDED, Validity.EXPIRED})


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A sentence ``document.text[start:end]`` of another document that gives another figure than the citation does."""

    citation: Citation
    document: Document
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence ``text[start:end]``, its words with ``#`` for each figure, and the figures that say how much."""

    start: int
    end: int
    words: str
    amounts: tuple[str, ...]
    about: tuple[frozenset[str], ...]
    """What must be equal in two sentences that can contradict each other."""


def copies_among(document: Document, hits: Sequence[Hit]) -> list[Document]:
    """Return the other documents among hits that are copies of the same text as ``document``, in order of rank."""
    family = document.duplicate_of or document.source
    found = {
        hit.document.document_id: hit.document
        for hit in hits
        if hit.document.source != document.source and family in (hit.document.source, hit.document.duplicate_of)
    }
    return list(found.values())


def contradictions(
    citations: Sequence[Citation], documents: Mapping[str, Document], hits: Sequence[Hit]
) -> list[Contradiction]:
    """Return where other documents among ``hits`` give another figure in the words of a quote; three at most.

    One for each sentence of the other document; those of copies come first.
    """
    found: dict[tuple[str, int], Contradiction] = {}
    for citation in citations:
        cited = documents[citation.document_id]
        copies = copies_among(cited, hits)
        for copy in copies:
            if _comparable(cited, copy):
                for start, end in _other_figures(citation.quote, copy.text, 0, _SAME_WORDS):
                    found.setdefault((copy.document_id, start), Contradiction(citation, copy, start, end))
    for citation in citations:
        cited = documents[citation.document_id]
        family = {cited.document_id, *(copy.document_id for copy in copies_among(cited, hits))}
        for hit in hits:
            if hit.document.document_id not in family and _of_one_place(cited, hit.document):
                for start, end in _other_figures(citation.quote, hit.chunk.text, hit.chunk.start, _ALMOST_ALL_WORDS):
                    key = (hit.document.document_id, start)
                    found.setdefault(key, Contradiction(citation, hit.document, start, end))
    return list(found.values())[:_MOST]


def counts_more(one: Document | Citation, other: Document | Citation) -> bool:
    """True if the first of two sources that disagree is to be read first: the official one, then the newer one."""
    official = (one.authority is Authority.OFFICIAL, other.authority is Authority.OFFICIAL)
    if official[0] != official[1]:
        return official[0]
    return (one.published or date.min) > (other.published or date.min)


def with_contradictions(
    statements: Sequence[Statement], citations: Sequence[Citation], found: Sequence[Contradiction], listed: bool
) -> tuple[tuple[Statement, ...], tuple[Citation, ...]]:
    """Return statements and citations with what the other documents say beside each statement that they contradict.

    A document that counts more stands before the statement, the others behind it. In a list (``listed``) all of them
    stand one level below the item, behind it: an item must not be torn from its number.
    """
    cited = list(citations)
    shown: list[Statement] = []
    open_ones = list(found)
    for statement in statements:
        before: list[Statement] = []
        behind: list[Statement] = []
        for item in [item for item in open_ones if item.citation.number in statement.citations]:
            open_ones.remove(item)
            cited.append(cite(item.document, item.start, item.end, len(cited) + 1))
            words = " ".join(item.document.text[item.start : item.end].split())
            level = statement.level + 1 if listed else statement.level
            said = Statement(words, (cited[-1].number,), 1.0, level, place=statement.place)
            first = not listed and counts_more(item.document, item.citation)
            (before if first else behind).append(said)
        shown += [*before, statement, *behind]
    return tuple(shown), tuple(cited)


def _comparable(one: Document, other: Document) -> bool:
    """True unless the titles say that two documents are for different years, or one of them holds no more."""
    first, second = period_of_title(one.title), period_of_title(other.title)
    apart = first is not None and second is not None and first != second
    return not apart and one.validity not in _OVER and other.validity not in _OVER


def _of_one_place(one: Document, other: Document) -> bool:
    return one.region is not None and one.region == other.region and _comparable(one, other)


def _other_figures(quote: str, text: str, offset: int, alike: float) -> Iterator[tuple[int, int]]:
    """Yield the sentences of ``text``, which begins at ``offset``, with other figures in the words of one of ``quote``."""
    plain = held(text).words
    own = [said for said in _read(quote) if said.amounts and bare(quote[said.start : said.end]) not in plain]
    runs = [max(said.words.split("#"), key=len) for said in own]
    if not own or not any(len(run) >= _SHORTEST_RUN and run in plain for run in runs):
        return
    there = [said for said in _read(text) if said.amounts]
    for said in own:
        same = [
            (share, other)
            for other in there
            if other.about == said.about and (share := dice(said.words, other.words)) >= alike
        ]
        if not same or any(set(said.amounts) <= set(other.amounts) for _, other in same):
            continue
        best = max(same, key=lambda pair: pair[0])[1]
        if set(best.amounts) - set(said.amounts):
            yield offset + best.start, offset + best.end


def _read(text: str) -> Iterator[_Said]:
    for start, end in sentences(text):
        sentence = blank_enumerators(text[start:end])
        figures = find_figures(sentence)
        pieces, position = [], 0
        for figure in figures:
            pieces.append(bare(sentence[position : figure.start]))
            position = max(position, figure.end)
        pieces.append(bare(sentence[position:]))
        labels = {figure.value for figure in figures if _says_which(figure, sentence)}
        amounts = tuple(figure.value for figure in figures if not _says_which(figure, sentence))
        yield _Said(start, end, "#".join(pieces), amounts, (frozenset(labels), *_groups(fold(sentence))))


def _says_which(figure: Figure, sentence: str) -> bool:
    if figure.kind in (FigureKind.DATE, FigureKind.PHONE):
        return True
    return bool(_NUMBERING.match(sentence, figure.end) or _ORDINAL.search(sentence[: figure.start]))


def _groups(folded: str) -> tuple[frozenset[str], ...]:
    """Return the people and things, the places, and the other words that a sentence's figures are about."""
    things = frozenset(match[0] for pattern in CLASSES for match in pattern.finditer(folded))
    return things, frozenset(_PLACE.findall(folded)), frozenset(_EITHER.findall(folded))
