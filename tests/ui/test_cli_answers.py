"""``evaluate answers``: a folder in BEIR form end to end, our own questions against what is published, exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from ingest.pipeline import ingest
from rag.embedding import open_embedding
from rag.errors import NoGenerationError, PolicychatError, SourceError, UsageError
from rag.settings import load_settings
from tests.rag.evaluation.sets import write_answer_set, write_set
from ui import cli_evaluate

Evaluate = Callable[..., tuple[int, str]]

ELDERLY = "# 青棠县老年人体检办法\n\n## 对象\n\n年满六十五周岁的居民每年免费体检一次。\n\n## 费用\n\n自愿加做项目的，每项收费48元。\n"


@pytest.fixture
def config(tmp_path: Path, model_folder: Path) -> Path:
    values = {"embedding": {"model": str(model_folder)}, "ingest": {"min_free_mb": 0}}
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    return path


@pytest.fixture
def evaluate(config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Evaluate:
    """Run a command below ``evaluate`` and return exit code and standard output; expected errors are raised."""
    app = typer.Typer(pretty_exceptions_enable=False)
    cli_evaluate.register(app)
    monkeypatch.setenv("COLUMNS", "300")

    def run(*arguments: object) -> tuple[int, str]:
        capsys.readouterr()
        code = app(["evaluate", *map(str, arguments), "--config", str(config)], standalone_mode=False)
        return int(code or 0), capsys.readouterr().out

    return run


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    return write_answer_set(tmp_path / "set")


@pytest.fixture
def published(config: Path, tmp_path: Path) -> Path:
    """Publish one document in the data folder of the settings and return the folder it came from."""
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "elderly.md").write_text(ELDERLY, encoding="utf-8")
    settings = load_settings(config)
    ingest([folder], settings, lambda: open_embedding(settings.embedding))
    return folder


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return own_questions(tmp_path, {"status": "answered", "contains": ["48元"], "source": "elderly.md"})


def own_questions(folder: Path, expect: dict[str, Any], **file: Any) -> Path:
    path = folder / "own.yaml"
    entry = {"id": "amount-01", "question": "青棠县体检自愿加做项目收费多少", "expect": expect}
    path.write_text(yaml.safe_dump({"questions": [entry], **file}, allow_unicode=True), encoding="utf-8")
    return path


def as_json(evaluate: Evaluate, *arguments: object) -> Any:
    return json.loads(evaluate(*arguments, "--json")[1])


class TestFolderInBeirForm:
    def test_the_figures_have_the_keys_of_the_interface(self, evaluate: Evaluate, beir: Path) -> None:
        values = as_json(evaluate, "answers", beir, "--no-history")
        promised = (
            "queries rouge_l char_f1 answer_contained citation_precision citation_recall status false_answer_rate "
            "false_refusal_rate auroc latency_ms coverage_at_5_percent drafted quotes_that_differ unsupported_figures "
            "by_kind calibration_error calibration risk_coverage intervals"
        )
        assert set(promised.split()) <= set(values)
        assert (values["queries"], values["answerable"], values["unanswerable"], values["documents"]) == (14, 12, 2, 12)
        assert sum(values["status"].values()) == 14
        assert (values["quotes_that_differ"], values["unsupported_figures"]) == (0, 0)
        assert values["drafted"]["answer_contained"] >= values["answer_contained"] > 0
        assert {"p50", "p95"} <= set(values["latency_ms"])

    def test_nothing_is_left_behind_without_history(self, evaluate: Evaluate, beir: Path, config: Path) -> None:
        evaluate("answers", beir, "--no-history")
        assert not (config.parent / "data").exists()

    def test_some_questions_can_be_asked(self, evaluate: Evaluate, beir: Path, tmp_path: Path) -> None:
        assert as_json(evaluate, "answers", beir, "--questions", 5, "--no-history")["queries"] == 5
        (tmp_path / "ids.txt").write_text("q3\nu0\n", encoding="utf-8")
        listed = as_json(evaluate, "answers", beir, "--ids", tmp_path / "ids.txt", "--no-history")
        assert (listed["answerable"], listed["unanswerable"], listed["documents"]) == (1, 1, 12)

    def test_a_set_without_answers_is_refused(self, evaluate: Evaluate, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match="no query has an answer"):
            evaluate("answers", write_set(tmp_path / "plain"), "--no-history")

    def test_documents_are_not_named_for_it(self, evaluate: Evaluate, beir: Path, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="brings its own documents"):
            evaluate("answers", beir, "--documents", tmp_path, "--no-history")

    def test_a_kept_index_is_used_again(self, evaluate: Evaluate, beir: Path, tmp_path: Path) -> None:
        kept = tmp_path / "kept"
        first, again = (as_json(evaluate, "answers", beir, "--keep", kept, "--no-history") for _ in range(2))
        assert first["generation"] == again["generation"]
        assert first["right"] == again["right"]

    def test_a_folder_that_holds_something_else_is_not_touched(
        self, evaluate: Evaluate, beir: Path, tmp_path: Path
    ) -> None:
        kept = tmp_path / "kept"
        kept.mkdir()
        (kept / "letter.txt").write_text("mine", encoding="utf-8")
        with pytest.raises(UsageError, match="not empty"):
            evaluate("answers", beir, "--keep", kept, "--no-history")
        assert [path.name for path in kept.iterdir()] == ["letter.txt"]
        evaluate("answers", beir, "--keep", tmp_path / "other", "--no-history")
        with pytest.raises(UsageError, match="other documents or settings"):
            evaluate("answers", write_answer_set(tmp_path / "second"), "--keep", tmp_path / "other", "--no-history")


class TestOwnQuestions:
    @pytest.mark.usefixtures("published")
    def test_they_are_asked_of_what_is_published(self, evaluate: Evaluate, own: Path) -> None:
        code, shown = evaluate("answers", own, "--no-history", "--json")
        values = json.loads(shown)
        assert (code, values["queries"], values["right"]) == (0, 1, 1.0)
        assert (values["citation_precision"], values["citation_recall"], values["false_refusal_rate"]) == (
            1.0,
            1.0,
            0.0,
        )
        assert values["by_kind"]["amount"]["right"] == 1.0

    def test_without_a_generation_they_are_refused(self, evaluate: Evaluate, own: Path) -> None:
        with pytest.raises(NoGenerationError) as caught:
            evaluate("answers", own, "--no-history")
        assert caught.value.exit_code == 3

    def test_with_documents_an_index_of_their_own_answers(
        self, evaluate: Evaluate, own: Path, tmp_path: Path, config: Path
    ) -> None:
        folder = tmp_path / "texts"
        folder.mkdir()
        (folder / "elderly.md").write_text(ELDERLY, encoding="utf-8")
        assert as_json(evaluate, "answers", own, "--documents", folder, "--no-history")["right"] == 1.0
        assert not (config.parent / "data").exists(), "what serves is not touched"

    def test_a_mistake_in_the_file_is_refused_before_anything_is_asked(
        self, evaluate: Evaluate, tmp_path: Path
    ) -> None:
        questions = own_questions(tmp_path, {"status": "answered", "cites": "x"})
        with pytest.raises(SourceError, match=r"entry 1 \(amount-01\), expect, cites") as caught:
            evaluate("answers", questions, "--no-history")
        assert caught.value.exit_code == 2

    @pytest.mark.usefixtures("published")
    def test_the_questions_that_are_not_right_are_told(self, evaluate: Evaluate, tmp_path: Path) -> None:
        questions = own_questions(tmp_path, {"status": "answered", "contains": ["99元"]})
        misses = tmp_path / "misses.jsonl"
        code, shown = evaluate("answers", questions, "--no-history", "--misses", misses)
        assert code == 0, "no threshold was given"
        assert "amount-01" in shown
        assert "lacks 99元" in shown
        (line,) = [json.loads(line) for line in misses.read_text(encoding="utf-8").splitlines()]
        assert line["problems"] == ["lacks 99元"]
        assert "48元" in line["shown"]


class TestThresholds:
    @pytest.mark.usefixtures("published")
    def test_a_figure_below_its_threshold_ends_with_1_and_is_named(self, evaluate: Evaluate, own: Path) -> None:
        code, shown = evaluate("answers", own, "--no-history", "--at-most", "citation_recall=0.5")
        assert code == 1
        assert "citation_recall is 1, wanted is at most 0.5" in shown

    @pytest.mark.usefixtures("published")
    def test_figures_that_reach_their_thresholds_end_with_0(self, evaluate: Evaluate, own: Path) -> None:
        code, shown = evaluate("answers", own, "--no-history", "--at-least", "right=1", "--json")
        assert code == 0
        assert json.loads(shown)["below_thresholds"] == []

    @pytest.mark.usefixtures("published")
    def test_the_thresholds_of_the_file_hold_and_options_replace_them(self, evaluate: Evaluate, tmp_path: Path) -> None:
        expect = {"status": "no_evidence"}
        questions = own_questions(tmp_path, expect, thresholds={"at_least": {"right": 0.9}})
        code, shown = evaluate("answers", questions, "--no-history", "--json")
        assert code == 1
        assert json.loads(shown)["below_thresholds"] == ["right is 0, wanted is at least 0.9"]
        assert evaluate("answers", questions, "--no-history", "--at-least", "right=0")[0] == 0

    def test_a_threshold_that_is_none_is_refused_before_measuring(self, evaluate: Evaluate, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match="rogue"):
            evaluate("answers", tmp_path / "nowhere", "--at-least", "rogue=0.5")

    @pytest.mark.usefixtures("published")
    def test_the_kept_history_is_written_even_where_a_figure_is_below(self, evaluate: Evaluate, own: Path) -> None:
        assert evaluate("answers", own, "--at-least", "auroc=0.5")[0] == 1
        assert len(as_json(evaluate, "history")["evaluations"]) == 1


class TestHistory:
    def test_both_kinds_are_listed(self, evaluate: Evaluate, beir: Path) -> None:
        evaluate("retrieval", beir)
        evaluate("answers", beir, "--name", "first")
        listed = as_json(evaluate, "history")["evaluations"]
        assert [each["figures"].get("measures", "retrieval") for each in listed] == ["answers", "retrieval"]
        shown = evaluate("history")[1]
        assert "answers · 14 questions · right" in shown
        assert "retrieval · 24 questions · nDCG@10" in shown

    def test_two_of_a_kind_are_compared(self, evaluate: Evaluate, beir: Path, config: Path) -> None:
        evaluate("answers", beir, "--name", "open")
        values = yaml.safe_load(config.read_text(encoding="utf-8"))
        config.write_text(yaml.safe_dump(values | {"answering": {"min_confidence": 1.0}}), encoding="utf-8")
        shown = evaluate("answers", beir, "--name", "closed")[1]
        assert "Since" in shown
        compared = as_json(evaluate, "compare", "open", "closed")
        assert compared["changed_settings"] == {"answering.min_confidence": [pytest.approx(0.6, abs=0.5), 1.0]}
        assert compared["shared_questions"] == 14
        before, after = compared["figures"]["false_refusal_rate"]
        assert before <= after
        assert "answering.min_confidence" in evaluate("compare", "open", "closed")[1]

    def test_two_kinds_are_not(self, evaluate: Evaluate, beir: Path) -> None:
        evaluate("retrieval", beir, "--name", "ranking")
        evaluate("answers", beir, "--name", "answers")
        with pytest.raises(UsageError, match="measured a ranking"):
            evaluate("compare", "answers", "ranking")

    def test_a_label_that_cannot_be_kept_is_refused_before_measuring(self, evaluate: Evaluate, tmp_path: Path) -> None:
        with pytest.raises(PolicychatError, match="label"):
            evaluate("answers", tmp_path / "nowhere", "--name", " ")


def test_the_report_is_written(evaluate: Evaluate, beir: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    evaluate("answers", beir, "--html", report, "--no-history", "--at-most", "queries=1")
    page = report.read_text(encoding="utf-8")
    assert "Below what is wanted: queries is 14, wanted is at most 1" in page
    assert "白石县游泳馆几点关门" not in page.partition("What is wrong")[0]
    with pytest.raises(UsageError, match="missing"):
        evaluate("answers", beir, "--html", tmp_path / "missing" / "report.html")
