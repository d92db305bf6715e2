"""Draw the plots of an evaluation: the edge to matplotlib. Each is one ``<svg>`` to stand inside a page.

Lettering stays text, in the page's font and colour, so it can be read aloud, and no script lacks its characters.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ui.markup import Html, text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LETTERING = "#010203"
"""Stands for the page's own text colour until the drawing is in the page."""
_COLOURS = ("#2f74b5", "#c8641b", "#2f8f5b", "#8a5fc0", "#b0436e")
"""Each reads at 3:1 or more on white and on the dark page."""
_GOOD, _BAD = "#2f8f5b", "#c8641b"
_DASHES = ("solid", "dashed", "dashdot", "dotted")
"""Lines differ in more than colour: not everybody sees the colours."""


def recall_plot(curves: Mapping[str, Sequence[float]], unit: str) -> Html:
    """Return the share of right items found among the first k, one line per stage."""
    figure, axes = _canvas()
    for n, (stage, curve) in enumerate(curves.items()):
        ranks = range(1, len(curve) + 1)
        axes.plot(ranks, curve, label=stage, color=_COLOURS[n % 5], linestyle=_DASHES[n % 4], linewidth=2)
    axes.set_xscale("log")
    axes.set_xticks([1, 2, 3, 5, 10, 20, 50, 100], labels=["1", "2", "3", "5", "10", "20", "50", "100"])
    axes.minorticks_off()
    lowest = min((curve[0] for curve in curves.values()), default=0.0)
    axes.set_ylim(max(0.0, lowest - 0.05), 1.01)
    axes.set_xlabel(f"first k {unit} looked at")
    axes.set_ylabel("share found")
    _legend(axes, "lower right")
    return _svg(figure, "recall", f"Share of the right {unit} among the first 1 to 100, for each stage")


def score_plot(right: Sequence[float], wrong: Sequence[float]) -> Html:
    """Return how the scores of first hits are spread, those that were right against those that were not."""
    import numpy as np

    figure, axes = _canvas()
    edges = np.histogram_bin_edges([*right, *wrong] or [0.0], bins=30)
    _two_heaps(axes, list(edges), {"first hit right": right, "first hit wrong": wrong})
    axes.set_xlabel("score of the first hit")
    return _svg(figure, "scores", "Scores of right and of wrong first hits")


def confidence_plot(answerable: Sequence[float], unanswerable: Sequence[float]) -> Html:
    """Return how confidences, 0 to 1, are spread over questions with an answer and over those without."""
    figure, axes = _canvas()
    heaps = {"with an answer": answerable, "without": unanswerable}
    _two_heaps(axes, [n / 20 for n in range(21)], heaps)
    axes.set_xlabel("confidence")
    return _svg(figure, "confidence", "Confidence for questions with and without an answer")


def risk_plot(curve: Sequence[tuple[float, float]], served: tuple[float, float] | None) -> Html:
    """Return the share of wrong answers over the share of questions answered; ``served`` marks today's threshold."""
    figure, axes = _canvas()
    axes.step([x for x, _ in curve], [y for _, y in curve], where="post", color=_COLOURS[0], linewidth=2)
    if served is not None:
        axes.plot(
            *([value] for value in served), marker="x", markersize=9, color=_BAD, linestyle="none", label="as served"
        )
        _legend(axes, "lower right")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_xlabel("share of the questions answered")
    axes.set_ylabel("share of these that are wrong")
    return _svg(figure, "risk", "Wrong answers over questions answered, for every threshold")


def calibration_plot(bins: Sequence[tuple[float, float, int]]) -> Html:
    """Return the share that came true over the mean confidence of each bin, with the number of its questions."""
    figure, axes = _canvas()
    axes.plot([0, 1], [0, 1], color=_LETTERING, linestyle="dashed", linewidth=1, label="as it should be")
    axes.plot(
        [x for x, _, _ in bins], [y for _, y, _ in bins], color=_COLOURS[0], marker="o", linewidth=2, label="as it is"
    )
    for x, y, questions in bins:
        axes.annotate(str(questions), (x, y), textcoords="offset points", xytext=(6, -10), color=_LETTERING, fontsize=8)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("confidence")
    axes.set_ylabel("share with an answer")
    _legend(axes, "upper left")
    return _svg(figure, "calibration", "Share of questions with an answer over the confidence")


def latency_plot(times_ms: Sequence[float], marks: Mapping[str, float], until: str = "first ten hits") -> Html:
    """Return how long questions took, with the given times marked; the slowest hundredth is in the last bar."""
    import numpy as np

    figure, axes = _canvas()
    longest = max(marks.values(), default=1.0) * 1.1 or 1.0
    axes.hist(np.minimum(times_ms, longest), bins=40, range=(0.0, longest), color=_COLOURS[0], alpha=0.75)
    for (name, at), dashes in zip(marks.items(), _DASHES, strict=False):
        axes.axvline(at, color=_LETTERING, linestyle=dashes, linewidth=1.2, label=f"{name}: {at:.1f} ms")
    axes.set_xlabel(f"milliseconds from question to {until}")
    axes.set_ylabel("questions")
    _legend(axes, "lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    return _svg(figure, "latency", "Time that questions took")


def kinds_plot(shares: Mapping[str, Mapping[str, float]], numbers: Mapping[str, int], name: str = "kinds") -> Html:
    """Return bars of one or several shares, 0 to 1, for each kind of question; plots of one page differ in ``name``."""
    import numpy as np

    names = list(dict.fromkeys(share for values in shares.values() for share in values))
    figure, axes = _canvas(height=1.2 + 0.42 * len(shares), width=8.0)
    rows = np.arange(len(shares))
    for n, share in enumerate(names):
        bars = [values.get(share, 0.0) for values in shares.values()]
        offset = (n - (len(names) - 1) / 2) * 0.8 / len(names)
        axes.barh(rows + offset, bars, height=0.7 / len(names), label=share, color=_COLOURS[n % 5])
    axes.set_yticks(rows, labels=[f"{kind} ({numbers[kind]})" for kind in shares])
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.set_xlabel("share of the questions")
    _legend(axes, "lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    return _svg(figure, name, "Quality by kind of question")


def _two_heaps(axes: Axes, edges: list[float], heaps: Mapping[str, Sequence[float]]) -> None:
    """Draw two histograms over each other, the good one first."""
    for (name, values), colour, hatch in zip(heaps.items(), (_GOOD, _BAD), ("", "///"), strict=True):
        label = f"{name} ({len(values)})"
        axes.hist(values, bins=edges, label=label, color=colour, alpha=0.6, hatch=hatch, edgecolor=colour)
    axes.set_ylabel("questions")
    _legend(axes, "lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)


def _canvas(height: float = 3.3, width: float = 5.6) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    # Made without pyplot, which keeps every figure and picks a window system.
    figure = Figure(figsize=(width, height), layout="constrained")
    figure.patch.set_alpha(0.0)
    axes = figure.add_subplot()
    axes.patch.set_alpha(0.0)
    axes.grid(visible=True, alpha=0.25, color=_LETTERING, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("bottom", "left"):
        axes.spines[side].set_color(_LETTERING)
    axes.tick_params(colors=_LETTERING, labelcolor=_LETTERING)
    axes.xaxis.label.set_color(_LETTERING)
    axes.yaxis.label.set_color(_LETTERING)
    return figure, axes


def _legend(axes: Axes, where: str, **place: Any) -> None:
    options: dict[str, Any] = {"loc": where, "frameon": False, "labelcolor": _LETTERING, **place}
    axes.legend(**options)


def _svg(figure: Figure, name: str, description: str) -> Html:
    """Return a figure as an element that takes the page's colour and shares no id with another one."""
    from matplotlib import rc_context

    written = io.StringIO()
    with warnings.catch_warnings(), rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        # Only the width of a text is guessed where matplotlib's own font lacks it; the page's font draws it.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    drawing = written.getvalue()
    drawing = drawing[drawing.index("<svg") :]
    drawing = re.sub(r"\s*<metadata>.*?</metadata>", "", drawing, flags=re.DOTALL)
    drawing = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", drawing)
    drawing = re.sub(r"font: [^;\"]*?(\d+(?:\.\d+)?px)[^;\"]*", r"font-size: \1", drawing)
    drawing = re.sub(r"font-family: [^;\"]*;? ?", "", drawing)
    drawing = drawing.replace(_LETTERING, "currentColor")
    drawing = re.sub(r'<svg [^>]*?(viewBox="[^"]*")[^>]*>', r"<svg \1>", drawing, count=1, flags=re.DOTALL)
    opening = f'<svg role="img" aria-label="{text(description)}" xmlns:xlink="http://www.w3.org/1999/xlink" '
    return Html(drawing.replace("<svg ", opening, 1))
