"""The parts of the page of figures: key figures, charts with their tables, places and doors, feedback."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rag.use_figures import DayUse, Outcome, UseFigures
from ui.addresses import at
from ui.console.frame import facts, table
from ui.console.use_charts import Chart, Column, lines, share_bar, stacked_bars
from ui.console.use_period import Asked
from ui.console.use_sheets import (
    Sheet,
    channels_sheet,
    days_sheet,
    feedback_sheet,
    latency_words,
    outcomes_sheet,
    percent,
    places_sheet,
)
from ui.markup import Html, element, join
from ui.wording import Wording

_MOST_COLUMNS = 62
"""Two months of days; a longer time is drawn in columns of several days."""
_ROWS = 15
_DRAWN: Sequence[tuple[str, tuple[Outcome, ...]]] = (
    ("answered", (Outcome.ANSWERED,)),
    ("partial", (Outcome.PARTIAL,)),
    ("not_found", (Outcome.NOT_FOUND,)),
    ("other", (Outcome.ASKED_BACK, Outcome.DECLINED, Outcome.FAILED)),
)
"""The parts of a bar from the bottom up: more than four cannot be told from each other."""


def render_figures(figures: UseFigures, asked: Asked, wording: Wording) -> Html:
    """Return the whole of the page below its form."""
    return join(
        _key_figures(figures, wording),
        _days(figures, asked, wording),
        section(
            "outcomes", sheet_table(outcomes_sheet(figures, wording), wording, bars=2), asked=asked, wording=wording
        ),
        section(
            "places",
            element("p", wording.text("use.places.lead"), class_="hint"),
            sheet_table(places_sheet(figures, wording), wording, bars=1),
            asked=asked,
            wording=wording,
        ),
        section(
            "channels", sheet_table(channels_sheet(figures, wording), wording, bars=1), asked=asked, wording=wording
        ),
        _latency(figures, asked, wording),
        _feedback(figures, asked, wording),
    )


def section(name: str, *children: str, asked: Asked, wording: Wording, export: str | None = None) -> Html:
    """Return a part of a page with its heading and the way to its table as a file (``export``, or the part's name)."""
    address = at(f"/admin/use/{export or name}.csv") + asked.query()
    way = element("a", wording.text("use.export"), href=address)
    return element(
        "section",
        element("h2", wording.text(f"use.{name}")),
        *children,
        element("p", way, class_="export"),
        class_="use-part",
    )


def sheet_table(sheet: Sheet, wording: Wording, *, bars: int | None = None, most: int | None = _ROWS) -> Html:
    """Return a table as it is shown: at most ``most`` rows, with a bar beside the numbers of the column ``bars``."""
    shown = sheet.rows if most is None else sheet.rows[:most]
    values = [row[bars] for row in sheet.rows] if bars is not None else []
    highest = max((value for value in values if isinstance(value, int)), default=0)

    def cell(place: int, value: str | int | None) -> str:
        if not isinstance(value, int):
            return value or "–"
        number = element("span", f"{value:,}", class_="number")
        return join(number, share_bar(value, highest)) if place == bars else number

    rows = [[cell(place, value) for place, value in enumerate(row)] for row in shown]
    rest = len(sheet.rows) - len(shown)
    more = element("p", wording.text("use.more", count=f"{rest:,}"), class_="hint") if rest else ""
    return join(table(sheet.headings, rows, caption=sheet.caption), more)


def _key_figures(figures: UseFigures, wording: Wording) -> Html:
    def share(outcome: Outcome) -> str:
        count = figures.outcomes[outcome.value]
        return wording.text("use.share", count=f"{count:,}", share=percent(count, figures.questions))

    said = figures.feedback
    rows: list[tuple[str, str]] = [(wording.text("use.questions"), f"{figures.questions:,}")]
    rows += [(wording.text(f"use.outcome.{outcome}"), share(outcome)) for outcome in Outcome]
    rows.append(
        (
            wording.text("use.latency"),
            join(
                *(
                    element(
                        "span", f"{wording.text(f'use.latency.{name}')} {latency_words(ms, wording)} ", class_="whole"
                    )
                    for name, ms in (("p50", figures.latency.p50), ("p95", figures.latency.p95))
                )
            ),
        )
    )
    useful, useless = (wording.text(f"use.feedback.{name}") for name in ("useful", "useless"))
    rows.append((wording.text("use.feedback"), f"{useful} {said.useful:,} · {useless} {said.useless:,}"))
    return element("div", facts(rows), class_="key-figures")


def _days(figures: UseFigures, asked: Asked, wording: Wording) -> Html:
    groups, each = _grouped(figures.days)
    drawn = [
        Column(
            _short(group[0].day),
            [sum(day.outcomes[outcome.value] for day in group for outcome in outcomes) for _, outcomes in _DRAWN],
            f"{_span(group, wording)}：{sum(day.questions for day in group):,}",
        )
        for group in groups
    ]
    busiest = max(figures.days, key=lambda one: one.questions)
    told = wording.text(
        "use.days.text",
        since=_day(asked.wanted.since.isoformat(), wording),
        until=_day(asked.wanted.until.isoformat(), wording),
        day=_day(busiest.day, wording),
        count=f"{busiest.questions:,}",
    )
    kinds = [(name, wording.text(f"use.outcome.{name}")) for name, _ in _DRAWN]
    chart = stacked_bars(Chart("days", wording.text("use.days"), told, kinds, drawn))
    grouped = element("p", wording.text("use.days.weekly", days=each), class_="hint") if each > 1 else ""
    return section("days", chart, grouped, _as_table(figures, wording), asked=asked, wording=wording)


def _as_table(figures: UseFigures, wording: Wording) -> Html:
    shown = sheet_table(days_sheet(figures, wording), wording, most=None)
    return element("details", element("summary", wording.text("use.as_table")), shown)


def _latency(figures: UseFigures, asked: Asked, wording: Wording) -> Html:
    groups, _ = _grouped(figures.days)
    if all(day.latency.p95 is None for day in figures.days):
        return join()
    # The percentiles of several days are no sum of theirs: the slowest day stands for them.
    times = [
        [max((ms for day in group if (ms := getattr(day.latency, name)) is not None), default=None) for group in groups]
        for name in ("p50", "p95")
    ]
    columns = [
        Column(
            _short(group[0].day),
            (usual, slow),
            f"{_span(group, wording)}：{latency_words(usual, wording)}，{latency_words(slow, wording)}",
        )
        for group, usual, slow in zip(groups, *times, strict=True)
    ]
    slowest = max(figures.days, key=lambda one: one.latency.p95 or 0)
    told = wording.text(
        "use.latency.text",
        since=_day(asked.wanted.since.isoformat(), wording),
        until=_day(asked.wanted.until.isoformat(), wording),
        day=_day(slowest.day, wording),
        longest=latency_words(slowest.latency.p95, wording),
    )
    kinds = [(name, wording.text(f"use.latency.{name}")) for name in ("p50", "p95")]
    chart = lines(Chart("latency", wording.text("use.latency"), told, kinds, columns), wording.text("use.latency.unit"))
    hint = element("p", wording.text("use.latency.hint"), class_="hint")
    return section("latency", hint, chart, asked=asked, wording=wording, export="days")


def _feedback(figures: UseFigures, asked: Asked, wording: Wording) -> Html:
    said = figures.feedback
    if not said.useful + said.useless:
        heading = element("h2", wording.text("use.feedback"))
        return element("section", heading, element("p", wording.text("use.feedback.none")))
    shown = sheet_table(feedback_sheet(figures, wording), wording, bars=2)
    see = element("p", element("a", wording.text("use.feedback.see"), href=at("/admin/feedback")))
    return section("feedback", shown, see, asked=asked, wording=wording)


def _grouped(days: Sequence[DayUse]) -> tuple[list[Sequence[DayUse]], int]:
    """Return the days in groups of one size that a chart has room for, and that size."""
    each = 1
    while len(days) > each * _MOST_COLUMNS:
        each = 7 if each == 1 else 2 * each
    return [days[n : n + each] for n in range(0, len(days), each)], each


def _short(day: str) -> str:
    found = date.fromisoformat(day)
    return f"{found.month}/{found.day}"


def _day(day: str, wording: Wording) -> str:
    return wording.day(date.fromisoformat(day))


def _span(group: Sequence[DayUse], wording: Wording) -> str:
    first, last = _day(group[0].day, wording), _day(group[-1].day, wording)
    return first if len(group) == 1 else f"{first} – {last}"
