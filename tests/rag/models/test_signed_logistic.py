from __future__ import annotations

import numpy as np
import pytest

from rag.models.signed_logistic import auroc, calibration, coverage, fit_signed

RANDOM = np.random.default_rng(7)
ROWS = RANDOM.normal(size=(400, 3))
LABELS = (ROWS[:, 0] - ROWS[:, 1] + RANDOM.normal(size=400) > 0).astype(float)
EVEN = np.ones(400)


def test_weights_follow_the_data_where_their_sign_allows_it() -> None:
    fitted = fit_signed(ROWS, LABELS, np.array([1.0, -1.0, 1.0]), EVEN, 1.0)
    assert fitted.weights[0] > 1.0
    assert fitted.weights[1] < -1.0
    assert auroc(fitted.log_odds(ROWS), LABELS) > 0.85


def test_a_weight_that_would_take_the_other_sign_is_nothing() -> None:
    fitted = fit_signed(ROWS, LABELS, np.array([-1.0, 1.0, 0.0]), EVEN, 1.0)
    assert fitted.weights[:2].tolist() == [0.0, 0.0]


def test_rows_that_count_nothing_change_nothing() -> None:
    importance = np.where(np.arange(400) < 200, 1.0, 0.0)
    signs = np.zeros(3)
    flipped = np.where(importance > 0, LABELS, 1 - LABELS)
    kept, other = (fit_signed(ROWS, labels, signs, importance, 1.0) for labels in (LABELS, flipped))
    assert kept.weights == pytest.approx(other.weights)


def test_calibrated_odds_are_right_as_often_as_they_say() -> None:
    odds = RANDOM.normal(size=4000) * 3
    labels = (RANDOM.random(4000) < 1 / (1 + np.exp(-(0.5 * odds - 1)))).astype(float)
    factor, shift = calibration(odds, labels, np.ones(4000))
    assert factor == pytest.approx(0.5, abs=0.06)
    assert shift == pytest.approx(-1.0, abs=0.12)


def test_auroc_counts_ties_half() -> None:
    assert auroc(np.array([1.0, 1.0, 0.0]), np.array([1.0, 0.0, 0.0])) == 0.75
    assert auroc(np.array([0.0, 1.0, 2.0]), np.array([0.0, 0.0, 1.0])) == 1.0


def test_auroc_needs_both_kinds() -> None:
    with pytest.raises(ValueError, match="both kinds"):
        auroc(np.array([1.0]), np.array([1.0]))


def test_coverage_is_what_passes_where_so_many_false_ones_do() -> None:
    scores = np.array([0.9, 0.5, 0.1, *np.linspace(0, 0.8, 21)])
    labels = np.array([1.0] * 3 + [0.0] * 21)
    share, threshold = coverage(scores, labels, 0.05)
    assert share == pytest.approx(1 / 3)
    assert threshold == pytest.approx(0.76)
