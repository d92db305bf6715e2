from __future__ import annotations

import pytest

from rag.clauses import segments

SENTENCE = "由县民政局负责受理,每月10日前发放补贴1,200元;咨询时间为8:30至17:00。"


def texts(folded: str) -> list[str]:
    return [folded[piece.start : piece.end] for piece in segments(folded, 0, 0)]


@pytest.mark.parametrize("folded", [SENTENCE, "一", "(一)对老人,予以补贴;", "无标点的一行", "。"])
def test_the_segments_of_a_sentence_are_all_of_it(folded: str) -> None:
    assert "".join(texts(folded)) == folded


def test_who_does_it_and_a_figure_with_its_measure_are_segments() -> None:
    found = texts(SENTENCE)
    assert "县民政局" in found
    assert any(text.startswith("1,200元") for text in found)


def test_the_comma_of_a_number_and_the_colon_of_a_clock_end_no_clause() -> None:
    clauses = {(piece.clause, piece.closes) for piece in segments(SENTENCE, 0, 0) if piece.closes}
    assert len(clauses) == 3


def test_offsets_count_from_where_the_sentence_begins() -> None:
    assert next(iter(segments("甲乙,丙", 40, 2))).start == 40
    assert [piece.unit for piece in segments("甲乙,丙", 40, 2)] == [2, 2]


def test_a_number_in_front_of_an_item_is_a_segment_of_its_own() -> None:
    assert texts("(一)发放补贴。")[0] == "(一)"
