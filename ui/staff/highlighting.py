"""Find the words of a search in a passage: as typed, in either script, and as policies say it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from rag.domain import Mark
from rag.folding import fold
from rag.synonyms import load_synonyms
from rag.tokenizing import FUNCTION_WORDS, focus_words, subject, words
from ui.markup import Html, element, join

Span = tuple[int, int]
"""Characters ``start..end`` of a text."""


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    """Return a text in its search form. From letter to letter most passages of a list stay the same."""
    return fold(text)


class Highlighter:
    """Finds the words of one search."""

    def __init__(self, searched: Iterable[str]) -> None:
        """Look for words in their search form."""
        longest_first = sorted(set(searched), key=lambda word: (-len(word), word))
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def spans(self, text: str) -> list[Span]:
        """Return where the words stand, in order; words that touch are one."""
        if self._pattern is None:
            return []
        found: list[Span] = []
        for match in self._pattern.finditer(_folded(text)):
            start, end = match.span()
            if found and start <= found[-1][1]:
                found[-1] = (found[-1][0], end)
            else:
                found.append((start, end))
        return found


@lru_cache(maxsize=512)
def highlighter(searched: str, phrase: str | None = None) -> Highlighter:
    """Return what marks the words of a search: of a phrase the phrase, else each word with its synonyms."""
    if phrase:
        return Highlighter([fold(phrase)])
    bare = subject(searched)
    focus = list(focus_words(bare))
    found = {word for word in (*words(bare), *focus) if len(word) > 1 and word not in FUNCTION_WORDS}
    known = load_synonyms()
    meant = {*found, *known.phrases_in(fold(searched))}
    found |= {other for word in meant for other in known.of(word) if len(other) > 1} | meant
    if not found and bare.strip():
        found = {bare.strip()}
    return Highlighter(found)


def best_stretch(text: str, spans: Sequence[Span], length: int) -> Span:
    """Return the stretch of about ``length`` characters with the most marked ones; it begins after a pause if it can."""
    if len(text) <= length:
        return (0, len(text))
    begin = 0
    if spans:
        # The stretch that begins a little before each marked word is looked at.
        candidates = [max(0, start - length // 8) for start, _ in spans]
        begin = max(candidates, key=lambda at: (_marked_within(spans, at, at + length), -at))
    begin = min(begin, len(text) - length)
    pause = max(text.rfind(mark, max(0, begin - length // 4), begin + 1) for mark in "。；;！？!?\n")
    begin = pause + 1 if pause >= 0 else begin
    return (begin, min(len(text), begin + length))


def _marked_within(spans: Sequence[Span], begin: int, end: int) -> int:
    return sum(stop - start for start, stop in spans if begin <= start and stop <= end)


def marked(text: str, within: Span, spans: Sequence[Span], doubts: Sequence[Mark] = (), offset: int = 0) -> Html:
    """Return ``text[within]`` with the found words as ``mark`` and garbled or redacted stretches named by class.

    ``spans`` count from the text's beginning, ``doubts`` from ``offset`` before it.
    """
    begin, end = within
    stretches = [
        (max(mark.start - offset, begin), min(mark.end - offset, end), mark.kind.value)
        for mark in doubts
        if mark.start - offset < end and mark.end - offset > begin
    ]
    inside = [(max(start, begin), min(stop, end)) for start, stop in spans if start < end and stop > begin]
    edges = sorted(
        {begin, end, *(edge for s, e, _ in stretches for edge in (s, e)), *(x for span in inside for x in span)}
    )
    parts: list[str] = []
    for left, right in pairwise(edges):
        piece: str = text[left:right]
        kind = next((kind for start, stop, kind in stretches if start <= left and right <= stop), None)
        if any(start <= left and right <= stop for start, stop in inside):
            piece = element("mark", piece)
        parts.append(element("span", piece, class_=kind) if kind else piece)
    return join(*parts)
