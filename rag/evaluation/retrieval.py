"""Evaluate a generation's ranking on a question set, stage by stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rag.domain import Hit, Question
from rag.evaluation.beir import BeirSet
from rag.evaluation.metrics import percentile, summary
from rag.retrieval import HybridRetriever

STAGES: Mapping[str, tuple[str, ...]] = {
    "bm25": ("bm25_word", "bm25_bigram"),
    "dense": ("dense",),
    "fused": ("bm25_word", "bm25_bigram", "dense"),
    "reranked": ("bm25_word", "bm25_bigram", "dense", "tile", "heading", "place", "validity"),
}
"""The parts of a hit's score that each stage adds up."""
_DEPTH = 100


@dataclass(frozen=True, slots=True)
class RetrievalEvaluation:
    """The figures of one run; ``rankings`` are the whole pipeline's documents for each question."""

    figures: dict[str, float]
    by_stage: dict[str, dict[str, float]]
    latency_ms: dict[str, float]
    rankings: dict[str, list[str]]

    def to_json(self, documents: int, chunks: int, build_s: float) -> dict[str, Any]:
        """Return what ``evaluate retrieval --json`` prints."""
        return {
            "queries": len(self.rankings),
            "documents": documents,
            "chunks": chunks,
            **_rounded(self.figures, 4),
            "build_s": round(build_s, 1),
            "latency_ms": _rounded(self.latency_ms, 2),
            "by_stage": {stage: _rounded(figures, 4) for stage, figures in self.by_stage.items()},
        }


def evaluate_retrieval(
    retriever: HybridRetriever, questions: BeirSet, progress: Callable[[str, int, int], None]
) -> RetrievalEvaluation:
    """Rank every question of the set and return the figures; the documents' sources must be the set's ids."""
    by_stage: dict[str, list[tuple[Sequence[str], Mapping[str, int]]]] = {stage: [] for stage in STAGES}
    latencies, rankings = [], {}
    for n, (question_id, text) in enumerate(questions.questions.items(), start=1):
        began = time.perf_counter()
        understood = retriever.understand(Question(text))
        hits = retriever.rank(understood, 10**6).hits
        latencies.append(1000 * (time.perf_counter() - began))
        relevant = questions.relevant[question_id]
        for stage, parts in STAGES.items():
            by_stage[stage].append((documents_by(hits, parts), relevant))
        rankings[question_id] = list(by_stage["reranked"][-1][0])
        progress("evaluate", n, len(questions.questions))
    stages = {stage: summary(pairs) for stage, pairs in by_stage.items()}
    latency = {"p50": percentile(latencies, 0.5), "p95": percentile(latencies, 0.95)}
    return RetrievalEvaluation(stages["reranked"], stages, latency, rankings)


def documents_by(hits: Sequence[Hit], parts: Sequence[str]) -> list[str]:
    """Return the sources of the hits' documents ordered by the sum of some parts of their best chunk."""
    best: dict[str, float] = {}
    for hit in hits:
        score = sum(hit.parts[part] for part in parts)
        best[hit.document.source] = max(score, best.get(hit.document.source, -1e9))
    return sorted(best, key=lambda source: -best[source])[:_DEPTH]


def _rounded(values: Mapping[str, float], digits: int) -> dict[str, float]:
    return {name: round(value, digits) for name, value in values.items()}
