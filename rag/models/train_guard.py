"""Train the learned layer of the guard: ``python -m rag.models.train_guard --authored FILE --cases FILE --ordinary FILE … --out FILE``.

The figures that are printed are of lines that were not trained on: a fifth of the lines at a time is left out, all
wordings of a line together.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.errors import PolicychatError
from rag.guard.learned import CLASSES, FEWEST, SURE, features
from rag.guard.reading import read
from rag.models.guard_examples import Example, authored, cases, ordinary

Values = NDArray[np.float64]
Indices = NDArray[np.int64]
_FOLDS = 5
_EPOCHS = 250
_STEP = 0.3
_RIDGE = 5e-6
"""Small, because a feature must stand in several lines anyway."""
_LINES = 2
"""Lines that a feature must stand in; what one line alone says is its own wording."""
_SMALLEST = 200
"""Thousandths; a feature with no larger weight is left out of the file."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Sparse rows of ones: the features of row i are ``columns[starts[i]:starts[i + 1]]``."""

    columns: Indices
    starts: Indices
    scale: Values
    """(n_rows,): one over the root of all features of a row, those that no other line has included."""

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def owners(self) -> Indices:
        """The row of every entry."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights, (n_features, n_classes), and biases, (n_classes,); the ordinary question weighs nothing."""

    weights: Values
    bias: Values

    def chances(self, rows: Rows) -> Values:
        """Return (n_rows, n_classes + 1) chances, the last one of an ordinary question."""
        return _softmax(_sums(self.weights, rows) * rows.scale[:, None] + self.bias)


def _sums(weights: Values, rows: Rows) -> Values:
    owners = rows.owners
    return np.stack(
        [np.bincount(owners, weights[rows.columns, one], minlength=len(rows)) for one in range(weights.shape[1])],
        axis=1,
    )


def _softmax(odds: Values) -> Values:
    whole = np.concatenate([odds, np.zeros((len(odds), 1))], axis=1)
    raised = np.exp(whole - whole.max(axis=1, keepdims=True))
    chances: Values = raised / raised.sum(axis=1, keepdims=True)
    return chances


def fit(rows: Rows, labels: Indices, importance: Values, n_features: int) -> Fitted:
    """Fit a multinomial logistic regression by Adam (Kingma and Ba, 2015) over all rows at once; deterministic."""
    classes = len(CLASSES)
    values = np.zeros((n_features + 1, classes))
    first, second = np.zeros_like(values), np.zeros_like(values)
    wanted = np.eye(classes + 1)[labels]
    owners, share = rows.owners, importance / importance.sum()
    for epoch in range(1, _EPOCHS + 1):
        chances = Fitted(values[:-1], values[-1]).chances(rows)
        wrong = ((chances - wanted) * share[:, None])[:, :classes]
        slope = _RIDGE * values
        for one in range(classes):
            slope[:-1, one] += np.bincount(rows.columns, (wrong[:, one] * rows.scale)[owners], minlength=n_features)
        slope[-1] = wrong.sum(axis=0)
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope**2
        step = _STEP * (1 - epoch / (_EPOCHS + 1))
        values -= step * (first / (1 - 0.9**epoch)) / (np.sqrt(second / (1 - 0.99**epoch)) + 1e-8)
    return Fitted(values[:-1], values[-1])


def train(examples: Sequence[Example]) -> tuple[dict[str, object], list[str]]:
    """Return the weights as they are written to the file, and lines that tell what was measured on what was left out."""
    found = [features(read(example.text)) for example in examples]
    names = _names(found, examples)
    number = {name: place for place, name in enumerate(names)}
    each = [np.array(sorted(number[name] for name in some if name in number), dtype=np.int64) for some in found]
    labels = np.array([example.label for example in examples])
    importance = np.array([example.importance for example in examples])
    folds = np.array([example.line % _FOLDS for example in examples])
    held_out = np.zeros((len(examples), len(CLASSES) + 1))
    for fold in range(_FOLDS):
        kept = np.flatnonzero(folds != fold)
        left = np.flatnonzero(folds == fold)
        fitted = fit(_rows(each, found, kept), labels[kept], importance[kept], len(names))
        held_out[left] = fitted.chances(_rows(each, found, left))
    told = _figures(held_out, labels, importance)
    fitted = fit(_rows(each, found, np.arange(len(examples))), labels, importance, len(names))
    rounded = np.rint(fitted.weights * 1000).astype(int)
    kept_names = [place for place in range(len(names)) if np.abs(rounded[place]).max() >= _SMALLEST]
    return {
        "bias": [round(float(value), 4) for value in fitted.bias],
        "weights": {names[place]: rounded[place].tolist() for place in kept_names},
    }, [f"{len(examples)} sentences, {len(names)} features, {len(kept_names)} kept", *told]


def _names(found: Sequence[frozenset[str]], examples: Sequence[Example]) -> list[str]:
    lines: Counter[str] = Counter()
    seen: set[tuple[str, int]] = set()
    for some, example in zip(found, examples, strict=True):
        for name in some:
            if (name, example.line) not in seen:
                seen.add((name, example.line))
                lines[name] += 1
    return sorted(name for name, count in lines.items() if count >= _LINES)


def _rows(each: Sequence[Indices], found: Sequence[frozenset[str]], chosen: Indices) -> Rows:
    lengths = [len(each[place]) for place in chosen]
    scale = np.array([1 / np.sqrt(max(len(found[place]), FEWEST)) for place in chosen])
    return Rows(np.concatenate([each[place] for place in chosen]), np.concatenate([[0], np.cumsum(lengths)]), scale)


def _figures(held_out: Values, labels: Indices, importance: Values) -> list[str]:
    """Tell for each class what is found of the lines that were left out, where the model is sure."""
    told = []
    best = held_out[:, :-1].argmax(axis=1)
    for one, name in enumerate(CLASSES):
        hit = (best == one) & (held_out[:, one] >= SURE[one])
        right = importance[hit & (labels == one)].sum()
        told.append(
            f"{name}: recall {right / importance[labels == one].sum():.3f}, "
            f"precision {right / max(importance[hit].sum(), 1e-9):.3f}, "
            f"ordinary ones stopped {int((hit & (labels == len(CLASSES))).sum())}"
        )
    return told


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, write the weights and print the figures; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m rag.models.train_guard", description=__doc__)
    parser.add_argument("--authored", type=Path, required=True, help="sentences with alternatives")
    parser.add_argument("--cases", type=Path, required=True, help="the guard's cases")
    parser.add_argument("--parts", nargs="+", default=["dev"], help="parts of the cases to train on")
    parser.add_argument("--ordinary", type=Path, nargs="+", required=True, help="question sets without dangers")
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    try:
        examples = list(authored(chosen.authored, 0))
        examples += cases(chosen.cases, chosen.parts, 10_000)
        examples += ordinary(chosen.ordinary, 20_000)
    except (PolicychatError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    weights, told = train(examples)
    text = json.dumps(weights, ensure_ascii=False, separators=(",", ":"))
    chosen.out.write_text(text.replace('],"', '],\n"') + "\n", encoding="utf-8")
    sys.stdout.writelines(f"{line}\n" for line in told)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
