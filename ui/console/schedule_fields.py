"""The choices of the form of a schedule: what is read, and when."""

from __future__ import annotations

import time as machine_time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.catalogue.schedule_records import MOST_HOURS, MOST_TARGETS, Every, ScheduleKind
from ui.console.frame import field
from ui.console.schedule_words import weekday_words
from ui.markup import Html, element
from ui.wording import Wording


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form holds: as it was typed, or as a schedule has it."""

    name: str = ""
    kind: str = ScheduleKind.ADDRESSES.value
    folder: str = ""
    addresses: str = ""
    prune: bool = False
    every: str = Every.DAY.value
    clock: str = "02:30"
    weekday: str = "1"
    hours: str = "6"


def _choice(name: str, value: str, chosen: str, words: str) -> Html:
    radio = element("input", type="radio", name=name, value=value, checked=value == chosen)
    return element("label", radio, " ", words, class_="check")


def what_field(typed: Typed, allowed: Sequence[Path], wording: Wording) -> Html:
    """Return the choice of what is read; ``allowed`` are the folders in which a folder may lie."""
    folders = "、".join(str(folder) for folder in allowed)
    area = element("textarea", typed.addresses, name="addresses", id="addresses", rows="6")
    folder = element("input", type="text", name="folder", id="folder", value=typed.folder, maxlength=1000)
    prune = element("input", type="checkbox", name="prune", value="1", checked=typed.prune)
    addresses_hint = wording.text("console.uploads.addresses.hint", most=MOST_TARGETS)
    return element(
        "fieldset",
        element("legend", wording.text("console.schedules.what")),
        *(
            _choice("kind", kind.value, typed.kind, wording.text(f"console.schedules.kind.{kind.value}"))
            for kind in (ScheduleKind.ADDRESSES, ScheduleKind.FOLDER)
        ),
        element(
            "div",
            field(wording.text("console.uploads.addresses"), area, addresses_hint, for_="addresses"),
            class_="of-addresses",
        ),
        element(
            "div",
            field(
                wording.text("console.schedules.folder"),
                folder,
                wording.text("console.schedules.folder.hint", folders=folders),
                for_="folder",
            ),
            element("label", prune, " ", wording.text("console.schedules.prune"), class_="check"),
            class_="of-folder",
        ),
    )


def when_field(typed: Typed, wording: Wording) -> Html:
    """Return the choice of when."""
    clock = element("input", type="time", name="at", id="at", value=typed.clock)
    options = (
        element("option", weekday_words(wording, day), value=str(day), selected=str(day) == typed.weekday)
        for day in range(1, 8)
    )
    weekday = element("select", *options, name="weekday", id="weekday")
    hours = element("input", type="number", name="hours", id="hours", value=typed.hours, min="1", max=str(MOST_HOURS))
    return element(
        "fieldset",
        element("legend", wording.text("console.schedules.when")),
        *(
            _choice("every", every.value, typed.every, wording.text(f"console.schedules.every.{every.value}"))
            for every in Every
        ),
        element("div", field(wording.text("console.schedules.weekday"), weekday, for_="weekday"), class_="of-week"),
        element(
            "div",
            field(
                wording.text("console.schedules.at"),
                clock,
                wording.text("console.schedules.at.hint", zone=_zone()),
                for_="at",
            ),
            class_="of-clock",
        ),
        element("div", field(wording.text("console.schedules.hours"), hours, for_="hours"), class_="of-hours"),
    )


def _zone() -> str:
    """Return the machine's time zone as its clock names it now."""
    return f"{machine_time.strftime('%Z')}（UTC{machine_time.strftime('%z')[:3]}:{machine_time.strftime('%z')[3:]}）"
