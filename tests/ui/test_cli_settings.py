"""The commands for settings: the same rules as the page, one JSON document each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.commands import Command, runner


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    config = tmp_path / "config.yaml"
    config.write_text("help: {health: '12321'}\n", encoding="utf-8")
    command = runner(capsys, monkeypatch)
    return lambda *arguments: command("settings", *arguments, "--config", config)


def test_a_setting_is_changed_listed_and_taken_back(run: Command) -> None:
    assert run("list").out == "nothing was changed; config.yaml holds\n"
    assert run("set", "help.health", "12399", "--reason", "新号码").out == 'help.health: "12321" -> "12399"\n'
    assert run("list", "--json").json["settings"] == [
        {"key": "help.health", "value": "12399", "configured": "12321", "changed": True}
    ]
    assert run("reset", "help.health", "--json").json["changes"][0]["withdrawn"] is True
    assert run("list", "--json").json == {"settings": [], "ignored": {}}
    last, first = run("changes", "--json").json["changes"]
    assert (first["reason"], first["who"].split(" (")[0]) == ("新号码", "command line")
    assert (last["before"], last["after"]) == ("12399", None)


def test_a_value_that_is_not_allowed_is_refused_with_what_is(run: Command) -> None:
    wrong = run("set", "answering.min_confidence", "7", "--reason", "x")
    assert (wrong.code, wrong.out) == (2, "")
    assert "answering.min_confidence: Input should be less than or equal to 1" in wrong.err
    assert run("set", "no.such", "1", "--reason", "x").code == 2
    assert run("set", "help.health", "1").code == 2  # no reason
    assert run("list", "--json").json["settings"] == []


def test_a_command_that_writes_the_file_refuses_what_would_not_hold(
    run: Command, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = tmp_path / "config.yaml"
    before = config.read_text(encoding="utf-8")
    assert run("set", "reranker.model", "/models/one", "--reason", "x").code == 0
    used = runner(capsys, monkeypatch)("models", "use", "/models/two", "--role", "reranker", "--config", config)
    assert used.code == 2
    assert "'policychat settings reset reranker.model' first" in used.err
    assert config.read_text(encoding="utf-8") == before
