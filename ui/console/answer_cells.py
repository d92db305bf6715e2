"""Show what is expected of an answer, what was answered, and in which respects the two do not agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ui.markup import Html, element, join, line
from ui.wording import Wording

NOT_IN_SOURCES = ("no_evidence", "out_of_scope")
"""Both say that the documents hold no answer; admins need not tell them apart."""
_LISTED = ("contains", "absent", "source", "place", "places", "silent", "options", "items", "notices", "premise")
_MOST_CHARS = 600


def status_words(wording: Wording, statuses: Sequence[str]) -> str:
    """Return what must happen, or did, in a few words."""
    shown = ["not_in_sources"] if set(statuses) == set(NOT_IN_SOURCES) else statuses
    return wording.text("eval.status.or").join(wording.known(f"eval.status.{one}") or one for one in shown)


def question_cell(question: str, region: str | None, question_id: str) -> Html:
    """Return a question with the place chosen and its id."""
    below = " · ".join(line(part) for part in (region, question_id) if part)
    return join(element("span", line(question), lang="zh"), element("span", below, class_="source"))


def expected_cell(expect: Mapping[str, Any] | None, wording: Wording, *, answer: str | None = None) -> Html:
    """Return what is expected, as an entry of a file of questions has it."""
    if expect is None:
        return join(line(answer or "–"))
    statuses = expect.get("status", ())
    head = status_words(wording, [statuses] if isinstance(statuses, str) else statuses)
    conditions = list(_conditions(expect, wording, (*_LISTED, "rewritten")))
    rest = element("ul", *(element("li", words) for words in conditions)) if conditions else ""
    return join(element("div", head), rest)


def conditions_list(expect: Mapping[str, Any], wording: Wording, names: Sequence[str]) -> Html:
    """Return some of the conditions as a list."""
    return element("ul", *(element("li", words) for words in _conditions(expect, wording, names)))


def shown_cell(
    status: str, shown: str | None, sources: Sequence[str], wording: Wording, marked: Html | None = None
) -> Html:
    """Return what was answered; ``marked`` is its text with what changed set off."""
    if marked is not None:
        told = element("span", marked, lang="zh")
    elif shown is None:
        told = element("span", wording.text("eval.change.not_kept"), class_="hint")
    else:
        told = element("span", cut(shown), lang="zh")
    files = element("span", line("、".join(sources)), class_="source") if sources else ""
    return join(element("div", status_words(wording, [status])), element("div", told), files)


def wrong_cell(wrong: Sequence[str], wording: Wording) -> Html:
    """Return in which respects an answer is not as expected."""
    if not wrong:
        return join(wording.text("eval.wrong"))
    return element("ul", *(element("li", wording.known(f"eval.wrong.{kind}") or kind) for kind in wrong))


def cut(text: str) -> str:
    """Return an answer as a table has room for it."""
    shown = line(text)
    return shown if len(shown) <= _MOST_CHARS else f"{shown[:_MOST_CHARS]}…"


def _conditions(expect: Mapping[str, Any], wording: Wording, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        value = expect.get(name)
        if value is not None:
            values = value if isinstance(value, (list, tuple)) else [value]
            words = "；".join(" / ".join(one) if isinstance(one, (list, tuple)) else str(one) for one in values)
            yield wording.text(f"eval.expect.{name}", words=line(words))
