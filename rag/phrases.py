"""Find the passages in which a phrase stands word for word, in either script."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from rag.columns import TextColumn
from rag.folding import fold
from rag.lexical import LexicalIndex
from rag.tokenizing import bigrams

_PAIR = 2
_CHINESE = "\u3400"
"""From this character on; what comes before is cut into other terms than bigrams."""


_BETWEEN = r"[\s“”‘’\"']*"
"""What may stand between two characters of a phrase: lines are broken anywhere, and few people type quotation marks."""
_LEFT_OUT = re.compile(_BETWEEN[:-1])


def chunks_with(phrase: str, index: LexicalIndex, texts: TextColumn) -> NDArray[np.int64]:
    """Return the positions of the chunks that hold a phrase, ascending; all of them for an empty one.

    White space and quotation marks do not count, in the phrase or in the text.
    """
    words = _LEFT_OUT.sub("", fold(phrase))
    if not words:
        return np.arange(len(texts), dtype=np.int64)
    pattern = re.compile(_BETWEEN.join(map(re.escape, words)))
    pairs = [pair for pair in bigrams(words) if len(pair) == _PAIR and min(pair) >= _CHINESE]
    found = _matching(pattern, index.holding(pairs), texts) if pairs else np.zeros(0, dtype=np.int64)
    # A pair that a line break parts is no term, nor is one character or a piece of a longer number: then every text
    # with the phrase's beginning is looked through.
    return found if len(found) else _matching(pattern, texts.containing(words[:1]), texts)


def _matching(pattern: re.Pattern[str], positions: NDArray[np.int64], texts: TextColumn) -> NDArray[np.int64]:
    fits = [pattern.search(text) is not None for text in texts.texts(positions)]
    return positions[np.array(fits, dtype=np.bool_)] if len(positions) else positions
