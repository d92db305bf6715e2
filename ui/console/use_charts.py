"""Draw the charts of the pages on use: SVG without scripts, with words for whoever does not see it.

Kinds differ in their fill and not only in colour; every chart stands beside a table with the same figures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ui.markup import Html, element, join

WIDTH, HEIGHT = 800, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 8, 12, 30
_PLOT_WIDTH, _PLOT_HEIGHT = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
_STEPS = (1, 2, 5)
_LINES = 5
_LABELS = 8
_MOST_BAR = 44.0
_PATTERNS = {"fill-partial": "url(#use-slanted)", "fill-not_found": "url(#use-dotted)"}


@dataclass(frozen=True, slots=True)
class Column:
    """What stands above one label: values from the bottom up, or one value for each line (None: nothing to draw)."""

    label: str
    values: Sequence[int | None]
    told: str
    """All of it in words, shown when the pointer rests on it."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: its name, what it shows in words, and the names of its kinds in the order of the columns' values."""

    name: str
    """Letters; names the parts of this chart on its page."""
    title: str
    told: str
    kinds: Sequence[tuple[str, str]]
    """Class of the style sheet, and words."""
    columns: Sequence[Column]


def stacked_bars(chart: Chart) -> Html:
    """Return bars whose parts lie on each other."""
    highest = max((sum(value or 0 for value in column.values) for column in chart.columns), default=0)
    top, marks = _scale(highest)
    step = _PLOT_WIDTH / max(1, len(chart.columns))
    width = min(_MOST_BAR, step * 0.8)
    bars = []
    for n, column in enumerate(chart.columns):
        x, below = _LEFT + n * step + (step - width) / 2, 0
        parts = []
        for (kind, _), value in zip(chart.kinds, column.values, strict=True):
            if value:
                y, height = _y(below + value, top), value / top * _PLOT_HEIGHT
                parts.append(_rect(x, y, width, height, f"fill-{kind}"))
                below += value
        whole = element("rect", x=_n(_LEFT + n * step), y=_TOP, width=_n(step), height=_PLOT_HEIGHT, class_="hover")
        bars.append(element("g", element("title", column.told), *parts, whole))
    return _figure(chart, join(_patterns(), _grid(marks, top), *bars, _labels(chart.columns, step)), _bar_sample)


def lines(chart: Chart, unit: str) -> Html:
    """Return one line for each kind; ``unit`` stands above the scale."""
    highest = max((value or 0 for column in chart.columns for value in column.values), default=0)
    top, marks = _scale(highest)
    step = _PLOT_WIDTH / max(1, len(chart.columns))
    drawn = []
    for place, (kind, _) in enumerate(chart.kinds):
        points = [(n, column.values[place]) for n, column in enumerate(chart.columns)]
        for run in _runs(points):
            at = " ".join(f"{_n(_LEFT + (n + 0.5) * step)},{_n(_y(value, top))}" for n, value in run)
            drawn.append(element("polyline", points=at, class_=f"line-{kind}"))
            drawn += [
                element("circle", cx=_n(_LEFT + (n + 0.5) * step), cy=_n(_y(value, top)), r="2.5", class_=f"dot-{kind}")
                for n, value in (run if len(chart.columns) <= 2 * _MOST_BAR or len(run) == 1 else ())
            ]
    told = (
        element(
            "g",
            element("title", column.told),
            element("rect", x=_n(_LEFT + n * step), y=_TOP, width=_n(step), height=_PLOT_HEIGHT, class_="hover"),
        )
        for n, column in enumerate(chart.columns)
    )
    scale = _grid(marks, top)
    named = element("text", unit, x=_LEFT, y=_TOP - 2, class_="unit")
    return _figure(chart, join(scale, named, *drawn, _labels(chart.columns, step), *told), _line_sample)


def share_bar(count: int, most: int) -> Html:
    """Return a short bar beside a number in a table; it says nothing that the number does not."""
    width = 100 * count / most if most else 0
    bar = element("rect", x=0, y=0, width=_n(max(width, 0.5 if count else 0)), height=10, class_="fill-share")
    return element("svg", bar, viewBox="0 0 100 10", preserveAspectRatio="none", class_="share", aria_hidden="true")


def _figure(chart: Chart, drawn: Html, sample: Callable[[str], Html]) -> Html:
    title, told = f"{chart.name}-title", f"{chart.name}-told"
    svg = element(
        "svg",
        element("title", chart.title, id=title),
        element("desc", chart.told, id=told),
        drawn,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_labelledby=f"{title} {told}",
        class_="chart",
    )
    legend = (
        element("li", element("svg", sample(kind), viewBox="0 0 18 14", aria_hidden="true"), words)
        for kind, words in chart.kinds
    )
    return element("figure", element("ul", *legend, class_="legend"), svg, class_="chart-figure")


def _bar_sample(kind: str) -> Html:
    return _rect(0, 0, 18, 14, f"fill-{kind}")


def _line_sample(kind: str) -> Html:
    return element("polyline", points="0,7 18,7", class_=f"line-{kind}")


def _patterns() -> Html:
    """Return the fills that differ without colour: slanted lines, dots."""
    slanted = element(
        "pattern",
        element("rect", width=8, height=8, class_="pattern-back-partial"),
        element("path", d="M-2 10 L10 -2 M-2 2 L2 -2 M6 10 L10 6", class_="pattern-line"),
        id="use-slanted",
        width=8,
        height=8,
        patternUnits="userSpaceOnUse",
    )
    dotted = element(
        "pattern",
        element("rect", width=6, height=6, class_="pattern-back-not_found"),
        element("circle", cx=3, cy=3, r="1.2", class_="pattern-dot"),
        id="use-dotted",
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
    )
    return element("defs", slanted, dotted)


def _scale(highest: int) -> tuple[int, list[int]]:
    """Return the end of the scale and its marks: round numbers, at most a few."""
    step = 1
    while step * _LINES < highest:
        power = 10 ** (len(str(step)) - 1)
        step = next((times * power for times in (*_STEPS, 10) if times * power > step), step * 10)
    marks = list(range(0, max(highest, 1) + step, step))
    return marks[-1], marks


def _grid(marks: Sequence[int], top: int) -> Html:
    parts = []
    for mark in marks:
        y = _n(_y(mark, top))
        parts.append(element("line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=y, y2=y, class_="grid"))
        parts.append(element("text", f"{mark:,}", x=_LEFT - 6, y=_n(_y(mark, top) + 4), class_="mark-y"))
    return join(*parts)


def _labels(columns: Sequence[Column], step: float) -> Html:
    every = max(1, -(-len(columns) // _LABELS))
    shown = [(n, column.label) for n, column in enumerate(columns) if n % every == 0]
    return join(
        *(element("text", words, x=_n(_LEFT + (n + 0.5) * step), y=HEIGHT - 10, class_="mark-x") for n, words in shown)
    )


def _runs(points: Sequence[tuple[int, int | None]]) -> list[list[tuple[int, int]]]:
    """Return the stretches of points without a gap: a day without an answer is no day of zero."""
    runs: list[list[tuple[int, int]]] = [[]]
    for n, value in points:
        if value is None:
            runs.append([])
        else:
            runs[-1].append((n, value))
    return [run for run in runs if run]


def _rect(x: float, y: float, width: float, height: float, kind: str) -> Html:
    # A fill of the style sheet would look for the pattern in the style sheet.
    return element("rect", x=_n(x), y=_n(y), width=_n(width), height=_n(height), class_=kind, fill=_PATTERNS.get(kind))


def _y(value: int, top: int) -> float:
    return _TOP + _PLOT_HEIGHT * (1 - value / top)


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
