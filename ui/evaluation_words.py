"""The words that explain an evaluation to people who are no engineers, in the report and on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.evaluation.comparison import Comparison

_CHANCE = 0.05
"""A difference that chance alone makes in less than one of twenty comparisons is usually taken as real."""

FIGURES = {
    "ndcg@10": "quality of the first ten as a whole, 0 to 1: 1 if everything right stands at the top, less the further down it stands",
    "hit@1": "share of questions whose first hit is right",
    "mrr@10": "1 ÷ rank of the first right hit, on average: 1 for the first place, ½ for the second; 0 below the tenth",
    "recall@10": "share of everything right that is among the first ten",
    "recall@100": "share of everything right that is among the first hundred; what is missing here, no later step can bring back",
    "median rank": "half of the questions have their first right hit at this rank or above",
    "not found": "questions for which nothing right is among the first hundred",
    "right place first": "of the questions that name or choose a place: share whose first hit is of the place whose rule answers them",
    "p50, p95, p99": "50, 95 and 99 of 100 questions took no longer than this",
}
"""What each figure says; the higher the better, but for ranks, counts and times."""

STAGE_WORDS = {
    "bm25": "matching words",
    "dense": "similar meaning, by the embedding model",
    "fused": "words and meaning",
    "reranked": "everything, as users get it",
}

CAPTIONS = {
    "recall": (
        "How much of what is right has been found once the first k are looked at. A line further up is better; where all "
        "lines meet, only the order differs."
    ),
    "scores": (
        "The further apart the two heaps, the better the score tells whether the first hit can be trusted. Where they lie on "
        "each other, it cannot."
    ),
    "latency": "One question at a time on a warm index. Times depend on the machine: compare them on the same one only.",
    "kinds": "How many questions of each kind there are stands in brackets; of few questions one more or less moves the bar a lot.",
}


def verdict(comparison: Comparison) -> str:
    """Return in one sentence what changed between two evaluations and whether it may be chance."""
    step = comparison.ndcg_after - comparison.ndcg_before
    changed = f"{len(comparison.better)} questions better, {len(comparison.worse)} worse"
    if not step:
        return f"nDCG@10 is unchanged; {changed}."
    chance = "may well be chance" if comparison.p_value > _CHANCE else "is hardly chance"
    return f"nDCG@10 {step:+.4f}; {changed}; p = {comparison.p_value:.3f}, so this {chance}."


def rank_text(rank: int | None) -> str:
    """Return a rank as people read it."""
    return "not found" if rank is None else str(rank)
