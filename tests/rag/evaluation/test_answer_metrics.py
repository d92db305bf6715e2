"""Measures of answers against values worked out by hand."""

from __future__ import annotations

import pytest

from rag.evaluation.answer_metrics import (
    auroc,
    auroc_interval,
    calibration,
    char_f1,
    contained,
    coverage_at,
    letters,
    mean_interval,
    risk_coverage,
    rouge_l,
)


def test_script_width_case_spaces_and_punctuation_are_no_difference() -> None:
    assert letters("每人 １２０ 元，HPV疫苗。") == "每人120元hpv疫苗"
    assert rouge_l("補貼三千元。", "补贴三千元") == 1.0
    assert char_f1("補貼三千元。", "补贴 三千元") == 1.0


@pytest.mark.parametrize(
    ("gold", "shown", "expected"),
    [
        ("每年三千元", "三千元", 2 * 3 / (5 + 3)),
        ("三千元", "每年补贴三千元整", 2 * 3 / (3 + 8)),
        ("甲乙丙丁", "丁丙乙甲", 2 * 1 / 8),
        ("甲乙丙丁戊", "甲丙戊", 2 * 3 / 8),
        ("甲乙甲乙", "乙甲乙甲", 2 * 3 / 8),
        ("三千元", "", 0.0),
        ("，。", "，。", 0.0),
    ],
)
def test_rouge_l_is_the_f1_of_the_longest_common_subsequence(gold: str, shown: str, expected: float) -> None:
    assert rouge_l(gold, shown) == pytest.approx(expected)
    assert rouge_l(shown, gold) == pytest.approx(expected)


def test_rouge_l_agrees_with_the_table_of_textbooks() -> None:
    one, other = "参保人员在乡镇卫生院就诊不设起付线", "乡镇的人员就诊设三个起付标准线和卫生院"
    table = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            table[i + 1][j + 1] = table[i][j] + 1 if a == b else max(table[i][j + 1], table[i + 1][j])
    assert rouge_l(one, other) == pytest.approx(2 * table[-1][-1] / (len(one) + len(other)))


def test_char_f1_counts_a_character_as_often_as_both_have_it() -> None:
    assert char_f1("甲甲乙", "甲乙乙乙") == pytest.approx(2 * 2 / 7)
    assert char_f1("甲乙丙丁", "丁丙乙甲") == 1.0
    assert char_f1("甲", "乙") == 0.0


def test_an_answer_is_contained_where_its_letters_follow_each_other() -> None:
    assert contained("3600元", "每孩每年 3600 元。")
    assert contained("甲。乙", "甲，乙")
    assert not contained("甲乙", "甲丙乙")
    assert not contained("。", "甲。")


def test_auroc_is_the_share_of_pairs_in_the_right_order_and_ties_count_half() -> None:
    assert auroc([0.9, 0.4], [0.1, 0.6]) == pytest.approx(3 / 4)
    assert auroc([0.5], [0.5, 0.4]) == pytest.approx(0.75)
    assert auroc([0.1], [0.2]) == 0.0
    assert auroc([], [0.2]) is None
    assert auroc([0.2], []) is None


def test_coverage_is_what_stands_above_the_threshold_that_few_unanswerable_ones_exceed() -> None:
    unanswerable = [n / 100 for n in range(20)]
    assert coverage_at([0.185, 0.15, 0.9, 0.5], unanswerable, 0.05) == pytest.approx(0.75), "above 0.18, one exceeds it"
    assert coverage_at([0.185, 0.15, 0.9, 0.5], unanswerable, 0.0) == pytest.approx(0.5), "above 0.19"
    assert coverage_at([1.0, 1.0], [1.0] * 10 + [0.0] * 10, 0.05) == 0.0, "no threshold parts equal values"
    assert coverage_at([], [0.1], 0.05) is None


def test_risk_falls_with_what_is_left_out_and_equal_confidences_stay_together() -> None:
    assert risk_coverage([0.9, 0.7, 0.7, 0.1], [False, True, False, True]) == [
        (0.25, 0.0),
        (0.75, pytest.approx(1 / 3)),
        (1.0, 0.5),
    ]
    assert risk_coverage([], []) == []


def test_calibration_compares_each_bin_with_what_came_true() -> None:
    bins, error = calibration([0.95, 1.0, 0.05, 0.05], [True, False, False, False])
    assert [(each.questions, round(each.confidence, 3), each.came_true) for each in bins] == [
        (2, 0.05, 0.0),
        (2, 0.975, 0.5),
    ]
    assert error == pytest.approx((2 * 0.05 + 2 * 0.475) / 4)
    assert calibration([], []) == ((), None)


def test_an_interval_holds_the_mean_and_narrows_with_more_values() -> None:
    few, many = mean_interval([0.0, 1.0] * 10), mean_interval([0.0, 1.0] * 1000)
    assert few is not None
    assert many is not None
    assert few[0] < many[0] < 0.5 < many[1] < few[1]
    assert mean_interval([]) is None
    assert mean_interval([1.0, 1.0]) == (1.0, 1.0)


def test_the_interval_of_auroc_holds_its_value_and_is_the_same_every_time() -> None:
    positive, negative = [0.2, 0.5, 0.7, 0.9] * 5, [0.1, 0.3, 0.6] * 5
    value, ends = auroc(positive, negative), auroc_interval(positive, negative)
    assert value is not None
    assert ends is not None
    assert ends[0] < value < ends[1]
    assert auroc_interval(positive, negative) == ends
    assert auroc_interval([], negative) is None
