"""First weights of a static embedding: word matching, with a little of what stands near what."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.models.token_lists import IntArray, TokenLists, document_frequency

if TYPE_CHECKING:
    import torch

_NEAR = 0.03
"""Share of the first weights' energy that says which tokens share passages; the rest tells tokens apart."""
_ROUNDS = 3
_SPARE = 16


def first_weights(passages: TokenLists, n_tokens: int, dimension: int, seed: int) -> NDArray[np.float32]:
    """Return (n_tokens, dimension) float32: random directions as long as a token is rare (idf), plus latent semantics.

    Training so begins at word matching. The smaller part are the right singular vectors of the weighted
    token-passage matrix (latent semantic analysis, Deerwester et al. 1990), by the randomised method of Halko,
    Martinsson & Tropp 2011, section 4.5; a matrix with fewer of them than dimensions leaves the others random.
    """
    random = np.random.default_rng(seed)
    frequency = document_frequency(passages, n_tokens)
    idf = np.log((len(passages) + 1) / (frequency + 1)) + 0.1
    weights = random.standard_normal((n_tokens, dimension)) * (idf / idf.max() / math.sqrt(dimension))[:, None]
    near = _right_singular_vectors(passages, idf, dimension, random) * idf[:, None]
    near /= np.linalg.norm(near, axis=0).clip(1e-9)
    near *= np.linalg.norm(weights) / np.linalg.norm(near)
    mixed: NDArray[np.float32] = (math.sqrt(1 - _NEAR) * weights + math.sqrt(_NEAR) * near).astype(np.float32)
    mixed[0] = 0.0
    return mixed


def _right_singular_vectors(
    passages: TokenLists, idf: NDArray[np.float64], dimension: int, random: np.random.Generator
) -> NDArray[np.float32]:
    """Return (n_tokens, dimension), the strongest first; missing ones are zero."""
    import torch

    n_tokens = len(idf)
    owners = np.repeat(np.arange(len(passages)), np.diff(passages.starts))
    pairs, counts = np.unique(owners * n_tokens + passages.ids, return_counts=True)
    rows, columns = pairs // n_tokens, pairs % n_tokens
    values = np.log1p(counts) * idf[columns]
    values /= np.sqrt(np.bincount(rows, values**2, minlength=len(passages)))[rows]
    matrix = _Sparse(rows, columns, values, len(passages))
    transposed = _Sparse(columns, rows, values, n_tokens)
    width = min(dimension + _SPARE, n_tokens, len(passages))
    found = matrix.times(torch.from_numpy(random.standard_normal((n_tokens, width)).astype(np.float32)))
    for _ in range(_ROUNDS):
        basis = torch.linalg.qr(transposed.times(torch.linalg.qr(found)[0]))[0]
        found = matrix.times(basis)
    _, strengths, directions = torch.linalg.svd(found, full_matrices=False)
    kept = min(dimension, width)
    vectors = np.zeros((n_tokens, dimension), dtype=np.float32)
    vectors[:, :kept] = ((basis @ directions.T) * (strengths > 1e-6 * strengths[0]))[:, :kept].numpy()
    return vectors


class _Sparse:
    """A sparse matrix that multiplies dense ones; entries are given by row, column and value."""

    def __init__(self, rows: IntArray, columns: IntArray, values: NDArray[np.float64], n_rows: int) -> None:
        import torch

        order = np.lexsort((columns, rows))
        self._columns = torch.from_numpy(columns[order])
        self._values = torch.from_numpy(values[order].astype(np.float32))
        self._starts = torch.from_numpy(np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=n_rows))[:-1]]))

    def times(self, dense: torch.Tensor) -> torch.Tensor:
        import torch

        return torch.nn.functional.embedding_bag(
            # Decompositions return their matrices by columns, from which gathering rows is many times slower.
            self._columns,
            dense.contiguous(),
            self._starts,
            mode="sum",
            per_sample_weights=self._values,
        )
