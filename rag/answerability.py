"""Judge how likely the sources answer a question, apart from which stretch of them would be the answer.

A logistic regression over :class:`rag.answerability_features.Features`, whose weights lie in
``rag/models/answerability.json``. It was trained on questions whose documents were there and on the same questions with
their documents left out (``rag/models/answerability.md``), so that the probability is one.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.answerability_features import NAMES, Features, features_of
from rag.answerability_form import states
from rag.domain import Hit
from rag.errors import ModelError
from rag.extractive import Draft
from rag.focus import FocusMatcher
from rag.lexicon import TermCounts

FILE = Path(__file__).parent / "models" / "answerability.json"
"""The weights that ship with the package."""
UNSTATED = 0.4
"""What is left of the confidence where the figure that was asked for is not there: below any threshold of use."""


@dataclass(frozen=True, slots=True)
class Weight:
    """What one feature counts: ``effect`` in log-odds for each ``scale`` that its value is above the ``mean``."""

    mean: float
    scale: float
    effect: float


@dataclass(frozen=True, slots=True)
class Reason:
    """A feature that speaks for an answer (``effect`` above 0, in log-odds) or against it, beside the mean question."""

    feature: str
    value: float
    effect: float


class Answerability:
    """Turns features into a probability. Immutable; safe to use from several threads."""

    def __init__(self, weights: dict[str, Weight], bias: float) -> None:
        """Begin with the weight of each feature that counts and the log-odds of the mean question.

        Raises:
            ModelError: a weight is of no feature, or is no number.
        """
        unknown = sorted(weights.keys() - set(NAMES))
        if unknown:
            raise ModelError(f"weights of unknown features: {', '.join(unknown)}")
        numbers = [bias, *(n for weight in weights.values() for n in (weight.mean, weight.scale, weight.effect))]
        if not all(map(math.isfinite, numbers)) or any(weight.scale <= 0 for weight in weights.values()):
            raise ModelError("every mean, scale and effect must be a finite number, and every scale above 0")
        self._weights = weights
        self._bias = bias

    @classmethod
    def load(cls, path: Path = FILE) -> Answerability:
        """Read the weights from a file that ``rag.models.train_answerability`` wrote.

        Raises:
            ModelError: the file is missing or not of this form.
        """
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            weights = {
                name: Weight(float(own["mean"]), float(own["scale"]), float(own["effect"]))
                for name, own in values["features"].items()
            }
            return cls(weights, float(values["bias"]))
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise ModelError(f"{path} cannot be read as weights of answerability: {error!r}") from error

    def probability(self, features: Features) -> float:
        """Return, in 0..1, how likely the ranking that was measured answers the question."""
        return _chance(self.odds(features))

    def odds(self, features: Features) -> float:
        """Return the log-odds of ``probability``."""
        return math.fsum([self._bias, *(reason.effect for reason in self.reasons(features))])

    def sure(self, matcher: FocusMatcher, hits: Sequence[Hit], drafts: Sequence[Draft], counts: TermCounts) -> float:
        """Return, in 0..1, how sure an answer is, from what was found and what was drafted from it.

        ``hits`` are those that may answer, best first, ``counts`` those of the collection's chunks. Without a hit or a
        draft it is 0. A draft without the figure that was asked for keeps a fraction only, whatever its words.
        """
        if not hits or not drafts:
            return 0.0
        confident = self.probability(features_of(matcher, hits, counts))
        return confident if states(matcher, drafts) else UNSTATED * confident

    def reasons(self, features: Features) -> tuple[Reason, ...]:
        """Return what each feature adds to the log-odds, the strongest first."""
        found = [
            Reason(name, value, weight.effect * (value - weight.mean) / weight.scale)
            for name, weight in self._weights.items()
            for value in (float(getattr(features, name)),)
        ]
        return tuple(sorted(found, key=lambda reason: (-abs(reason.effect), reason.feature)))


def _chance(odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-odds)) if odds > -700 else 0.0
