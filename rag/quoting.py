"""Quote the sentences around chosen words: as much as is needed to understand them, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.domain import MarkKind
from rag.evidence import Evidence
from rag.spans import ChosenSpan

ENOUGH = 170
"""Characters of a quote to which no further sentence is added: two to three lines on a phone."""
_LONGEST_CONTEXT = 160
"""Characters of a neighbouring sentence that is still worth adding."""


def quoted_around(chosen: ChosenSpan) -> list[Evidence]:
    """Return the sentences that hold the chosen words, with a neighbour where they are short, one piece for each line.

    The words are marked in each piece (``Evidence.span``). Sentences that stand in one line are one quote.
    """
    sentences = list(chosen.sentences)
    before, behind = chosen.around
    for neighbour, first in ((before, True), (behind, False)):
        length = sentences[-1][1] - sentences[0][0]
        if neighbour is None or length >= ENOUGH or neighbour[1] - neighbour[0] > _LONGEST_CONTEXT:
            continue
        if _one_line(chosen, neighbour, sentences[0] if first else sentences[-1]):
            sentences.insert(0 if first else len(sentences), neighbour)
    pieces: list[Evidence] = []
    text = chosen.evidence.document.text
    for start, end in sentences:
        if pieces and "\n" not in text[pieces[-1].end : start]:
            pieces[-1] = replace(pieces[-1], end=end)
        else:
            pieces.append(replace(chosen.evidence, start=start, end=end))
    return marked(pieces, chosen)


def marked(pieces: Sequence[Evidence], chosen: ChosenSpan) -> list[Evidence]:
    """Return the pieces with the chosen words marked in each that holds some of them.

    A single piece that is all of them has no mark; beside others, which are context, it has one.
    """
    found = [_marked(piece, chosen) for piece in pieces]
    whole = len(found) == 1 and found[0].span == (found[0].start, found[0].end)
    return [replace(found[0], span=None)] if whole else found


def _marked(piece: Evidence, chosen: ChosenSpan) -> Evidence:
    start, end = max(piece.start, chosen.start), min(piece.end, chosen.end)
    if piece.document is not chosen.evidence.document or start >= end:
        return piece
    return replace(piece, span=(start, end))


def _one_line(chosen: ChosenSpan, one: tuple[int, int], other: tuple[int, int]) -> bool:
    """True for sentences of one paragraph without a garbled stretch."""
    first, second = sorted((one, other))
    document = chosen.evidence.document
    garbled = any(
        mark.kind is MarkKind.GARBLED and mark.start < second[1] and first[0] < mark.end for mark in document.marks
    )
    return not garbled and "\n" not in document.text[first[1] : second[0]]
