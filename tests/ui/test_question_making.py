from __future__ import annotations

from dataclasses import replace

import pytest

from rag.domain import Document, DocumentType, Validity
from rag.region_table import COUNTRY_CODE
from tests.ui.documents import notice, written
from ui.question_making import LONGEST_QUESTION, questions_of, usable

GRANT = "关于印发《青石县高龄津贴发放办法（试行）》的通知"


def asked(document: Document) -> list[str]:
    return [made.question for made in questions_of(document)]


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("一、津贴对象", "青石县高龄津贴的对象是哪些人？"),
        ("（二）发放标准", "青石县高龄津贴的发放标准是多少？"),
        ("3. 申请材料", "青石县高龄津贴需要哪些申请材料？"),
        ("第四条 申领时间", "青石县高龄津贴的申领时间是什么时候？"),
        ("领取地点", "青石县高龄津贴的领取地点在哪里？"),
        ("办理程序", "青石县高龄津贴的办理程序是怎样的？"),
        ("办理程序和时间", "青石县高龄津贴的办理程序和时间是怎么安排的？"),
        ("注意事项", "青石县高龄津贴有哪些注意事项？"),
        ("外地老人申领", "青石县外地老人怎么申领？"),
        ("年审和退出", "青石县高龄津贴怎么年审和退出？"),
        ("不宜领取的人", "青石县高龄津贴哪些人不宜领取？"),
        ("领取后的优惠", "青石县高龄津贴领取后有哪些优惠？"),
        ("罚则", "违反《青石县高龄津贴发放办法》会受到什么处罚？"),
    ],
)
def test_each_kind_of_heading_is_asked_for_in_its_own_way(heading: str, question: str) -> None:
    assert asked(notice(GRANT, heading)) == [question]


@pytest.mark.parametrize(
    "heading",
    [
        "附则",
        "总 则",
        "指导思想",
        "青卫发〔2026〕5号",
        "（此件主动公开）",
        "附件1",
        "实施办法》的通知",
        "——单位",
        "加强组织领导",
        "加大投入保障",
        "李某某 副局长",
        "规划背景",
        "试点成效显著",
        "这个办法为什么要出台？",
        "青石县高龄津贴",
    ],
)
def test_a_heading_that_nobody_asks_about_makes_no_question(heading: str) -> None:
    assert asked(notice(GRANT, heading)) == []


def test_a_plan_is_asked_how_the_place_does_what_it_promises() -> None:
    plan = notice("青石县健康规划", "大力推进智慧健康建设", "健全急救体系，织密救治网络", type=DocumentType.PLAN)
    assert asked(plan) == ["青石县怎么推进智慧健康建设？", "青石县怎么健全急救体系？"]


def test_what_holds_everywhere_is_asked_of_the_country() -> None:
    plan = notice("健康规划纲要", "引导合理膳食", region="全国", region_code=COUNTRY_CODE)
    assert asked(plan) == ["国家怎么引导合理膳食？"]


def test_a_question_of_the_document_is_asked_of_its_place() -> None:
    answers = notice("热线常见问题", "1. 县卫健局几点上班？", "县级医院有几家？", type=DocumentType.FAQ)
    assert asked(answers) == ["青石县卫健局几点上班？", "青石县县级医院有几家？"]


def test_other_headings_among_questions_and_answers_ask_nothing() -> None:
    assert asked(notice("热线常见问题", "就医", "办证办事", type=DocumentType.FAQ)) == []


def test_a_statute_is_asked_by_its_name() -> None:
    statute = notice(
        "中华人民共和国献血法", "第二章 采血与供血", "法律责任", "附则",
        region="全国", region_code=COUNTRY_CODE, type=DocumentType.STATUTE,
    )  # fmt: skip
    assert asked(statute) == ["《献血法》对采血与供血有什么规定？", "违反《献血法》要承担什么法律责任？"]


def test_titles_inside_titles_are_marked_as_such() -> None:
    statute = notice("青石县实施《中华人民共和国献血法》办法", "用血管理", type=DocumentType.STATUTE)
    assert asked(statute) == ["《青石县实施〈献血法〉办法》对用血管理有什么规定？"]


def test_a_list_that_a_line_announces_is_asked_for() -> None:
    statute = written(
        "急救条例",
        [
            (0, "第八条 设立急救站应当具备下列条件："),
            (0, "（一）有医生；"),
            (0, "第九条 县卫生部门履行下列职责："),
            (0, "（一）检查；"),
            (0, "第十条 违反本条例规定，有下列行为："),
            (0, "应当提交下列材料："),
        ],
        region="青石县",
        type=DocumentType.STATUTE,
    )
    assert asked(statute) == ["青石县设立急救站应当具备哪些条件？", "青石县卫生部门履行哪些职责？"]


def test_a_report_is_asked_what_was_done_not_what_is_laid_down() -> None:
    report = notice("青石县2025年卫生工作总结", "基层医疗服务", "存在的问题", type=DocumentType.REPORT)
    assert asked(report) == ["青石县的基层医疗服务情况怎么样？", "青石县卫生工作存在哪些问题？"]


def test_a_matter_among_several_is_named_alone() -> None:
    lines = [(1, "一、家庭病床"), (2, "（一）申请流程"), (0, "打电话。")]
    plan = written("青石县家庭病床和日间照护实施方案", lines, region="青石县", type=DocumentType.PLAN)
    assert "青石县家庭病床的申请流程是怎样的？" in asked(plan)


def test_a_question_about_a_traditional_document_is_simplified() -> None:
    assert asked(notice("青石縣三伏貼服務公告", "收費標準")) == ["青石县三伏贴服务的收费标准是多少？"]


def test_a_question_points_at_the_passage_it_was_made_of() -> None:
    document = notice(GRANT, "津贴对象", "发放标准")
    first, second = questions_of(document)
    assert document.text[first.start : first.end].startswith("津贴对象")
    assert document.text[second.start : second.end].startswith("发放标准")


def test_an_overlong_question_is_left_out() -> None:
    long = notice("青石县" + "城乡居民老年人高龄津贴" * 3 + "发放办法", "津贴对象", "申请材料")
    assert all(len(question) <= LONGEST_QUESTION for question in asked(long))
    assert asked(long) == []


def test_what_is_out_of_force_or_a_copy_is_not_usable() -> None:
    document = notice(GRANT, "津贴对象")
    assert usable(document)
    assert not usable(replace(document, validity=Validity.SUPERSEDED))
    assert not usable(replace(document, validity=Validity.EXPIRED))
    assert not usable(replace(document, duplicate_of="other.txt"))
