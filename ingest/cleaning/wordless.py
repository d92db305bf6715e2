"""Find runs of uncommon characters that hold no word: Chinese text decoded with the other script's charset.

GB text read as Big5, or the other way round, gives nothing but Chinese characters, so no single one gives it away. In
such text a third of the characters are outside the common set, against one in two hundred in real text, and hardly
any two neighbours are a word. Measured over 12 characters with jieba's dictionary: words cover 0.83 of a statute and
0.73 of traditional prose (median), 0.00 of text read with the wrong charset (99th percentile 0.18). Names of
medicines and places, which are uncommon characters too, are words of the dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.cleaning import rarity
from rag.folding import simplify

_STRANGE = rarity.UNCOMMON + rarity.RARE
_INSIDE = rarity.COMMON + rarity.FOREIGN + rarity.OTHER + rarity.ASCII
_DENSE = re.compile(f"[{_STRANGE}](?:[{_INSIDE}]{{0,4}}[{_STRANGE}]){{2,}}")
"""Three or more uncommon characters, never more than four others between two. Chinese punctuation ends a run."""
_PIECE = re.compile(r"[^\x00-\x2f\x3a-\x3f]+")
"""A space, a comma or a slash ends it too, so a list of names or herbs is none. The second byte of a Big5 character is
never one of these, but may be a letter, which is how letters come to stand between Chinese characters."""

_MIN_HANZI, _MIN_STRANGE = 8, 3
_MAX_COVERED = 0.12
_HANZI_CLASSES = (rarity.COMMON, rarity.UNCOMMON, rarity.RARE)


def _covered(text: str, hanzi: int) -> float:
    """Return the share of Chinese characters that stand in dictionary words of two or more, 0..1."""
    import rjieba

    # Without the model for unknown words, which would make words of any characters.
    found = rjieba.cut(simplify(text), False)
    return sum(len(word) for word in found if len(word) > 1 and word[0] >= "\u3400") / hanzi


def find_wordless(text: str, classes: str) -> Iterator[tuple[int, int]]:
    """Yield the runs as start and end; ``classes`` are those of :mod:`ingest.cleaning.rarity` for ``text``."""
    if sum(classes.count(name) for name in _STRANGE) < _MIN_STRANGE:
        return
    for match in _DENSE.finditer(classes):
        for piece in _PIECE.finditer(text, match.start(), match.end()):
            run = classes[piece.start() : piece.end()]
            hanzi = sum(run.count(name) for name in _HANZI_CLASSES)
            strange = sum(run.count(name) for name in _STRANGE)
            if hanzi >= _MIN_HANZI and strange >= _MIN_STRANGE and _covered(piece[0], hanzi) <= _MAX_COVERED:
                yield piece.span()
