"""What the command ``use`` shows: the figures of the page, as JSON and in lines."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rag.catalogue import open_catalogue
from rag.catalogue.question_records import Channel, LoggedQuestion
from rag.domain import AnswerStatus, NamedDocument
from rag.settings import PathSettings, Settings, UseSettings
from ui.cli_use import use, use_lines, use_values

HELD = [NamedDocument("d1", "青石县规划"), NamedDocument("d2", "白河市办法")]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(paths=PathSettings(data=tmp_path / "data"))
    with open_catalogue(made) as catalogue:
        answered = LoggedQuestion("补贴多少", AnswerStatus.ANSWERED, Channel.PAGE, "zh-Hans", 50, cited=("d1",))
        unknown = LoggedQuestion(
            "养狗要办证吗", AnswerStatus.NO_EVIDENCE, Channel.API, "zh-Hans", 70, "nothing", "青石县"
        )
        catalogue.questions.add_all([answered, unknown])
    return made


def test_the_figures_are_those_of_the_log(settings: Settings) -> None:
    today = datetime.now(UTC).astimezone().date()
    values = use_values(settings, 7, today, HELD)
    assert (values["questions"], values["outcomes"]["answered"], values["outcomes"]["not_found"]) == (2, 1, 1)
    assert values["reasons"][1] == {"status": "no_evidence", "reason": "nothing", "count": 1}
    assert values["latency_ms"] == {"p50": 50, "p95": 70}
    assert [topic["asked"] for topic in values["unanswered"]] == [[{"question": "养狗要办证吗", "count": 1}]]
    assert values["documents"]["used"] == [{"document_id": "d1", "title": "青石县规划", "answers": 1}]
    assert [one["document_id"] for one in values["documents"]["never_used"]] == ["d2"]
    assert len(values["days"]) == 7


def test_people_see_the_same_in_lines(settings: Settings) -> None:
    lines = use_lines(use_values(settings, 7, datetime.now(UTC).astimezone().date(), HELD))
    assert lines[0].endswith(": 2 questions")
    assert "  answered: 1 (50 %)" in lines
    assert "Answers: p50 50 ms, p95 70 ms" in lines
    assert any(line.endswith(": 养狗要办证吗") for line in lines)
    assert lines[-1] == "Documents never quoted: 1"


def test_a_log_that_is_switched_off_says_so(settings: Settings) -> None:
    off = settings.model_copy(update={"use": UseSettings(keep_days=0)})
    lines = use_lines(use_values(off, 7, datetime(2001, 1, 1, tzinfo=UTC).date(), []))
    assert lines[1:] == ["Questions are not recorded now (use.keep_days is 0)."]


def test_the_command_prints_one_json_document(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    use(days=2, config=None, data=settings.paths.data, as_json=True)
    assert json.loads(capsys.readouterr().out)["questions"] == 2
    use(days=2, config=None, data=settings.paths.data, as_json=False)
    assert "2 questions" in capsys.readouterr().out
