"""The words that explain an evaluation to people who are no engineers, in the report and on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.evaluation.answer_comparison import AnswerComparison
    from rag.evaluation.comparison import Comparison

_CHANCE = 0.05
"""A difference that chance alone makes in less than one of twenty comparisons is usually taken as real."""

CAPTIONS_OF_KINDS = "How many questions of each kind there are stands in brackets; of few questions one more or less moves the bar a lot."

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

ANSWER_FIGURES = {
    "right": "share of questions whose answer is as it must be: status, content and source",
    "rouge_l": "how far the answer proper and the known one share their characters in order, 0 to 1; a refusal counts 0",
    "char_f1": "the same without regard to the order of the characters",
    "answer_contained": "share of questions where the known answer stands word for word in the quotes; a refusal counts 0",
    "drafted": "the same figures with the threshold at 0: what extraction could show if it never refused",
    "citation_precision": "share of the cited documents that do answer the question, over answers that cite",
    "citation_recall": "share of the documents that answer a question that its answer cites; a refusal counts 0",
    "false_answer_rate": "share of the questions that nothing answers that were answered all the same; the lower the better",
    "false_refusal_rate": "share of the questions with an answer that were refused; the lower the better",
    "auroc": "how often a question with an answer has a higher confidence than one without, 0.5 for chance, 1 for always",
    "coverage_at_5_percent": "share of the questions with an answer that would be answered if 5 % of the others were allowed to be",
    "calibration_error": "how far the confidence is from the share that came true, on average; 0 if it can be taken at its word",
    "quotes_that_differ": "quotes that are not, word for word, what the stored document holds; must be 0",
    "unsupported_figures": "numbers, dates and amounts in a statement that stand in none of its quotes; must be 0",
}
"""What each figure of answers says; the higher the better where nothing else is said."""

ANSWER_CAPTIONS = {
    "risk": (
        "From left to right the threshold falls and more is answered. The line shows which share of what is answered is wrong; "
        "the cross marks the threshold of the settings."
    ),
    "confidence": (
        "The further apart the two heaps, the better the confidence tells what can be answered. Where they lie on each other, no "
        "threshold helps."
    ),
    "calibration": (
        "Of the questions with a confidence of 0.8, 80 % should have an answer: the nearer to the dashed line, the more the number "
        "means what it says. It holds for sets with as many questions without an answer as this one."
    ),
    "kinds": CAPTIONS_OF_KINDS,
}

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
    "kinds": CAPTIONS_OF_KINDS,
}


def verdict(comparison: Comparison) -> str:
    """Return in one sentence what changed between two evaluations and whether it may be chance."""
    step = comparison.ndcg_after - comparison.ndcg_before
    changed = f"{len(comparison.better)} questions better, {len(comparison.worse)} worse"
    if not step:
        return f"nDCG@10 is unchanged; {changed}."
    chance = "may well be chance" if comparison.p_value > _CHANCE else "is hardly chance"
    return f"nDCG@10 {step:+.4f}; {changed}; p = {comparison.p_value:.3f}, so this {chance}."


def answers_verdict(comparison: AnswerComparison) -> str:
    """Return in one sentence what changed between two evaluations of answers and whether it may be chance."""
    step = comparison.right_after - comparison.right_before
    changed = f"{len(comparison.better)} questions are right now, {len(comparison.worse)} are no longer"
    if not comparison.better and not comparison.worse:
        return "The same questions are right."
    chance = "may well be chance" if comparison.p_value > _CHANCE else "is hardly chance"
    return f"Right answers {step:+.1%}; {changed}; p = {comparison.p_value:.3f}, so this {chance}."


def rank_text(rank: int | None) -> str:
    """Return a rank as people read it."""
    return "not found" if rank is None else str(rank)
