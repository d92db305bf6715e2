"""What the command ``usage`` shows: the truth of the catalogue, the cap, and the off switch."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from rag.catalogue import open_catalogue
from rag.domain import ModelUsage
from rag.settings import LanguageModelSettings, PathSettings, Settings
from ui.cli_usage import usage, usage_lines, usage_values

DAY = date(2026, 3, 4)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    llm = LanguageModelSettings(model="m", price_prompt=1.0, daily_tokens=2_000, daily_cost=1.5)
    made = Settings(paths=PathSettings(data=tmp_path / "data"), llm=llm)
    with open_catalogue(made) as catalogue:
        for day, cost, failed in ((3, 0.25, False), (4, 1.0, True)):
            taken = ModelUsage("m", 1_000, 200, cost, estimated=failed)
            catalogue.usage.reserve(date(2026, 3, day), taken, "CNY", None, None)
            catalogue.usage.settle(date(2026, 3, day), taken, taken, "CNY", failed=failed)
    return made


def test_what_is_left_of_the_cap_is_that_of_today(settings: Settings) -> None:
    values = usage_values(settings, 5, DAY)
    assert values["enabled"]
    assert values["today"] == {
        "day": "2026-03-04",
        "tokens": 1200,
        "tokens_left": 800,
        "cost": 1.0,
        "cost_left": 0.5,
        "currency": "CNY",
    }
    assert [day["day"] for day in values["days"]] == ["2026-03-04", "2026-03-03"]
    assert [day["day"] for day in usage_values(settings, 1, DAY)["days"]] == ["2026-03-04"]
    assert usage_values(settings, 1, date(2026, 3, 5))["today"]["tokens_left"] == 2_000


def test_people_see_the_same_in_lines(settings: Settings) -> None:
    assert usage_lines(usage_values(settings, 5, DAY)) == [
        "Language model: m",
        "Today: 1,200 tokens, 1.00 CNY; left of the daily cap: 800 tokens and 0.50 CNY",
        "2026-03-04  m  1 calls (1 failed, 1 estimated)  1,000 + 200 tokens  1.0000 CNY",
        "2026-03-03  m  1 calls  1,000 + 200 tokens  0.2500 CNY",
    ]


def test_a_model_that_is_switched_off_or_missing_is_said(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYCHAT_LLM_ENABLED", "0")
    assert usage_lines(usage_values(settings, 1, DAY))[0] == "Language model: m (switched off)"
    none = settings.model_copy(update={"llm": LanguageModelSettings()})
    lines = usage_lines(usage_values(none, 1, DAY))
    assert lines[0] == "Language model: none configured"
    assert lines[1].endswith("no daily cap")


def test_the_command_prints_one_json_document(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    usage(days=2, config=None, data=settings.paths.data, as_json=True)
    values = json.loads(capsys.readouterr().out)
    assert [day["cost"] for day in values["days"]] == [1.0, 0.25]
    usage(days=2, config=None, data=settings.paths.data, as_json=False)
    assert "2026-03-03" in capsys.readouterr().out
