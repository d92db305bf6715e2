"""Measure ranking side by side, in one run: ways it is often built, and ours.

    python -m tests.benchmarks.retrieval [SET] [--documents DIR]… [--questions N] [--markdown]

SET is a folder in BEIR form, or questions of our own (a YAML file or a folder of them) over the folders named by
``--documents``; without one, our own questions over ``corpus/``. Everybody searches the same pieces, our chunks, with
the same embedding model, and gets the completed text of a follow-up; the place chosen on the page is a word of the
question for those who know no places. Quality is that of the first 300 pieces, time that of asking for ten, on a warm
index. Read the ratios, not the milliseconds: machines differ and are noisy. This is no test and asserts nothing.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ingest.question_set import build_from_question_set
from ingest.run import no_progress
from rag.conversation import standalone
from rag.domain import Question
from rag.embedding import open_embedding
from rag.evaluation.beir import read_beir
from rag.evaluation.judged import JudgedQuestion, JudgedSet, judged_beir, judged_passages
from rag.evaluation.metrics import Judged, percentile, summary
from rag.evaluation.stages import Passages, documents_by, passage_name
from rag.generations import Generation
from rag.ports import Embedding
from rag.regions import Gazetteer
from rag.retrieval import HybridRetriever, RankedChunks
from rag.settings import Settings
from tests.benchmarks.retrieval_peers import Method, peers
from ui.evaluation_run import is_own_set, open_own_documents, read_own_questions

ROOT = Path(__file__).resolve().parents[2]
_DEPTH = 300
_SHOWN = 10
_FIGURES = ("ndcg@10", "hit@1", "recall@100")


@dataclass(frozen=True)
class Task:
    """Questions with what answers them, over an index."""

    judged: JudgedSet
    generation: Generation


@dataclass(frozen=True)
class Row:
    """What one method reached."""

    name: str
    figures: dict[str, float]
    p50_ms: float
    p95_ms: float


class Ours:
    """Our ranking, all parts."""

    name = "policychat"

    def __init__(self, generation: Generation, embedding: Embedding, gazetteer: Gazetteer, settings: Settings) -> None:
        self._retriever = HybridRetriever(generation, embedding, gazetteer, settings.retrieval)

    def asked(self, question: Question, count: int) -> list[int]:
        """Return the positions of up to ``count`` chunks, best first."""
        ranking = self._retriever.rank(self._retriever.understand(question), min(count, _SHOWN))
        return [int(position) for position in ranking.ranked.chunks[:count]]


def open_task(
    place: Path, questions: Path, documents: Sequence[Path], settings: Settings, embedding: Embedding
) -> Task:
    """Build the index of a set."""
    if is_own_set(questions):
        read = read_own_questions(questions)
        generation = open_own_documents(documents, settings, embedding, place, no_progress)
        return Task(judged_passages(questions.stem, read, generation.library.documents()), generation)
    beir = read_beir(questions)
    return Task(judged_beir(beir), build_from_question_set(beir, settings, embedding, place, no_progress))


class Judge:
    """Tells what a list of pieces is worth for a question."""

    def __init__(self, task: Task) -> None:
        library = task.generation.library
        self._library = library
        self._document_of = np.asarray(library.document_of_chunk, dtype=np.int64)
        self._sources = [str(source) for source in library.facts("source")]
        self._by_passage = task.judged.by_passage

    def judged(self, asked: JudgedQuestion, positions: Sequence[int]) -> Judged:
        """Return the ranking at the level that the set judges, with the grades."""
        at = np.asarray(positions, dtype=np.int64)
        ranked = RankedChunks(at, self._document_of[at], -np.arange(len(at), dtype=np.float64), {})
        if not self._by_passage:
            return documents_by(ranked, None, self._sources), asked.documents
        chunks = zip((self._sources[n] for n in ranked.documents), self._library.chunks_at(positions), strict=True)
        passages = Passages(asked.passages, dict(zip(positions, chunks, strict=True)))
        return passages.ranking(ranked, None), {passage_name(span): span.grade for span in asked.passages}


def measure(task: Task, settings: Settings, embedding: Embedding) -> list[Row]:
    """Ask every method every question; ours is the first row."""
    gazetteer = Gazetteer.load(extra=task.generation.manifest.places)
    judge = Judge(task)
    questions = [(asked, standalone(asked.question, gazetteer)) for asked in task.judged.questions]
    with peers(task.generation, embedding, whole_documents=not task.judged.by_passage) as others:
        methods: list[Method] = [Ours(task.generation, embedding, gazetteer, settings), *others]
        return [_row(method, judge, questions) for method in methods]


def _row(method: Method, judge: Judge, questions: Sequence[tuple[JudgedQuestion, Question]]) -> Row:
    rankings, times = [], []
    for asked, question in questions:
        rankings.append(judge.judged(asked, method.asked(question, _DEPTH)))  # and warm for the clock
        began = time.perf_counter()
        method.asked(question, _SHOWN)
        times.append(1000 * (time.perf_counter() - began))
    return Row(method.name, summary(rankings, _FIGURES), percentile(times, 0.5), percentile(times, 0.95))


def table(task: Task, rows: Sequence[Row], *, markdown: bool) -> str:
    """Return a line for each method: quality, and its time beside ours."""
    info = task.generation.manifest
    level = "passages" if task.judged.by_passage else "documents"
    counted = f"{len(task.judged.questions)} questions, {info.documents} documents, {info.chunks} chunks, right {level}"
    head = (f"{task.judged.name}: {counted}", *_FIGURES, "p50 ms", "p95 ms", "p50, × ours", "p95, × ours")
    cells = [
        (
            row.name,
            *(f"{row.figures[name]:.3f}" for name in _FIGURES),
            f"{row.p50_ms:.2f}",
            f"{row.p95_ms:.2f}",
            f"{row.p50_ms / rows[0].p50_ms:.2f}",
            f"{row.p95_ms / rows[0].p95_ms:.2f}",
        )
        for row in rows
    ]
    if markdown:
        lines = [head, ("---",) * len(head), *cells]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
    lines = [("method", *head[1:]), *cells]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    aligned = ["  ".join(map(str.rjust, line[1:], widths[1:])) for line in lines]
    return (
        "\n".join(
            [head[0], *(f"{line[0].ljust(widths[0])}  {rest}" for line, rest in zip(lines, aligned, strict=True))]
        )
        + "\n"
    )


def main() -> None:
    """Run the benchmark that the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", nargs="?", type=Path, default=ROOT / "tests/questions/retrieval")
    parser.add_argument("--documents", type=Path, action="append", help="folder that answers questions of our own")
    parser.add_argument("--questions", type=int, help="ask this many, always the same ones")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    chosen = parser.parse_args()
    settings = Settings()
    embedding = open_embedding(settings.embedding)
    with tempfile.TemporaryDirectory(prefix="policychat-") as place:
        task = open_task(Path(place) / "data", chosen.set, chosen.documents or [ROOT / "corpus"], settings, embedding)
        if chosen.questions is not None:
            task = replace(task, judged=task.judged.sampled(chosen.questions))
        rows = measure(task, settings, embedding)
        sys.stdout.write(table(task, rows, markdown=chosen.markdown))
        task.generation.close()


if __name__ == "__main__":
    main()
