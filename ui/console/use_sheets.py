"""The tables of the pages on use, as they are shown and as they are exported: the same rows, the same words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.use_figures import DocumentUse, Latency, Outcome, Split, UnansweredTopics, UseFigures
from ui.console.moments import moment_text
from ui.markup import line
from ui.spreadsheet import csv_line
from ui.wording import Wording

Cell = str | int | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: headings, and rows of text and whole numbers."""

    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def csv(self) -> Iterator[str]:
        """Yield the lines of a CSV file, its heading first, with the mark that a spreadsheet needs for Chinese."""
        yield "\ufeff"
        yield csv_line(self.headings)
        for row in self.rows:
            yield csv_line("" if cell is None else str(cell) for cell in row)


def percent(count: int, of: int) -> str:
    """Return a share in whole hundredths; below one it says so rather than nothing."""
    if not count or not of:
        return "0"
    share = 100 * count / of
    return "<1" if share < 1 else str(round(share))


def latency_words(ms: int | None, wording: Wording) -> str:
    """Return a time as people say it."""
    if ms is None:
        return wording.text("use.latency.none")
    return wording.text("use.latency.ms", ms=ms) if ms < 1000 else wording.text("use.latency.s", s=f"{ms / 1000:.1f}")


def days_sheet(figures: UseFigures, wording: Wording) -> Sheet:
    """Return each day with its outcomes and times."""
    rows = [(one.day, one.questions, *_outcomes(one.outcomes), *_times(one.latency)) for one in figures.days]
    times = [f"{wording.text(f'use.latency.{name}')} (ms)" for name in ("p50", "p95")]
    return Sheet(wording.text("use.days"), (wording.text("use.day"), *_outcome_headings(wording), *times), rows)


def outcomes_sheet(figures: UseFigures, wording: Wording) -> Sheet:
    """Return every way in which questions ended, with the reason."""
    rows = [
        (
            wording.text(f"use.status.{one.status}"),
            (wording.known(f"use.reason.{one.reason}") or one.reason) if one.reason else "",
            one.count,
            f"{percent(one.count, figures.questions)}%",
        )
        for one in figures.reasons
    ]
    names = ("outcome", "reason", "number", "part")
    return Sheet(wording.text("use.outcomes.caption"), tuple(wording.text(f"use.{name}") for name in names), rows)


def places_sheet(figures: UseFigures, wording: Wording) -> Sheet:
    """Return each place with its outcomes."""
    rows = [_split(one, one.name or wording.text("use.region.none")) for one in figures.places]
    return Sheet(wording.text("use.places"), (wording.text("use.region"), *_outcome_headings(wording)), rows)


def channels_sheet(figures: UseFigures, wording: Wording) -> Sheet:
    """Return each door with its outcomes."""
    rows = [_split(one, wording.text(f"use.channel.{one.name}")) for one in figures.channels]
    return Sheet(wording.text("use.channels"), (wording.text("use.channel"), *_outcome_headings(wording)), rows)


def feedback_sheet(figures: UseFigures, wording: Wording) -> Sheet:
    """Return what residents said, and why answers were of no use."""
    said = figures.feedback
    rows: list[tuple[Cell, ...]] = [
        (wording.text("use.feedback.useful"), "", said.useful),
        (wording.text("use.feedback.useless"), "", said.useless),
    ]
    rows += [
        (wording.text("use.feedback.useless"), wording.text(f"js.actions.reason.{reason}"), count)
        for reason, count in said.reasons.items()
    ]
    names = ("feedback.what", "reason", "number")
    return Sheet(wording.text("use.feedback"), tuple(wording.text(f"use.{name}") for name in names), rows)


def topics_sheet(found: UnansweredTopics, wording: Wording) -> Sheet:
    """Return every wording of what was not answered, with its topic."""
    rows = [
        (
            " · ".join(topic.words) or wording.text("use.topic.unnamed"),
            topic.count,
            line(one.question),
            one.count,
            moment_text(wording, one.newest),
        )
        for topic in found.topics
        for one in topic.questions
    ]
    names = ("topic", "questions", "topic.asked", "number", "topic.newest")
    return Sheet(wording.text("use.topics.caption"), tuple(wording.text(f"use.{name}") for name in names), rows)


def used_sheet(use: DocumentUse, wording: Wording) -> Sheet:
    """Return the documents that answers quoted."""
    rows = [(line(document.title), document.document_id, count) for document, count in use.used]
    headings = (wording.text("use.documents.title"), "ID", wording.text("use.documents.times"))
    return Sheet(wording.text("use.documents.used.caption"), headings, rows)


def never_sheet(use: DocumentUse, wording: Wording) -> Sheet:
    """Return the documents that no answer quoted."""
    rows = [(line(document.title), document.document_id) for document in use.never]
    return Sheet(wording.text("use.documents.never.caption"), (wording.text("use.documents.title"), "ID"), rows)


FIGURES: Mapping[str, Callable[[UseFigures, Wording], Sheet]] = {
    "days": days_sheet,
    "outcomes": outcomes_sheet,
    "places": places_sheet,
    "channels": channels_sheet,
    "feedback": feedback_sheet,
}
"""The tables that are made from the figures, by the name that their export has."""


def _split(split: Split, name: str) -> tuple[Cell, ...]:
    return (line(name), split.questions, *_outcomes(split.outcomes))


def _outcomes(counts: Mapping[str, int]) -> list[int]:
    return [counts[outcome.value] for outcome in Outcome]


def _outcome_headings(wording: Wording) -> list[str]:
    return [wording.text("use.questions"), *(wording.text(f"use.outcome.{outcome}") for outcome in Outcome)]


def _times(latency: Latency) -> tuple[int | None, int | None]:
    return latency.p50, latency.p95
