"""Fit a logistic regression whose weights may only have the sign that their feature is known to have.

A feature that speaks for an answer must not speak against it because another one, nearly the same, speaks louder: the
signs keep the sum readable, and make it carry over to collections that were not trained on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

_ROUNDS = 400
_ENOUGH = 1e-5
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class LogisticFit:
    """A fitted regression over features as they come: (n_features,) means, scales and weights, and the bias."""

    mean: Values
    scale: Values
    weights: Values
    bias: float

    def log_odds(self, rows: Values) -> Values:
        """Return the logarithm of the odds of each row, (n,)."""
        odds: Values = self.bias + ((rows - self.mean) / self.scale) @ self.weights
        return odds


def fit_signed(rows: Values, labels: Values, signs: Values, importance: Values, l2: float) -> LogisticFit:
    """Fit labels of 0 and 1 by coordinate-wise Newton steps, each cut off at zero where it would change the sign.

    ``rows`` is (n, n_features), ``signs`` (n_features,) of -1, 0 (free) and 1, ``importance`` (n,) how much each row
    counts, ``l2`` the strength of the ridge on the weights of the scaled features. The same input gives the same fit.
    """
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    scaled = (rows - mean) / scale
    weights, bias = np.zeros(rows.shape[1]), 0.0
    odds = np.zeros(len(rows))
    for _ in range(_ROUNDS):
        chance = _chance(odds)
        step = (importance * (chance - labels)).sum() / ((importance * chance * (1 - chance)).sum() + _TINY)
        bias, odds = bias - step, odds - step
        largest = abs(step)
        for column, sign in enumerate(signs):
            values, old = scaled[:, column], weights[column]
            chance = _chance(odds)
            slope = (importance * (chance - labels) * values).sum() + l2 * old
            bend = (importance * chance * (1 - chance) * values * values).sum() + l2
            new = old - slope / bend
            if sign:
                new = max(new, 0.0) if sign > 0 else min(new, 0.0)
            if new != old:
                odds = odds + (new - old) * values
                weights[column] = new
                largest = max(largest, abs(new - old))
        if largest < _ENOUGH:
            break
    return LogisticFit(mean, scale, weights, float(bias))


def calibration(odds: Values, labels: Values, importance: Values) -> tuple[float, float]:
    """Return the factor and the shift of log-odds that make them probabilities: Platt, 1999, without his prior."""
    fitted = fit_signed(odds[:, None], labels, np.array([1.0]), importance, _TINY)
    factor = float(fitted.weights[0] / fitted.scale[0])
    return factor, fitted.bias - factor * float(fitted.mean[0])


def auroc(scores: Values, labels: Values) -> float:
    """Return the chance that a row of label 1 has a higher score than one of label 0; ties count half."""
    order = np.unique(scores, return_inverse=True)[1]
    counts = np.bincount(order)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    positive = labels == 1
    n = int(positive.sum())
    others = len(labels) - n
    if not n or not others:
        raise ValueError("labels of both kinds are needed")
    return float((ranks[order][positive].sum() - n * (n + 1) / 2) / (n * others))


def coverage(scores: Values, labels: Values, false_share: float) -> tuple[float, float]:
    """Return the share of rows of label 1 above the threshold that ``false_share`` of the others pass, and it."""
    threshold = float(np.quantile(scores[labels == 0], 1.0 - false_share))
    return float((scores[labels == 1] > threshold).mean()), threshold


def _chance(odds: Values) -> Values:
    chance: Values = 1.0 / (1.0 + np.exp(-np.clip(odds, -40.0, 40.0)))
    return chance
