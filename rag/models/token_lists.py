"""Texts as lists of token numbers, and the vectors that rows of weights give them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.ports import FloatArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class TokenLists:
    """Many lists of token ids behind one another: list ``i`` is ``ids[starts[i]:starts[i + 1]]``."""

    ids: IntArray
    starts: IntArray

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, number: int) -> IntArray:
        return self.ids[self.starts[number] : self.starts[number + 1]]

    def part(self, first: int, end: int) -> TokenLists:
        """Return lists ``first`` to ``end``, the end left out."""
        bounds = self.starts[first : end + 1]
        return TokenLists(self.ids[bounds[0] : bounds[-1]], bounds - bounds[0])


def gathered(lists: Sequence[IntArray]) -> TokenLists:
    """Return the lists behind one another."""
    starts = np.cumsum([0, *(len(tokens) for tokens in lists)])
    return TokenLists(np.concatenate(lists) if lists else np.empty(0, np.int64), starts)


def tokenize(tokenizer: Tokenizer, texts: Sequence[str]) -> TokenLists:
    """Return the known tokens of every text; token 0, the unknown one, is left out."""
    encoded = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    return gathered([np.asarray([token for token in encoding.ids if token], dtype=np.int64) for encoding in encoded])


def number_terms(texts: Iterable[Sequence[str]], numbers: dict[str, int]) -> TokenLists:
    """Return the terms of every text as numbers; a term that ``numbers`` does not hold gets the next one there."""
    return gathered(
        [np.asarray([numbers.setdefault(term, len(numbers)) for term in terms], dtype=np.int64) for terms in texts]
    )


def document_frequency(lists: TokenLists, n_tokens: int) -> IntArray:
    """Return in how many lists each token stands, (n_tokens,)."""
    owners = np.repeat(np.arange(len(lists)), np.diff(lists.starts))
    pairs = np.unique(owners * n_tokens + lists.ids)
    return np.bincount(pairs % n_tokens, minlength=n_tokens)


def vectors(weights: FloatArray, lists: TokenLists) -> FloatArray:
    """Return the scaled sum of each list's rows, (n_lists, dimension) float32; an empty list gives a zero row."""
    import torch

    functional = torch.nn.functional
    # Gathering and adding in one pass over memory is some twenty times faster than numpy's two.
    with torch.no_grad():
        summed = functional.embedding_bag(
            torch.from_numpy(lists.ids), torch.from_numpy(weights), torch.from_numpy(lists.starts[:-1]), mode="sum"
        )
        scaled: FloatArray = functional.normalize(summed, dim=-1).numpy()
    return scaled
