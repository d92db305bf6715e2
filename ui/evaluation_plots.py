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
    for scores, name, colour, hatch in ((right, "right", _GOOD, ""), (wrong, "wrong", _BAD, "///")):
        label = f"first hit {name} ({len(scores)})"
        axes.hist(scores, bins=list(edges), label=label, color=colour, alpha=0.6, hatch=hatch, edgecolor=colour)
    axes.set_xlabel("score of the first hit")
    axes.set_ylabel("questions")
    _legend(axes, "lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return _svg(figure, "scores", "Scores of right and of wrong first hits")


def latency_plot(times_ms: Sequence[float], marks: Mapping[str, float]) -> Html:
    """Return how long questions took, with the given times marked; the slowest hundredth is in the last bar."""
    import numpy as np

    figure, axes = _canvas()
    longest = max(marks.values(), default=1.0) * 1.1 or 1.0
    axes.hist(np.minimum(times_ms, longest), bins=40, range=(0.0, longest), color=_COLOURS[0], alpha=0.75)
    for (name, at), dashes in zip(marks.items(), _DASHES, strict=False):
        axes.axvline(at, color=_LETTERING, linestyle=dashes, linewidth=1.2, label=f"{name}: {at:.1f} ms")
    axes.set_xlabel("milliseconds from question to first ten hits")
    axes.set_ylabel("questions")
    _legend(axes, "lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    return _svg(figure, "latency", "Time that questions took")


def kinds_plot(shares: Mapping[str, Mapping[str, float]], numbers: Mapping[str, int]) -> Html:
    """Return bars of one or several shares, 0 to 1, for each kind of question."""
    import numpy as np

    names = list(dict.fromkeys(name for values in shares.values() for name in values))
    figure, axes = _canvas(height=1.2 + 0.42 * len(shares), width=8.0)
    rows = np.arange(len(shares))
    for n, name in enumerate(names):
        bars = [values.get(name, 0.0) for values in shares.values()]
        offset = (n - (len(names) - 1) / 2) * 0.8 / len(names)
        axes.barh(rows + offset, bars, height=0.7 / len(names), label=name, color=_COLOURS[n % 5])
    axes.set_yticks(rows, labels=[f"{kind} ({numbers[kind]})" for kind in shares])
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.set_xlabel("share of the questions")
    _legend(axes, "lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    return _svg(figure, "kinds", "Quality by kind of question")


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
