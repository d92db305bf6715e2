"""Counting what a language model takes, and stopping at the cap: a real server, a real catalogue."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from rag.catalogue import open_catalogue
from rag.domain import ModelUsage
from rag.errors import ConfigError
from rag.llm import open_chat_model
from rag.model_failure import FailureReason, ModelCallError
from rag.settings import CatalogueSettings, LanguageModelSettings, PathSettings, Settings, load_settings
from rag.usage import CatalogueMeter, Tally, cost_of, open_counted_model
from tests.model_server import Fault, ModelServer, model_server

DAY = date(2026, 3, 4)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        running.usage = (60, 40)
        yield running


def settings_for(data: Path, url: str, **llm: Any) -> Settings:
    values = {"model": "stub", "base_url": url, "max_tokens": 100, "deadline_s": 20.0, **llm}
    return Settings(paths=PathSettings(data=data), llm=LanguageModelSettings(**values))


def ask(settings: Settings) -> str:
    model = open_counted_model(settings)
    assert model is not None
    return "".join(model.stream("规则", "问题"))


def taken_on(settings: Settings, day: date) -> tuple[int, float]:
    with open_catalogue(settings) as catalogue:
        return catalogue.usage.of_day(day, settings.llm.currency)


def test_each_call_is_added_to_the_day(tmp_path: Path, server: ModelServer) -> None:
    settings = settings_for(tmp_path, server.url, price_prompt=10.0, price_completion=20.0)
    ask(settings)
    ask(settings)
    with open_catalogue(settings) as catalogue:
        (day,) = catalogue.usage.days(3)
    assert (day.calls, day.failed, day.estimated) == (2, 0, 0)
    assert (day.prompt_tokens, day.completion_tokens) == (120, 80)
    assert day.cost == pytest.approx(0.0028)


def test_over_the_cap_nothing_is_sent_and_the_reason_is_named(tmp_path: Path, server: ModelServer) -> None:
    settings = settings_for(tmp_path, server.url, daily_tokens=150)
    ask(settings)
    counted: list[ModelUsage] = []
    model = open_counted_model(settings)
    assert model is not None
    with pytest.raises(ModelCallError, match="daily cap") as caught:
        list(model.stream("规则", "问题", counted.append))
    assert caught.value.reason is FailureReason.DAILY_CAP
    assert counted == []
    assert len(server.requests) == 1


def test_a_cap_on_cost_holds_as_well(tmp_path: Path, server: ModelServer) -> None:
    settings = settings_for(tmp_path, server.url, price_completion=1000.0, daily_cost=0.13)
    ask(settings)
    with pytest.raises(ModelCallError, match="daily cap"):
        ask(settings)
    assert taken_on(settings, date.today())[1] == pytest.approx(0.04)


def test_the_next_day_begins_at_nothing(tmp_path: Path, server: ModelServer) -> None:
    settings = settings_for(tmp_path, server.url, daily_tokens=150)
    day = DAY
    model = open_chat_model(settings.llm, CatalogueMeter(settings, lambda: day))
    assert model is not None
    list(model.stream("规则", "问题"))
    with pytest.raises(ModelCallError):
        list(model.stream("规则", "问题"))
    day += timedelta(days=1)
    list(model.stream("规则", "问题"))
    assert taken_on(settings, DAY)[0] == taken_on(settings, day)[0] == 100


def test_a_failed_call_is_counted_as_failed_and_a_refused_one_costs_nothing(
    tmp_path: Path, server: ModelServer
) -> None:
    settings = settings_for(tmp_path, server.url)
    for fault in (Fault.CUT, Fault.SERVER_ERROR):
        server.fault = fault
        with pytest.raises(ModelCallError):
            ask(settings)
    with open_catalogue(settings) as catalogue:
        (day,) = catalogue.usage.days(3)
    assert (day.calls, day.failed, day.estimated) == (2, 2, 1)
    assert 4 < day.prompt_tokens + day.completion_tokens < 60


def test_a_count_that_cannot_be_kept_stops_only_what_has_a_cap(
    tmp_path: Path, server: ModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    broken = CatalogueSettings(url=f"sqlite:///{blocked}/c.sqlite")
    free = settings_for(tmp_path, server.url).model_copy(update={"catalogue": broken})
    assert ask(free)
    capped = settings_for(tmp_path, server.url, daily_tokens=10_000).model_copy(update={"catalogue": broken})
    with pytest.raises(ModelCallError) as caught:
        ask(capped)
    assert caught.value.reason is FailureReason.NOT_COUNTED
    assert len(server.requests) == 1
    assert "cannot be counted" in caplog.text


def test_a_cap_on_cost_without_prices_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("llm: {daily_cost: 5}\n")
    with pytest.raises(ConfigError, match="price_prompt"):
        load_settings(file)


def test_prices_are_for_a_million_tokens() -> None:
    assert cost_of(LanguageModelSettings(), 10, 10) is None
    assert cost_of(LanguageModelSettings(price_prompt=2.0), 500_000, 9) == 1.0
    assert cost_of(LanguageModelSettings(price_prompt=2.0, price_completion=8.0), 1_000_000, 250_000) == 4.0


def test_parts_that_a_server_tells_are_added_up() -> None:
    tally = Tally(LanguageModelSettings(), "m", "问题")
    tally.asked = True
    tally.tell(30, 1, adds=True)
    tally.tell(0, 12, adds=True)
    assert (tally.usage().prompt_tokens, tally.usage().completion_tokens) == (30, 13)


def test_a_server_that_says_nothing_was_used_is_not_believed() -> None:
    tally = Tally(LanguageModelSettings(), "m", "问题")
    tally.asked = True
    tally.add_chunk("体检")
    tally.tell(0, 0, adds=False)
    assert tally.usage() == ModelUsage("m", 2, 2, None, estimated=True)


def test_thoughts_that_are_not_passed_on_are_counted_by_their_pieces() -> None:
    tally = Tally(LanguageModelSettings(), "m", "")
    tally.asked = True
    for _ in range(9):
        tally.add_chunk("")
    assert tally.usage().completion_tokens == 9
