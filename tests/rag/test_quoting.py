from __future__ import annotations

from dataclasses import replace

from rag.domain import Document, Mark, MarkKind
from rag.evidence import Evidence
from rag.quoting import ENOUGH, marked, quoted_around
from rag.spans import ChosenSpan
from tests.rag.small_library import document

TEXT = "体检每年一次。费用由县财政承担。六十五岁以上的居民参加。\n逾期不补。"
SENTENCES = ((0, 7), (7, 16), (16, 28), (29, 34))


def chosen(source: Document, held: tuple[int, ...], words: str) -> ChosenSpan:
    start = source.text.index(words)
    spans = tuple(SENTENCES[n] for n in held)
    before = SENTENCES[held[0] - 1] if held[0] else None
    behind = SENTENCES[held[-1] + 1] if held[-1] + 1 < len(SENTENCES) else None
    evidence = Evidence(source, *spans[0], coverage=1.0, rank=1.0, own=1.0)
    return ChosenSpan(evidence, start, start + len(words), spans, (before, behind), 0.5, 0.5)


def test_a_short_sentence_is_quoted_with_its_neighbours_as_one_piece() -> None:
    (piece,) = quoted_around(chosen(document(TEXT), (1,), "县财政"))
    assert piece.text == TEXT[:28]
    assert piece.span is not None
    assert TEXT[slice(*piece.span)] == "县财政"


def test_a_neighbour_on_another_line_is_not_added() -> None:
    (piece,) = quoted_around(chosen(document(TEXT), (3,), "不补"))
    assert piece.text == "逾期不补。"


def test_words_on_two_lines_are_marked_in_two_pieces() -> None:
    first, second = quoted_around(chosen(document(TEXT), (2, 3), "居民参加。\n逾期"))
    assert [TEXT[slice(*piece.span)] for piece in (first, second) if piece.span] == ["居民参加。", "逾期"]


def test_a_long_sentence_is_quoted_alone() -> None:
    long = "体检" * ENOUGH + "。"
    source = document(f"前一句。{long}后一句。")
    span = (4, 4 + len(long))
    evidence = Evidence(source, *span, coverage=1.0, rank=1.0, own=1.0)
    found = quoted_around(ChosenSpan(evidence, 6, 8, (span,), ((0, 4), (span[1], span[1] + 4)), 0.5, 0.5))
    assert [piece.text for piece in found] == [long]


def test_a_garbled_neighbour_is_not_quoted() -> None:
    source = replace(document(TEXT), marks=(Mark(MarkKind.GARBLED, 17, 19),))
    (piece,) = quoted_around(chosen(source, (1,), "县财政"))
    assert piece.text == TEXT[:16]


def test_a_single_piece_that_the_words_fill_has_no_mark() -> None:
    source = document(TEXT)
    whole = Evidence(source, 7, 16, coverage=1.0, rank=1.0, own=1.0)
    assert marked([whole], chosen(source, (1,), "费用由县财政承担。")) == [whole]


def test_a_piece_that_the_words_fill_is_marked_beside_one_that_is_context() -> None:
    source = document(TEXT)
    whole = Evidence(source, 7, 16, coverage=1.0, rank=1.0, own=1.0)
    other = Evidence(source, 16, 28, coverage=1.0, rank=1.0, own=1.0)
    found = marked([whole, other], chosen(source, (1,), "费用由县财政承担。"))
    assert [piece.span for piece in found] == [(7, 16), None]
