from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.answering import Answering
from rag.domain import AnswerMode, AnswerStatus, InvalidReason, NoticeKind, Question, RouteReason
from rag.errors import LanguageModelError
from tests.rag.small_library import answering_over

TEXTS = {
    "tianmen.md": """# 天门市老年人免费体检通知

## 体检对象

本市65周岁以上的老年人可以参加免费体检。

## 体检时间

体检时间为2026年4月20日至9月30日。

## 体检项目

1. 血常规；
2. 尿常规；
3. 心电图。

## 工作情况

全年体检老年人xx人次。
""",
    "lixian.md": """# 澧县老年人免费体检通知

## 体检项目

1. 血压；
2. 血糖。

## 村卫生室建设

村卫生室每所补助6000元。
""",
}


@pytest.fixture(scope="module")
def answering(tmp_path_factory: pytest.TempPathFactory) -> Answering:
    return answering_over(TEXTS, tmp_path_factory.mktemp("answering"))


def test_an_answer_comes_from_the_place_that_was_asked_about(answering: Answering) -> None:
    answer = answering.answer(Question("澧县老年人免费体检项目有哪些"))
    assert answer.status is AnswerStatus.ANSWERED
    assert [statement.text for statement in answer.statements] == ["血压；", "血糖。"]
    assert {citation.region for citation in answer.citations} == {"澧县"}
    assert [statement.citations for statement in answer.statements] == [(1,), (2,)]


def test_the_place_is_asked_back_where_several_have_an_answer(answering: Answering) -> None:
    answer = answering.answer(Question("老年人免费体检项目有哪些"))
    assert answer.status is AnswerStatus.NEEDS_CLARIFICATION
    assert answer.clarification is not None
    assert set(answer.clarification.options) == {"天门市", "澧县"}


def test_the_one_place_that_has_an_answer_needs_no_question_back(answering: Answering) -> None:
    answer = answering.answer(Question("村卫生室每所补助多少钱"))
    assert answer.status is AnswerStatus.ANSWERED
    assert {citation.region for citation in answer.citations} == {"澧县"}


def test_the_place_chosen_on_the_page_decides(answering: Answering) -> None:
    answer = answering.answer(Question("老年人免费体检项目有哪些", "天门市"))
    assert {citation.region for citation in answer.citations} == {"天门市"}


def test_what_another_place_says_is_no_evidence(answering: Answering) -> None:
    answer = answering.answer(Question("天门市村卫生室每所补助多少钱"))
    assert answer.status is AnswerStatus.NO_EVIDENCE
    assert [route.reason for route in answer.routes] == [RouteReason.NO_EVIDENCE] * 2


def test_a_thing_that_no_document_has_is_not_answered(answering: Answering) -> None:
    assert answering.answer(Question("天门市听力筛查多少钱")).status is AnswerStatus.NO_EVIDENCE


def test_a_question_about_something_else_is_out_of_scope(answering: Answering) -> None:
    assert answering.answer(Question("推荐一部电影")).status is AnswerStatus.OUT_OF_SCOPE


def test_a_hidden_figure_is_said_to_be_hidden(answering: Answering) -> None:
    answer = answering.answer(Question("天门市全年体检了多少人次老年人"))
    assert answer.status is AnswerStatus.REDACTED
    assert NoticeKind.REDACTED in {notice.kind for notice in answer.notices}


def test_a_follow_up_keeps_its_place_and_subject(answering: Answering) -> None:
    answer = answering.answer(Question("那项目有哪些呢", None, ("澧县老年人免费体检什么时候做",)))
    assert {citation.region for citation in answer.citations} == {"澧县"}


def test_an_emergency_is_routed_before_anything_is_searched(answering: Answering) -> None:
    answer = answering.answer(Question("我爸突然晕倒叫不醒"))
    assert answer.status is AnswerStatus.ROUTED
    assert answer.citations == ()


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (Question("？！ "), InvalidReason.EMPTY),
        (Question("体检" * 400), InvalidReason.TOO_LONG),
        (Question("体检项目有哪些", "不存在的某某镇"), InvalidReason.UNKNOWN_REGION),
    ],
)
def test_a_question_that_cannot_be_taken_says_why(
    answering: Answering, question: Question, reason: InvalidReason
) -> None:
    answer = answering.answer(question)
    assert answer.status is AnswerStatus.INVALID
    assert answer.invalid_reason is reason


class _Model:
    """A chat model that says one thing, or fails."""

    name = "test-model"

    def __init__(self, said: str | None) -> None:
        self._said = said

    def stream(self, system: str, user: str) -> Iterator[str]:
        assert system
        assert user
        if self._said is None:
            raise LanguageModelError("no answer")
        yield self._said


def test_a_model_that_fails_leaves_the_quotations(tmp_path: Path) -> None:
    answer = answering_over(TEXTS, tmp_path, _Model(None)).answer(Question("澧县老年人免费体检项目有哪些"))
    assert answer.mode is AnswerMode.EXTRACTIVE
    assert answer.status is AnswerStatus.ANSWERED


def test_what_a_model_invents_is_not_shown(tmp_path: Path) -> None:
    model = _Model("村卫生室每所补助9999元。[1]")
    answer = answering_over(TEXTS, tmp_path, model).answer(Question("澧县村卫生室每所补助多少钱"))
    assert not any("9999" in statement.text for statement in answer.statements)
    assert any("6000元" in statement.text for statement in answer.statements)


def test_a_written_answer_is_marked_as_written(tmp_path: Path) -> None:
    model = _Model("澧县给村卫生室每所补助6000元。[1]")
    answer = answering_over(TEXTS, tmp_path, model).answer(Question("澧县村卫生室每所补助多少钱"))
    assert answer.mode is AnswerMode.GENERATIVE
    assert NoticeKind.AI_GENERATED in {notice.kind for notice in answer.notices}
