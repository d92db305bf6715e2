"""Find the day on which a text was published."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from ingest.metadata_dates import FoundDate, dates_in, may_hold_date
from ingest.metadata_page import Page
from rag.folding import fold

_LABELS = ("published", "signed", "dated")
_BYLINE_BLOCKS = 8
_BYLINE_CHARS = 60
_NO_BYLINE = re.compile(r"。$|施行|实施|生效|起|至|截止|copyright|©|有效|icp|以来|期间|会议|通过|第\d+条")
_STATE_IN_NAME = re.compile(r"[（(](?P<day>[^（）()]*)[）)]$")


def published_of(page: Page) -> tuple[date, str] | None:
    """Return the day of publication and where it was read; ``:month`` is appended where the day itself is not named."""
    latest = page.today + timedelta(days=1)  # a page may be written east of the server; a later day is no publication
    for found, origin in _days(page):
        if found.day <= latest:
            return found.day, origin if found.whole else f"{origin}:month"
    return None


def _days(page: Page) -> Iterator[tuple[FoundDate, str]]:
    """Yield the days on which the text may have been published, best evidence first."""
    yield from ((found, page.declared_origin) for found in dates_in(page.declared.get("published", "")))
    for label in _LABELS:
        yield from ((found, "source_line") for found in dates_in(page.labelled.get(label, "")))
    if page.adopted is not None and page.adopted.day is not None:
        yield from ((found, "file_name") for found in _later_state(page.stem, page.adopted.day))
        yield FoundDate(page.adopted.day, 0, 0, whole=True), "first_lines"
    signed = page.lines[page.signed.position] if page.signed is not None else None
    head = [line for line in page.head[:_BYLINE_BLOCKS] if line != signed]
    for lines, origin in ((head, "first_lines"), (page.removed, "source_line")):
        yield from ((found, origin) for line in lines if (found := _byline_day(line)) is not None)
    if page.signed is not None:
        yield FoundDate(page.signed.day, 0, 0, page.signed.whole_day), "signature"
    yield from ((found, "file_name") for found in reversed(dates_in(page.stem)))


def _later_state(stem: str, adopted: date) -> list[FoundDate]:
    """Return the day in brackets at the end of a statute's file name where it is later than every adoption note.

    Collections of statutes name the state so (条例(2019-03-02)), and many leave out the note of the last amendment.
    """
    match = _STATE_IN_NAME.search(stem)
    return [found for found in dates_in(match["day"]) if found.whole and found.day > adopted] if match else []


def _byline_day(line: str) -> FoundDate | None:
    """Return the day in a line that holds a date and little else (author, clock, number of views)."""
    if len(line) > _BYLINE_CHARS or not may_hold_date(line) or _NO_BYLINE.search(fold(line)):
        return None
    days = dates_in(line)
    return days[0] if len(days) == 1 and days[0].whole else None
