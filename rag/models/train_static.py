"""Train the static embedding that ships: ``python -m rag.models.train_static --texts DIR --out DIR``.

A static embedding is one vector for each token; a text's vector is the sum of its tokens' vectors, scaled to
length one. Training has two stages. The first sees passages only: a passage is pulled towards its title and towards
spans out of it (the inverse cloze task, Lee et al. 2019, arXiv:1906.00300). The second sees questions: each is pulled
towards the passages that answer it and away from those that only look like it. ``--start`` begins at the second
stage with a model folder, the packaged one for instance.

Same inputs, options and machine give the same weights, byte for byte.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.errors import PolicychatError, SourceError
from rag.models.bigram_tokenizer import build_tokenizer, choose_vocabulary
from rag.models.first_weights import first_weights
from rag.models.learning import learn
from rag.models.options import FinetuningOptions, PretrainingOptions
from rag.models.own_questions import add_own_questions
from rag.models.pairs import SpanSampler
from rag.models.saving import load_static_model, save_static_model
from rag.models.token_lists import tokenize
from rag.models.training_questions import Training
from rag.models.training_texts import TrainingTexts, read_training_texts

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SEED = 7


def pretrain(texts: TrainingTexts, options: PretrainingOptions, seed: int) -> tuple[Tokenizer, NDArray[np.float32]]:
    """Return a tokenizer and weights, (n_tokens, dimension) float32, learnt from the passages; no question is read.

    Raises:
        SourceError: the passages are too few.
    """
    whole = texts.whole()
    vocabulary = choose_vocabulary(whole, options.vocabulary)
    tokenizer = build_tokenizer(vocabulary)
    passages, titles = tokenize(tokenizer, texts.passages), tokenize(tokenizer, texts.titles)
    sampler = SpanSampler(passages, titles, options.batch, options.token_dropout, seed)
    say(f"{len(passages)} passages, {len(vocabulary)} tokens known, {len(passages.ids)} tokens of text")
    weights = first_weights(tokenize(tokenizer, whole), len(vocabulary) + 1, options.dimension, seed)
    say("first weights made")
    weights = learn(weights, [sampler.batch], options.steps, options.learning_rate, options.temperature, say)
    return tokenizer, weights


def finetune(
    weights: NDArray[np.float32],
    training: Training,
    fold: int | None,
    options: FinetuningOptions,
    seed: int,
) -> NDArray[np.float32]:
    """Return the weights after training on the questions of every corpus, without those of ``fold``.

    Every step has a batch of spans as well: without them the model forgets what passages alone have taught it.
    """
    spans = SpanSampler(
        training.passages, training.titles, options.batch, options.token_dropout, seed, training.chances
    )
    samplers = [corpus.sampler(fold, options, seed + n) for n, corpus in enumerate(training.corpora, start=1)]
    batches = [spans.batch, *(sampler.batch for sampler in samplers)]
    return learn(weights, batches, options.steps, options.learning_rate, options.temperature, say)


def build_model(
    texts: TrainingTexts,
    out: Path,
    pretraining: PretrainingOptions,
    finetuning: FinetuningOptions,
    seed: int = SEED,
    start: Path | None = None,
) -> None:
    """Train, and write the model folder ``out``. Without questions, or with no steps for them, stage one is all.

    Raises:
        SourceError: the texts are too few.
        ModelError: ``start`` cannot be read.
    """
    began = time.monotonic()
    tokenizer, weights = pretrain(texts, pretraining, seed) if start is None else load_static_model(start)
    if texts.asked and finetuning.steps:
        training = Training.prepared(texts, tokenizer, weights, finetuning.pool)
        say(f"{sum(len(corpus.questions) for corpus in texts.asked)} questions")
        weights = finetune(weights, training, None, finetuning, seed)
    save_static_model(out, tokenizer, weights)
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    say(f"{out}: {size / 1e6:.1f} MB in {time.monotonic() - began:.0f} s")


def argument_parser(name: str, description: str) -> argparse.ArgumentParser:
    """Return a parser of what both commands understand: texts, output, seed, and the options of both stages."""
    parser = argparse.ArgumentParser(prog=f"python -m rag.models.{name}", description=description)
    parser.add_argument("--texts", type=Path, nargs="+", action="extend", required=True, help="folders to learn from")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--start", type=Path, help="model folder to fine-tune, instead of pre-training one")
    parser.add_argument("--seed", type=int, default=SEED)
    for prefix, options in (("", PretrainingOptions()), ("finetune-", FinetuningOptions())):
        for entry in fields(options):
            default = getattr(options, entry.name)
            parser.add_argument(f"--{prefix}{entry.name.replace('_', '-')}", type=type(default), default=default)
    return parser


def options_of(given: argparse.Namespace) -> tuple[PretrainingOptions, FinetuningOptions]:
    """Return the options of both stages from a parsed command line."""
    values = vars(given)
    return (
        PretrainingOptions(**{entry.name: values[entry.name] for entry in fields(PretrainingOptions)}),
        FinetuningOptions(**{entry.name: values[f"finetune_{entry.name}"] for entry in fields(FinetuningOptions)}),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code, 0 or that of the error."""
    parser = argument_parser("train_static", "Train a static embedding.")
    parser.add_argument("--questions", type=Path, nargs="+", default=[], help="question files to learn from as well")
    parser.add_argument("--statutes", type=Path, help="folder of the statutes that the question files name")
    given = parser.parse_args(arguments)
    try:
        texts = read_training_texts(given.texts)
        if given.questions:
            if given.statutes is None:
                raise SourceError("--questions needs --statutes, the folder of what they name")
            missing = add_own_questions(texts, given.questions, given.statutes)
            say(f"{len(texts.corpora[-1].questions)} questions of {len(given.questions)} files, {missing} left out")
        build_model(texts, given.out, *options_of(given), given.seed, given.start)
    except PolicychatError as error:
        say(str(error))
        return error.exit_code
    return 0


def say(message: str) -> None:
    """Print progress on standard error."""
    print(message, file=sys.stderr, flush=True)  # noqa: T201 - progress of a command


if __name__ == "__main__":
    raise SystemExit(main())
