"""What the command ``feedback`` shows: what readers said, newest first, with nothing that could act in a terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rag.catalogue import FeedbackReason, open_catalogue
from rag.domain import Question
from rag.settings import PathSettings, Settings
from tests.fakes import FakeAssistant
from tests.ui.commands import runner
from ui.cli_feedback import feedback, feedback_lines, feedback_values
from ui.receipts import passing_receipts
from ui.wording import Language

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(paths=PathSettings(data=tmp_path / "data"))
    receipts = passing_receipts()
    with open_catalogue(made) as catalogue:
        for number, text in enumerate(("青石县有哪些保障措施？", "养狗\x1b[31m要办证吗？")):
            answer = FakeAssistant().answer(Question(text))
            record = receipts.open(receipts.issue(answer, Language.ZH_HANS, "青石县")).record
            catalogue.feedback.put(
                f"{number:016x}",
                record,
                useful=not number,
                reason=FeedbackReason.NOT_FOUND if number else None,
                comment="没找到\n\x07" if number else None,
                generation="g1",
                at=NOON + timedelta(minutes=number),
            )
    return made


def test_everything_that_was_kept_is_shown(settings: Settings) -> None:
    values = feedback_values(settings, 5)
    assert (values["useful"], values["useless"], values["reasons"]) == (1, 1, {"not_found": 1})
    newest, oldest = values["feedback"]
    assert (newest["useful"], newest["reason"], newest["given_at"]) == (False, "not_found", "2026-03-01T12:01:00Z")
    assert (oldest["question"], oldest["region"], oldest["generation"]) == ("青石县有哪些保障措施？", "青石县", "g1")
    assert oldest["answer"]["status"] == "answered"
    assert oldest["answer"]["citations"]


def test_the_list_can_be_short_or_of_useless_answers_only(settings: Settings) -> None:
    assert [one["receipt_id"] for one in feedback_values(settings, 1)["feedback"]] == [f"{1:016x}"]
    assert [one["useful"] for one in feedback_values(settings, 5, useless=True)["feedback"]] == [False]


def test_people_see_lines_that_cannot_move_the_cursor(settings: Settings) -> None:
    assert feedback_lines(feedback_values(settings, 5)) == [
        "Useful: 1; of no use: 1 (not_found 1)",
        "2026-03-01T12:01:00Z  0000000000000001  of no use, not_found  [no_evidence]  养狗�[31m要办证吗？",
        "    没找到 �",
        "2026-03-01T12:00:00Z  0000000000000000  useful  [answered]  青石县有哪些保障措施？",
    ]


def test_an_answer_of_another_version_does_not_hide_the_others(settings: Settings) -> None:
    with open_catalogue(settings) as catalogue:
        catalogue.feedback.put("f" * 16, {"answer": {"version": 99}}, useful=True, at=NOON + timedelta(days=1))
    values = feedback_values(settings, 5)
    assert (len(values["feedback"]), values["feedback"][0]["answer"]) == (3, None)
    assert "[not readable]" in feedback_lines(values)[1]


def test_the_command_prints_one_json_document(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    feedback(limit=1, useless=False, config=None, data=settings.paths.data, as_json=True)
    assert len(json.loads(capsys.readouterr().out)["feedback"]) == 1
    feedback(limit=5, useless=True, config=None, data=settings.paths.data, as_json=False)
    shown = capsys.readouterr().out
    assert "of no use, not_found" in shown
    assert "青石县" not in shown


def test_the_command_is_one_of_the_program(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runner(capsys, monkeypatch)
    outcome = run("feedback", "--data", settings.paths.data, "--limit", "1", "--json")
    assert (outcome.code, len(outcome.json["feedback"])) == (0, 1)
    assert run("feedback", "--limit", "0").code == 2
