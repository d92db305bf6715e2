"""Quote the sentences around chosen words: as much as is needed to understand them, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.domain import MarkKind
from rag.evidence import Evidence
from rag.outline import enumerator
from rag.question import QuestionKind
from rag.spans import ChosenSpan

ENOUGH = 170
"""Characters of a quote to which no further sentence is added: two to three lines on a phone."""
_LONGEST_CONTEXT = 160
"""Characters of a neighbouring sentence that is still worth adding."""
_AT_LENGTH = 400
_FOLLOWING = 3
"""Characters and further sentences of a quote that tells something at length."""
_AT_LENGTH_KINDS = (QuestionKind.LIST, QuestionKind.PROCEDURE, QuestionKind.MATERIALS, QuestionKind.OTHER)
"""Who asks what is done, or how, is seldom told in one sentence; a figure, a date or a name is."""


def quoted_around(chosen: ChosenSpan, kind: QuestionKind) -> list[Evidence]:
    """Return the sentences that hold the chosen words, with a neighbour where they are short, one piece for each line.

    What a question of this ``kind`` asks for may be told at length: then the quote goes on, up to 400 characters, until
    the paragraph ends or begins another item. The words are marked in each piece (``Evidence.span``). Sentences that
    stand in one line are one quote.
    """
    sentences = list(chosen.sentences)
    before = chosen.before
    if before is not None and _is_short(sentences, before) and _one_line(chosen, before, sentences[0]):
        sentences.insert(0, before)
    at_length = kind in _AT_LENGTH_KINDS
    for following in chosen.behind[: _FOLLOWING if at_length else 1]:
        fits = at_length and following[1] - sentences[0][0] <= _AT_LENGTH
        if not (fits or _is_short(sentences, following)) or not _one_line(chosen, sentences[-1], following):
            break
        if _is_another_item(chosen, sentences, following):
            break
        sentences.append(following)
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


def _is_short(sentences: Sequence[tuple[int, int]], neighbour: tuple[int, int]) -> bool:
    """True where sentences need a neighbour to be understood, and this one is not too long for that."""
    return sentences[-1][1] - sentences[0][0] < ENOUGH and neighbour[1] - neighbour[0] <= _LONGEST_CONTEXT


def _is_another_item(chosen: ChosenSpan, sentences: Sequence[tuple[int, int]], following: tuple[int, int]) -> bool:
    """True where a sentence begins a numbered part (二、 …), unless the quote has one of the same numbering."""
    text = chosen.evidence.document.text
    number = enumerator(text[slice(*following)])
    if number is None:
        return False
    own = [enumerator(text[slice(*sentence)]) for sentence in sentences]
    return all(other is None or other.family != number.family for other in own)


def _one_line(chosen: ChosenSpan, one: tuple[int, int], other: tuple[int, int]) -> bool:
    """True for sentences of one paragraph without a garbled stretch."""
    first, second = sorted((one, other))
    document = chosen.evidence.document
    garbled = any(
        mark.kind is MarkKind.GARBLED and mark.start < second[1] and first[0] < mark.end for mark in document.marks
    )
    return not garbled and "\n" not in document.text[first[1] : second[0]]
