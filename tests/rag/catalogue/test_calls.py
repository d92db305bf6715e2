"""Calls, cases and the questions that wait: masked, only added to, and taken by one person at a time."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from rag.catalogue import Catalogue
from rag.catalogue.call_records import CallFilter, CallOutcome, NewCall
from rag.catalogue.case_records import CaseFilter, CaseStatus, CaseStep, NewCase
from rag.catalogue.queue_state import QueueDecision
from rag.catalogue.schema_calls import CallNoteRow
from rag.domain import PersonalData
from rag.errors import NotAvailableError, UnknownIdError, UsageError
from rag.settings import CallSettings

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DAY = date(2026, 3, 1)
KEY = "a" * 64
CALL = NewCall("m1", "王芳", "老人体检在哪里做？", CallOutcome.ANSWERED, "青棠县", "在乡镇卫生院。", "已告诉带身份证")
CASE = NewCase(
    "m1", "王芳", "换药的费用能报销吗？", "青棠县医保局", DAY + timedelta(days=5), "青棠县", "来电人住在乡下"
)


def test_a_call_is_found_again_with_its_notes_in_order(catalogue: Catalogue) -> None:
    number = catalogue.calls.add(CALL, at=NOON).number
    catalogue.calls.note(number, "李敏", "又来电问时间", CallOutcome.CALL_BACK, DAY, at=NOON)
    whole = catalogue.calls.get(number)
    assert (whole.call.question, whole.call.region, whole.call.by) == (CALL.question, "青棠县", "王芳")
    assert [(note.by, note.text, note.outcome) for note in whole.notes] == [
        ("王芳", "已告诉带身份证", CallOutcome.ANSWERED),
        ("李敏", "又来电问时间", CallOutcome.CALL_BACK),
    ]
    assert (whole.call.outcome, whole.call.follow_up) == (CallOutcome.CALL_BACK, DAY)


def test_a_form_that_is_sent_twice_is_one_call(catalogue: Catalogue) -> None:
    first, second = (catalogue.calls.add(CALL).number for _ in range(2))
    assert first == second
    assert catalogue.calls.count(CallFilter()) == 1
    assert len(catalogue.calls.get(first).notes) == 1
    with pytest.raises(UsageError):
        catalogue.calls.add(replace(CALL, by="别人"))


def test_personal_numbers_of_a_caller_never_reach_the_disk(catalogue: Catalogue, file: Path) -> None:
    told = replace(CALL, question="我的手机13800001111", answer="打回13800001111", note="他的号13800001111")
    logged = catalogue.calls.add(told)
    noted = catalogue.calls.note(logged.number, "王芳", "换成13800001111了", CallOutcome.ANSWERED)
    opened = catalogue.cases.open(replace(CASE, background="电话13800001111"))
    catalogue.cases.step(opened.number, "王芳", CaseStep(CaseStatus.SENT, "转给13800001111"))
    assert {one.masked for one in (logged, noted, opened)} == {(PersonalData.MOBILE_PHONE,)}
    with closing(sqlite3.connect(file)) as connection:
        assert "13800001111" not in "\n".join(connection.iterdump())


def test_the_database_refuses_to_rewrite_a_note(catalogue: Catalogue) -> None:
    catalogue.calls.add(CALL)
    with pytest.raises(NotAvailableError, match="only added to"), catalogue.calls._database.writing() as connection:
        connection.execute(update(CallNoteRow).values(text="anders"))


def test_calls_are_found_by_what_they_say_in_any_script_and_by_their_facts(catalogue: Catalogue) -> None:
    other = NewCall("m2", "李敏", "疫苗要预约吗？", CallOutcome.PARTLY, "白岭县", "要", "100%_是")
    numbers = [catalogue.calls.add(one, at=NOON + timedelta(days=i)).number for i, one in enumerate((CALL, other))]

    def found(**wanted: object) -> list[int]:
        fits = CallFilter(**wanted)  # type: ignore[arg-type]
        entries = [call.number for call in catalogue.calls.entries(fits, limit=9)]
        assert entries == [call.number for call in catalogue.calls.everything(fits)]
        assert len(entries) == catalogue.calls.count(fits)
        return entries

    assert found() == numbers[::-1]
    assert found(words="體檢 身份證") == numbers[:1]
    assert found(words="100%_") == numbers[1:]
    assert found(words="%") == numbers[1:]
    assert found(by="李敏") == found(outcome=CallOutcome.PARTLY) == found(regions=("白岭县",)) == numbers[1:]
    assert found(until=NOON + timedelta(days=1)) == found(until=NOON + timedelta(hours=1)) == numbers[:1]
    assert found(words="体检", by="李敏") == []


@pytest.mark.parametrize(
    "wrong", [{"question": " "}, {"question": "问" * 2001}, {"note": "注" * 4001}, {"receipt_id": "x"}]
)
def test_a_call_that_cannot_be_kept_is_refused(catalogue: Catalogue, wrong: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        catalogue.calls.add(replace(CALL, **wrong))  # type: ignore[arg-type]
    assert catalogue.calls.count(CallFilter()) == 0


def test_a_wrong_number_needs_no_question_and_an_empty_note_must_change_something(catalogue: Catalogue) -> None:
    number = catalogue.calls.add(replace(CALL, question="", outcome=CallOutcome.WRONG_NUMBER)).number
    with pytest.raises(UsageError):
        catalogue.calls.note(number, "王芳", " ", CallOutcome.WRONG_NUMBER)
    catalogue.calls.note(number, "王芳", "", CallOutcome.DROPPED)
    assert catalogue.calls.counts(CallFilter())[CallOutcome.DROPPED] == 1


def test_who_has_to_call_back_gets_one_task_which_ends_with_the_next_note(catalogue: Catalogue) -> None:
    number = catalogue.calls.add(replace(CALL, outcome=CallOutcome.CALL_BACK, follow_up=DAY), at=NOON).number
    assert catalogue.calls.note_due(DAY - timedelta(days=1)) == 0
    assert [catalogue.calls.note_due(DAY) for _ in range(2)] == [1, 0]
    (task,) = catalogue.tasks.open_of("王芳")
    assert (task.kind, task.object_) == ("call_back", f"call {number}")
    assert [one.number for one in catalogue.calls.entries(CallFilter(follow_up_by=DAY), limit=5)] == [number]
    catalogue.calls.note(number, "李敏", "打过了", CallOutcome.ANSWERED)
    assert catalogue.tasks.open_of("王芳") == ()


def test_a_case_comes_back_to_whoever_handed_it_over(catalogue: Catalogue) -> None:
    cases = catalogue.cases
    number = cases.open(CASE).number
    cases.step(number, "李敏", CaseStep(CaseStatus.SENT, due=DAY + timedelta(days=3)))
    cases.step(number, "李敏", CaseStep(CaseStatus.SENT_BACK, "不归我们管"))
    assert [task.kind for task in catalogue.tasks.open_of("王芳")] == ["case_sent_back"]
    cases.step(number, "王芳", CaseStep(CaseStatus.SENT, office="青棠县卫健局"))
    assert catalogue.tasks.open_of("王芳") == ()
    cases.step(number, "李敏", CaseStep(CaseStatus.ANSWERED, "可以报销。", "医保办〔2026〕3号"))
    assert [task.kind for task in catalogue.tasks.open_of("王芳")] == ["case_answered"]
    cases.step(number, "王芳", CaseStep(CaseStatus.CLOSED))
    assert catalogue.tasks.open_of("王芳") == ()
    whole = cases.get(number)
    assert (whole.case.answer, whole.case.source) == ("可以报销。", "医保办〔2026〕3号")
    assert [(one.status, one.office) for one in whole.events] == [
        (CaseStatus.NEW, "青棠县医保局"),
        (CaseStatus.SENT, "青棠县医保局"),
        (CaseStatus.SENT_BACK, "青棠县医保局"),
        (CaseStatus.SENT, "青棠县卫健局"),
        (CaseStatus.ANSWERED, "青棠县卫健局"),
        (CaseStatus.CLOSED, "青棠县卫健局"),
    ]


@pytest.mark.parametrize(
    ("status", "text", "source"),
    [
        (CaseStatus.ANSWERED, "答", "源"),  # nobody has sent it yet
        (CaseStatus.CLOSED, "", ""),
        (CaseStatus.NEW, "", ""),
    ],
)
def test_a_step_that_does_not_follow_or_says_too_little_is_refused(
    catalogue: Catalogue, status: CaseStatus, text: str, source: str
) -> None:
    number = catalogue.cases.open(CASE).number
    with pytest.raises(UsageError):
        catalogue.cases.step(number, "王芳", CaseStep(status, text, source))
    assert len(catalogue.cases.get(number).events) == 1


def test_an_answer_needs_its_source_and_who_was_slower_is_told(catalogue: Catalogue) -> None:
    number = catalogue.cases.open(CASE).number
    catalogue.cases.step(number, "王芳", CaseStep(CaseStatus.SENT))
    with pytest.raises(UsageError, match="source"):
        catalogue.cases.step(number, "王芳", CaseStep(CaseStatus.ANSWERED, "可以"))
    with pytest.raises(UsageError, match="by now"):
        catalogue.cases.step(number, "李敏", CaseStep(CaseStatus.CLOSED, "重复"), expected=CaseStatus.NEW)


def test_overdue_cases_come_first_and_become_tasks_once_for_each_day_they_were_due(catalogue: Catalogue) -> None:
    cases = catalogue.cases
    late = cases.open(CASE).number
    early = cases.open(replace(CASE, mark="m2", due=DAY)).number
    today = DAY + timedelta(days=2)
    assert [case.number for case in cases.entries(CaseFilter(), limit=5)] == [early, late]
    assert [case.number for case in cases.entries(CaseFilter(overdue_on=today), limit=5)] == [early]
    assert [cases.note_overdue(today) for _ in range(2)] == [1, 0]
    (task,) = catalogue.tasks.open_of("王芳")
    catalogue.tasks.done(task.number, "王芳")
    assert cases.note_overdue(today) == 0  # said to be done
    cases.step(early, "王芳", CaseStep(CaseStatus.SENT, due=date(2999, 1, 1)))
    assert cases.entries(CaseFilter(overdue_on=today), limit=5) == ()


def test_of_two_who_take_a_question_at_once_one_gets_it_and_the_other_is_told_who(catalogue: Catalogue) -> None:
    names = [f"接线员{number}" for number in range(6)]
    told: dict[str, str] = {}

    def take(name: str) -> None:
        told[name] = catalogue.queue.take(KEY, name, 30)

    threads = [threading.Thread(target=take, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (holder,) = set(told.values())
    assert told.keys() == set(names)
    other = next(name for name in names if name != holder)
    assert catalogue.queue.decide(KEY, other, QueueDecision.ANSWERED) == holder
    assert catalogue.queue.give_back(KEY, other) is False
    assert catalogue.queue.of([KEY])[KEY].taken_by == holder


def test_a_question_is_free_again_when_it_is_given_back_or_its_time_is_over(catalogue: Catalogue) -> None:
    queue = catalogue.queue
    assert queue.take(KEY, "王芳", 30, now=NOON) == "王芳"
    assert queue.of([KEY], now=NOON + timedelta(minutes=29))[KEY].taken_by == "王芳"
    assert queue.take(KEY, "李敏", 30, now=NOON + timedelta(minutes=31)) == "李敏"
    assert queue.give_back(KEY, "李敏")
    assert queue.of([KEY], now=NOON)[KEY].taken_by is None


def test_what_was_decided_waits_again_once_somebody_asks_again(catalogue: Catalogue) -> None:
    queue = catalogue.queue
    with pytest.raises(UsageError):
        queue.decide(KEY, "王芳", QueueDecision.DISMISSED, " ")
    assert queue.decide(KEY, "王芳", QueueDecision.DISMISSED, "与政策无关", now=NOON) is None
    state = queue.of([KEY])[KEY]
    assert (state.decision, state.decided_by, state.reason) == (QueueDecision.DISMISSED, "王芳", "与政策无关")
    assert [state.waits(at) for at in ("2026-03-01T11:59:59Z", "2026-03-01T12:00:01Z")] == [False, True]
    for key in ("", "z" * 64, "a" * 63):
        with pytest.raises(UnknownIdError):
            queue.take(key, "王芳", 30)


def test_all_of_it_is_audited_without_what_was_said(catalogue: Catalogue) -> None:
    number = catalogue.calls.add(CALL).number
    catalogue.calls.note(number, "李敏", "补一句", CallOutcome.PARTLY)
    case = catalogue.cases.open(CASE).number
    catalogue.cases.step(case, "李敏", CaseStep(CaseStatus.SENT, "附言"))
    catalogue.queue.take(KEY, "王芳", 30)
    catalogue.queue.decide(KEY, "王芳", QueueDecision.DISMISSED, "无关")
    entries = catalogue.audit.entries()
    assert [(one.who, one.action) for one in reversed(entries)] == [
        ("王芳", "call.add"),
        ("李敏", "call.note"),
        ("王芳", "case.open"),
        ("李敏", "case.step"),
        ("王芳", "queue.take"),
        ("王芳", "queue.dismissed"),
    ]
    told = repr(entries)
    assert not [text for text in ("体检", "卫生院", "补一句", "换药", "乡下", "附言", "无关") if text in told]


def test_calls_closed_cases_and_decisions_end_when_their_time_is_over(catalogue: Catalogue) -> None:
    catalogue.calls.add(CALL, at=NOON - timedelta(days=31))
    kept = catalogue.calls.add(replace(CALL, mark="m2"), at=NOON - timedelta(days=29)).number
    open_, closed = (
        catalogue.cases.open(replace(CASE, mark=mark), at=NOON - timedelta(days=40)).number for mark in "ab"
    )
    catalogue.cases.step(closed, "王芳", CaseStep(CaseStatus.CLOSED, "重复"), at=NOON - timedelta(days=31))
    catalogue.queue.decide(KEY, "王芳", QueueDecision.ANSWERED, now=NOON - timedelta(days=31))
    assert catalogue.retention.purge_calls(NOON, CallSettings(keep_days=30)) == 3
    assert [call.number for call in catalogue.calls.entries(CallFilter(), limit=5)] == [kept]
    assert [case.number for case in catalogue.cases.entries(CaseFilter(), limit=5)] == [open_]
    assert catalogue.queue.of([KEY]) == {}
    assert catalogue.retention.purge_calls(NOON, CallSettings(keep_days=30)) == 0
