"""The figures of a question set, and the guards that notice when Chinese retrieval breaks."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from ingest.question_set import build_from_question_set
from rag.domain import Chunk, Document, Hit
from rag.evaluation.beir import read_beir
from rag.evaluation.retrieval import RetrievalEvaluation, documents_by, evaluate_retrieval
from rag.generations import Generation
from rag.regions import Gazetteer
from rag.retrieval import HybridRetriever
from rag.settings import Settings
from tests.embeddings import HashEmbedding
from tests.rag.evaluation.sets import write_set

FIGURES = {"ndcg@10", "recall@10", "recall@100", "hit@1", "mrr@10"}


def ignore(stage: str, done: int, total: int) -> None:
    pass


def evaluated(folder: Path, place: Path) -> tuple[RetrievalEvaluation, Generation]:
    questions, embedding, settings = read_beir(folder), HashEmbedding(), Settings()
    generation = build_from_question_set(questions, settings, embedding, place / "data", ignore)
    retriever = HybridRetriever(generation, embedding, Gazetteer.load(), settings.retrieval)
    return evaluate_retrieval(retriever, questions, ignore), generation


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RetrievalEvaluation, Generation]]:
    place = tmp_path_factory.mktemp("evaluation")
    evaluation, generation = evaluated(write_set(place / "set"), place)
    yield evaluation, generation
    generation.close()


def test_the_keys_are_those_of_the_interface(run: tuple[RetrievalEvaluation, Generation]) -> None:
    evaluation, generation = run
    values = evaluation.to_json(generation.manifest.documents, generation.manifest.chunks, 1.23)
    assert set(values) == FIGURES | {"queries", "documents", "chunks", "build_s", "latency_ms", "by_stage"}
    assert (values["queries"], values["documents"], values["build_s"]) == (24, 12, 1.2)
    assert set(values["latency_ms"]) == {"p50", "p95"}
    assert set(values["by_stage"]) == {"bm25", "dense", "fused", "reranked"}
    assert all(set(figures) == FIGURES for figures in values["by_stage"].values())
    assert {name: values[name] for name in FIGURES} == values["by_stage"]["reranked"]
    json.dumps(values, allow_nan=False)


def test_documents_are_called_by_the_sets_ids(run: tuple[RetrievalEvaluation, Generation]) -> None:
    evaluation, generation = run
    assert {document.source for document in generation.library.documents()} == {f"d{n}" for n in range(12)}
    assert all(ranking[0].startswith("d") for ranking in evaluation.rankings.values())


def test_bm25_finds_nearly_every_document_of_a_small_set(run: tuple[RetrievalEvaluation, Generation]) -> None:
    assert run[0].by_stage["bm25"]["ndcg@10"] >= 0.95


def test_fusion_is_never_worse_than_its_better_half(run: tuple[RetrievalEvaluation, Generation]) -> None:
    stages = run[0].by_stage
    assert stages["fused"]["ndcg@10"] >= max(stages["bm25"]["ndcg@10"], stages["dense"]["ndcg@10"]) - 0.02


def test_reranking_is_not_worse_than_fusion(run: tuple[RetrievalEvaluation, Generation]) -> None:
    stages = run[0].by_stage
    assert stages["reranked"]["ndcg@10"] >= stages["fused"]["ndcg@10"] - 0.02


def test_progress_counts_the_questions(tmp_path: Path) -> None:
    questions, embedding, steps = read_beir(write_set(tmp_path / "set")), HashEmbedding(), []
    generation = build_from_question_set(questions, Settings(), embedding, tmp_path / "data", ignore)
    retriever = HybridRetriever(generation, embedding, Gazetteer.load(), Settings().retrieval)
    evaluate_retrieval(retriever, questions, lambda *step: steps.append(step))
    generation.close()
    assert steps == [("evaluate", n, 24) for n in range(1, 25)]


def hit(source: str, **parts: float) -> Hit:
    document = Document(source, source, "", "00", "text/plain", "", "文")
    return Hit(Chunk(f"{source}:0", source, 0, (), 0, 1, "文"), document, 0.0, parts)


def test_a_stage_orders_documents_by_its_parts_of_their_best_chunk() -> None:
    hits = [hit("a", x=1.0, y=0.0), hit("b", x=0.2, y=5.0), hit("a", x=0.1, y=9.0), hit("c", x=0.5, y=-1.0)]
    assert documents_by(hits, ("x",)) == ["a", "c", "b"]
    assert documents_by(hits, ("y",)) == ["a", "b", "c"]
    assert documents_by(hits, ("x", "y")) == ["a", "b", "c"]


SHARED = Path(__file__).parents[3] / "../shared/eval/ncp-dev"


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the question set beside the checkout is not there")
def test_bm25_on_real_policy_questions_stays_above_its_floor(tmp_path: Path) -> None:
    judgements = [line.split("\t") for line in (SHARED / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    relevant: dict[str, list[str]] = {}
    for question, document, _ in judgements:
        relevant.setdefault(question, []).append(document)
    questions = [row for row in rows(SHARED / "queries.jsonl") if row["_id"] in relevant][:60]
    wanted = {document for question in questions for document in relevant[question["_id"]]}
    corpus = list(rows(SHARED / "corpus.jsonl.gz"))
    answers = [row for row in corpus if row["_id"] in wanted]
    others = list(islice((row for row in corpus if row["_id"] not in wanted), 600 - len(answers)))
    subset = tmp_path / "subset"
    subset.mkdir()
    for name, chosen in (("corpus.jsonl", answers + others), ("queries.jsonl", questions)):
        (subset / name).write_text("".join(json.dumps(row) + "\n" for row in chosen), encoding="utf-8")
    (subset / "qrels.tsv").write_text("".join("\t".join(line) + "\n" for line in judgements), encoding="utf-8")

    evaluation, generation = evaluated(subset, tmp_path)
    generation.close()
    assert len(evaluation.rankings) == 60
    assert evaluation.by_stage["bm25"]["ndcg@10"] >= 0.85
