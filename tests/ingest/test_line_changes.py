from __future__ import annotations

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from ingest.line_changes import LineChange, LineStatus, PieceStatus, line_changes, pieces_of

FEW = st.lists(st.sampled_from("甲乙丙丁1"), max_size=12)


def shown(change: LineChange) -> str:
    marks = {PieceStatus.SAME: "{}", PieceStatus.REMOVED: "[-{}]", PieceStatus.ADDED: "[+{}]"}
    return "".join(marks[piece.status].format(piece.text) for piece in change.pieces)


def test_a_changed_figure_is_shown_whole() -> None:
    (change,) = line_changes(["每人每年补助300元。"], ["每人每年补助350元。"])
    assert change.status is LineStatus.CHANGED
    assert shown(change) == "每人每年补助[-300][+350]元。"


def test_a_removed_line_stands_before_the_one_in_its_place() -> None:
    changes = line_changes(["甲镇设立门诊。", "共同的一行。"], ["每村培训一人，全年两次。", "共同的一行。"])
    assert [change.status for change in changes] == [LineStatus.REMOVED, LineStatus.ADDED]


def test_lines_that_are_alike_are_one_changed_line_among_new_ones() -> None:
    before = ["体检每年一次。", "随访每季度一次。"]
    after = ["新增健康讲座安排。", "体检每年两次。", "随访每季度一次。"]
    assert [(c.status, c.before, c.after) for c in line_changes(before, after)] == [
        (LineStatus.ADDED, "", "新增健康讲座安排。"),
        (LineStatus.CHANGED, "体检每年一次。", "体检每年两次。"),
    ]


def test_an_article_put_in_between_renumbers_the_others_and_changes_none() -> None:
    before = ["第一条 为了健康。", "第二条 本县适用。", "第三条 自公布之日起施行。"]
    after = ["第一条 为了健康。", "第二条 政府负责落实经费。", "第三条 本县适用。", "第四条 自公布之日起施行。"]
    changes = line_changes(before, after)
    assert [change.status for change in changes] == [
        LineStatus.ADDED,
        LineStatus.RENUMBERED,
        LineStatus.RENUMBERED,
    ]
    assert shown(changes[1]).endswith("本县适用。")


def test_script_width_and_spaces_make_no_difference() -> None:
    assert line_changes(["（一）醫療保障 (試行)"], ["(一)医疗保障（试行）"]) == ()


def test_single_characters_between_changes_are_not_kept() -> None:
    assert [(piece.status, piece.text) for piece in pieces_of("由甲的乙办理。", "由丙的丁办理。")] == [
        (PieceStatus.SAME, "由"),
        (PieceStatus.REMOVED, "甲的乙"),
        (PieceStatus.ADDED, "丙的丁"),
        (PieceStatus.SAME, "办理。"),
    ]


def test_an_excerpt_cuts_what_stayed_and_nothing_else() -> None:
    (change,) = line_changes(["前" * 50 + "300" + "后" * 50], ["前" * 50 + "350" + "后" * 50])
    assert "".join(piece.text for piece in change.excerpt(5)) == "…前前前前前300350后后后后后…"


@given(FEW, FEW)
def test_the_pieces_give_both_lines_back(before: list[str], after: list[str]) -> None:
    old, new = "".join(before), "".join(after)
    pieces = list(pieces_of(old, new))
    assert "".join(piece.text for piece in pieces if piece.status is not PieceStatus.ADDED) == old
    assert "".join(piece.text for piece in pieces if piece.status is not PieceStatus.REMOVED) == new


@given(FEW, FEW)
def test_the_changes_turn_one_text_into_the_other(before: list[str], after: list[str]) -> None:
    changes = line_changes(before, after)
    gone, come = [c.before for c in changes if c.before], [c.after for c in changes if c.after]
    assert Counter(before) - Counter(gone) + Counter(come) == Counter(after)
    assert not Counter(gone) - Counter(before)


def test_two_changes_far_apart_in_a_long_table_are_found() -> None:
    before = [f"第{n}户领取{n * 3}元" for n in range(3000)]
    after = list(before)
    after[10], after[2900] = "第10户领取31元", "第2900户领取8701元"
    assert [change.after for change in line_changes(before, after)] == [after[10], after[2900]]


def test_what_cannot_be_compared_counts_as_replaced() -> None:
    drawn = random.Random(1)
    before = [drawn.choice("甲乙") for _ in range(400)]
    after = [drawn.choice("乙丙") for _ in range(400)]
    changes = line_changes(["起点", *before, "终点"], ["起点", *after, "终点"])
    assert {change.before for change in changes} | {change.after for change in changes} <= {"", "甲", "乙", "丙"}
    assert sum(bool(change.before) for change in changes) == sum(bool(change.after) for change in changes)
