"""Keep copies of one text from being answered twice, and find where they state different figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rag.citations import cite
from rag.domain import Citation, Document, Hit, Statement
from rag.folding import fold
from rag.numerals import blank_enumerators, find_figures
from rag.outline import sentences

_HELD = 0.5
"""A sentence of a copy is in the preferred text if this share of its character triples is: another figure or another
word leaves more, a sentence on another matter of the same policy less."""
_SAME_WORDS = 0.6
"""Dice overlap of character pairs, figures left open, from which two sentences say the same thing."""
_SHORTEST_RUN = 4
_MOST_CONTRADICTIONS = 3
_KEPT_TEXTS = 32
_NOT_COUNTED = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A sentence ``document.text[start:end]`` of a copy that gives another figure than the citation does."""

    citation: Citation
    document: Document
    start: int
    end: int


def bare(text: str) -> str:
    """Return the letters, characters and digits of a text in their search form."""
    return _NOT_COUNTED.sub("", fold(text))


def without_copies(hits: Sequence[Hit]) -> list[Hit]:
    """Return hits without those of copies whose preferred document is among them too and holds their passage.

    A copy's passage stays where one of its sentences is missing in the preferred document: a repost may be fuller.
    """
    there = {hit.document.source: hit.document for hit in hits}
    kept = []
    for hit in hits:
        preferred = there.get(hit.document.duplicate_of or "")
        if preferred is None or not _held(preferred.text).holds(hit.chunk.text):
            kept.append(hit)
    return kept


class _Held:
    """What a text holds."""

    def __init__(self, text: str) -> None:
        self.words = bare(text)
        self._triples: frozenset[str] | None = None

    def holds(self, passage: str) -> bool:
        """True if every sentence of a passage stands in the text, a figure or a word of it changed at most."""
        return all(self._has(bare(passage[start:end])) for start, end in sentences(passage))

    def _has(self, sentence: str) -> bool:
        if sentence in self.words:
            return True
        if self._triples is None:
            self._triples = frozenset(_runs(self.words, 3))
        triples = _runs(sentence, 3)
        return sum(triple in self._triples for triple in triples) >= _HELD * max(len(triples), 1)


@lru_cache(maxsize=_KEPT_TEXTS)
def _held(text: str) -> _Held:
    """Read a text once for many questions: that of a statute book takes longer than ranking."""
    return _Held(text)


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
    """Return where copies among ``hits`` give another figure in the words of a quote; three at most, one a sentence."""
    found: dict[tuple[str, int], Contradiction] = {}
    for citation in citations:
        for copy in copies_among(documents[citation.document_id], hits):
            for start, end in _other_figures(citation.quote, copy.text):
                found.setdefault((copy.document_id, start), Contradiction(citation, copy, start, end))
    return list(found.values())[:_MOST_CONTRADICTIONS]


def with_contradictions(
    statements: Sequence[Statement], citations: Sequence[Citation], found: Sequence[Contradiction], listed: bool
) -> tuple[tuple[Statement, ...], tuple[Citation, ...]]:
    """Return statements and citations with what the copies say beside each statement that they contradict.

    In a list (``listed``) it stands one level below the item.
    """
    cited = list(citations)
    shown: list[Statement] = []
    open_ones = list(found)
    for statement in statements:
        shown.append(statement)
        for item in [item for item in open_ones if item.citation.number in statement.citations]:
            open_ones.remove(item)
            cited.append(cite(item.document, item.start, item.end, len(cited) + 1))
            words = " ".join(item.document.text[item.start : item.end].split())
            level = statement.level + 1 if listed else statement.level
            shown.append(Statement(words, (cited[-1].number,), 1.0, level))
    return tuple(shown), tuple(cited)


def shown_once(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """Return statements without those that say the same in the same words; the first has the citations of all."""
    first: dict[str, Statement] = {}
    for statement in statements:
        key = bare(statement.text) or statement.text
        known = first.get(key)
        if known is None:
            first[key] = statement
        else:
            numbers = tuple(dict.fromkeys((*known.citations, *statement.citations)))
            first[key] = replace(known, citations=numbers)
    return tuple(first.values())


def _other_figures(quote: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield the sentences of ``text`` that give other figures in the words of a sentence of ``quote``."""
    plain = _held(text).words
    own = [
        sentence for sentence in (quote[start:end] for start, end in sentences(quote)) if bare(sentence) not in plain
    ]
    said = [(figures, words) for figures, words in map(_figures_and_words, own) if figures]
    if not said:
        return
    runs = [max(words.split("#"), key=len) for _, words in said]
    there = [
        (start, end, *_figures_and_words(text[start:end]))
        for start, end in sentences(text)
        if (words_there := bare(text[start:end]))
        and any(len(run) >= _SHORTEST_RUN and run in words_there for run in runs)
    ]
    for figures, words in said:
        alike = [(_dice(words, other[3]), other) for other in there if other[2]]
        same = [(share, other) for share, other in alike if share >= _SAME_WORDS]
        if not same or any(figures <= other[2] for _, other in same):
            continue
        start, end, others, _ = max(same, key=lambda item: item[0])[1]
        if others - figures:
            yield start, end


def _figures_and_words(sentence: str) -> tuple[frozenset[str], str]:
    """Return the values of a sentence's figures, and its words with ``#`` for each figure."""
    sentence = blank_enumerators(sentence)
    figures = find_figures(sentence)
    pieces, position = [], 0
    for figure in figures:
        pieces.append(bare(sentence[position : figure.start]))
        position = max(position, figure.end)
    pieces.append(bare(sentence[position:]))
    return frozenset(figure.value for figure in figures), "#".join(pieces)


def _dice(one: str, other: str) -> float:
    a, b = _runs(one, 2), _runs(other, 2)
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0


def _runs(text: str, length: int) -> set[str]:
    return {text[n : n + length] for n in range(len(text) - length + 1)} or ({text} if text else set())
