"""Thresholds: how they are written, and what is below them."""

from __future__ import annotations

from typing import Any

import pytest

from rag.errors import SourceError
from rag.evaluation.thresholds import Thresholds, thresholds_of

FIGURES: dict[str, Any] = {
    "right": 0.8,
    "rouge_l": None,
    "false_answer_rate": 0.1,
    "drafted": {"rouge_l": 0.55},
    "by_kind": {"amount": {"right": 0.5}},
    "latency_ms": {"p95": 140.0},
}


def test_a_figure_at_its_threshold_is_good_enough() -> None:
    assert thresholds_of(["right=0.8", "drafted.rouge_l=0.5"], ["false_answer_rate=0.1"]).missed(FIGURES) == ()


def test_every_figure_that_is_not_as_wanted_is_told_with_both_values() -> None:
    wanted = thresholds_of(["right=0.9", "by_kind.amount.right=0.75"], ["latency_ms.p95=100"])
    assert wanted.missed(FIGURES) == (
        "right is 0.8, wanted is at least 0.9",
        "by_kind.amount.right is 0.5, wanted is at least 0.75",
        "latency_ms.p95 is 140, wanted is at most 100",
    )


def test_a_figure_that_was_not_measured_is_not_good_enough() -> None:
    missed = thresholds_of(["rouge_l=0", "by_kind.phone.right=0.1"], []).missed(FIGURES)
    assert missed == (
        "rouge_l was not measured, wanted is at least 0",
        "by_kind.phone.right was not measured, wanted is at least 0.1",
    )


def test_options_take_the_place_of_what_the_file_wants() -> None:
    both = Thresholds({"right": 0.9, "auroc": 0.5}, {}).with_others(thresholds_of(["right=0.7"], []))
    assert both.at_least == {"right": 0.7, "auroc": 0.5}


@pytest.mark.parametrize("given", ["right", "right=high", "rogue=1", "drafted=1", "right=nan", "drafted.=1"])
def test_an_option_that_cannot_be_read_is_refused_by_name(given: str) -> None:
    with pytest.raises(SourceError, match=f"--at-least.*{given.partition('=')[0]}"):
        thresholds_of([given], [])
