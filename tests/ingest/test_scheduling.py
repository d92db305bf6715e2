"""What a schedule does: nothing fails in silence, what cannot be read stays, and what failed is tried again in time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.previous import read_previous
from ingest.scheduling import RETRIES, check_targets, due_schedules, is_late, next_due, run_schedule
from ingest.web import FetchedPage
from ingest.web_addresses import parse_address, source_for
from rag.catalogue import Catalogue, open_catalogue
from rag.catalogue.schedule_records import FileFailure, Rhythm, Schedule, ScheduleEnd, ScheduleKind, ScheduleWanted
from rag.errors import LockedError, SourceError, UsageError
from rag.generations import DataLayout
from rag.settings import Settings
from tests.conftest import settings_for
from tests.embeddings import HashEmbedding

GOOD, BAD = "https://health.example.org/a.html", "https://health.example.org/b.pdf"
PAGE = "<html><body><h1>青棠县体检通知</h1><p>每月第一个星期一在中心卫生院体检。</p></body></html>"


class Web:
    """Pages by address; what is not there cannot be reached."""

    def __init__(self) -> None:
        self.pages = {GOOD: (".html", PAGE)}
        self.asked: list[str] = []

    def fetch(self, address: str, target: Path, **_: object) -> FetchedPage:
        self.asked.append(address)
        if address not in self.pages:
            raise SourceError(f"{address}: the server answered 404")
        extension, text = self.pages[address]
        source = source_for(parse_address(address), extension)
        path = target / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return FetchedPage(source, path, address, "text/html")


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Web:
    web = Web()
    monkeypatch.setattr("ingest.gathering.fetch", web.fetch)
    return web


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(tmp_path / "data")


@pytest.fixture
def catalogue(settings: Settings) -> Iterator[Catalogue]:
    with open_catalogue(settings) as opened:
        yield opened


def add(catalogue: Catalogue, kind: ScheduleKind, *targets: str, prune: bool = False) -> Schedule:
    wanted = ScheduleWanted("notices", kind, targets, Rhythm.read("every 24h"), prune)
    return catalogue.schedules.add(wanted, by="li")


def run(catalogue: Catalogue, settings: Settings, number: int) -> Schedule:
    taken = catalogue.schedules.take(number, "me", at_once=True)
    assert taken is not None
    with suppress(SourceError, UsageError):
        run_schedule(taken, "me", settings, HashEmbedding)
    return catalogue.schedules.get(number)


def test_an_address_that_fails_is_named_keeps_its_page_and_is_tried_again_alone(
    web: Web, catalogue: Catalogue, settings: Settings
) -> None:
    number = add(catalogue, ScheduleKind.ADDRESSES, GOOD, BAD).number
    found = run(catalogue, settings, number)
    assert found.failures == (FileFailure(BAD, "the server answered 404"),)
    assert (found.outcome, found.problem, found.tries) == ("published", None, 1)
    report = catalogue.runs.get(found.run or "")
    assert report.info.arguments["schedule"] == "notices"
    assert [file["source"] for file in (report.report or {})["files"] if file["status"] == "refused"] == [BAD]
    due = datetime.fromisoformat(found.due) - datetime.now(UTC)
    assert RETRIES[0] - timedelta(minutes=1) < due <= RETRIES[0]

    web.asked.clear()
    web.pages[BAD] = (".html", PAGE)  # An error page in place of a PDF that never was here is a page like others.
    found = run(catalogue, settings, number)
    assert web.asked == [BAD]
    assert (found.failures, found.trouble_since) == ((), None)

    # What was a web page and gives a table now is most likely not the same document any more.
    web.pages[GOOD] = (".csv", "a,b\n1,2\n")
    found = run(catalogue, settings, number)
    assert [failure.source for failure in found.failures] == [GOOD]
    assert "gave a .html file before" in found.failures[0].reason

    # Nothing at all can be reached: there is a report, and what was read before stays.
    web.pages.clear()
    found = run(catalogue, settings, number)
    assert (found.problem, found.outcome) == ("NothingReadError", "failed")
    report = catalogue.runs.get(found.run or "")
    assert [file["source"] for file in (report.report or {})["files"]] == [GOOD]
    assert {run.outcome.value for run in catalogue.runs.latest(9) if run.outcome} >= {"published", "refused"}


def test_a_folder_that_is_gone_leaves_a_report_and_takes_nothing_out(
    catalogue: Catalogue, settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    (folder / "a.md").write_text("# 青棠县通知\n\n体检每月一次，请到中心卫生院。\n", encoding="utf-8")
    number = add(catalogue, ScheduleKind.FOLDER, str(folder), prune=True).number
    assert run(catalogue, settings, number).outcome == "published"
    (folder / "a.md").unlink()
    found = run(catalogue, settings, number)
    assert found.problem is not None
    folder.rmdir()
    found = run(catalogue, settings, number)
    assert "no such folder" in found.failures[0].reason
    assert (found.tries, found.run is not None) == (2, True)
    assert "no such folder" in (catalogue.runs.get(found.run or "").report or {})["error"]
    assert set(read_previous(DataLayout(settings.paths.data)).entries) == {"a.md"}


def test_a_run_that_meets_another_ingest_is_put_off_and_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, catalogue: Catalogue, settings: Settings
) -> None:
    number = add(catalogue, ScheduleKind.ADDRESSES, GOOD).number

    def locked(*_: object, **__: object) -> None:
        raise LockedError("another ingest is running")

    monkeypatch.setattr("ingest.scheduling.ingest", locked)
    taken = catalogue.schedules.take(number, "me", at_once=True)
    assert taken is not None
    with pytest.raises(LockedError):
        run_schedule(taken, "me", settings, HashEmbedding)
    found = catalogue.schedules.get(number)
    assert (found.tries, found.trouble_since, found.holder) == (0, None, None)
    assert datetime.fromisoformat(found.due) < datetime.now(UTC) + timedelta(minutes=5)


def test_missed_runs_are_due_once_and_told_when_nobody_runs_them(catalogue: Catalogue) -> None:
    number = add(catalogue, ScheduleKind.ADDRESSES, GOOD).number
    later = datetime.now(UTC) + timedelta(days=9)
    assert [one.number for one in due_schedules(catalogue, later)] == [number]
    assert is_late(catalogue.schedules.get(number), later)
    catalogue.schedules.take(number, "me", at_once=True)
    catalogue.schedules.ended(number, "me", ScheduleEnd("unchanged", None, later + timedelta(days=1)))
    assert due_schedules(catalogue, later) == ()


def test_retries_grow_and_end_in_the_rhythm(catalogue: Catalogue) -> None:
    schedule = add(catalogue, ScheduleKind.ADDRESSES, GOOD)
    now, waits = datetime(2026, 3, 4, tzinfo=UTC), []
    for tries in range(5):
        tried = Schedule(**{**{name: getattr(schedule, name) for name in schedule.__slots__}, "tries": tries})
        waits.append(next_due(tried, now, troubled=True) - now)
    assert waits == [*RETRIES, timedelta(hours=24), timedelta(hours=24)]


@pytest.mark.parametrize("address", ["http://127.0.0.1/", "http://localhost/", "ftp://a.example/", "http://10.0.0.8/x"])
def test_an_address_that_an_ingest_would_refuse_is_not_scheduled(address: str, settings: Settings) -> None:
    wanted = ScheduleWanted("x", ScheduleKind.ADDRESSES, (address,), Rhythm.read("every 6h"))
    with pytest.raises(UsageError):
        check_targets(wanted, settings)


def test_only_allowed_folders_are_scheduled_and_never_the_data_folder(settings: Settings, tmp_path: Path) -> None:
    allowed, other = tmp_path / "allowed", tmp_path / "other"
    for folder in (allowed / "in", other, settings.paths.data):
        folder.mkdir(parents=True, exist_ok=True)

    def check(folder: Path) -> None:
        wanted = ScheduleWanted("x", ScheduleKind.FOLDER, (str(folder),), Rhythm.read("every 6h"))
        check_targets(wanted, settings, [allowed])

    check(allowed / "in")
    (allowed / "out").symlink_to(other)
    for folder in (other, allowed / "out", settings.paths.data, tmp_path):
        with pytest.raises(UsageError):
            check(folder)
