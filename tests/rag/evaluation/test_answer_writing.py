"""Questions are written as they were read, and kept answers compared."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rag.catalogue import EvaluationInfo, EvaluationRecord
from rag.errors import SourceError
from rag.evaluation.answer_changes import ChangeKind, answer_changes
from rag.evaluation.answer_file import read_answer_text
from rag.evaluation.answer_set import AnswerSet
from rag.evaluation.answer_writing import entry_of, file_text

TEXT = """
thresholds:
  at_least: {right: 0.9}
questions:
  - id: amount-01
    question: "第三个孩子：另外给多少钱？ # 不是注释"
    region: 青棠县
    history: [上一个问题, "120"]
    held_out: false
    answer: 2000元
    expect:
      status: [answered, partial]
      contains: [120, [两千元, 2000元]]
      absent: "3000元"
      source: child.html
      place: 青棠县
      items: 5
      notices: [stale]
      premise: 取消
      rewritten: 补贴
  - {id: "01", question: 有没有, kind: odd, expect: {status: no_evidence, options: [甲县], places: [乙县], silent: [丙县]}}
"""


def test_a_file_that_is_written_asks_the_same_and_expects_the_same() -> None:
    read = read_answer_text(TEXT, "set")
    again = read_answer_text(file_text([entry_of(one) for one in read.questions], read.thresholds), "again")
    assert again == read
    assert AnswerSet("a", again.questions).digest() == AnswerSet("b", read.questions).digest()
    json.dumps([entry_of(one) for one in read.questions])


def test_a_mistake_in_a_text_names_where_it_stands() -> None:
    with pytest.raises(SourceError, match=r"upload, entry 1 \(a\), expect, status: expected one of"):
        read_answer_text("[{id: a, question: b, expect: {status: perhaps}}]", "upload")


def record(**answers: tuple[bool, str, str | None]) -> EvaluationRecord:
    info = EvaluationInfo("e", "t", None, "set", "d", "s", {}, "m", {})
    questions: dict[str, dict[str, Any]] = {
        name: {"question": name, "region": None, "right": right, "status": status, "shown": shown}
        for name, (right, status, shown) in answers.items()
    }
    return EvaluationRecord(info, questions)


def test_what_changed_is_told_with_the_worst_first_and_what_is_the_same_is_not() -> None:
    before = record(
        same=(True, "answered", "五百元"),
        reworded=(True, "answered", "五百元"),
        better=(False, "no_evidence", ""),
        worse=(True, "answered", "五百元"),
        still_wrong=(False, "answered", "三百元"),
        gone=(True, "answered", "x"),
        old=(True, "answered", None),
    )
    after = record(
        same=(True, "answered", "五百元"),
        reworded=(True, "answered", "每月五百元"),
        better=(True, "answered", "五百元"),
        worse=(False, "no_evidence", ""),
        still_wrong=(False, "no_evidence", ""),
        new=(True, "answered", "y"),
        old=(True, "answered", "五百元"),
    )
    found = [(change.question_id, change.kind) for change in answer_changes(before, after)]
    assert found == [
        ("worse", ChangeKind.WORSE),
        ("better", ChangeKind.BETTER),
        ("still_wrong", ChangeKind.OTHER_WRONG),
        ("reworded", ChangeKind.OTHER_RIGHT),
    ]
