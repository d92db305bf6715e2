"""The parts that every report of an evaluation has: one HTML page that loads nothing and runs nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any

from ui.markup import Html, element, join, line

if TYPE_CHECKING:
    from rag.evaluation.comparison import SideBySide

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Nothing is loaded and no script runs, whatever a title or a question holds."""


def page(title: str, body: Sequence[Html]) -> str:
    """Return the whole page. ``body`` is markup in which everything from outside is escaped already."""
    head = join(
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("title", title),
    )
    # Style sheets and drawings are our own; escaping would break them, and everything from outside came escaped.
    return f'<!doctype html><html lang="en"><head>{head}<style>{_style()}</style></head><body>{"".join(body)}</body></html>\n'


def card(value: str, name: str, said: str) -> Html:
    """Return a figure that is seen first, with its name and what it says."""
    shown = (("value", value), ("name", name), ("said", said))
    return element("div", *(element("span", words, class_=kind) for kind, words in shown), class_="card")


def figure(drawing: Html, caption: str) -> Html:
    """Return a plot with what it shows."""
    return Html(f"<figure>{drawing}{element('figcaption', caption)}</figure>")


def table(headings: Sequence[str], rows: Sequence[Html]) -> Html:
    """Return a table of rows whose first cell names them and whose others are numbers."""
    cells = [element("th", name, scope="col", class_="number" if n else None) for n, name in enumerate(headings)]
    whole = element("table", element("thead", element("tr", *cells)), element("tbody", *rows))
    return element("div", whole, class_="wide")


def made_by(facts: Mapping[str, str], settings: Mapping[str, Any]) -> Html:
    """Return what was measured: the given facts, and every setting with its value."""
    told = dict(facts)
    for name, value in settings.items():
        told |= {f"{name}.{key}": inner for key, inner in value.items()} if isinstance(value, dict) else {name: value}
    intro = "Two evaluations can be compared where the questions and documents are the same."
    return element("section", element("h2", "What was measured"), element("p", intro), _pairs(told))


def since_last(comparison: SideBySide, verdict: str, *changed: Html) -> Html:
    """Return what changed since the last evaluation of the same questions."""
    before = comparison.before
    called = f"{before.made_at[:16].replace('T', ' ')} UTC" + (f", {line(before.label)}" if before.label else "")
    settings = [element("li", f"{name}: {old} → {new}") for name, (old, new) in comparison.changed_settings.items()]
    if before.model != comparison.after.model:
        settings.append(element("li", f"model: {before.model} → {comparison.after.model}"))
    told = element("ul", *settings) if settings else element("p", "The settings and the model are the same.")
    return element(
        "section",
        element("h2", "Since the last time"),
        element("p", f"The last evaluation of these questions was made {called}. {verdict}"),
        told,
        *changed,
    )


def glossary(words: Mapping[str, str]) -> Html:
    """Return what each figure means."""
    return element("section", element("h2", "What the figures mean"), _pairs(words))


def _pairs(values: Mapping[str, Any]) -> Html:
    cells = [cell for name, said in values.items() for cell in (element("dt", name), element("dd", str(said)))]
    return element("dl", *cells)


def _style() -> str:
    theme = resources.files("ui") / "theme"
    return "".join((theme / name).read_text(encoding="utf-8") for name in ("tokens.css", "evaluation.css"))
