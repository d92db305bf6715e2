"""Measuring from the command line: figures, dump, report, history, and comparison of two evaluations."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
import yaml

from rag.errors import ModelError, PolicychatError, UnknownIdError, UsageError
from rag.ports import FloatArray
from tests.rag.evaluation.sets import QUESTIONS, write_set
from ui import cli_evaluate

Evaluate = Callable[..., str]


@pytest.fixture
def config(tmp_path: Path, model_folder: Path) -> Path:
    values = {"embedding": {"model": str(model_folder)}, "ingest": {"min_free_mb": 0}}
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    return path


@pytest.fixture
def evaluate(config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Evaluate:
    """Run a command below ``evaluate`` and return its standard output; expected errors are raised."""
    app = typer.Typer(pretty_exceptions_enable=False)
    cli_evaluate.register(app)
    monkeypatch.setenv("COLUMNS", "300")

    def run(*arguments: object) -> str:
        capsys.readouterr()
        app(["evaluate", *map(str, arguments), "--config", str(config)], standalone_mode=False)
        return capsys.readouterr().out

    return run


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    return write_set(tmp_path / "set")


ELDERLY = "# 青棠县老年人体检办法\n\n## 对象\n\n年满六十五周岁的居民每年免费体检一次。\n\n## 项目\n\n体检包括心电图和血常规。\n"
BLOOD = "# 青棠县献血办法\n\n## 优待\n\n无偿献血者凭证免费乘坐公交。\n\n## 间隔\n\n两次献血的间隔不少于六个月。\n"


@pytest.fixture
def own(tmp_path: Path) -> tuple[Path, Path]:
    """Write questions of our own and the folder that answers them."""
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "elderly.md").write_text(ELDERLY, encoding="utf-8")
    (folder / "blood.md").write_text(BLOOD, encoding="utf-8")
    entries: list[dict[str, Any]] = [
        {
            "id": "a",
            "question": "体检包括心电图吗",
            "kind": "lay",
            "place": "全国",
            "answers": [answer("elderly.md", "项目")],
        },
        {
            "id": "b",
            "question": "两次献血间隔多久",
            "kind": "short",
            "place": "全国",
            "answers": [answer("blood.md", "间隔")],
        },
        {
            "id": "c",
            "question": "那优待呢",
            "history": ["无偿献血的间隔是多久"],
            "kind": "follow_up",
            "place": "全国",
            "answers": [answer("blood.md", "优待")],
        },
        {"id": "d", "question": "宠物医院几点关门", "kind": "unanswerable"},
        {
            "id": "e",
            "question": "献血的罚则是什么",
            "kind": "lay",
            "place": "全国",
            "answers": [answer("blood.md", "罚则")],
        },
    ]
    questions = tmp_path / "own.yaml"
    questions.write_text(yaml.safe_dump(entries, allow_unicode=True), encoding="utf-8")
    return questions, folder


def answer(source: str, section: str) -> dict[str, Any]:
    return {"source": source, "section": section, "grade": 2}


def as_json(evaluate: Evaluate, *arguments: object) -> Any:
    return json.loads(evaluate(*arguments, "--json"))


class TestRetrieval:
    def test_the_figures_have_the_keys_of_the_interface(self, evaluate: Evaluate, beir: Path) -> None:
        values = as_json(evaluate, "retrieval", beir, "--no-history")
        promised = "queries documents chunks ndcg@10 recall@10 recall@100 hit@1 mrr@10 build_s latency_ms by_stage"
        assert set(promised.split()) <= set(values)
        assert list(values["by_stage"]) == ["bm25", "dense", "fused", "reranked"]
        assert {"p50", "p95", "p99"} <= set(values["latency_ms"])
        assert (values["queries"], values["documents"], values["judged_by"]) == (24, 12, "documents")

    def test_without_history_nothing_is_left_behind(self, evaluate: Evaluate, beir: Path, config: Path) -> None:
        evaluate("retrieval", beir, "--no-history")
        assert not (config.parent / "data").exists()

    def test_with_history_only_the_catalogue_is_written(self, evaluate: Evaluate, beir: Path, config: Path) -> None:
        evaluate("retrieval", beir)
        assert [path.name for path in (config.parent / "data").iterdir()] == ["catalogue.sqlite"]

    def test_people_get_a_table(self, evaluate: Evaluate, beir: Path) -> None:
        shown = evaluate("retrieval", beir, "--no-history")
        assert "24 questions, 12 documents" in shown
        assert "reranked" in shown

    def test_some_questions_are_asked_of_all_documents(self, evaluate: Evaluate, beir: Path, tmp_path: Path) -> None:
        ids = tmp_path / "ids.txt"
        ids.write_text("q3\n\nq5\n", encoding="utf-8")
        listed = as_json(evaluate, "retrieval", beir, "--ids", ids, "--no-history")
        assert (listed["queries"], listed["documents"]) == (2, 12)
        assert as_json(evaluate, "retrieval", beir, "--questions", 5, "--no-history")["queries"] == 5

    def test_folds_part_the_set(self, evaluate: Evaluate, beir: Path) -> None:
        counts = [as_json(evaluate, "retrieval", beir, "--fold", f"{k}/2", "--no-history")["queries"] for k in (1, 2)]
        assert sum(counts) == 24
        assert all(count % 2 == 0 for count in counts), "the two questions of a document stay together"

    @pytest.mark.parametrize("fold", ["0/2", "3/2", "half", "1/x", "1"])
    def test_a_fold_that_is_none_is_refused(self, evaluate: Evaluate, beir: Path, fold: str) -> None:
        with pytest.raises(UsageError, match="--fold"):
            evaluate("retrieval", beir, "--fold", fold, "--no-history")

    def test_an_unknown_id_is_refused_by_name(self, evaluate: Evaluate, beir: Path, tmp_path: Path) -> None:
        (tmp_path / "ids.txt").write_text("q3\nelsewhere\n", encoding="utf-8")
        with pytest.raises(UsageError, match="elsewhere"):
            evaluate("retrieval", beir, "--ids", tmp_path / "ids.txt", "--no-history")

    def test_a_report_that_could_not_be_written_is_refused_before_measuring(
        self, evaluate: Evaluate, tmp_path: Path
    ) -> None:
        with pytest.raises(UsageError, match=r"report\.html"):
            evaluate("retrieval", tmp_path / "no set", "--report", tmp_path / "missing" / "report.html")

    def test_what_was_missed_is_dumped_a_line_each(self, evaluate: Evaluate, beir: Path, tmp_path: Path) -> None:
        with (beir / "queries.jsonl").open("a", encoding="utf-8") as queries:
            queries.write(json.dumps({"_id": "z", "text": QUESTIONS[0]}) + "\n")
        with (beir / "qrels.tsv").open("a", encoding="utf-8") as judgements:
            judgements.write("z\td11\t1\n")
        evaluate("retrieval", beir, "--misses", tmp_path / "misses.jsonl", "--no-history")
        lines = [json.loads(line) for line in (tmp_path / "misses.jsonl").read_text(encoding="utf-8").splitlines()]
        missed = next(line for line in lines if line["question_id"] == "z")
        assert missed["rank"] is None or missed["rank"] > 1
        assert missed["above"][0]["source"] == "d0"
        assert missed["above"][0]["score"] == pytest.approx(sum(missed["above"][0]["parts"].values()), abs=1e-3)
        assert [each["source"] for each in missed["relevant"]] == ["d11"]
        assert "献血" in missed["relevant"][0]["text"]

    def test_documents_are_named_for_questions_of_our_own_only(
        self, evaluate: Evaluate, beir: Path, own: tuple[Path, Path]
    ) -> None:
        with pytest.raises(UsageError, match="--documents"):
            evaluate("retrieval", own[0], "--no-history")
        with pytest.raises(UsageError, match="brings its own documents"):
            evaluate("retrieval", beir, "--documents", own[1], "--no-history")


class TestOwnQuestions:
    def test_passages_and_documents_are_judged(self, evaluate: Evaluate, own: tuple[Path, Path]) -> None:
        values = as_json(evaluate, "retrieval", own[0], "--documents", own[1], "--no-history")
        assert (values["queries"], values["judged_by"]) == (3, "passages")
        assert values["by_document"]["reranked"]["hit@1"] >= values["hit@1"]
        assert values["recall@100"] == 1.0
        assert set(values["by_kind"]) == {"lay", "short", "follow_up"}

    def test_unanswerable_questions_are_counted_and_missing_answers_named(
        self, evaluate: Evaluate, own: tuple[Path, Path]
    ) -> None:
        values = as_json(evaluate, "retrieval", own[0], "--documents", own[1], "--no-history")
        assert values["unanswerable"] == 1
        assert len(values["missing"]) == 1
        assert values["missing"][0].startswith("e: ")

    def test_the_catalogue_that_serves_hears_nothing_of_the_ingest(
        self, evaluate: Evaluate, own: tuple[Path, Path], config: Path, tmp_path: Path
    ) -> None:
        values = yaml.safe_load(config.read_text(encoding="utf-8"))
        shared = tmp_path / "shared.sqlite"
        config.write_text(yaml.safe_dump(values | {"catalogue": {"url": f"sqlite:///{shared}"}}), encoding="utf-8")
        evaluate("retrieval", own[0], "--documents", own[1], "--no-history")
        assert not shared.exists()

    def test_a_vector_server_that_is_configured_is_left_out_of_it(
        self, evaluate: Evaluate, own: tuple[Path, Path], config: Path
    ) -> None:
        values = yaml.safe_load(config.read_text(encoding="utf-8"))
        away = {"vectors": {"server": "http://127.0.0.1:9", "timeout_s": 0.5}}
        config.write_text(yaml.safe_dump(values | away), encoding="utf-8")
        figures = json.loads(evaluate("retrieval", own[0], "--documents", own[1], "--no-history", "--json"))
        assert figures["hit@10"] > 0

    def test_a_cross_encoder_that_is_configured_must_be_there(
        self, evaluate: Evaluate, own: tuple[Path, Path], config: Path
    ) -> None:
        values = yaml.safe_load(config.read_text(encoding="utf-8"))
        config.write_text(yaml.safe_dump(values | {"reranker": {"model": "/no/such/reranker"}}), encoding="utf-8")
        with pytest.raises(ModelError, match="/no/such/reranker"):
            evaluate("retrieval", own[0], "--documents", own[1], "--no-history")

    def test_a_cross_encoder_that_is_configured_is_measured(
        self, evaluate: Evaluate, own: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[str] = []

        class Reads:
            fingerprint = "reads@1"

            def scores(self, question: str, passages: Sequence[str]) -> FloatArray:
                asked.append(question)
                return np.zeros(len(passages), dtype=np.float32)

        monkeypatch.setattr("rag.reranking.open_reranker", lambda _: Reads())
        evaluate("retrieval", own[0], "--documents", own[1], "--no-history")
        assert "体检包括心电图吗" in asked

    def test_questions_can_be_asked_in_simplified_script(
        self, evaluate: Evaluate, own: tuple[Path, Path], tmp_path: Path
    ) -> None:
        entries = yaml.safe_load(own[0].read_text(encoding="utf-8"))[:1]
        entries[0]["question"] = "體檢包括心電圖嗎"
        own[0].write_text(yaml.safe_dump(entries, allow_unicode=True), encoding="utf-8")
        misses = tmp_path / "misses.jsonl"
        command = ("retrieval", own[0], "--documents", own[1], "--simplified", "--no-history", "--misses", misses)
        values = as_json(evaluate, *command)
        assert values["set"] == "own, simplified"
        assert all("檢" not in line for line in misses.read_text(encoding="utf-8").splitlines())

    def test_a_folder_of_question_files_is_one_set(
        self, evaluate: Evaluate, own: tuple[Path, Path], tmp_path: Path
    ) -> None:
        folder = tmp_path / "several"
        folder.mkdir()
        entries = yaml.safe_load(own[0].read_text(encoding="utf-8"))
        for name, some in (("first", entries[:1]), ("second", entries[1:])):
            (folder / f"{name}.yaml").write_text(yaml.safe_dump(some, allow_unicode=True), encoding="utf-8")
        assert as_json(evaluate, "retrieval", folder, "--documents", own[1], "--no-history")["queries"] == 3


class TestHistory:
    def test_evaluations_are_listed_newest_first(self, evaluate: Evaluate, beir: Path) -> None:
        evaluate("retrieval", beir, "--name", "before the change")
        evaluate("retrieval", beir, "--questions", 4)
        listed = as_json(evaluate, "history")["evaluations"]
        assert [each["label"] for each in listed] == [None, "before the change"]
        assert [each["figures"]["queries"] for each in listed] == [4, 24]
        assert listed[0]["set_digest"] != listed[1]["set_digest"]
        assert listed[0]["settings_digest"] == listed[1]["settings_digest"]
        assert "before the change" in evaluate("history")

    def test_one_set_can_be_listed_alone(self, evaluate: Evaluate, beir: Path, tmp_path: Path) -> None:
        evaluate("retrieval", beir)
        evaluate("retrieval", write_set(tmp_path / "other"))
        assert [each["set"] for each in as_json(evaluate, "history", "--set", "other")["evaluations"]] == ["other"]

    def test_two_evaluations_are_compared_by_what_changed(self, evaluate: Evaluate, beir: Path, config: Path) -> None:
        evaluate("retrieval", beir, "--name", "old")
        values = yaml.safe_load(config.read_text(encoding="utf-8"))
        config.write_text(yaml.safe_dump(values | {"retrieval": {"dense_weight": 1.9}}), encoding="utf-8")
        evaluate("retrieval", beir, "--name", "new")
        compared = as_json(evaluate, "compare", "old", "new")
        assert compared["same_set"] is True
        assert list(compared["changed_settings"]) == ["retrieval.dense_weight"]
        assert compared["shared_questions"] == 24
        assert 0 < compared["p_value"] <= 1
        before, after = compared["by_stage"]["dense"]["ndcg@10"]
        assert before == after, "a stage of one part does not know the weights"
        assert "retrieval.dense_weight" in evaluate("compare", "old", "new")

    def test_the_same_evaluation_twice_differs_in_nothing(self, evaluate: Evaluate, beir: Path) -> None:
        evaluate("retrieval", beir, "--name", "once")
        assert "nDCG@10 is unchanged; 0 questions better, 0 worse" in evaluate("retrieval", beir, "--name", "again")
        compared = as_json(evaluate, "compare", "once", "again")
        assert (compared["better"], compared["worse"], compared["p_value"]) == ([], [], 1.0)

    def test_an_unknown_evaluation_is_refused_by_name(self, evaluate: Evaluate) -> None:
        with pytest.raises(UnknownIdError, match="nowhere"):
            evaluate("compare", "nowhere", "nowhere")

    def test_a_label_that_cannot_be_kept_is_refused_before_measuring(self, evaluate: Evaluate, tmp_path: Path) -> None:
        with pytest.raises(PolicychatError, match="label"):
            evaluate("retrieval", tmp_path / "no set", "--name", " ")


def test_reading_the_commands_loads_neither_plots_nor_metrics() -> None:
    import subprocess

    program = "import sys, ui.cli_evaluate; print(*sorted({'matplotlib', 'ir_measures', 'rich'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
