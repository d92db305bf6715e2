"""Measure ranking side by side, in one run: ways it is often built, and ours.

    python -m tests.benchmarks.retrieval [BEIR folder] [--documents N] [--questions N]

Without a folder, our own questions over ``corpus/`` are asked. Times are of one question on a warm index; read the
ratios, not the milliseconds: machines differ and are noisy. This is no test and asserts nothing.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import bm25s
import numpy as np
import yaml

from ingest.pipeline import ingest, no_progress
from ingest.question_set import build_from_question_set
from rag.domain import Question
from rag.embedding import open_embedding
from rag.evaluation.beir import BeirDocument, BeirSet, read_beir
from rag.evaluation.metrics import percentile, summary
from rag.evaluation.retrieval import STAGES, documents_by
from rag.generations import DataLayout, Generation, published_id
from rag.regions import Gazetteer
from rag.retrieval import HybridRetriever
from rag.settings import PathSettings, Settings

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Task:
    """Questions with the sources that answer them, over an index."""

    name: str
    generation: Generation
    questions: Sequence[tuple[Question, dict[str, int]]]


@dataclass(frozen=True)
class FewerDocuments(BeirSet):
    """The first ``limit`` documents of a set, and every one that answers one of its questions."""

    limit: int = 0

    def documents(self) -> Iterator[BeirDocument]:
        """Yield the documents that are kept, in order."""
        needed = {document for relevant in self.relevant.values() for document in relevant}
        for n, document in enumerate(BeirSet.documents(self)):
            if n < self.limit or document.document_id in needed:
                yield document


def own_task(settings: Settings, folder: Path) -> Task:
    """Ingest ``corpus/`` and take our own questions that have one source."""
    settings = settings.model_copy(update={"paths": PathSettings(data=folder)})
    ingest([ROOT / "corpus"], settings, lambda: open_embedding(settings.embedding))
    layout = DataLayout(folder)
    generation = Generation(layout.generation(str(published_id(layout))))
    entries = yaml.safe_load((ROOT / "tests/questions/corpus.yaml").read_text(encoding="utf-8"))
    questions = [
        (Question(entry["question"], entry.get("region")), {entry["expect"]["source"]: 1})
        for entry in entries
        if entry["expect"].get("source")
    ]
    return Task("our own questions over corpus/", generation, questions)


def beir_task(settings: Settings, folder: Path, place: Path, documents: int, questions: int) -> Task:
    """Build an index of part of a BEIR set."""
    whole = read_beir(place)
    chosen = dict(list(whole.questions.items())[:questions])
    relevant = {question: whole.relevant[question] for question in chosen}
    part = FewerDocuments(place, chosen, relevant, documents)
    generation = build_from_question_set(part, settings, open_embedding(settings.embedding), folder, no_progress)
    asked = [(Question(text), dict(part.relevant[question])) for question, text in chosen.items()]
    return Task(f"{place.name}, {len(asked)} questions", generation, asked)


def whitespace_bm25(generation: Generation) -> Callable[[Question], list[str]]:
    """BM25 over words as white space parts them, as retrievers made for English do."""
    documents = generation.library.documents()
    index = bm25s.BM25()
    index.index([f"{d.title} {d.text}".split() for d in documents], show_progress=False)

    def ranked(question: Question) -> list[str]:
        known = [word for word in question.text.split() if word in index.vocab_dict]
        if not known:
            return []
        order = np.argsort(-index.get_scores(known))[:100]
        return [documents[int(n)].source for n in order]

    return ranked


def chroma_alone(generation: Generation, settings: Settings) -> Callable[[Question], list[str]]:
    """The vector store's own neighbours with the configured model, nothing else."""
    embedding = open_embedding(settings.embedding)
    library = generation.library

    def ranked(question: Question) -> list[str]:
        near = generation.vectors.nearest(embedding.embed_query(question.text), 100)
        sources = (library.document(library.chunk(chunk_id).document_id).source for chunk_id, _ in near)
        return list(dict.fromkeys(sources))

    return ranked


def ours(generation: Generation, settings: Settings) -> Callable[[Question], list[str]]:
    """Our ranking, all parts."""
    places = generation.manifest.places
    retriever = HybridRetriever(
        generation, open_embedding(settings.embedding), Gazetteer.load(extra=places), settings.retrieval
    )

    def ranked(question: Question) -> list[str]:
        hits = retriever.rank(retriever.understand(question), 10**6).hits
        return documents_by(hits, STAGES["reranked"])

    return ranked


def report(task: Task, settings: Settings) -> None:
    """Print one line per method: quality, and its time as a multiple of ours."""
    methods = {
        "policychat": ours(task.generation, settings),
        "BM25, white space": whitespace_bm25(task.generation),
        "Chroma alone": chroma_alone(task.generation, settings),
    }
    sys.stdout.write(f"{task.name}: {len(task.generation.library.document_ids)} documents\n")
    sys.stdout.write(
        f"{'method':20} {'nDCG@10':>8} {'hit@1':>6} {'R@100':>6} {'p50 ms':>7} {'p95 ms':>7} {'× ours':>7}\n"
    )
    base = 0.0
    for name, ranked in methods.items():
        pairs, times = [], []
        for question, relevant in task.questions:
            ranked(question)  # warm, so that reading from disk is nobody's disadvantage
            began = time.perf_counter()
            pairs.append((ranked(question), relevant))
            times.append(1000 * (time.perf_counter() - began))
        figures, middle = summary(pairs), percentile(times, 0.5)
        base = base or middle
        sys.stdout.write(
            f"{name:20} {figures['ndcg@10']:8.3f} {figures['hit@1']:6.3f} {figures['recall@100']:6.3f} "
            f"{middle:7.2f} {percentile(times, 0.95):7.2f} {middle / base:7.2f}\n"
        )


def main() -> None:
    """Run the benchmark that the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--questions", type=int, default=200)
    chosen = parser.parse_args()
    settings = Settings()
    with tempfile.TemporaryDirectory(prefix="policychat-") as place:
        data = Path(place) / "data"
        if chosen.folder is None:
            task = own_task(settings, data)
        else:
            task = beir_task(settings, data, chosen.folder, chosen.documents, chosen.questions)
        report(task, settings)
        task.generation.close()


if __name__ == "__main__":
    main()
