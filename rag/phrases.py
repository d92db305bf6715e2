"""Find the passages in which a phrase stands word for word, in either script."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from rag.columns import TextColumn
from rag.folding import fold
from rag.lexical import LexicalIndex
from rag.tokenizing import bigrams

_CHINESE = "\u3400"
"""From this character on; what comes before is cut into other terms than bigrams."""


def chunks_with(phrase: str, index: LexicalIndex, texts: TextColumn) -> NDArray[np.int64]:
    """Return the positions of the chunks that hold a phrase, ascending; all of them for an empty one.

    White space in the phrase stands for any white space or none, as lines may be broken anywhere.
    """
    words = fold(phrase).split()
    if not words:
        return np.arange(len(texts), dtype=np.int64)
    pairs = [pair for word in words for pair in bigrams(word) if len(pair) == 2 and min(pair) >= _CHINESE]
    # A term of one character or a piece of a longer number is no term of its own: then every text is looked through.
    positions = index.holding(pairs) if pairs else texts.containing(max(words, key=len))
    pattern = re.compile(r"\s*".join(map(re.escape, words)))
    found = [pattern.search(text) is not None for text in texts.texts(positions)]
    return positions[np.array(found, dtype=np.bool_)] if len(positions) else positions
