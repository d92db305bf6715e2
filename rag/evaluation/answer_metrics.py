"""How close an answer is to a known one, and how far a confidence can be trusted; pure functions.

Texts are compared by their letters: characters of ``fold(text)`` without white space and punctuation, so that script,
width, case and full stops do not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from rag.folding import fold

_ROUNDS = 1000
"""Samples of a bootstrap: the ends of a 95 % interval then rest on 25 samples each."""
_SEED = 20_261_122
"""Fixed, so that the same outcomes always give the same interval."""
_BINS = 10


def letters(text: str) -> str:
    """Return the characters that are compared: letters and digits of the folded text, in order."""
    return "".join(character for character in fold(text) if character.isalnum())


def rouge_l(gold: str, shown: str) -> float:
    """Return ROUGE-L in 0..1: the F1 of the longest common subsequence of both texts' letters.

    Lin, "ROUGE: A Package for Automatic Evaluation of Summaries", 2004, over characters and with precision and recall
    weighing the same. A gold answer without letters is met by nothing.
    """
    return _rouge_of_letters(letters(gold), letters(shown))


def char_f1(gold: str, shown: str) -> float:
    """Return the F1, in 0..1, of the letters that both texts share, counted as often as both have them, in any order."""
    one, other = Counter(letters(gold)), Counter(letters(shown))
    return _f1((one & other).total(), one.total(), other.total())


def contained(gold: str, shown: str) -> bool:
    """Return whether the gold answer's letters stand one after the other in what is shown."""
    wanted = letters(gold)
    return bool(wanted) and wanted in letters(shown)


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Return how often a positive value is above a negative one, in 0..1, equal ones counting half; None without both.

    The area under the receiver operating characteristic; Hanley & McNeil, 1982, show that it is this share.
    """
    if not len(positive) or not len(negative):
        return None
    ordered = np.sort(np.asarray(negative, dtype=np.float64))
    values = np.asarray(positive, dtype=np.float64)
    below = np.searchsorted(ordered, values, side="left")
    not_above = np.searchsorted(ordered, values, side="right")
    return float((below + not_above).sum() / (2 * len(values) * len(ordered)))


def coverage_at(positive: Sequence[float], negative: Sequence[float], share: float) -> float | None:
    """Return the share of positive values above the threshold that at most ``share`` of the negative ones exceed.

    None without both. A threshold between two equal values does not exist, so ties count against the coverage.
    """
    if not len(positive) or not len(negative):
        return None
    allowed = int(share * len(negative))
    threshold = sorted(negative, reverse=True)[allowed] if allowed < len(negative) else float("-inf")
    return fmean(float(value > threshold) for value in positive)


@dataclass(frozen=True, slots=True)
class Bin:
    """The questions whose confidence lies in ``low..high``: their mean confidence, and the share that came true."""

    low: float
    high: float
    questions: int
    confidence: float
    came_true: float


def calibration(confidences: Sequence[float], came_true: Sequence[bool]) -> tuple[tuple[Bin, ...], float | None]:
    """Return ten bins of equal width, without empty ones, and the expected calibration error in 0..1.

    The error is the mean difference between confidence and share, weighted by the questions of each bin: Naeini,
    Cooper & Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian Binning", 2015. None without questions.
    """
    found: list[Bin] = []
    for n in range(_BINS):
        own = [
            (value, hit)
            for value, hit in zip(confidences, came_true, strict=True)
            if min(int(value * _BINS), _BINS - 1) == n
        ]
        if own:
            mean, share = fmean(value for value, _ in own), fmean(float(hit) for _, hit in own)
            found.append(Bin(n / _BINS, (n + 1) / _BINS, len(own), mean, share))
    if not found:
        return (), None
    error = sum(each.questions * abs(each.confidence - each.came_true) for each in found) / len(confidences)
    return tuple(found), error


def risk_coverage(confidences: Sequence[float], wrong: Sequence[bool]) -> list[tuple[float, float]]:
    """Return what each threshold would do, the strictest first: the share of questions answered, and of those the wrong.

    El-Yaniv & Wiener, "On the Foundations of Noise-free Selective Classification", 2010. Questions of one confidence
    are answered together: no threshold parts them.
    """
    order = sorted(range(len(confidences)), key=lambda n: -confidences[n])
    points: list[tuple[float, float]] = []
    failed = 0
    for place, n in enumerate(order, start=1):
        failed += wrong[n]
        if place == len(order) or confidences[order[place]] < confidences[n]:
            points.append((place / len(order), failed / place))
    return points


def mean_interval(values: Sequence[float]) -> tuple[float, float] | None:
    """Return the 95 % bootstrap interval of a mean, None for no values.

    Efron & Tibshirani, "An Introduction to the Bootstrap", 1993: the 2.5th and 97.5th percentile of 1,000 means of as
    many values drawn with replacement.
    """
    if not len(values):
        return None
    drawn = np.asarray(values, dtype=np.float64)
    return _interval(lambda random: float(drawn[random.integers(0, len(drawn), len(drawn))].mean()))


def auroc_interval(positive: Sequence[float], negative: Sequence[float]) -> tuple[float, float] | None:
    """Return the 95 % bootstrap interval of :func:`auroc`, both sides drawn on their own; None without both."""
    if not len(positive) or not len(negative):
        return None
    one, other = np.asarray(positive, dtype=np.float64), np.asarray(negative, dtype=np.float64)

    def drawn(random: np.random.Generator) -> float:
        value = auroc(_redrawn(one, random), _redrawn(other, random))
        return 0.0 if value is None else value

    return _interval(drawn)


def _redrawn(values: NDArray[np.float64], random: np.random.Generator) -> Sequence[float]:
    again: Sequence[float] = values[random.integers(0, len(values), len(values))].tolist()
    return again


def _interval(statistic: Callable[[np.random.Generator], float]) -> tuple[float, float]:
    random = np.random.default_rng(_SEED)
    low, high = np.percentile([statistic(random) for _ in range(_ROUNDS)], [2.5, 97.5])
    return float(low), float(high)


def _rouge_of_letters(gold: str, shown: str) -> float:
    return _f1(_common_subsequence(gold, shown), len(gold), len(shown))


def _common_subsequence(one: str, other: str) -> int:
    """Return the length of the longest common subsequence.

    Bit-parallel: Hyyrö, "Bit-parallel LCS-length computation revisited", 2004. Answers of a thousand characters would
    take a second by the table that textbooks draw.
    """
    places: dict[str, int] = {}
    for n, character in enumerate(one):
        places[character] = places.get(character, 0) | 1 << n
    everything = (1 << len(one)) - 1
    state = everything
    for character in other:
        matched = state & places.get(character, 0)
        state = (state + matched | state - matched) & everything
    return len(one) - state.bit_count()


def _f1(common: int, gold: int, shown: int) -> float:
    return 2 * common / (gold + shown) if common else 0.0
