"""Say when a schedule runs and how it stands."""

from __future__ import annotations

from collections.abc import Iterable

from ingest.scheduling import is_late
from rag.catalogue.schedule_records import Every, FileFailure, Rhythm, Schedule, ScheduleKind
from ui.console.moments import moment_text
from ui.console.reason_words import reason_words, render_reason
from ui.markup import Html, element, join, line
from ui.wording import Wording

_MOST_FAILURES = 50


def rhythm_words(wording: Wording, rhythm: Rhythm) -> str:
    """Return how often and when."""
    if rhythm.every is Every.HOURS:
        return wording.text("console.schedules.every_hours", hours=rhythm.hours or 1)
    at = f"{rhythm.at:%H:%M}"
    if rhythm.every is Every.DAY:
        return wording.text("console.schedules.every_day", at=at)
    return wording.text("console.schedules.every_week", day=weekday_words(wording, rhythm.weekday or 1), at=at)


def weekday_words(wording: Wording, weekday: int) -> str:
    """Return the name of a weekday; 1 is Monday."""
    return wording.text(f"console.schedules.weekday.{weekday}")


def target_words(wording: Wording, schedule: Schedule) -> str:
    """Return what is read."""
    wanted = schedule.wanted
    if wanted.kind is ScheduleKind.FOLDER:
        return wanted.targets[0]
    return wording.text("console.schedules.addresses_count", count=len(wanted.targets))


def in_trouble(schedule: Schedule) -> bool:
    """Tell whether somebody should look: the last run met trouble, or one should have begun long ago."""
    return schedule.trouble_since is not None or is_late(schedule)


def problem_words(wording: Wording, schedule: Schedule) -> tuple[str, ...]:
    """Return what is wrong and since when, a sentence each; nothing where all is well."""
    told = []
    if schedule.trouble_since is not None:
        since = moment_text(wording, schedule.trouble_since)
        count = len(schedule.failures)
        if schedule.problem in (None, "NothingReadError"):
            told.append(wording.text("console.schedules.trouble.files", since=since, count=count))
        else:
            why = " ".join(dict.fromkeys(reason_words(wording, one.reason) for one in schedule.failures[:1]))
            words = wording.known(f"console.schedules.trouble.{schedule.problem}") or why
            told.append(wording.text("console.schedules.trouble.run", since=since, why=words))
        told.append(wording.text("console.schedules.trouble.kept"))
    if is_late(schedule):
        told.append(wording.text("console.schedules.late", due=moment_text(wording, schedule.due)))
    return tuple(told)


def render_failures(wording: Wording, failures: Iterable[FileFailure]) -> Html:
    """Return what could not be read, each with its reason."""
    shown = list(failures)
    items = [
        element(
            "li", element("span", line(one.source), class_="target"), element("p", render_reason(wording, one.reason))
        )
        for one in shown[:_MOST_FAILURES]
    ]
    more = len(shown) - len(items)
    return join(
        element("ul", *items, class_="failures"),
        element("p", wording.text("console.files.more", count=more), class_="hint") if more else "",
    )
