"""One thing at a time, told while it goes on and after it ended, whatever its end."""

from __future__ import annotations

import logging
from typing import NoReturn

import pytest

from rag.errors import LockedError, NotAvailableError
from tests.ui.console.conftest import Console, holding, words_of
from ui.console.work import Job, Work, WorkEnd, WorkRunningError


def test_a_second_piece_of_work_is_refused_while_one_is_done(console: Console) -> None:
    with holding(console), pytest.raises(WorkRunningError):
        console.parts.work.start("delete", "王主任", lambda _: None)
    console.parts.work.start("delete", "王主任", lambda _: None)
    assert console.ended().kind == "delete"


def test_a_form_sent_meanwhile_is_answered_in_words(console: Console) -> None:
    with holding(console):
        page = console.post("/admin/rebuild")
        assert page.status_code == 409
        assert "现在正在做另一件事" in words_of(page)


def test_the_page_tells_how_far_it_is_however_often_it_is_opened(console: Console) -> None:
    with holding(console) as progress:
        progress("read", 3, 8)
        for path in ("/admin/work", "/admin/work", "/admin/work/state"):
            words = words_of(console.get(path))
            assert "收录资料，李主任" in words
            assert "读文件 （3/8）" in words
    assert "做完了" in words_of(console.get("/admin/work/state"))


def test_a_stage_without_words_is_told_as_work(console: Console) -> None:
    with holding(console) as progress:
        progress("<b>odd</b>", 1, 0)
        page = console.get("/admin/work")
    assert "正在做" in words_of(page)
    assert "<b>odd" not in page.text


def test_an_expected_failure_is_told_in_words_with_its_reason_below(console: Console) -> None:
    def task(_: object) -> NoReturn:
        raise LockedError("another ingest is running on <data>")

    console.parts.work.start("ingest", "王主任", task)
    assert console.ended().state is WorkEnd.FAILED
    page = console.get("/admin/work")
    assert "有人正在别处更新资料" in words_of(page)
    assert "another ingest is running on &lt;data&gt;" in page.text


def test_a_failure_that_nobody_expected_is_told_and_logged(console: Console, caplog: pytest.LogCaptureFixture) -> None:
    def task(_: object) -> NoReturn:
        raise ZeroDivisionError("surprise")

    with caplog.at_level(logging.ERROR):
        console.parts.work.start("ingest", "王主任", task)
        console.ended()
    assert "ingest failed" in caplog.text
    assert "出了点问题" in words_of(console.get("/admin/work"))


def test_a_failure_is_audited_too(console: Console) -> None:
    console.post("/admin/restore", document="no such document", reason="看看")
    assert console.ended().state is WorkEnd.FAILED
    noted = console.audited()[0]
    assert (noted["object_"], noted["after"]["outcome"]) == ("no such document", "failed")
    assert noted["after"]["problem"] == "UnknownIdError"


def test_work_ends_even_where_it_cannot_be_noted(caplog: pytest.LogCaptureFixture) -> None:
    def ended(_: Job) -> NoReturn:
        raise NotAvailableError("the catalogue is gone")

    work = Work()
    work.start("delete", "王主任", lambda _: None, ended)
    work.wait(10)
    assert not work.running()
    assert "could not be noted: the catalogue is gone" in caplog.text


def test_nothing_was_done_yet(console: Console) -> None:
    assert "现在没有在做的事" in words_of(console.get("/admin/work"))
