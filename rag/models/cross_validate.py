"""Measure training honestly: ``python -m rag.models.cross_validate --texts DIR --out DIR``.

Pre-trains once on passages, then fine-tunes once for each fold on the questions of the other folds, and ranks the
questions of the fold itself. No passage answers questions of two folds (``rag.models.folds``). The fold's models are
kept in ``fold-0`` … of the output folder, what was pre-trained in ``pretrained``, the fold of each question in
``folds.tsv`` (corpus, question, fold), and the figures in ``figures.json``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.errors import PolicychatError, SourceError
from rag.models.folds import FOLDS
from rag.models.options import FinetuningOptions, PretrainingOptions
from rag.models.ranking_figures import Figures, figures, scaled
from rag.models.saving import load_static_model, save_static_model
from rag.models.token_lists import gathered, vectors
from rag.models.train_static import argument_parser, finetune, options_of, pretrain, say
from rag.models.training_questions import CorpusTraining, Training
from rag.models.training_texts import read_training_texts
from rag.ports import FloatArray

WEIGHTS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
"""Of the cosine, beside BM25 scaled by its maximum for the question."""

METHODS = ("bm25", "cosine before fine-tuning", "cosine", "bm25 + cosine")


def cross_validate(
    folders: Sequence[Path],
    out: Path,
    pretraining: PretrainingOptions,
    finetuning: FinetuningOptions,
    seed: int,
    start: Path | None = None,
) -> dict[str, dict[str, Figures]]:
    """Return the figures of each method for each corpus with questions, and keep models and folds in ``out``.

    The weight of the cosine is, for each fold, the one that is best on the other folds.

    Raises:
        SourceError: the texts cannot be read, or none has questions.
        ModelError: ``start`` cannot be read.
    """
    texts = read_training_texts(list(folders))
    if not texts.asked:
        raise SourceError("cross-validation needs questions with their passages (queries.jsonl and qrels.tsv)")
    if start is None:
        start = out / "pretrained"
        save_static_model(start, *pretrain(texts, pretraining, seed))
    tokenizer, before = load_static_model(start)
    training = Training.prepared(texts, tokenizer, before, finetuning.pool)
    _write_folds(out, training)
    measured = {corpus.name: _Measured(corpus, before) for corpus in training.corpora}
    for fold in range(FOLDS):
        say(f"fold {fold + 1}/{FOLDS}")
        weights = finetune(before, training, fold, finetuning, seed)
        save_static_model(out / f"fold-{fold}", tokenizer, weights)
        _, stored = load_static_model(out / f"fold-{fold}")
        for corpus in training.corpora:
            measured[corpus.name].add(fold, stored)
    result = {name: corpus.means() for name, corpus in measured.items()}
    written = {name: {method: found._asdict() for method, found in own.items()} for name, own in result.items()}
    (out / "figures.json").write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    return result


class _Measured:
    """The figures of each held-out question of one corpus, by method."""

    def __init__(self, corpus: CorpusTraining, before: FloatArray) -> None:
        self._corpus = corpus
        self._before = vectors(before, corpus.question_tokens), vectors(before, corpus.passages)
        shape = (len(corpus.questions), len(Figures.__annotations__))
        self._by_method = {method: np.zeros(shape) for method in METHODS[:3]}
        self._by_weight = {weight: np.zeros(shape) for weight in WEIGHTS}

    def add(self, fold: int, weights: FloatArray) -> None:
        """Measure the questions of ``fold`` with the weights that were fine-tuned on the other folds."""
        corpus = self._corpus
        asked = np.flatnonzero(corpus.folds == fold)
        tokens = gathered([corpus.question_tokens[int(number)] for number in asked])
        cosines = vectors(weights, tokens) @ vectors(weights, corpus.passages).T
        before = self._before[0][asked] @ self._before[1].T
        for row, number in enumerate(asked):
            bm25 = scaled(corpus.bm25.scores(corpus.questions[number].text))
            scores = dict(zip(METHODS[:3], (bm25, before[row], cosines[row]), strict=True))
            for method, own in scores.items():
                self._by_method[method][number] = figures(own, corpus.answers[number])
            for weight, kept in self._by_weight.items():
                kept[number] = figures(bm25 + weight * cosines[row], corpus.answers[number])

    def means(self) -> dict[str, Figures]:
        """Return each method's means over all questions."""
        fused = np.zeros_like(self._by_method[METHODS[0]])
        for fold in range(FOLDS):
            own = self._corpus.folds == fold
            others = {weight: kept[~own, 0].mean() if (~own).any() else 0.0 for weight, kept in self._by_weight.items()}
            fused[own] = self._by_weight[max(WEIGHTS, key=others.__getitem__)][own]
        return {method: _mean(kept) for method, kept in {**self._by_method, METHODS[3]: fused}.items()}


def _mean(kept: NDArray[np.float64]) -> Figures:
    return Figures(*(round(float(value), 4) for value in kept.mean(axis=0)))


def _write_folds(out: Path, training: Training) -> None:
    out.mkdir(parents=True, exist_ok=True)
    lines = ["corpus\tquestion\tfold"]
    for corpus in training.corpora:
        asked = zip(corpus.questions, corpus.folds, strict=True)
        lines += [f"{corpus.name}\t{question.question_id}\t{fold}" for question, fold in asked]
    (out / "folds.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def table(result: dict[str, dict[str, Figures]]) -> str:
    """Return the figures as a Markdown table."""
    lines = ["| corpus | method | nDCG@10 | hit@1 | recall@100 |", "| --- | --- | --- | --- | --- |"]
    for name, methods in result.items():
        lines += [
            f"| {name} | {method} | " + " | ".join(f"{value:.3f}" for value in found) + " |"
            for method, found in methods.items()
        ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code, 0 or that of the error."""
    given = argument_parser("cross_validate", "Measure training on questions that it has not seen.").parse_args(
        arguments
    )
    try:
        result = cross_validate(given.texts, given.out, *options_of(given), given.seed, given.start)
    except PolicychatError as error:
        say(str(error))
        return error.exit_code
    sys.stdout.write(table(result) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
