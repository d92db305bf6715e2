"""Ranking metrics over binary or graded relevance.

nDCG: Järvelin & Kekäläinen, "Cumulated gain-based evaluation of IR techniques", 2002, with gain = grade and
discount log2(rank + 1), as trec_eval and MTEB compute it. Every figure is the mean over all questions that have at
least one relevant document; a question without any hit counts 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence


def ndcg(ranked: Sequence[str], relevant: Mapping[str, int], k: int) -> float:
    """Return nDCG@k in 0..1."""
    gains = [relevant.get(document, 0) / math.log2(rank + 1) for rank, document in enumerate(ranked[:k], start=1)]
    ideal = sorted(relevant.values(), reverse=True)[:k]
    best = sum(grade / math.log2(rank + 1) for rank, grade in enumerate(ideal, start=1))
    return sum(gains) / best if best else 0.0


def recall(ranked: Sequence[str], relevant: Mapping[str, int], k: int) -> float:
    """Return the share of the relevant documents among the first k, in 0..1."""
    wanted = {document for document, grade in relevant.items() if grade > 0}
    return len(wanted & set(ranked[:k])) / len(wanted) if wanted else 0.0


def reciprocal_rank(ranked: Sequence[str], relevant: Mapping[str, int], k: int) -> float:
    """Return 1 ÷ rank of the first relevant document among the first k, 0 if none is there."""
    return next((1 / rank for rank, document in enumerate(ranked[:k], start=1) if relevant.get(document, 0) > 0), 0.0)


def summary(rankings: Sequence[tuple[Sequence[str], Mapping[str, int]]]) -> dict[str, float]:
    """Return the figures of the public interface over (ranking, relevant documents) pairs."""
    count = len(rankings) or 1
    return {
        "ndcg@10": sum(ndcg(ranked, relevant, 10) for ranked, relevant in rankings) / count,
        "recall@10": sum(recall(ranked, relevant, 10) for ranked, relevant in rankings) / count,
        "recall@100": sum(recall(ranked, relevant, 100) for ranked, relevant in rankings) / count,
        "hit@1": sum(recall(ranked[:1], relevant, 1) > 0 for ranked, relevant in rankings) / count,
        "mrr@10": sum(reciprocal_rank(ranked, relevant, 10) for ranked, relevant in rankings) / count,
    }


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least ``share`` of the values do not exceed; 0 for no values."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)] if ordered else 0.0
