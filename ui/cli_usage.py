"""The command that shows what the language model took, day by day, and what is left of the daily cap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli_shared import ConfigOption, DataOption, JsonOption, print_json, settings_from

if TYPE_CHECKING:
    from rag.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(usage)


def usage(
    days: Annotated[int, typer.Option("--days", min=1, max=3660, help="How many days are shown.")] = 14,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the calls, tokens and cost of the language model by day, and what is left of today's cap."""
    values = usage_values(settings_from(config, data), days, date.today())
    if as_json:
        print_json(values)
        return
    from ui.cli_output import say

    for line in usage_lines(values):
        say(line)


def usage_values(settings: Settings, days: int, today: date) -> dict[str, Any]:
    """Return what ``usage --json`` prints. Days are those of the machine's time zone.

    Raises:
        NotAvailableError: the catalogue cannot be opened.
    """
    from dataclasses import asdict

    from rag.catalogue import open_catalogue
    from rag.usage import is_enabled

    llm = settings.llm
    with open_catalogue(settings) as catalogue:
        tokens, cost = catalogue.usage.of_day(today, llm.currency)
        listed = [asdict(day) for day in catalogue.usage.days(days)]
    return {
        "model": llm.model,
        "enabled": llm.model is not None and is_enabled(llm),
        "today": {
            "day": today.isoformat(),
            "tokens": tokens,
            "tokens_left": None if llm.daily_tokens is None else max(0, llm.daily_tokens - tokens),
            "cost": cost,
            "cost_left": None if llm.daily_cost is None else max(0.0, llm.daily_cost - cost),
            "currency": llm.currency,
        },
        "days": listed,
    }


def usage_lines(values: Mapping[str, Any]) -> Sequence[str]:
    """Return the same for people, one line to a day and model."""
    model = values["model"] or "none configured"
    today = values["today"]
    lines = [f"Language model: {model}" + ("" if values["enabled"] or not values["model"] else " (switched off)")]
    left = [f"{today['tokens_left']:,} tokens"] if today["tokens_left"] is not None else []
    left += [f"{today['cost_left']:.2f} {today['currency']}"] if today["cost_left"] is not None else []
    lines.append(
        f"Today: {today['tokens']:,} tokens, {today['cost']:.2f} {today['currency']}; "
        + (f"left of the daily cap: {' and '.join(left)}" if left else "no daily cap")
    )
    for day in values["days"]:
        notes = [f"{day[kind]} {kind}" for kind in ("failed", "estimated") if day[kind]]
        calls = f"{day['calls']:,} calls" + (f" ({', '.join(notes)})" if notes else "")
        tokens = f"{day['prompt_tokens']:,} + {day['completion_tokens']:,} tokens"
        lines.append(f"{day['day']}  {day['model']}  {calls}  {tokens}  {day['cost']:.4f} {day['currency']}")
    return lines
