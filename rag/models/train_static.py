"""Train the static embedding that ships: ``python -m rag.models.train_static --texts DIR --out DIR``.

A static embedding is one vector for each token; a text's vector is the sum of its tokens' vectors, scaled to
length one. Training pulls a passage towards what belongs to it — its title, a span out of it, a question that
it answers — and pushes it away from the other passages of the batch (InfoNCE, van den Oord et al. 2018,
arXiv:1807.03748; spans as questions: the inverse cloze task, Lee et al. 2019, arXiv:1906.00300).

Same inputs, options and machine give the same weights, byte for byte.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.errors import PolicychatError, SourceError
from rag.models.bigram_tokenizer import build_tokenizer, choose_vocabulary
from rag.models.saving import save_static_model
from rag.models.training_texts import read_training_texts

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer

IntArray = NDArray[np.int64]

_LEAST_TOKENS = 12
"""Shorter passages have no span to take out that would leave a context."""

_LEAST_PASSAGES = 2
"""With one passage there is nothing to tell it from."""


@dataclass(frozen=True)
class TrainingOptions:
    """What decides the weights, beside the texts."""

    seed: int = 7
    vocabulary: int = 80_000
    dimension: int = 256
    steps: int = 1000
    batch: int = 1024
    question_share: float = 0.3
    learning_rate: float = 0.001
    temperature: float = 0.05
    token_dropout: float = 0.2


@dataclass(frozen=True)
class TokenLists:
    """Many lists of token ids behind one another: list ``i`` is ``ids[starts[i]:starts[i + 1]]``."""

    ids: IntArray
    starts: IntArray

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, number: int) -> IntArray:
        return self.ids[self.starts[number] : self.starts[number + 1]]


def tokenize(tokenizer: Tokenizer, texts: Sequence[str]) -> TokenLists:
    """Return the known tokens of every text."""
    encoded = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    lists = [np.asarray([token for token in encoding.ids if token], dtype=np.int64) for encoding in encoded]
    starts = np.cumsum([0, *(len(tokens) for tokens in lists)])
    return TokenLists(np.concatenate(lists) if lists else np.empty(0, np.int64), starts)


class PairSampler:
    """Draws (question-like tokens, passage tokens) pairs, never the same passage twice in a batch."""

    def __init__(
        self,
        passages: TokenLists,
        titles: TokenLists,
        questions: TokenLists,
        answers: IntArray,
        options: TrainingOptions,
    ) -> None:
        self._passages, self._titles, self._questions, self._answers = passages, titles, questions, answers
        self._options = options
        self._random = np.random.default_rng(options.seed)
        lengths = np.diff(passages.starts)
        self._long_enough = np.flatnonzero(lengths >= _LEAST_TOKENS)
        if len(self._long_enough) < _LEAST_PASSAGES:
            raise SourceError(
                f"training needs {_LEAST_PASSAGES} passages of {_LEAST_TOKENS} tokens, found {len(self._long_enough)}"
            )

    def batch(self) -> tuple[list[IntArray], list[IntArray]]:
        """Return one batch of left and right sides."""
        wanted = self._options.batch
        n_questions = min(int(wanted * self._options.question_share), len(self._questions))
        chosen: IntArray = self._random.choice(len(self._questions), n_questions, replace=False)
        seen: set[int] = set()
        left, right = [], []
        for question in chosen:
            passage = int(self._answers[question])
            if passage not in seen:
                seen.add(passage)
                left.append(self._thin(self._questions[question]))
                right.append(self._thin(self._passages[passage]))
        spans = min(wanted - len(left), len(self._long_enough))
        for passage in self._random.choice(self._long_enough, spans, replace=False):
            if int(passage) not in seen:
                seen.add(int(passage))
                question_side, passage_side = self._span_or_title(int(passage))
                left.append(self._thin(question_side))
                right.append(self._thin(passage_side))
        return left, right

    def _span_or_title(self, passage: int) -> tuple[IntArray, IntArray]:
        tokens = self._passages[passage]
        title = self._titles[passage]
        if len(title) and self._random.random() < 0.25:
            return title, tokens
        length = int(self._random.integers(4, max(5, min(30, len(tokens) // 2))))
        start = int(self._random.integers(0, len(tokens) - length + 1))
        rest = np.concatenate([tokens[:start], tokens[start + length :]])
        # One span in ten stays in its passage: exact words must go on counting.
        return tokens[start : start + length], tokens if self._random.random() < 0.1 else rest

    def _thin(self, tokens: IntArray) -> IntArray:
        kept = tokens[self._random.random(len(tokens)) >= self._options.token_dropout]
        return kept if len(kept) else tokens


def train(
    passages: TokenLists,
    titles: TokenLists,
    questions: TokenLists,
    answers: IntArray,
    n_tokens: int,
    options: TrainingOptions,
) -> NDArray[np.float32]:
    """Return the weights, (n_tokens, dimension) float32; row 0, the unknown token, is zero."""
    import torch

    torch.manual_seed(options.seed)
    torch.use_deterministic_algorithms(True)
    weights = torch.nn.Parameter(torch.from_numpy(_first_weights(passages, n_tokens, options)))
    optimizer = torch.optim.Adam([weights], lr=options.learning_rate, betas=(0.9, 0.99))
    sampler = PairSampler(passages, titles, questions, answers, options)
    began = time.monotonic()
    average = math.nan
    for step in range(options.steps):
        for group in optimizer.param_groups:
            group["lr"] = options.learning_rate * _schedule(step / options.steps)
        left, right = sampler.batch()
        similarity = _vectors(weights, left) @ _vectors(weights, right).T / options.temperature
        target = torch.arange(len(left))
        cross_entropy = torch.nn.functional.cross_entropy
        loss = (cross_entropy(similarity, target) + cross_entropy(similarity.T, target)) / 2
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        average = loss.item() if math.isnan(average) else 0.98 * average + 0.02 * loss.item()
        if (step + 1) % 100 == 0 or step + 1 == options.steps:
            rate = (step + 1) / (time.monotonic() - began)
            _say(f"step {step + 1}/{options.steps}, loss {average:.3f}, {rate:.1f} steps/s")
    trained: NDArray[np.float32] = weights.detach().numpy()
    trained[0] = 0.0
    return trained


def _schedule(progress: float) -> float:
    return min(progress / 0.05, (1.0 - progress) / 0.95) + 0.01


def _first_weights(passages: TokenLists, n_tokens: int, options: TrainingOptions) -> NDArray[np.float32]:
    """Return random directions as long as the token is rare (idf), so that training begins at word matching."""
    counts = np.zeros(n_tokens)
    for number in range(len(passages)):
        counts[np.unique(passages[number])] += 1
    idf = np.log((len(passages) + 1) / (counts + 1)) + 0.1
    directions = np.random.default_rng(options.seed).standard_normal((n_tokens, options.dimension))
    weights: NDArray[np.float32] = (directions * (idf / idf.max() / math.sqrt(options.dimension))[:, None]).astype(
        np.float32
    )
    weights[0] = 0.0
    return weights


def _vectors(weights: torch.Tensor, lists: list[IntArray]) -> torch.Tensor:
    import torch

    starts = np.cumsum([0, *(len(tokens) for tokens in lists[:-1])])
    summed = torch.nn.functional.embedding_bag(
        torch.from_numpy(np.concatenate(lists)), weights, torch.from_numpy(starts), mode="sum"
    )
    return torch.nn.functional.normalize(summed, dim=-1)


def build_model(folders: Sequence[Path], out: Path, options: TrainingOptions) -> None:
    """Read the texts, train, and write the model folder ``out``.

    Raises:
        SourceError: the texts cannot be read, or are too few.
    """
    texts = read_training_texts(list(folders))
    _say(
        f"{len(texts.passages)} passages, {len(texts.questions)} question-passage pairs, "
        f"{texts.held_out} questions held out"
    )
    vocabulary = choose_vocabulary([*texts.passages, *texts.titles, *texts.questions], options.vocabulary)
    tokenizer = build_tokenizer(vocabulary)
    passages, titles, questions = (
        tokenize(tokenizer, part) for part in (texts.passages, texts.titles, texts.questions)
    )
    _say(f"{len(vocabulary)} tokens known, {len(passages.ids)} tokens of text")
    answers = np.asarray(texts.answers, dtype=np.int64)
    weights = train(passages, titles, questions, answers, len(vocabulary) + 1, options)
    save_static_model(out, tokenizer, weights)
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    _say(f"{out}: {size / 1e6:.1f} MB")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code, 0 or that of the error."""
    defaults = TrainingOptions()
    parser = argparse.ArgumentParser(prog="python -m rag.models.train_static", description="Train a static embedding.")
    parser.add_argument("--texts", type=Path, nargs="+", action="extend", required=True, help="folders to learn from")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--seed", type=int, default=defaults.seed)
    parser.add_argument("--steps", type=int, default=defaults.steps, help="batches to train on")
    parser.add_argument("--batch", type=int, default=defaults.batch, help="pairs in a batch")
    parser.add_argument("--vocabulary", type=int, default=defaults.vocabulary, help="most tokens to know")
    parser.add_argument("--dimension", type=int, default=defaults.dimension, help="length of a vector")
    parser.add_argument("--learning-rate", type=float, default=defaults.learning_rate)
    parser.add_argument("--question-share", type=float, default=defaults.question_share, help="of a batch, 0 to 1")
    given = vars(parser.parse_args(arguments))
    folders, out = given.pop("texts"), given.pop("out")
    try:
        build_model(folders, out, TrainingOptions(**given))
    except PolicychatError as error:
        _say(str(error))
        return error.exit_code
    return 0


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)  # noqa: T201 - progress of a command


if __name__ == "__main__":
    raise SystemExit(main())
