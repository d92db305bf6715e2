"""Write the values of spreadsheet cells as people read them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

_MAX_CELL_CHARS = 32_767
"""What a spreadsheet cell can hold."""


def _number(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - only NaN differs from itself
        return ""
    # 15 digits are what spreadsheet programs show: 0.1 + 0.2 is 0.3 there.
    text = format(value, ".15g")
    return format(value, ".0f") if "e+" in text else f"{value:.15f}".rstrip("0") if "e" in text else text


def _clock(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02d}" + (f":{seconds:02d}" if seconds else "")


def _day(value: date) -> str:
    return f"{value.year}年{value.month}月{value.day}日"


def percent(value: float) -> str:
    """Return a share as a percentage: 0.855 gives ``85.5%``."""
    return f"{_number(round(value * 100, 10))}%"


def shown(value: object) -> str:  # noqa: PLR0911 - one line for each type a cell can have
    """Return a cell's value as text: no ``3.0``, no time of day that is not there; empty for nothing.

    Dates are written 2024年1月1日, times 8:30, truth values 是 and 否.
    """
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        seconds = value.hour * 3600 + value.minute * 60 + value.second
        return _day(value) + (f" {_clock(seconds)}" if seconds else "")
    if isinstance(value, date):
        return _day(value)
    if isinstance(value, time):
        return _clock(value.hour * 3600 + value.minute * 60 + value.second)
    if isinstance(value, timedelta):
        return _clock(round(value.total_seconds())) if value >= timedelta(0) else ""
    text = str(value)[:_MAX_CELL_CHARS] if value is not None else ""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("_x000D_", "").strip()
