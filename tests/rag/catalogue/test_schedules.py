"""When a schedule is due, who may run it, and what is kept of how it went."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from rag.catalogue import Catalogue
from rag.catalogue.schedule_records import FileFailure, Rhythm, ScheduleEnd, ScheduleKind, ScheduleWanted
from rag.catalogue.schedules import HELD_S, Schedules
from rag.errors import UnknownIdError, UsageError

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
FAILED = ScheduleEnd("failed", None, NOON, "SourceError", (FileFailure("https://a.example/", "gone"),))


def wanted(name: str = "notices", rhythm: str = "every 6h") -> ScheduleWanted:
    return ScheduleWanted(name, ScheduleKind.ADDRESSES, ("https://a.example/",), Rhythm.read(rhythm))


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def schedules(catalogue: Catalogue, clock: Clock) -> Schedules:
    return Schedules(catalogue._database, clock)


@pytest.mark.parametrize("written", ["daily 02:30", "weekly 7 23:59", "every 6h"])
def test_a_rhythm_reads_back_as_it_was_written(written: str) -> None:
    assert str(Rhythm.read(written)) == written


@pytest.mark.parametrize("written", ["", "daily", "daily 24:00", "weekly 8 02:30", "every 0h", "every 169h", "hourly"])
def test_what_is_no_rhythm_is_refused(written: str) -> None:
    with pytest.raises(ValueError):
        Rhythm.read(written)


def test_a_time_is_that_of_the_place_and_not_of_the_world() -> None:
    def there(naive: datetime) -> datetime:
        return naive.replace(tzinfo=timezone(timedelta(hours=8)))

    # 02:30 in the east is 18:30 of the day before.
    assert Rhythm.read("daily 02:30").after(NOON, there) == datetime(2026, 3, 4, 18, 30, tzinfo=UTC)
    # The fourth of March is a Wednesday; there it becomes Monday on the eighth, 18:30 of the world's clock.
    assert Rhythm.read("weekly 1 02:30").after(NOON, there) == datetime(2026, 3, 8, 18, 30, tzinfo=UTC)
    exactly = datetime(2026, 3, 4, 18, 30, tzinfo=UTC)
    assert Rhythm.read("daily 02:30").after(exactly, there) == exactly + timedelta(days=1)


def test_no_day_is_left_out_where_the_clock_is_changed() -> None:
    zone = ZoneInfo("Europe/Berlin")

    def there(naive: datetime) -> datetime:
        return naive.replace(tzinfo=zone)

    moment, days = datetime(2026, 3, 27, 0, 0, tzinfo=UTC), []
    for _ in range(4):
        moment = Rhythm.read("daily 02:30").after(moment, there)
        days.append(moment.astimezone(zone).day)
    assert days == [27, 28, 29, 30]


def test_a_schedule_is_taken_by_one_and_only_when_it_is_due(schedules: Schedules, clock: Clock) -> None:
    number = schedules.add(wanted(), by="li").number
    assert schedules.take(number, "one") is None
    clock.now += timedelta(hours=7)
    assert schedules.take(number, "one") is not None
    assert schedules.take(number, "two") is None
    assert schedules.take(number, "two", at_once=True) is None


def test_what_a_killed_process_held_is_taken_over_and_its_late_word_does_not_count(
    schedules: Schedules, clock: Clock
) -> None:
    number = schedules.add(wanted(), by="li").number
    assert schedules.take(number, "killed", at_once=True)
    clock.now += timedelta(seconds=HELD_S - 1)
    assert schedules.keep(number, "killed")
    clock.now += timedelta(seconds=HELD_S + 2)
    assert schedules.take(number, "other", at_once=True)
    assert not schedules.keep(number, "killed")
    schedules.ended(number, "killed", FAILED)
    assert schedules.get(number).holder == "other"
    assert schedules.get(number).outcome is None


def test_trouble_is_told_since_its_begin_until_a_run_goes_well(schedules: Schedules, clock: Clock) -> None:
    number = schedules.add(wanted(), by="li").number
    for _ in range(2):
        schedules.take(number, "one", at_once=True)
        schedules.ended(number, "one", FAILED)
        clock.now += timedelta(hours=1)
    found = schedules.get(number)
    assert (found.tries, found.trouble_since, found.problem) == (2, "2026-03-04T12:00:00Z", "SourceError")
    assert found.failures == (FileFailure("https://a.example/", "gone"),)
    schedules.take(number, "one", at_once=True)
    schedules.ended(number, "one", ScheduleEnd("unchanged", "run-1", NOON))
    found = schedules.get(number)
    assert (found.tries, found.trouble_since, found.problem, found.failures) == (0, None, None, ())


def test_a_paused_schedule_is_not_taken_and_catches_nothing_up(schedules: Schedules, clock: Clock) -> None:
    number = schedules.add(wanted(), by="li").number
    schedules.set_paused(number, True, by="li")
    clock.now += timedelta(days=3)
    assert schedules.take(number, "one") is None
    schedules.set_paused(number, False, by="li")
    assert schedules.take(number, "one") is None
    assert schedules.get(number).due == "2026-03-07T18:00:00Z"


def test_each_change_is_audited_with_before_and_after(catalogue: Catalogue, schedules: Schedules) -> None:
    number = schedules.add(wanted(), by="li").number
    schedules.change(number, wanted(rhythm="daily 02:30"), by="li")
    schedules.set_paused(number, True, by="li")
    schedules.remove(number, by="wang")
    entries = catalogue.audit.entries()
    assert [entry.action for entry in entries] == [
        "schedule.remove", "schedule.pause", "schedule.change", "schedule.add",
    ]  # fmt: skip
    assert (entries[2].before["rhythm"], entries[2].after["rhythm"]) == ("every 6h", "daily 02:30")
    with pytest.raises(UnknownIdError):
        schedules.get(number)


def test_two_schedules_do_not_share_a_name(schedules: Schedules) -> None:
    schedules.add(wanted(), by="li")
    with pytest.raises(UsageError, match="already"):
        schedules.add(wanted(), by="li")


def test_a_correction_keeps_its_reason(catalogue: Catalogue) -> None:
    catalogue.corrections.change("a.txt", {"validity": "expired"}, by="li", reason="新办法施行了")
    assert [change.reason for change in catalogue.corrections.history("a.txt")] == ["新办法施行了"]
