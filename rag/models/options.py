"""What decides the weights of a static embedding, beside the texts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PretrainingOptions:
    """The first stage: passages alone, with the titles and spans that belong to them."""

    vocabulary: int = 80_000
    dimension: int = 256
    steps: int = 500
    batch: int = 512
    learning_rate: float = 0.002
    temperature: float = 0.05
    token_dropout: float = 0.2


@dataclass(frozen=True)
class FinetuningOptions:
    """The second stage: questions, the passages that answer them, and passages that nearly do."""

    steps: int = 80
    batch: int = 256
    """Questions of each corpus in a step, at most."""
    learning_rate: float = 0.001
    temperature: float = 0.05
    token_dropout: float = 0.3
    hard_negatives: int = 3
    """For each question in a step."""
    pool: int = 50
    """Wrong passages of each ranking (BM25, the pre-trained model) from which they are drawn."""
