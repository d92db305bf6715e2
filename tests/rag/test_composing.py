"""The ways in which an answer is composed, over a small library: each is reached through the whole path."""

from __future__ import annotations

import pytest

from rag.answering import Answering
from rag.domain import AnswerStatus, GuardReason, NoticeKind, Question
from tests.rag.small_library import answering_over

TEXTS = {
    "danjiangkou.md": """---
region: 丹江口市
---
# 丹江口市村卫生室补助办法

## 补助标准

村卫生室每所每年补助6000元。

## 监督管理

由市卫生健康局负责村卫生室补助的监督管理。

## 服务时间

村卫生室继续开放，周一至周六接诊。
""",
    "lixian.md": """---
region: 澧县
---
# 澧县村卫生室补助办法

## 补助标准

村卫生室每所每年补助8000元。
""",
    "insurance.md": """# 高血压门诊报销办法

## 报销比例

高血压患者血压用药的门诊费用按50%报销。
""",
    "checkup.csv": "服务包,适用人群,年服务费,个人缴费\n基础包,所有居民,120元,0元\n糖尿病包,糖尿病患者,210元,40元\n",
}


@pytest.fixture(scope="module")
def answering(tmp_path_factory: pytest.TempPathFactory) -> Answering:
    return answering_over(TEXTS, tmp_path_factory.mktemp("composing"))


def test_short_answers_of_several_places_are_all_told_each_with_its_place(answering: Answering) -> None:
    answer = answering.answer(Question("村卫生室每所每年补助多少元"))
    assert answer.status is AnswerStatus.ANSWERED
    told = {statement.place: statement.text for statement in answer.statements}
    assert "6000元" in told["丹江口市"]
    assert "8000元" in told["澧县"]
    regions = {citation.number: citation.region for citation in answer.citations}
    assert all(regions[number] == said.place for said in answer.statements for number in said.citations)


def test_a_question_for_places_collects_one_statement_of_each(answering: Answering) -> None:
    answer = answering.answer(Question("哪些地方有村卫生室补助"))
    assert answer.status is AnswerStatus.ANSWERED
    assert set(answer.places) == {"丹江口市", "澧县"}
    assert sorted(statement.place or "" for statement in answer.statements) == sorted(answer.places)


def test_a_part_of_another_places_name_is_asked_back_and_not_answered_from_there(answering: Answering) -> None:
    answer = answering.answer(Question("江口村卫生室补助多少"))
    assert answer.status is AnswerStatus.NEEDS_CLARIFICATION
    assert answer.clarification is not None
    assert (answer.clarification.kind, answer.clarification.options) == ("near_region", ("丹江口市",))


def test_a_premise_that_no_source_states_is_named_and_not_explained(answering: Answering) -> None:
    answer = answering.answer(Question("丹江口为什么取消了村卫生室补助"))
    assert answer.status is AnswerStatus.NO_EVIDENCE
    assert answer.premise is not None
    assert "取消" in answer.premise


def test_a_follow_up_is_answered_and_says_how_it_was_read(answering: Answering) -> None:
    answer = answering.answer(Question("那澧县呢", None, ("丹江口市村卫生室每所每年补助多少元",)))
    assert answer.status is AnswerStatus.ANSWERED
    assert answer.rewritten is not None
    assert "澧县" in answer.rewritten
    assert ["8000元" in statement.text for statement in answer.statements] == [True]


def test_a_cell_asked_for_is_marked_in_its_row(answering: Answering) -> None:
    answer = answering.answer(Question("糖尿病包个人缴费多少元"))
    assert answer.status is AnswerStatus.ANSWERED
    first = answer.statements[0]
    assert first.span is not None
    assert first.text[slice(*first.span)] == "40元"
    cited = answer.citations[0]
    assert cited.span is not None
    assert cited.quote[cited.span[0] - cited.start : cited.span[1] - cited.start] == "40元"
    assert "糖尿病包" in cited.quote


def test_what_the_rules_say_is_offered_beside_advice_and_never_as_the_answer(answering: Answering) -> None:
    answer = answering.answer(Question("我血压高该吃什么药，门诊能报销吗"))
    assert answer.status is AnswerStatus.ROUTED
    assert answer.guarded is GuardReason.MEDICAL_ADVICE
    assert answer.statements == ()
    assert NoticeKind.MEDICAL_DISCLAIMER in {notice.kind for notice in answer.notices}
    assert answer.related
