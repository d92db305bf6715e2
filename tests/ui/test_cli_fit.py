"""Fitting from the command line: what is printed, and that nothing but the two weights is ever written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
import yaml

from rag.errors import UsageError
from rag.ports import Embedding
from tests.rag.evaluation.sets import write_set
from tests.rag.evaluation.topics import Guessing, Knowing, lay, official, write_topics
from ui import cli_fit, cli_models

CONFIG = """\
# what we changed
ingest:
  min_free_mb: 0   # a small disk
retrieval:
  # measured in June
  tile_weight: 0.5
  dense_weight: 0.0  # for the old model
  uncovered_weight: 0
"""

Fit = Callable[..., str]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


@pytest.fixture
def fit(config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Fit:
    """Run the command with a model and return its standard output; expected errors are raised."""
    app = typer.Typer(pretty_exceptions_enable=False)
    cli_models.register(app)

    def run(model: Embedding, *arguments: object) -> str:
        monkeypatch.setattr(cli_fit, "embedding_opener", lambda _: lambda: model)
        capsys.readouterr()
        app(["models", "fit", *map(str, arguments), "--config", str(config)], standalone_mode=False)
        return capsys.readouterr().out

    return run


def test_recommended_weights_are_written_and_nothing_else(fit: Fit, tmp_path: Path, config: Path) -> None:
    found = json.loads(fit(Knowing(), write_topics(tmp_path / "set", lay_words=True), "--write", "--json"))
    assert found["recommended"] is True
    assert (found["questions"], found["judged_by"], found["config"]) == (48, "documents", str(config))
    assert found["confirmed_on"]["fitted"]["ndcg@10"] > found["confirmed_on"]["current"]["ndcg@10"]
    weights = found["fitted"]
    assert weights["dense_weight"] + weights["uncovered_weight"] > 0
    written = config.read_text(encoding="utf-8")
    expected = CONFIG.replace("dense_weight: 0.0 ", f"dense_weight: {weights['dense_weight']} ")
    assert written == expected.replace("uncovered_weight: 0\n", f"uncovered_weight: {weights['uncovered_weight']}\n")
    assert written != CONFIG
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.yaml", "set"], "nothing is left behind"


@pytest.mark.thorough
def test_without_write_people_are_told_and_nothing_changes(fit: Fit, tmp_path: Path, config: Path) -> None:
    shown = fit(Knowing(), write_topics(tmp_path / "set", lay_words=True))
    assert "Recommended" in shown
    assert "current 0 and 0: all parts" in shown
    assert "fitted 0 and 4: all parts" in shown
    assert "hardly chance" in shown
    assert config.read_text(encoding="utf-8") == CONFIG


@pytest.mark.thorough
def test_what_is_not_recommended_is_not_written(fit: Fit, tmp_path: Path, config: Path) -> None:
    shown = fit(Guessing(), write_topics(tmp_path / "set", lay_words=False), "--write")
    assert "Nothing to change" in shown
    assert "fitted" not in shown
    assert "is left as it is" in shown
    assert config.read_text(encoding="utf-8") == CONFIG


@pytest.mark.thorough
def test_questions_of_our_own_are_judged_by_passages(fit: Fit, tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    entries = []
    for n in range(40):
        text = f"# {official(n)}办法\n\n## 办理\n\n{official(n)}由乡镇卫生院受理，十日内办结。\n"
        (folder / f"{n}.md").write_text(text, encoding="utf-8")
        answers = [{"source": f"{n}.md", "section": "办理", "grade": 2}]
        entries.append(
            {"id": f"q{n}", "question": f"{lay(n)}几日办结", "kind": "lay", "place": "全国", "answers": answers}
        )
    questions = tmp_path / "own.yaml"
    questions.write_text(yaml.safe_dump(entries, allow_unicode=True), encoding="utf-8")
    found = json.loads(fit(Knowing(), questions, "--documents", folder, "--json"))
    assert (found["judged_by"], found["recommended"], found["config"]) == ("passages", True, None)
    assert [found[half]["questions"] for half in ("chosen_on", "confirmed_on")] == [20, 20]


def test_too_few_questions_are_refused_and_nothing_is_written(fit: Fit, tmp_path: Path, config: Path) -> None:
    with pytest.raises(UsageError, match="too few"):
        fit(Guessing(), write_set(tmp_path / "set"), "--write")
    assert config.read_text(encoding="utf-8") == CONFIG
