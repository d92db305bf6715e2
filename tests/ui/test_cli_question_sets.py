"""The question sets on the command line, and what an ingest says that was held back."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.catalogue import open_catalogue
from rag.evaluation.answer_file import read_answer_file
from rag.settings import Settings
from tests.ui.commands import Command, runner

QUESTIONS = """
- id: subsidy-1
  question: 青棠县村医岗位补贴每月多少钱？
  expect: {status: answered, contains: [五百元], source: subsidy-2025.html}
"""


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    return runner(capsys, monkeypatch)


@pytest.fixture
def config(served: Settings, tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    values = f"paths: {{data: {served.paths.data}}}\nembedding: {{model: {served.embedding.model}}}\n"
    path.write_text(f"{values}ingest: {{min_free_mb: 0}}\n", encoding="utf-8")
    return path


def test_a_held_ingest_names_what_fails_and_is_published_with_a_reason(
    command: Command, config: Path, tmp_path: Path, served: Settings
) -> None:
    questions = tmp_path / "必过.yaml"
    questions.write_text(QUESTIONS, encoding="utf-8")
    at = ("--config", config)
    assert (
        command("evaluate", "sets", "import", questions, "--regression", *at).out
        == "必过: 1 questions, a regression set\n"
    )
    assert command("evaluate", "sets", "run", "必过", *at).code == 0
    out = tmp_path / "out.yaml"
    out.write_text(command("evaluate", "sets", "export", "必过", *at).out, encoding="utf-8")
    assert read_answer_file(out) == read_answer_file(questions)

    held = command("delete", "notices/subsidy-2025.html", *at)
    assert held.code == 1
    assert "held: share, newly_failing: 0 of 1 regression questions as expected, 1 newly failing" in held.err
    assert "subsidy-1 (newly failing)" in held.err
    assert "lacks 五百元" in held.err
    listed = command("generations", "--json", *at).json["generations"]
    assert [(row["published"], row["held"]) for row in listed] == [(False, True), (True, False)]
    assert command("rollback", listed[0]["generation"], *at).code == 2
    assert command("generations", "publish", listed[0]["generation"], "--reason", " ", *at).code == 2
    published = command("generations", "publish", listed[0]["generation"], "--reason", "已经取消", "--json", *at)
    assert published.json == {"generation": listed[0]["generation"], "published": True}
    with open_catalogue(served) as catalogue:
        noted = catalogue.audit.entries()[0]
    assert (noted.action, noted.after["reason"]) == ("publish", "已经取消")
    assert noted.before == {"generation": listed[1]["generation"]}

    changed = command("generations", "--difference", listed[0]["generation"], *at).out
    assert "Answers: 1 differ." in changed
    assert "worse  subsidy-1" in changed
    assert command("evaluate", "sets", "mark", "必过", "--no-regression", *at).code == 0
    assert command("evaluate", "sets", "list", "--json", *at).json["sets"][0]["regression"] is False
    opened = command("delete", "clinics.docx", *at)
    assert "Published without a check" in opened.out
    assert command("evaluate", "sets", "run", "必过", *at).code == 1
    assert command("evaluate", "sets", "remove", "必过", *at).code == 0
    assert command("evaluate", "sets", "export", "必过", *at).code == 2
