"""Drop lines that only repeat the title: captions of pictures, and the second of two title lines at the top."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.blocks import Block, BlockKind
from ingest.cleaning.repaired import Repaired, first_samples
from rag.folding import fold

_MIN_CHARS = 6
_ENDS_A_LETTER = re.compile(
    r"[(（]?(?:(?:19|20)\d\d\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日|附\s*[件录錄表]?\s*\d*\s*[:：]?|此件.{2,10})[)）]?"
)
"""Below a date, a note of publication or the word annex, the title opens the text that a letter brings."""

_MAX_MARKS = 3
"""A line of three times the title's length repeats more than its words and some marks."""
_NOT_WORDS = re.compile(r"[\W_]+")


def _key(text: str) -> str:
    return _NOT_WORDS.sub("", fold(text))


def remove_captions(blocks: Sequence[Block], title: str | None) -> Repaired:
    """Return the blocks with the title kept where it stands first, and how many repeats were dropped.

    A repeat that the format marks as a heading replaces a plain first line, so that the heading is not lost.
    """
    key = _key(title or "")
    if len(key) < _MIN_CHARS:
        return Repaired(tuple(blocks))
    repeats = [
        at
        for at, block in enumerate(blocks)
        if len(key) <= len(block.text) <= _MAX_MARKS * len(key)
        and block.kind is not BlockKind.TABLE_ROW
        and _key(block.text) == key
        and not (at and _ENDS_A_LETTER.fullmatch(blocks[at - 1].text))
    ]
    if len(repeats) < 2:
        return Repaired(tuple(blocks))
    kept = list(blocks)
    heading = next((at for at in repeats if blocks[at].kind is BlockKind.HEADING), None)
    if heading is not None:
        kept[repeats[0]] = blocks[heading]
    dropped = set(repeats[1:])
    return Repaired(
        tuple(block for at, block in enumerate(kept) if at not in dropped),
        len(dropped),
        first_samples(blocks[at].text for at in sorted(dropped)),
    )
