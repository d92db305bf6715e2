"""Texts and questions made ready for fine-tuning: once, and used by every fold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.models.bm25_scores import Bm25Scores
from rag.models.folds import folds_by_passage
from rag.models.hard_negatives import hard_negatives
from rag.models.options import FinetuningOptions
from rag.models.pairs import QuestionSampler
from rag.models.token_lists import TokenLists, tokenize
from rag.models.training_texts import Corpus, TrainingTexts
from rag.ports import FloatArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer


class CorpusTraining:
    """The tokens, folds and hard negatives of one corpus; passages are numbered within it."""

    def __init__(
        self, texts: TrainingTexts, corpus: Corpus, tokenizer: Tokenizer, weights: FloatArray, pool: int
    ) -> None:
        """Tokenize, cut into folds, and mine ``pool`` wrong passages by each ranking with the given weights."""
        self.name = corpus.name
        self.questions = corpus.questions
        self.answers = [[place - corpus.first for place in question.answers] for question in corpus.questions]
        self.folds = folds_by_passage(self.answers)
        asked = [question.text for question in corpus.questions]
        whole = texts.whole(corpus)
        self.passages, self.question_tokens = tokenize(tokenizer, whole), tokenize(tokenizer, asked)
        self.bm25 = Bm25Scores(whole)
        self.negatives = hard_negatives(
            asked, self.question_tokens, self.answers, self.bm25, self.passages, weights, pool
        )

    def sampler(self, fold: int | None, options: FinetuningOptions, seed: int) -> QuestionSampler:
        """Return a sampler of the questions outside ``fold``, of all questions for None."""
        chosen = [int(number) for number in np.flatnonzero(self.folds != fold)] if fold is not None else None
        numbers = range(len(self.questions)) if chosen is None else chosen
        return QuestionSampler(
            {number: (self.question_tokens[number], self.answers[number]) for number in numbers},
            self.passages,
            {number: self.negatives[number] for number in numbers},
            options.batch,
            options.hard_negatives,
            options.token_dropout,
            seed,
        )


@dataclass(frozen=True)
class Training:
    """Everything that fine-tuning draws from."""

    passages: TokenLists
    titles: TokenLists
    chances: NDArray[np.float64]
    """How often a passage's spans are drawn, (n_passages,): a corpus as often as the root of its size says, so that a
    small one is not lost among large ones."""
    corpora: tuple[CorpusTraining, ...]

    @classmethod
    def prepared(cls, texts: TrainingTexts, tokenizer: Tokenizer, weights: FloatArray, pool: int) -> Training:
        """Return the texts as tokens, and the corpora that have questions with hard negatives by these weights."""
        corpora = tuple(CorpusTraining(texts, corpus, tokenizer, weights, pool) for corpus in texts.asked)
        chances = np.concatenate([np.full(size, size**-0.5) for size in (own.end - own.first for own in texts.corpora)])
        return cls(tokenize(tokenizer, texts.passages), tokenize(tokenizer, texts.titles), chances, corpora)
