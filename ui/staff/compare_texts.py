"""Write two states of a policy, or two documents, side by side: only what differs, section by section."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ui.console.fact_words import fact_name, fact_value
from ui.markup import Html, element, join, line
from ui.wording import Wording

_LEFT, _RIGHT = "only-left", "only-right"

_MOST_SECTIONS = 200
"""Sections that are shown: of two documents that have nothing to do with each other everything differs."""


def render_differences(values: Mapping[str, Any], titles: tuple[str, str], wording: Wording) -> Html:
    """Return the differences of ``values`` (``facts`` and ``sections`` as ``to_json`` of ``ingest.versions`` gives them).

    ``titles`` name the left and the right side.
    """
    facts, sections = values["facts"], values["sections"]
    if not (facts or sections):
        return element("p", wording.text("staff.compare.same"), class_="told", role="status")
    counted = wording.text("staff.compare.count", sections=len(sections), facts=len(facts))
    cut = len(sections) > _MOST_SECTIONS
    return join(
        element("p", counted, class_="count"),
        legend(wording),
        _pair(*(element("h2", title, lang="zh") for title in titles), kind="sides"),
        *(_fact(fact, wording) for fact in facts),
        *(_section(section, wording) for section in sections[:_MOST_SECTIONS]),
        element("p", wording.text("staff.compare.cut", count=_MOST_SECTIONS)) if cut else "",
    )


def legend(wording: Wording) -> Html:
    """Return what the two kinds of marked stretches mean; words say it as well as colours."""
    return element(
        "p",
        element("mark", wording.text("staff.compare.left_only"), class_=_LEFT),
        " ",
        element("mark", wording.text("staff.compare.right_only"), class_=_RIGHT),
        class_="legend",
    )


def left_side(pieces: Iterable[Mapping[str, str]]) -> Html:
    """Return the stretches of a line that the left side has; those that only it has are marked."""
    return _side(pieces, "removed", _LEFT)


def right_side(pieces: Iterable[Mapping[str, str]]) -> Html:
    """Return the stretches of a line that the right side has; those that only it has are marked."""
    return _side(pieces, "added", _RIGHT)


def _side(pieces: Iterable[Mapping[str, str]], own: str, side: str) -> Html:
    return join(
        *(
            element("mark", piece["text"], class_=side) if piece["status"] == own else piece["text"]
            for piece in pieces
            if piece["status"] in ("same", own)
        )
    )


def _pair(left: str, right: str, *, kind: str = "") -> Html:
    sides = (element("div", left, class_="side"), element("div", right, class_="side"))
    return element("div", *sides, class_=f"pair {kind}".strip())


def _fact(fact: Mapping[str, Any], wording: Wording) -> Html:
    name = fact_name(wording, fact["name"])
    sides = (
        element("p", f"{name}：", element("mark", fact_value(wording, fact["name"], fact[state]), class_=side))
        for side, state in ((_LEFT, "before"), (_RIGHT, "after"))
    )
    return _pair(*sides, kind="fact")


def _section(section: Mapping[str, Any], wording: Wording) -> Html:
    after = _heading(section["section"], wording)
    before = _heading(section["section_before"], wording) if section["section_before"] is not None else after
    status = section["status"]
    told = wording.text(f"staff.compare.section.{status}")
    headings = _pair(
        element("h3", before, lang="zh") if status != "added" else "",
        element("h3", after, lang="zh") if status != "removed" else "",
    )
    rows = (_line(change) for change in section["lines"])
    return element("section", element("p", told, class_="where"), headings, *rows, class_="differing")


def _heading(path: Sequence[str], wording: Wording) -> str:
    return " › ".join(line(one) for one in path) or wording.text("console.no_heading")


def _line(change: Mapping[str, Any]) -> Html:
    left = element("p", left_side(change["pieces"]), lang="zh") if change["before"] else ""
    right = element("p", right_side(change["pieces"]), lang="zh") if change["after"] else ""
    return _pair(left, right)
