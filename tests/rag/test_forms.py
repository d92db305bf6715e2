from __future__ import annotations

import pytest

from rag.forms import Fit, announces, fit, specific_form
from rag.question import QuestionKind, kind_of


@pytest.mark.parametrize(
    ("question", "answer", "other"),
    [
        ("几点开门", "8:30开门", "周三开门"),
        ("打疫苗是星期几", "每周三接种", "8:30接种"),
        ("到哪天截止", "12月31日截止", "2026年度缴费"),
        ("一年补多少钱", "每年300元", "每年3次"),
        ("签约覆盖率多少", "达到75%", "共75人"),
        ("一共打几针", "剂次: 5", "满8月龄"),
        ("贴敷要多久", "不超过2小时", "共3人"),
        ("住院报几成", "报销80%", "报销80元"),
        ("要罚几多", "罚款500元", "罚3次"),
        ("办法什么时候生效", "自2026年3月1日起施行", "2026年3月1日受理"),
        ("控烟归谁管", "由卫生局负责", "患者和居民"),
        ("归哪个股管", "疾病预防股", "县卫生局"),
        ("页面列出了几项措施", "列出八项措施", "列出措施"),
    ],
)
def test_the_wording_of_a_question_says_what_its_answer_has_in_it(question: str, answer: str, other: str) -> None:
    kind = kind_of(question)
    specific = specific_form(question, kind)
    assert fit(kind, specific, answer) is Fit.SPECIFIC
    assert fit(kind, specific, other) is not Fit.SPECIFIC


def test_a_placeholder_is_as_good_as_the_figure_that_it_hides() -> None:
    specific = specific_form("改造多少所", QuestionKind.AMOUNT)
    assert fit(QuestionKind.AMOUNT, specific, "改造若干所", redacted=True) is Fit.SPECIFIC
    assert fit(QuestionKind.PHONE, None, "改造若干所", redacted=True) is Fit.NONE


def test_the_number_of_an_item_is_no_figure() -> None:
    assert fit(QuestionKind.AMOUNT, None, "3.加强培训") is Fit.NONE


def test_a_duration_is_no_day() -> None:
    specific = specific_form("哪天能去", QuestionKind.DATE)
    assert fit(QuestionKind.DATE, specific, "3个工作日领证") is not Fit.SPECIFIC


@pytest.mark.parametrize(
    ("kind", "heading"),
    [
        (QuestionKind.PROCEDURE, "办理程序"),
        (QuestionKind.PERSON, "补贴对象"),
        (QuestionKind.DATE, "申领时间"),
        (QuestionKind.AMOUNT, "补贴标准"),
        (QuestionKind.PHONE, "联系方式"),
        (QuestionKind.PLACE, "贴敷地点"),
    ],
)
def test_a_heading_announces_the_kind_of_answer_below_it(kind: QuestionKind, heading: str) -> None:
    assert announces(kind, heading)
    assert not announces(kind, "总则")


def test_a_contact_is_no_procedure() -> None:
    assert not announces(QuestionKind.PROCEDURE, "咨询方式")
