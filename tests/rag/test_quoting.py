from __future__ import annotations

from dataclasses import replace

from rag.domain import Document, Mark, MarkKind
from rag.evidence import Evidence
from rag.question import QuestionKind
from rag.quoting import ENOUGH, marked, quoted_around
from rag.spans import ChosenSpan
from tests.rag.small_library import document

TEXT = "体检每年一次。费用由县财政承担。六十五岁以上的居民参加。\n逾期不补。"
SENTENCES = ((0, 7), (7, 16), (16, 28), (29, 34))


def chosen(
    source: Document, held: tuple[int, ...], words: str, sentences: tuple[tuple[int, int], ...] = SENTENCES
) -> ChosenSpan:
    start = source.text.index(words)
    spans = tuple(sentences[n] for n in held)
    before = sentences[held[0] - 1] if held[0] else None
    evidence = Evidence(source, *spans[0], coverage=1.0, rank=1.0, own=1.0)
    return ChosenSpan(evidence, start, start + len(words), spans, before, sentences[held[-1] + 1 :], 0.5, 0.5)


def told(*said: str) -> tuple[Document, tuple[tuple[int, int], ...]]:
    """Return a document of one paragraph with these sentences, and where they stand."""
    ends = [sum(map(len, said[: n + 1])) for n in range(len(said))]
    return document("".join(said)), tuple(zip([0, *ends], ends, strict=False))


def test_a_short_sentence_is_quoted_with_its_neighbours_as_one_piece() -> None:
    (piece,) = quoted_around(chosen(document(TEXT), (1,), "县财政"), QuestionKind.PERSON)
    assert piece.text == TEXT[:28]
    assert piece.span is not None
    assert TEXT[slice(*piece.span)] == "县财政"


def test_a_neighbour_on_another_line_is_not_added() -> None:
    (piece,) = quoted_around(chosen(document(TEXT), (3,), "不补"), QuestionKind.PERSON)
    assert piece.text == "逾期不补。"


def test_words_on_two_lines_are_marked_in_two_pieces() -> None:
    first, second = quoted_around(chosen(document(TEXT), (2, 3), "居民参加。\n逾期"), QuestionKind.PERSON)
    assert [TEXT[slice(*piece.span)] for piece in (first, second) if piece.span] == ["居民参加。", "逾期"]


def test_a_long_sentence_is_quoted_alone() -> None:
    long = "体检" * ENOUGH + "。"
    source = document(f"前一句。{long}后一句。")
    span = (4, 4 + len(long))
    evidence = Evidence(source, *span, coverage=1.0, rank=1.0, own=1.0)
    found = quoted_around(
        ChosenSpan(evidence, 6, 8, (span,), (0, 4), ((span[1], span[1] + 4),), 0.5, 0.5), QuestionKind.AMOUNT
    )
    assert [piece.text for piece in found] == [long]


LONG = f"组织{'各级' * 90}医院开展培训。"


def test_what_is_done_is_told_to_the_end_and_a_figure_is_not() -> None:
    source, sentences = told(LONG, "建立台账。", "定期回访。", "按月通报。", "年底总结。")
    found = chosen(source, (0,), "开展培训", sentences)
    (at_length,) = quoted_around(found, QuestionKind.LIST)
    assert at_length.text == f"{LONG}建立台账。定期回访。按月通报。"
    (short,) = quoted_around(found, QuestionKind.AMOUNT)
    assert short.text == LONG


def test_what_is_told_at_length_ends_after_four_hundred_characters() -> None:
    source, sentences = told(LONG, f"建立{'各类' * 80}台账。", f"定期{'上门' * 80}回访。")
    (piece,) = quoted_around(chosen(source, (0,), "开展培训", sentences), QuestionKind.LIST)
    assert piece.text.endswith("台账。")


def test_what_is_told_at_length_ends_before_another_item() -> None:
    source, sentences = told(LONG, "建立台账。", "二、保障经费。")
    (piece,) = quoted_around(chosen(source, (0,), "开展培训", sentences), QuestionKind.LIST)
    assert piece.text.endswith("建立台账。")


def test_items_of_the_numbering_that_the_words_stand_in_are_told_together() -> None:
    source, sentences = told("一是组织培训。", "二是建立台账。", "三是定期回访。")
    (piece,) = quoted_around(chosen(source, (0,), "组织培训", sentences), QuestionKind.LIST)
    assert piece.text.endswith("三是定期回访。")


def test_a_garbled_neighbour_is_not_quoted() -> None:
    source = replace(document(TEXT), marks=(Mark(MarkKind.GARBLED, 17, 19),))
    (piece,) = quoted_around(chosen(source, (1,), "县财政"), QuestionKind.PERSON)
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
