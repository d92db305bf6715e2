"""The formula: what each signal of a candidate adds to its score.

Everything here works on arrays with an entry for each candidate; the parts stay visible in every hit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.settings import RetrievalSettings

Values = NDArray[np.float64]

_LONG_ENOUGH = 8
"""Characters of a question, without the words that ask, from which on a common run tells something."""

PARTS = (
    "bm25_word",
    "bm25_bigram",
    "dense",
    "tile",
    "document_tile",
    "heading",
    "place",
    "validity",
    "authority",
    "garble",
)


def score_parts(signals: Mapping[str, Values], settings: RetrievalSettings) -> dict[str, Values]:
    """Return the summands of the candidates' scores, by the names and in the order of ``PARTS``.

    ``signals``, each (n_candidates,): ``bm25_word`` and ``bm25_bigram``, together in 0..1; ``cosine`` in −1..1;
    ``uncovered`` in 0..0.5; ``tile``, ``document_tile`` and ``heading`` in 0..1; ``place`` in −1..1;
    ``lead_conflict``, ``superseded`` and ``second_hand``, 0 or 1; ``garbled`` in 0..1.
    """
    trust = settings.dense_weight + settings.uncovered_weight * signals["uncovered"]
    # What words and vectors may add at most: the priors are shares of it, or they would fade where vectors are trusted.
    most = 1.0 + trust
    place = signals["place"]
    return {
        "bm25_word": signals["bm25_word"],
        "bm25_bigram": signals["bm25_bigram"],
        "dense": trust * np.maximum(signals["cosine"], 0.0),
        "tile": settings.tile_weight * signals["tile"],
        "document_tile": settings.document_tile_weight * signals["document_tile"],
        "heading": settings.heading_weight * signals["heading"],
        "place": most
        * (
            settings.place_weight * (place == 1.0)
            - settings.wider_weight * np.where((place > 0.0) & (place < 1.0), 2.0 - 2.0 * place, 0.0)
            + settings.elsewhere_weight * np.minimum(place, 0.0)
            - settings.lead_weight * signals["lead_conflict"]
        ),
        "validity": 0.0 - most * settings.superseded_weight * signals["superseded"],
        "authority": 0.0 - most * settings.authority_weight * signals["second_hand"],
        "garble": 0.0 - most * settings.garbled_weight * signals["garbled"],
    }


def tile(question: str, text: str) -> float:
    """Return Σ (length of a matched run)² ÷ (length of the question)², in 0..1; runs of two characters or more.

    Greedy from the left, as in Greedy String Tiling (Wise, 1993) without its optimality: it rewards a passage that
    repeats a long piece of the question over one that has the same words scattered. A question of a few characters
    stands whole in many texts by chance, so the tile of a short one counts in proportion to its length.
    """
    return tiles(question, [text])[0]


def tiles(question: str, texts: Sequence[str]) -> list[float]:
    """Return the tile of each text."""
    length = len(question)
    share = min(1.0, length / _LONG_ENOUGH)
    pairs = [(start, question[start : start + 2]) for start in range(length - 1)]
    return [share * _tiled(question, pairs, text) / (length * length) if pairs else 0.0 for text in texts]


def _tiled(question: str, pairs: Sequence[tuple[int, str]], text: str) -> int:
    # Most pairs of most questions do not stand in a text: to look for them alone settles that.
    total = end = 0
    for start, pair in pairs:
        if start >= end and pair in text:
            end = start + 2
            while end < len(question) and question[start : end + 1] in text:
                end += 1
            total += (end - start) ** 2
    return total


def heading_match(weights: Mapping[str, float], heading: str) -> float:
    """Return the share, in 0..1 by weight, of the question's words that stand in a folded title with its headings."""
    total = sum(weights.values())
    if not total:
        return 0.0
    return sum(weight for word, weight in weights.items() if word in heading) / total
