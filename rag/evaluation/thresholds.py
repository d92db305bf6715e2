"""What figures must reach before an admin publishes: read from options or a question file, and compared."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rag.errors import SourceError

FIGURES = (
    "right",
    "rouge_l",
    "char_f1",
    "answer_contained",
    "citation_precision",
    "citation_recall",
    "false_answer_rate",
    "false_refusal_rate",
    "auroc",
    "coverage_at_5_percent",
    "calibration_error",
    "quotes_that_differ",
    "unsupported_figures",
    "queries",
)
"""The figures that can be named as they stand."""
_GROUPS = ("drafted", "latency_ms", "status", "by_kind", "by_part")
"""Those that hold figures of their own, named with a full stop: ``drafted.rouge_l``, ``by_kind.amount.right``."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Figures by name, and the lowest or highest value that each may have."""

    at_least: Mapping[str, float] = field(default_factory=dict)
    at_most: Mapping[str, float] = field(default_factory=dict)

    def with_others(self, others: Thresholds) -> Thresholds:
        """Return both; where both name a figure, the other's value holds."""
        return Thresholds({**self.at_least, **others.at_least}, {**self.at_most, **others.at_most})

    def missed(self, figures: Mapping[str, Any]) -> tuple[str, ...]:
        """Return a sentence for each figure that is not as it must be; one that was not measured is not."""
        below = [
            _told(name, value, "at least", wanted)
            for name, wanted in self.at_least.items()
            if (value := _figure(figures, name)) is None or value < wanted
        ]
        above = [
            _told(name, value, "at most", wanted)
            for name, wanted in self.at_most.items()
            if (value := _figure(figures, name)) is None or value > wanted
        ]
        return (*below, *above)


def read_thresholds(values: object, where: str) -> Thresholds:
    """Check the block of a question file. Raises SourceError naming ``where`` and the key that is wrong."""
    if not isinstance(values, Mapping):
        raise SourceError(f"{where}: expected at_least and at_most, found {values!r}")
    for key in values:
        if key not in ("at_least", "at_most"):
            raise SourceError(f"{where}, {key}: unknown, expected at_least or at_most")
    return Thresholds(*(_bounds(values.get(key, {}), f"{where}, {key}") for key in ("at_least", "at_most")))


def thresholds_of(at_least: Sequence[str], at_most: Sequence[str]) -> Thresholds:
    """Return what options such as ``rouge_l=0.5`` ask for. Raises SourceError naming the option that is wrong."""
    return Thresholds(_named("--at-least", at_least), _named("--at-most", at_most))


def _named(option: str, given: Sequence[str]) -> dict[str, float]:
    bounds = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals:
            raise SourceError(f"{option} {each}: expected FIGURE=VALUE, for example rouge_l=0.5")
        bounds[name.strip()] = value.strip()
    return _bounds(bounds, option)


def _bounds(values: object, where: str) -> dict[str, float]:
    if not isinstance(values, Mapping):
        raise SourceError(f"{where}: expected figures and values, found {values!r}")
    return {_known(name, where): _number(value, f"{where}, {name}") for name, value in values.items()}


def _known(name: object, where: str) -> str:
    group, _, rest = str(name).partition(".")
    if name in FIGURES or (group in _GROUPS and rest):
        return str(name)
    raise SourceError(
        f"{where}, {name}: no figure, expected one of {', '.join(FIGURES)}, or one of {', '.join(_GROUPS)} with a "
        "full stop and the name of a figure"
    )


def _number(value: object, where: str) -> float:
    try:
        number = float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise SourceError(f"{where}: expected a number, found {value!r}")
    return number


def _figure(figures: Mapping[str, Any], name: str) -> float | None:
    found: Any = figures
    for part in name.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    return float(found) if isinstance(found, (int, float)) else None


def _told(name: str, value: float | None, relation: str, wanted: float) -> str:
    if value is None:
        return f"{name} was not measured, wanted is {relation} {wanted:g}"
    return f"{name} is {value:g}, wanted is {relation} {wanted:g}"
