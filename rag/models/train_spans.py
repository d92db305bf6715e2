"""Train the models that choose the words of an answer: ``python -m rag.models.train_spans``.

Needs two data folders with a generation each, of the statutes with our own corpus and of DRCD, as ``policychat ingest``
and ``policychat evaluate retrieval`` build them. Writes ``spans.npz`` and ``figures.json``; every figure is of documents
that the model which made it had not seen. ``rag/models/spans/README.md`` says what the shipped weights were made from.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.boosted_trees import BoostedTrees, Rows
from rag.bootstrap import gazetteer_of
from rag.embedding import open_embedding
from rag.errors import PolicychatError
from rag.evaluation.question_file import read_questions
from rag.generations import DataLayout, Generation, published_id
from rag.models.answer_spans import read_answer_spans
from rag.models.span_examples import (
    Example,
    agreement,
    examples,
    own_questions,
    reading_questions,
    segment_targets,
    statute_questions,
)
from rag.retrieval import HybridRetriever
from rag.segment_features import Stretch, segment_rows
from rag.settings import Settings
from rag.spans import SpanModel, best_run, likely_stretches

FOLDS = 3
SENTENCE_WEIGHTS = {"own": 2.0, "made": 1.0, "short": 0.7}
SEGMENT_WEIGHTS = {"own": 2.0, "made": 1.0, "short": 0.3}
"""Answers of DRCD are names and figures of four characters; residents are answered in clauses."""
COMMON = {
    "learning_rate": 0.05,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "verbose": -1,
    "num_threads": 1,
    "deterministic": True,
}
SENTENCES = {"objective": "binary", "num_leaves": 15, "min_data_in_leaf": 40}
SEGMENTS = {"objective": "cross_entropy", "num_leaves": 31, "min_data_in_leaf": 80}
SENTENCE_TREES, SEGMENT_TREES = 180, 240

Array = NDArray[Any]


def fitted(
    rows: Sequence[Rows], targets: Sequence[Array], weights: Sequence[float], options: dict[str, Any], trees: int
) -> BoostedTrees:
    """Return trees that predict the targets (0..1) from the rows; one weight for each question."""
    import lightgbm

    spread = np.concatenate([np.full(len(own), weight) for own, weight in zip(targets, weights, strict=True)])
    data = lightgbm.Dataset(np.concatenate(rows), np.concatenate(targets), weight=spread)
    return BoostedTrees.from_dump(lightgbm.train(COMMON | options, data, trees).dump_model())


def train(found: Sequence[Example], seed: int, say: Callable[[str], None]) -> tuple[SpanModel, dict[str, Any]]:
    """Return the models and what they are worth on unseen documents.

    Segments are described with what a sentence model says that has not seen their document, as in use.
    """
    seeded = {"seed": seed}
    folds = [n for n in range(FOLDS) if any(one.fold == n for one in found)]

    def sentences(chosen: Sequence[Example]) -> BoostedTrees:
        return fitted(
            [one.rows for one in chosen],
            [one.right.astype(float) for one in chosen],
            [SENTENCE_WEIGHTS[one.part] for one in chosen],
            SENTENCES | seeded,
            SENTENCE_TREES,
        )

    chances: list[Array] = [np.zeros(0)] * len(found)
    for fold in folds:
        model = sentences([one for one in found if one.fold != fold])
        for number, one in enumerate(found):
            if one.fold == fold:
                chances[number] = model.chances(one.rows)
    say("sentences judged")
    stretches = [likely_stretches(one.sentences, chance) for one, chance in zip(found, chances, strict=True)]
    rows = [[segment_rows(one.asked, own) for own in own_ones] for one, own_ones in zip(found, stretches, strict=True)]
    say("segments described")

    def segments(chosen: Sequence[int]) -> BoostedTrees:
        return fitted(
            [np.concatenate(rows[n]) for n in chosen],
            [np.concatenate([segment_targets(own, found[n].answers) for own in stretches[n]]) for n in chosen],
            [SEGMENT_WEIGHTS[found[n].part] for n in chosen],
            SEGMENTS | seeded,
            SEGMENT_TREES,
        )

    scores: dict[str, list[tuple[float, float, float, float]]] = {}
    for fold in folds:
        model = segments([n for n, one in enumerate(found) if one.fold != fold])
        for n, one in enumerate(found):
            if one.fold == fold:
                by_formula, by_model = one.right[0], one.right[int(np.argmax(chances[n]))]
                shared, length = _worth(one, stretches[n], rows[n], model)
                scores.setdefault(one.part, []).append((by_formula, by_model, shared, length))
    figures = {
        part: {
            "questions": len(values),
            "right sentence by the formula": round(float(np.mean([value[0] for value in values])), 3),
            "right sentence by the model": round(float(np.mean([value[1] for value in values])), 3),
            "F1 of span and answer": round(float(np.mean([value[2] for value in values])), 3),
            "characters of a span": round(float(np.mean([value[3] for value in values])), 1),
        }
        for part, values in scores.items()
    }
    return SpanModel(sentences(found), segments(range(len(found)))), figures


def _worth(
    one: Example, stretches: Sequence[Stretch], rows: Sequence[Rows], model: BoostedTrees
) -> tuple[float, float]:
    """Return the agreement of the span that is chosen, and its length."""
    runs = [best_run(own, model.chances(described)) for own, described in zip(stretches, rows, strict=True)]
    best = max(range(len(runs)), key=lambda n: (runs[n].expected, -n))
    cut = stretches[best].segments
    start, end = cut[runs[best].first].start, cut[runs[best].last].end
    document = stretches[best].place.evidence.document.document_id
    return agreement(one.answers, document, start, end), float(end - start)


def opened(data: Path) -> tuple[Generation, HybridRetriever]:
    """Return the published generation of a data folder, and what ranks its passages."""
    settings, layout = Settings(), DataLayout(data)
    name = published_id(layout)
    generation = Generation(layout.generation(name or max(folder.name for folder in layout.generations.iterdir())))
    embedding = open_embedding(settings.embedding.model_copy(update={"model": generation.manifest.embedding_model}))
    return generation, HybridRetriever(generation, embedding, gazetteer_of(generation), settings.retrieval)


def gathered(given: argparse.Namespace) -> list[Example]:
    """Return the examples of all three parts.

    Raises:
        PolicychatError: a folder, a question file or a generation cannot be read.
    """
    questions = {one.question_id: one for path in given.questions for one in read_questions(path)}
    generation, retriever = opened(given.own)
    documents = {document.source: document for document in generation.library.documents()}
    answered = read_answer_spans(given.answers, questions, list(documents.values()))
    asked = chain(own_questions(answered), statute_questions(list(documents.values()), given.made, given.seed))
    found = examples(asked, retriever, documents, FOLDS, say)
    generation, retriever = opened(given.short_data)
    documents = {document.source: document for document in generation.library.documents()}
    asked_short = reading_questions(given.short, list(documents.values()), given.short_count)
    return found + examples(asked_short, retriever, documents, FOLDS, say)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code, 0 or that of the error."""
    parser = argparse.ArgumentParser(prog="python -m rag.models.train_spans", description="Train the span models.")
    parser.add_argument("--own", type=Path, required=True, help="data folder with the statutes and our own corpus")
    parser.add_argument("--questions", type=Path, nargs="+", required=True, help="question files, the training parts")
    parser.add_argument("--answers", type=Path, required=True, help="which words answer them")
    parser.add_argument("--short", type=Path, required=True, help="question set in BEIR form with answers (DRCD)")
    parser.add_argument("--short-data", type=Path, required=True, help="data folder with that set's documents")
    parser.add_argument("--short-count", type=int, default=700)
    parser.add_argument("--made", type=int, default=8, help="made questions for each document, at most")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args(arguments)
    try:
        model, figures = train(gathered(given), given.seed, say)
    except PolicychatError as error:
        say(str(error))
        return error.exit_code
    given.out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(given.out / "spans.npz", **model.arrays())
    text = json.dumps(figures, ensure_ascii=False, indent=1)
    (given.out / "figures.json").write_text(text + "\n", encoding="utf-8")
    say(text)
    return 0


def say(message: str) -> None:
    """Print progress on standard error."""
    print(message, file=sys.stderr, flush=True)  # noqa: T201 - progress of a command


if __name__ == "__main__":
    raise SystemExit(main())
