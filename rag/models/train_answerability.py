"""Train the weights of answerability: ``python -m rag.models.train_answerability --asked QUESTIONS DATA DATA … --out FILE``.

``--asked`` is given once for each question set, with the data folders that its documents are spread over
(``rag.models.answerability_examples``). With ``--examples FOLDER`` the measured examples of each set are kept there and
read again by a later run, which is only right while nothing that measures them has changed. The figures that are printed are of examples that were not trained on: a fifth
of the documents at a time is left out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.answerability import UNSTATED
from rag.answerability_features import NAMES, SIGNS
from rag.errors import PolicychatError, SourceError
from rag.models.answerability_examples import Example, examples_of, read_examples, write_examples
from rag.models.folds import FOLDS
from rag.models.signed_logistic import LogisticFit, Values, auroc, calibration, coverage, fit_signed

_RIDGE = 300.0
_DIGITS = 4
_FALSE_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Trained:
    """The weights of all examples, and the cross-validated log-odds, (n_examples,), that its probabilities come from."""

    fit: LogisticFit
    held_out: Values
    factor: float
    shift: float
    confidence: Values
    """The held-out probabilities, less where no draft has the figure asked for, (n_examples,)."""


def train(examples: Sequence[Example]) -> Trained:
    """Fit the examples, each corpus counting the same, and calibrate on folds that share no document.

    Raises:
        SourceError: there are not answerable and unanswerable examples enough to leave a fifth out.
    """
    rows = np.array([example.features.vector() for example in examples if example.features], dtype=np.float64)
    labels = np.array([example.answerable for example in examples], dtype=np.float64)
    groups = sorted({example.group for example in examples})
    if len(groups) < FOLDS or not 0 < labels.sum() < len(labels):
        raise SourceError(f"{len(examples)} examples of {len(groups)} documents cannot be cross-validated")
    signs = np.array([SIGNS[name] for name in NAMES], dtype=np.float64)
    importance = _importance(examples)
    fold_of = {group: number % FOLDS for number, group in enumerate(groups)}
    folds = np.array([fold_of[example.group] for example in examples])
    held_out = np.zeros(len(examples))
    for fold in range(FOLDS):
        kept = folds != fold
        fitted = fit_signed(rows[kept], labels[kept], signs, importance[kept], _RIDGE)
        held_out[~kept] = fitted.log_odds(rows[~kept])
    factor, shift = calibration(held_out, labels, importance)
    chances = 1.0 / (1.0 + np.exp(-(factor * held_out + shift)))
    confidence = np.where([example.states for example in examples], chances, UNSTATED * chances)
    return Trained(fit_signed(rows, labels, signs, importance, _RIDGE), held_out, factor, shift, confidence)


def weights_json(trained: Trained) -> dict[str, object]:
    """Return what :class:`rag.answerability.Answerability` reads; features that count nothing are left out."""
    fit = trained.fit
    features = {
        name: {
            "mean": round(float(fit.mean[n]), _DIGITS),
            "scale": round(float(fit.scale[n]), _DIGITS),
            "effect": round(float(trained.factor * fit.weights[n]), _DIGITS),
        }
        for n, name in enumerate(NAMES)
        if abs(trained.factor * fit.weights[n]) >= 10.0**-_DIGITS
    }
    return {"bias": round(trained.factor * fit.bias + trained.shift, _DIGITS), "features": features}


def figures(examples: Sequence[Example], trained: Trained) -> str:
    """Return a Markdown table of the held-out figures by corpus, at one threshold for all of them."""
    chances = trained.confidence
    labels = np.array([example.answerable for example in examples], dtype=np.float64)
    _, threshold = coverage(chances, labels, _FALSE_SHARE)
    lines = [
        f"threshold for {_FALSE_SHARE:.0%} false answers: {threshold:.3f}",
        "",
        "| corpus | answerable | unanswerable | AUROC | coverage at 5 % | answered | false answers |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    names = [example.corpus for example in examples]
    for name in [*dict.fromkeys(names), "all"]:
        own = np.array([name in (corpus, "all") for corpus in names])
        score, label = chances[own], labels[own]
        if 0 < label.sum() < len(label):
            passed = score >= threshold
            cells = (auroc(score, label), coverage(score, label, _FALSE_SHARE)[0])
            shares = (passed[label == 1].mean(), passed[label == 0].mean())
            lines.append(
                f"| {name} | {int(label.sum())} | {int((label == 0).sum())} | "
                + " | ".join(f"{cell:.3f}" for cell in (*cells, *shares))
                + " |"
            )
    lines += ["", "| confidence | examples | answerable |", "| --- | --- | --- |"]
    for low in np.arange(0.0, 1.0, 0.1):
        inside = (chances >= low) & (chances < low + 0.1)
        if inside.any():
            lines.append(f"| {low:.1f} to {low + 0.1:.1f} | {int(inside.sum())} | {labels[inside].mean():.2f} |")
    return "\n".join(lines)


def _importance(examples: Sequence[Example]) -> Values:
    """Return how much each example counts: each corpus and each answer as much as any other, one on average."""
    kinds = [(example.corpus, example.answerable) for example in examples]
    size = {kind: kinds.count(kind) for kind in set(kinds)}
    return np.array([len(examples) / len(size) / size[kind] for kind in kinds])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code, 0 or that of the error."""
    parser = argparse.ArgumentParser(prog="python -m rag.models.train_answerability", description=__doc__)
    parser.add_argument(
        "--asked", nargs="+", action="append", required=True, type=Path, metavar="PATH",
        help="A question set, BEIR folder or YAML file, and the data folders that its documents are spread over.",
    )  # fmt: skip
    parser.add_argument("--out", required=True, type=Path, help="The JSON file to write.")
    parser.add_argument("--examples", type=Path, help="The folder to keep measured examples in.")
    given = parser.parse_args(arguments)
    try:
        examples = [
            example
            for questions, *folders in given.asked
            for example in _measured(questions, folders, given.examples)
            if example.features is not None
        ]
        trained = train(examples)
    except PolicychatError as error:
        _say(str(error))
        return error.exit_code
    given.out.write_text(json.dumps(weights_json(trained), indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(figures(examples, trained) + "\n")
    return 0


def _measured(questions: Path, folders: Sequence[Path], keep: Path | None) -> list[Example]:
    """Return the examples of a set, from ``keep`` where they were put there before."""
    if keep is None:
        return examples_of(questions, folders, _say)
    keep.mkdir(parents=True, exist_ok=True)
    path = keep / f"{questions.stem}-{len(folders)}.jsonl"
    if not path.exists():
        write_examples(path, examples_of(questions, folders, _say))
    return read_examples(path)


def _say(message: str) -> None:
    sys.stderr.write(message + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
