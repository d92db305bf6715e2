"""Compare texts by their words: what stands in another text, and how alike two texts are."""

from __future__ import annotations

import re
from functools import lru_cache

from rag.folding import fold
from rag.outline import sentences

_HELD = 0.5
"""A sentence of a copy is in the preferred text if this share of its character triples is: another figure or another
word leaves more, a sentence on another matter of the same policy less."""
_KEPT_TEXTS = 32
_NOT_COUNTED = re.compile(r"[\W_]+")


def bare(text: str) -> str:
    """Return the letters, characters and digits of a text in their search form."""
    return _NOT_COUNTED.sub("", fold(text))


class Held:
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
def held(text: str) -> Held:
    """Read a text once for many questions: that of a statute book takes longer than ranking."""
    return Held(text)


def dice(one: str, other: str) -> float:
    """Return the overlap of two texts' distinct character pairs, in 0..1."""
    a, b = _runs(one, 2), _runs(other, 2)
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0


def _runs(text: str, length: int) -> set[str]:
    return {text[n : n + length] for n in range(len(text) - length + 1)} or ({text} if text else set())
