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
from rag.domain import Question
from rag.evaluation.beir import read_beir
from rag.evaluation.judged import JudgedQuestion, JudgedSet, judged_beir
from rag.evaluation.misses import miss_lines, worst_first
from rag.evaluation.outcomes import Level, RetrievalEvaluation
from rag.evaluation.question_file import RelevantSpan
from rag.evaluation.retrieval import evaluate_retrieval
from rag.evaluation.stages import FINAL, STAGES
from rag.generations import Generation
from rag.regions import Gazetteer
from rag.retrieval import HybridRetriever
from rag.settings import Settings
from tests.embeddings import HashEmbedding
from tests.rag.evaluation.sets import write_set

FIGURES = {"ndcg@10", "recall@10", "recall@100", "hit@1", "mrr@10"}
MORE = {"hit@3", "hit@10", "median_rank", "missed@10", "missed@100"}


def ignore(stage: str, done: int, total: int) -> None:
    pass


def ask(generation: Generation, judged: JudgedSet, gazetteer: Gazetteer) -> RetrievalEvaluation:
    retriever = HybridRetriever(generation, HashEmbedding(), gazetteer, Settings().retrieval)
    return evaluate_retrieval(retriever, generation.library, judged, gazetteer, ignore)


def evaluated(folder: Path, place: Path) -> tuple[RetrievalEvaluation, Generation]:
    questions = read_beir(folder)
    generation = build_from_question_set(questions, Settings(), HashEmbedding(), place / "data", ignore)
    return ask(generation, judged_beir(questions), Gazetteer.load()), generation


Run = tuple[RetrievalEvaluation, Generation]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    place = tmp_path_factory.mktemp("evaluation")
    evaluation, generation = evaluated(write_set(place / "set"), place)
    yield evaluation, generation
    generation.close()


def test_the_keys_are_those_of_the_interface(run: Run) -> None:
    evaluation, generation = run
    values = evaluation.to_json(generation.manifest.documents, generation.manifest.chunks, 1.23)
    promised = FIGURES | {"queries", "documents", "chunks", "build_s", "latency_ms", "by_stage"}
    assert set(values) == promised | MORE | {"set", "judged_by"}
    assert (values["queries"], values["documents"], values["build_s"]) == (24, 12, 1.2)
    assert set(values["latency_ms"]) == {"p50", "p95", "p99"}
    assert list(values["by_stage"]) == ["bm25", "dense", "fused", "reranked"]
    assert all(set(figures) == FIGURES | MORE for figures in values["by_stage"].values())
    assert {name: values[name] for name in FIGURES} == {name: values["by_stage"][FINAL][name] for name in FIGURES}
    json.dumps(values, allow_nan=False)


def test_documents_are_called_by_the_sets_ids(run: Run) -> None:
    evaluation, generation = run
    assert {document.source for document in generation.library.documents()} == {f"d{n}" for n in range(12)}
    assert all(ranking[0].startswith("d") for ranking in evaluation.rankings.values())


def test_bm25_finds_nearly_every_document_of_a_small_set(run: Run) -> None:
    assert (run[0].by_stage["bm25"]["ndcg@10"] or 0) >= 0.95


def test_fusion_is_never_worse_than_its_better_half(run: Run) -> None:
    bm25, dense, fused = (run[0].by_stage[stage]["ndcg@10"] or 0 for stage in ("bm25", "dense", "fused"))
    assert fused >= max(bm25, dense) - 0.02


def test_reranking_is_not_worse_than_fusion(run: Run) -> None:
    fused, final = (run[0].by_stage[stage]["ndcg@10"] or 0 for stage in ("fused", FINAL))
    assert final >= fused - 0.02


def test_the_last_stage_is_the_order_that_users_get(run: Run) -> None:
    evaluation, generation = run
    retriever = HybridRetriever(generation, HashEmbedding(), Gazetteer.load(), Settings().retrieval)
    for outcome in evaluation.outcomes:
        hits = retriever.rank(retriever.understand(outcome.asked.question), 10).hits
        got = list(dict.fromkeys(hit.document.source for hit in hits))
        assert list(outcome.rankings[Level.DOCUMENTS][FINAL])[: len(got)] == got


def test_the_parts_of_a_shown_hit_add_up_to_its_score(run: Run) -> None:
    hits = [hit for outcome in run[0].outcomes for hit in outcome.first]
    assert hits
    for hit in hits:
        assert sum(hit.parts.values()) == pytest.approx(hit.score, abs=1e-4)


def test_progress_counts_the_questions(tmp_path: Path) -> None:
    questions, steps = read_beir(write_set(tmp_path / "set")), []
    generation = build_from_question_set(questions, Settings(), HashEmbedding(), tmp_path / "data", ignore)
    gazetteer = Gazetteer.load()
    retriever = HybridRetriever(generation, HashEmbedding(), gazetteer, Settings().retrieval)
    evaluate_retrieval(
        retriever, generation.library, judged_beir(questions), gazetteer, lambda *step: steps.append(step)
    )
    generation.close()
    assert steps == [("evaluate", n, 24) for n in range(1, 25)]


def asked(name: str, text: str, spans: tuple[RelevantSpan, ...], **more: Any) -> JudgedQuestion:
    region, history = more.pop("region", None), more.pop("history", ())
    return JudgedQuestion(
        name, Question(text, region, history), {span.source: span.grade for span in spans}, spans, **more
    )


class TestPassages:
    def ask(self, run: Run, *questions: JudgedQuestion) -> RetrievalEvaluation:
        return ask(run[1], JudgedSet("own", questions, by_passage=True), Gazetteer.load(extra={"青棠县"}))

    def whole(self, run: Run, source: str) -> RelevantSpan:
        document = next(document for document in run[1].library.documents() if document.source == source)
        return RelevantSpan(source, 0, len(document.text), 2)

    def test_a_passage_counts_where_a_chunk_brings_it(self, run: Run) -> None:
        found = self.ask(run, asked("a", "室内公共场所吸烟罚款多少", (self.whole(run, "d7"),))).outcomes[0]
        assert found.rank(Level.PASSAGES) == 1
        assert found.rank(Level.DOCUMENTS) == 1
        assert found.first[0].right
        assert found.expected[0].hit is not None
        assert found.expected[0].hit.rank == 1

    def test_the_right_document_with_another_passage_is_not_right(self, run: Run) -> None:
        length = self.whole(run, "d7").end
        elsewhere = RelevantSpan("d7", length, length + 50, 2)
        found = self.ask(run, asked("a", "室内公共场所吸烟罚款多少", (elsewhere,))).outcomes[0]
        assert found.rank(Level.PASSAGES) is None
        assert found.rank(Level.DOCUMENTS) == 1
        assert found.expected[0].hit is None

    def test_a_follow_up_is_read_with_the_questions_before_it(self, run: Run) -> None:
        question = asked("a", "那罚款呢", (self.whole(run, "d7"),), history=("室内公共场所吸烟罚款多少",))
        found = self.ask(run, question).outcomes[0]
        assert "吸烟" in found.read_as
        assert found.rank(Level.PASSAGES) == 1

    def test_kinds_have_figures_of_their_own(self, run: Run) -> None:
        span = self.whole(run, "d7")
        evaluation = self.ask(
            run,
            asked("a", "室内公共场所吸烟罚款多少", (span,), kind="lay"),
            asked("b", "无偿献血者有什么好处", (span,), kind="short"),
        )
        kinds = evaluation.to_json(12, 12, 0.0)["by_kind"]
        assert (kinds["lay"]["hit@1"], kinds["short"]["hit@1"]) == (1.0, 0.0)
        assert set(evaluation.to_json(12, 12, 0.0)["by_document"]) == set(STAGES)

    def test_what_was_missed_worst_comes_first(self, run: Run) -> None:
        d7, end = self.whole(run, "d7"), self.whole(run, "d7").end
        evaluation = self.ask(
            run,
            asked("right", "室内公共场所吸烟罚款多少", (d7,)),
            asked("late", "无偿献血者有什么好处，室内吸烟罚款", (self.whole(run, "d6"),)),
            asked("never", "急救车几分钟内出车", (RelevantSpan("d7", end, end + 9, 1),)),
        )
        missed = [outcome.asked.question_id for outcome in worst_first(evaluation)]
        assert missed[0] == "never" or evaluation.rankings["late"].count("d6") == 0
        assert "right" not in missed
        lines = {line["question_id"]: line for line in miss_lines(evaluation)}
        assert lines["never"]["rank"] is None
        assert lines["never"]["relevant"][0]["rank"] is None
        assert lines["never"]["above"][0]["source"] == "d10"
        assert set(lines["never"]["ranks"]) == set(STAGES)
        json.dumps(lines, allow_nan=False)


@pytest.fixture(scope="module")
def two_places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generation]:
    folder = tmp_path_factory.mktemp("places")
    texts = {
        "lixian": "澧县室内公共场所禁止吸烟，违者罚款五十元。",
        "taoyuan": "桃源县村医每月领取岗位补贴。",
        "law": "献血间隔不少于六个月。",
    }
    rows = [
        {"_id": name, "title": f"{text[:3]}办法" if name != "law" else "献血法", "text": text}
        for name, text in texts.items()
    ]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (folder / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": "吸烟"}), encoding="utf-8")
    (folder / "qrels.tsv").write_text("q\tlixian\t1\n", encoding="utf-8")
    generation = build_from_question_set(read_beir(folder), Settings(), HashEmbedding(), folder / "data", ignore)
    yield generation
    generation.close()


@pytest.mark.parametrize(
    ("text", "region", "place", "right"),
    [
        ("澧县吸烟罚款多少", None, "澧县", True),
        ("吸烟罚款多少", "澧县", "澧县", True),
        ("澧县吸烟罚款多少", None, "桃源县", False),
        ("澧县献血间隔不少于几个月", None, "全国", True),
        ("澧县吸烟罚款多少", None, "全国", False),
        ("吸烟罚款多少", None, "澧县", None),
        ("澧县吸烟罚款多少", None, None, None),
    ],
)
def test_the_place_of_the_first_hit_is_judged_where_a_place_is_asked_about(
    two_places: Generation, text: str, region: str | None, place: str | None, right: bool | None
) -> None:
    question = asked("a", text, (RelevantSpan("lixian", 0, 9, 2),), region=region, place=place)
    evaluation = ask(two_places, JudgedSet("own", (question,), by_passage=True), Gazetteer.load())
    assert evaluation.outcomes[0].right_place is right
    assert evaluation.place_share() == ((None, 0) if right is None else (float(right), 1))


def test_a_judged_document_that_has_no_words_is_a_miss_and_no_error(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set")
    with (folder / "corpus.jsonl").open("a", encoding="utf-8") as corpus:
        corpus.write(json.dumps({"_id": "blank", "title": "", "text": " "}) + "\n")
    with (folder / "queries.jsonl").open("a", encoding="utf-8") as queries:
        queries.write(json.dumps({"_id": "lost", "text": "急救车几分钟内出车"}) + "\n")
    with (folder / "qrels.tsv").open("a", encoding="utf-8") as judgements:
        judgements.write("lost\tblank\t1\n")
    evaluation, generation = evaluated(folder, tmp_path)
    generation.close()
    lost = next(outcome for outcome in evaluation.outcomes if outcome.asked.question_id == "lost")
    assert lost.rank(Level.DOCUMENTS) is None
    assert (lost.expected[0].title, lost.expected[0].hit) == ("", None)


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
    assert (evaluation.by_stage["bm25"]["ndcg@10"] or 0) >= 0.85
