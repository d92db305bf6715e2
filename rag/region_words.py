"""Where words begin and end in a text, found only around the places that are asked for."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import accumulate

from rag.tokenizing import dictionary_words

_BREAKS = ",。;:、\n"
_BREAK = re.compile(f"[{_BREAKS}]")
"""In folded text; the segmenter makes none of them a part of a word, so what stands between two can be cut alone."""


class WordEdges:
    """Where the words of a folded text begin and end, found only around the places that are asked for.

    By dictionary only: guessed words would swallow unknown names.
    """

    def __init__(self, folded: str) -> None:
        self._text = folded
        self._edges: set[int] = set()
        self._reached = 0

    def around(self, start: int, end: int) -> Collection[int]:
        """Return offsets that hold every edge of ``start..end``; the starts of successive calls never fall."""
        if end > self._reached:
            self._cut(start, end)
        return self._edges

    def _cut(self, start: int, end: int) -> None:
        """Cut from the break before ``start`` to the one behind ``end``: no word spans a break."""
        known = self._reached
        first = max(known, *(self._text.rfind(mark, known, start) + 1 for mark in _BREAKS))
        behind = _BREAK.search(self._text, end)
        stop = behind.start() if behind is not None else len(self._text)
        self._edges.update(accumulate(map(len, dictionary_words(self._text[first:stop])), initial=first))
        self._reached = stop
