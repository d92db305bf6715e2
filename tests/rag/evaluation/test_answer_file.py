"""The format of answer questions: what is read, and that every mistake names entry and key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from rag.domain import AnswerStatus, NoticeKind
from rag.errors import SourceError
from rag.evaluation.answer_file import AnswerFile, read_answer_file

ENTRY: dict[str, Any] = {"id": "amount-01", "question": "补贴多少钱", "expect": {"status": "answered"}}


def read(tmp_path: Path, content: object) -> AnswerFile:
    path = tmp_path / "set.yaml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return read_answer_file(path)


def with_expect(**changed: Any) -> list[dict[str, Any]]:
    return [ENTRY | {"expect": {"status": "answered"} | changed}]


def test_everything_that_can_be_said_of_an_answer_is_read(tmp_path: Path) -> None:
    expect = {
        "status": ["answered", "redacted"],
        "contains": ["120元", ["甲", "乙"], 48],
        "absent": ["元旦"],
        "source": "a.html",
        "place": "青棠县",
        "places": ["青棠县", "白石县"],
        "silent": ["白石县"],
        "options": ["青棠县"],
        "items": 5,
        "notices": ["stale"],
        "premise": "取消",
        "rewritten": "补贴",
    }
    entry = ENTRY | {"region": "青棠县", "history": ["一", "二"], "held_out": True, "answer": "120元", "expect": expect}
    (asked,) = read(tmp_path, {"questions": [entry]}).questions
    assert (asked.question.region, asked.question.history) == ("青棠县", ("一", "二"))
    assert (asked.kind, asked.held_out, asked.gold) == ("amount", True, "120元")
    assert asked.documents == {"a.html"}
    found = asked.expectation
    assert found is not None
    assert found.status == (AnswerStatus.ANSWERED, AnswerStatus.REDACTED)
    assert found.contains == (("120元",), ("甲", "乙"), ("48",))
    assert (found.items, found.notices, found.premise) == (5, (NoticeKind.STALE,), "取消")
    assert (found.places, found.silent, found.options) == (("青棠县", "白石县"), ("白石县",), ("青棠县",))


@pytest.mark.parametrize(
    ("status", "answerable"),
    [
        ("answered", True),
        (["answered", "redacted"], True),
        ("no_evidence", False),
        (["no_evidence", "out_of_scope"], False),
        (["answered", "no_evidence"], None),
        ("routed", None),
        ("needs_clarification", None),
    ],
)
def test_the_expected_status_says_whether_there_is_an_answer(
    tmp_path: Path, status: object, answerable: bool | None
) -> None:
    assert read(tmp_path, with_expect(status=status)).questions[0].answerable is answerable


def test_a_plain_list_of_questions_is_read_and_has_no_thresholds(tmp_path: Path) -> None:
    found = read(tmp_path, [ENTRY, ENTRY | {"id": "other", "kind": "own"}])
    assert [asked.kind for asked in found.questions] == ["amount", "own"]
    assert not found.thresholds.at_least
    assert found.questions[0].held_out is None


def test_the_thresholds_stand_beside_the_questions(tmp_path: Path) -> None:
    content = {"thresholds": {"at_least": {"right": 0.9}, "at_most": {"false_answer_rate": 0}}, "questions": [ENTRY]}
    found = read(tmp_path, content).thresholds
    assert (found.at_least, found.at_most) == ({"right": 0.9}, {"false_answer_rate": 0.0})


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("a: [", "set.yaml cannot be read"),
        ([], "questions: expected a list"),
        ({"thresholds": {}}, "questions: expected a list"),
        ({"questions": [ENTRY], "extra": 1}, "extra: unknown"),
        ({"questions": [ENTRY], "thresholds": {"at_lest": {}}}, "thresholds, at_lest: unknown"),
        ({"questions": [ENTRY], "thresholds": {"at_least": {"rogue": 1}}}, "rogue: no figure"),
        ({"questions": [ENTRY], "thresholds": {"at_least": {"right": "high"}}}, "at_least, right: expected a number"),
        (["text"], "entry 1: expected keys and values"),
        ([{"question": "x"}], "entry 1, id"),
        ([ENTRY, ENTRY | {"id": 7}], "entry 2, id"),
        ([ENTRY | {"question": " "}], r"entry 1 \(amount-01\), question"),
        ([ENTRY | {"answers": "x"}], r"entry 1 \(amount-01\), answers: unknown"),
        ([{"id": "a", "question": "b"}], r"\(a\), expect: missing"),
        ([ENTRY | {"expect": "answered"}], r"\(amount-01\), expect: expected keys"),
        ([ENTRY | {"expect": {}}], "expect, status: missing"),
        (with_expect(status="done"), "expect, status: expected one of answered, partial"),
        (with_expect(conatins=["x"]), "expect, conatins: unknown"),
        (with_expect(contains=[{"a": 1}]), "expect, contains"),
        (with_expect(contains=[[]]), "expect, contains"),
        (with_expect(absent=[""]), "expect, absent"),
        (with_expect(items=0), "expect, items"),
        (with_expect(items=True), "expect, items"),
        (with_expect(notices=["old"]), "expect, notices: expected one of stale"),
        (with_expect(place=3), "expect, place"),
        ([ENTRY | {"held_out": "yes"}], "held_out: expected true or false"),
        ([ENTRY | {"history": [""]}], "history"),
        ([ENTRY, ENTRY], r"\(amount-01\), id: used twice"),
    ],
)
def test_a_mistake_is_refused_by_entry_and_key(tmp_path: Path, content: object, named: str) -> None:
    with pytest.raises(SourceError, match=named):
        read(tmp_path, content)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nowhere\.yaml"):
        read_answer_file(tmp_path / "nowhere.yaml")
