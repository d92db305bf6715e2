"""Ranking metrics over binary or graded relevance: the edge to ``ir_measures``, which calls trec_eval.

``ndcg@k``: Järvelin & Kekäläinen, "Cumulated gain-based evaluation of IR techniques", 2002, with gain = grade and
discount log2(rank + 1), as trec_eval and MTEB compute it. ``recall@k``: share of the relevant items among the first
k. ``hit@k``: 1 if a relevant item is among them. ``mrr@k``: 1 ÷ rank of the first relevant item, 0 below rank k. All
are in 0..1, the more the better. A figure of several questions is the mean over all of them; a question without any
hit counts 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ir_measures import Measure

Judged = tuple[Sequence[str], Mapping[str, int]]
"""A ranking, best first and without repetitions, and the grades of the relevant items."""

SUMMARY = ("ndcg@10", "recall@10", "recall@100", "hit@1", "mrr@10")
"""The figures of the public interface."""


def measured(rankings: Sequence[Judged], names: Sequence[str] = SUMMARY) -> list[dict[str, float]]:
    """Return the named figures of each ranking, in the order of the rankings."""
    import ir_measures

    found = [dict.fromkeys(names, 0.0) for _ in rankings]
    if not rankings:
        return found
    measures = {_measure(name): name for name in names}
    # trec_eval orders by score alone and knows no ranks; scores that fall by one keep our order, also among ties.
    run = {
        str(n): {item: float(len(ranked) - place) for place, item in enumerate(ranked)}
        for n, (ranked, _) in enumerate(rankings)
    }
    grades = {str(n): dict(relevant) for n, (_, relevant) in enumerate(rankings)}
    for metric in ir_measures.iter_calc(list(measures), grades, run):
        found[int(metric.query_id)][measures[metric.measure]] = float(metric.value)
    return found


def summary(rankings: Sequence[Judged], names: Sequence[str] = SUMMARY) -> dict[str, float]:
    """Return the means of the named figures; zeros where there are no rankings."""
    values = measured(rankings, names)
    return {name: fmean(each[name] for each in values) if values else 0.0 for name in names}


def recall_curve(rankings: Sequence[Judged], depth: int) -> list[float]:
    """Return (depth,) mean recall among the first 1, 2, … ``depth``."""
    names = [f"recall@{k}" for k in range(1, depth + 1)]
    means = summary(rankings, names)
    return [means[name] for name in names]


def first_rank(ranked: Sequence[str], relevant: Mapping[str, int]) -> int | None:
    """Return the rank, from 1, of the first relevant item, or None if there is none."""
    return next((rank for rank, item in enumerate(ranked, start=1) if relevant.get(item, 0) > 0), None)


def median_rank(ranks: Sequence[int | None]) -> float | None:
    """Return the middle of the first relevant ranks; None where half of the questions or more found nothing."""
    middle = percentile([math.inf if rank is None else float(rank) for rank in ranks], 0.5)
    return middle if ranks and math.isfinite(middle) else None


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least ``share`` of the values do not exceed; 0 for no values."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)] if ordered else 0.0


def _measure(name: str) -> Measure:
    from ir_measures import RR, R, Success, nDCG

    kind, cutoff = name.split("@")
    measures = {"ndcg": nDCG, "recall": R, "hit": Success, "mrr": RR}
    return measures[kind] @ int(cutoff)
