"""Schedules on their page: what may be scheduled, what is run, and that trouble shows in red."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.catalogue import open_catalogue
from rag.catalogue.schedule_records import Rhythm, ScheduleEnd, ScheduleKind, ScheduleWanted
from rag.errors import SourceError
from tests.ui.console.conftest import Console, holding, words_of
from ui.console.schedule_running import begin_run, run_what_is_due
from ui.console.work import WorkEnd, WorkRunningError

ADDRESS = "https://health.example.org/notices.html"
FORM = {
    "name": "县卫健局通知", "kind": "addresses", "addresses": ADDRESS, "every": "weekly", "weekday": "1", "at": "02:30",
}  # fmt: skip


def unreachable(address: str, *_: object, **__: object) -> None:
    raise SourceError(f"{address}: cannot be read (the host is not known)")


def make_due(console: Console) -> None:
    with open_catalogue(console.parts.settings) as catalogue, catalogue.schedules._database.writing() as connection:
        connection.exec_driver_sql("UPDATE schedules SET due = '2026-01-01T00:00:00Z'")


def test_an_unreachable_address_is_told_in_red_here_and_on_the_overview_until_it_is_read(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.gathering.fetch", unreachable)
    assert console.post("/admin/schedules", **FORM).headers["location"].startswith("/admin/schedules")
    assert "每周一 02:30" in words_of(console.get("/admin/schedules"))
    assert run_what_is_due(console.parts) is None
    before = console.parts.assistant.published()

    make_due(console)
    assert "应该在" in words_of(console.get("/admin/"))
    assert run_what_is_due(console.parts) is not None
    job = console.ended()
    assert (job.kind, job.state, job.problem) == ("scheduled", WorkEnd.FAILED, "NothingReadError")
    assert console.parts.assistant.published() == before
    for path in ("/admin/", "/admin/schedules"):
        page = console.get(path)
        assert "有 1 处没有读到" in words_of(page)
        assert 'class="problem"' in page.text
    words = words_of(console.get("/admin/schedules"))
    assert f"{ADDRESS} 连不上这个网站。" in words
    assert "后来补做" in words
    noted = console.audited()[0]
    assert (noted["who"], noted["action"], noted["after"]["problem"]) == ("auto", "schedule.run", "NothingReadError")
    # What was missed several times is caught up once.
    assert run_what_is_due(console.parts) is None

    with open_catalogue(console.parts.settings) as catalogue:
        (schedule,) = catalogue.schedules.all()
        report = catalogue.runs.get(schedule.run or "")
        catalogue.schedules.take(schedule.number, "me", at_once=True)
        due = Rhythm.read("every 6h").after(catalogue.schedules._clock())
        catalogue.schedules.ended(schedule.number, "me", ScheduleEnd("unchanged", None, due))
    assert [file["source"] for file in (report.report or {})["files"]] == [ADDRESS]
    assert "连不上这个网站" in words_of(console.get(f"/admin/runs/{schedule.run}"))
    assert "没有读到" not in words_of(console.get("/admin/"))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": ""}, "请起一个名称"),
        ({"addresses": " "}, "还没有填网址"),
        ({"addresses": "http://127.0.0.1/admin"}, "这个网址用不了"),
        ({"addresses": "http://router.local/"}, "这个网址用不了"),
        ({"kind": "folder", "folder": "/etc"}, "这个文件夹不能用"),
        ({"kind": "folder", "folder": "relative"}, "这个文件夹不能用"),
        ({"at": "25:00"}, "时间要写成"),
        ({"every": "every", "hours": "0"}, "小时数要在"),
    ],
)
def test_what_cannot_be_scheduled_is_told_and_stays_in_the_form(
    console: Console, changed: dict[str, str], words: str
) -> None:
    page = console.post("/admin/schedules", **{**FORM, **changed})
    assert page.status_code == 422
    assert words in words_of(page)
    if "name" not in changed:
        assert "县卫健局通知" in page.text
    with open_catalogue(console.parts.settings) as catalogue:
        assert catalogue.schedules.all() == ()


def test_a_schedule_is_changed_paused_and_removed(console: Console) -> None:
    console.post("/admin/schedules", **FORM)
    path = "/admin/schedules/1"
    assert console.post("/admin/schedules", **FORM).status_code == 422
    assert 'value="02:30"' in console.get(path).text
    console.post(path, **{**FORM, "every": "every", "hours": "6"})
    assert "每 6 小时" in words_of(console.get("/admin/schedules"))
    console.post(f"{path}/pause", paused="1")
    assert "已经暂停" in words_of(console.get("/admin/schedules"))
    make_due(console)
    assert run_what_is_due(console.parts) is None
    assert "县卫健局通知" in words_of(console.get(f"{path}/delete"))
    console.post(f"{path}/delete")
    assert "县卫健局通知" not in words_of(console.get("/admin/schedules"))
    assert [entry["action"] for entry in console.audited()] == [
        "schedule.remove", "schedule.pause", "schedule.change", "schedule.add",
    ]  # fmt: skip
    for gone in (path, "/admin/schedules/x"):
        assert console.get(gone).status_code == 404


def test_a_run_waits_for_other_work_and_is_not_lost(console: Console) -> None:
    console.post("/admin/schedules", **FORM)
    make_due(console)
    with holding(console):
        assert run_what_is_due(console.parts) is None
        assert console.post("/admin/schedules/1/run").status_code == 409
        with pytest.raises(WorkRunningError):
            begin_run(console.parts, 1, "auto")
    with open_catalogue(console.parts.settings) as catalogue:
        assert catalogue.schedules.get(1).holder is None
        assert catalogue.schedules.take(1, "another server") is not None
    assert run_what_is_due(console.parts) is None


def test_a_folder_that_may_be_read_is_run_at_once(console: Console, tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    (folder / "new.md").write_text("# 青棠县体检通知\n\n每月第一个星期一在中心卫生院体检。\n", encoding="utf-8")
    with open_catalogue(console.parts.settings) as catalogue:
        wanted = ScheduleWanted("shared", ScheduleKind.FOLDER, (str(folder),), Rhythm.read("daily 02:30"))
        number = catalogue.schedules.add(wanted, by="command line").number
    # The command line named a folder that the console may not; its name and rhythm can be changed all the same.
    kept = {"name": "共享", "kind": "folder", "folder": str(folder), "every": "daily", "at": "03:00"}
    assert console.post(f"/admin/schedules/{number}", **kept).status_code == 303
    assert console.post(f"/admin/schedules/{number}/run").headers["location"] == "/admin/work"
    assert console.ended().published
    assert "new.md 收进来了" in words_of(console.get("/admin/work"))
    page = words_of(console.get("/admin/schedules"))
    assert "上次顺利" in page
