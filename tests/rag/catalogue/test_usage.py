"""The count of what the language model takes: one sum for all processes, kept over restarts, never above the cap."""

from __future__ import annotations

from datetime import date

import pytest

from rag.catalogue import Catalogue, open_catalogue
from rag.domain import ModelUsage
from rag.settings import Settings
from tests.rag.catalogue.conftest import Child

DAY = date(2026, 3, 4)


def usage(
    prompt: int, completion: int, cost: float | None = None, model: str = "甲", estimated: bool = False
) -> ModelUsage:
    return ModelUsage(model, prompt, completion, cost, estimated)


def test_what_was_taken_replaces_what_was_reserved(catalogue: Catalogue, settings: Settings) -> None:
    most = usage(100, 800, 0.9, estimated=True)
    assert catalogue.usage.reserve(DAY, most, "CNY", None, None)
    assert catalogue.usage.of_day(DAY, "CNY") == (900, 0.9)
    catalogue.usage.settle(DAY, most, usage(90, 10, 0.1), "CNY", failed=False)
    with open_catalogue(settings) as other:
        assert other.usage.of_day(DAY, "CNY") == (100, 0.1)
        (day,) = other.usage.days(5)
    assert (day.day, day.model, day.currency) == ("2026-03-04", "甲", "CNY")
    assert (day.calls, day.failed, day.estimated) == (1, 0, 0)
    assert (day.prompt_tokens, day.completion_tokens, day.cost) == (90, 10, 0.1)


def test_failed_and_estimated_calls_are_told_apart(catalogue: Catalogue) -> None:
    for failed, estimated in ((True, True), (False, True), (True, False)):
        catalogue.usage.reserve(DAY, usage(1, 1), "CNY", None, None)
        catalogue.usage.settle(DAY, usage(1, 1), usage(1, 1, estimated=estimated), "CNY", failed=failed)
    (day,) = catalogue.usage.days(5)
    assert (day.calls, day.failed, day.estimated) == (3, 2, 2)


def test_a_call_that_could_pass_the_cap_is_refused_and_not_counted(catalogue: Catalogue) -> None:
    assert catalogue.usage.reserve(DAY, usage(10, 40), "CNY", 100, None)
    assert not catalogue.usage.reserve(DAY, usage(10, 41), "CNY", 100, None)
    assert catalogue.usage.reserve(DAY, usage(10, 40), "CNY", 100, None)
    assert catalogue.usage.of_day(DAY, "CNY") == (100, 0.0)
    assert catalogue.usage.days(5)[0].calls == 2


def test_the_cap_on_tokens_is_for_all_models_and_for_one_day(catalogue: Catalogue) -> None:
    assert catalogue.usage.reserve(DAY, usage(50, 50, model="甲"), "CNY", 100, None)
    assert not catalogue.usage.reserve(DAY, usage(1, 0, model="乙"), "USD", 100, None)
    assert catalogue.usage.reserve(date(2026, 3, 5), usage(50, 50, model="甲"), "CNY", 100, None)


def test_the_cap_on_cost_is_for_one_currency(catalogue: Catalogue) -> None:
    assert catalogue.usage.reserve(DAY, usage(1, 1, 0.6), "CNY", None, 1.0)
    assert not catalogue.usage.reserve(DAY, usage(1, 1, 0.5), "CNY", None, 1.0)
    assert catalogue.usage.reserve(DAY, usage(1, 1, 0.4), "CNY", None, 1.0)
    assert catalogue.usage.reserve(DAY, usage(1, 1, 0.9), "USD", None, 1.0)


def test_many_small_costs_add_up_exactly(catalogue: Catalogue) -> None:
    for _ in range(10):
        assert catalogue.usage.reserve(DAY, usage(1, 1, 0.1), "CNY", None, 1.0)
    assert catalogue.usage.of_day(DAY, "CNY")[1] == pytest.approx(1.0, abs=0)


def test_the_newest_days_come_first_and_all_models_of_a_day(catalogue: Catalogue) -> None:
    for day, model in ((3, "甲"), (5, "乙"), (5, "甲"), (4, "甲")):
        catalogue.usage.reserve(date(2026, 3, day), usage(1, 1, model=model), "CNY", None, None)
    listed = [(day.day[-1], day.model) for day in catalogue.usage.days(2)]
    assert listed == [("5", "乙"), ("5", "甲"), ("4", "甲")]


def test_processes_that_ask_at_once_do_not_pass_the_cap_together(catalogue: Catalogue, start_child: Child) -> None:
    program = (
        "from datetime import date\nfrom rag.domain import ModelUsage\ninput()\n"
        "with open_catalogue(settings) as c:\n"
        "    print(sum(c.usage.reserve(date(2026, 3, 4), ModelUsage('m', 5, 5), 'CNY', 200, None) for _ in range(15)))"
    )
    children = [start_child(program) for _ in range(3)]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    done = [child.communicate(timeout=60) for child in children]
    assert [errors for _, errors in done] == [""] * 3
    assert sum(int(output) for output, _ in done) == 20
    assert catalogue.usage.of_day(DAY, "CNY") == (200, 0.0)
