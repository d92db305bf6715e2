from __future__ import annotations

from dataclasses import replace

from rag.domain import Document
from rag.evidence import Evidence
from rag.extractive import Draft, Extractor, span_shown, statement_text
from rag.focus import FocusMatcher
from rag.settings import AnsweringSettings
from rag.synonyms import load_synonyms
from tests.rag.small_library import document, understood, whole_hit


def drafted(question: str, source: Document, settings: AnsweringSettings | None = None) -> Draft:
    matcher = FocusMatcher(understood(question), lambda word: 2.0 if word else 3.0, load_synonyms())
    draft = Extractor(settings or AnsweringSettings()).draft(matcher, [whole_hit(source)])
    assert draft is not None
    return draft


def texts(draft: Draft) -> list[str]:
    return [statement_text(piece.text) for piece in draft.pieces]


PLAN = document(
    "总体目标\n1、健全体系。\n2、培养人才。\n3、普及知识。\n保障措施\n（一）组织\n成立领导小组。\n（二）资金\n增加财政投入。",
    {"总体目标": 1, "保障措施": 1},
    title="某县卫生健康规划",
)


def test_a_question_for_a_list_gets_the_whole_list_in_order() -> None:
    draft = drafted("规划的总体目标有哪些", PLAN)
    assert texts(draft) == ["健全体系。", "培养人才。", "普及知识。"]
    assert draft.total_items == 3


def test_items_that_are_headings_come_with_what_stands_below_them() -> None:
    draft = drafted("规划的保障措施有哪些", PLAN)
    assert texts(draft) == ["组织", "成立领导小组。", "资金", "增加财政投入。"]
    assert draft.levels == (0, 1, 0, 1)


def test_a_list_longer_than_what_is_shown_keeps_its_number() -> None:
    long = document("工作任务\n" + "\n".join(f"{n}、做好第{n}件工作。" for n in range(1, 13)), {"工作任务": 1})
    draft = drafted("工作任务有哪些", long, AnsweringSettings(max_list_items=5))
    assert len(draft.pieces) == 5
    assert draft.total_items == 12


def test_a_lead_in_line_comes_before_its_list() -> None:
    source = document("疫情防控\n全县做了两件防疫的事：\n（1）接种疫苗；\n（2）开展宣传。", {"疫情防控": 1})
    draft = drafted("疫情防控有哪些措施", source)
    assert texts(draft)[-2:] == ["接种疫苗；", "开展宣传。"]
    assert draft.total_items == 2


def test_a_numbering_inside_a_paragraph_is_given_whole() -> None:
    source = document("下半年重点工作有三件：一是主体封顶；二是配备设备；三是选派医生。")
    assert texts(drafted("下半年重点工作有哪些", source)) == ["主体封顶；", "配备设备；", "选派医生。"]


def test_lines_that_lost_their_bullets_are_given_whole() -> None:
    source = document("申请材料\n本人身份证；\n户口簿；\n银行卡复印件。\n逾期不予受理。", {"申请材料": 1})
    assert texts(drafted("申请材料有哪些", source)) == ["本人身份证；", "户口簿；", "银行卡复印件。"]


def test_the_sections_below_a_heading_are_its_items() -> None:
    source = document(
        "主要任务\n健全医疗体系\n新建医院。\n培养卫生人才\n招聘医生。",
        {"主要任务": 1, "健全医疗体系": 2, "培养卫生人才": 2},
    )
    assert texts(drafted("主要任务有哪些", source)) == ["健全医疗体系", "培养卫生人才"]


def test_the_rows_of_a_table_are_its_items() -> None:
    rows = ["病种: 高血压；限额: 2400元", "病种: 糖尿病；限额: 3000元"]
    source = document("\n".join(["待遇标准", *rows]), {"待遇标准": 1})
    assert texts(drafted("待遇标准有哪些", source)) == rows


def test_how_to_is_answered_by_the_whole_procedure() -> None:
    source = document(
        "补贴对象\n本县老人可以领取高龄补贴。\n办理程序\n1.申请：到村委会提出。\n2.审核：乡镇十日内完成。",
        {"补贴对象": 1, "办理程序": 1},
        title="某县高龄补贴办法",
    )
    assert texts(drafted("高龄补贴怎么办理", source)) == ["申请：到村委会提出。", "审核：乡镇十日内完成。"]


def test_one_row_answers_a_question_about_it() -> None:
    source = document("年度限额\n病种: 高血压；限额: 2400元\n病种: 糖尿病；限额: 3000元", {"年度限额": 1})
    assert texts(drafted("糖尿病一年限额多少钱", source)) == ["病种: 糖尿病；限额: 3000元"]


def test_a_sentence_of_another_heading_is_not_added() -> None:
    source = document("体检时间\n体检从4月20日开始。\n接种时间\n接种从5月6日开始。", {"体检时间": 1, "接种时间": 1})
    assert texts(drafted("体检什么时候开始", source)) == ["体检从4月20日开始。"]


def test_the_answer_below_a_question_is_given_whole() -> None:
    source = document("健康证怎么办？\n到疾控中心体检。带身份证和照片。三天后领证。", {"健康证怎么办？": 1})
    assert texts(drafted("健康证怎么办", source)) == ["到疾控中心体检。", "带身份证和照片。", "三天后领证。"]


def test_a_statement_is_shown_without_its_number_but_an_article_keeps_it() -> None:
    assert statement_text("（一）健全 \n体系；") == "健全 体系；"
    assert statement_text("第五条 禁止吸烟。") == "第五条 禁止吸烟。"


def test_a_numbered_headline_brings_what_its_paragraph_says_up_to_the_next_number() -> None:
    source = document(
        "一是深化医疗改革。推行按病种付费。二是发展中医药服务。建三级服务网。推广适宜技术。三是加强监管。开展检查。"
    )
    assert texts(drafted("怎么发展中医药服务", source)) == ["发展中医药服务。", "建三级服务网。", "推广适宜技术。"]


def marked_in(text: str, words: str) -> str | None:
    """Return what is marked in the shown form of a document's whole text where ``words`` are the answer."""
    source = document(text)
    start = text.index(words)
    piece = Evidence(source, 0, len(text), 1.0, 1.0, 1.0, span=(start, start + len(words)))
    span = span_shown(piece)
    return None if span is None else statement_text(piece.text)[slice(*span)]


def test_the_words_marked_in_a_source_are_marked_in_what_is_shown() -> None:
    assert marked_in("体检由县财政承担费用。", "县财政") == "县财政"


def test_a_mark_follows_its_words_where_the_number_in_front_is_not_shown() -> None:
    assert marked_in("（二）体检由县财政承担费用。", "县财政") == "县财政"


def test_a_mark_that_begins_in_the_number_begins_with_what_is_shown() -> None:
    assert marked_in("（二）体检由县财政承担费用。", "（二）体检") == "体检"


def test_a_mark_of_nothing_that_is_shown_is_none() -> None:
    assert marked_in("（二）体检由县财政承担费用。", "（二）") is None


def test_a_mark_follows_its_words_over_a_broken_line() -> None:
    assert marked_in("费用由\n县 财政\n承担。", "县 财政\n承担") == "县 财政 承担"


def test_an_amount_is_not_taken_from_a_sentence_without_the_sum_where_another_has_it() -> None:
    source = document(
        "老年人体检由卫生院负责。老年人体检每人补助80元。老年人体检的补助在体检以后发放。", title="某县老年人体检办法"
    )
    draft = drafted("老年人体检补助多少钱", source)
    (piece,) = draft.pieces
    assert piece.span is not None
    assert "80元" in source.text[slice(*piece.span)]


def test_of_two_documents_that_say_the_same_the_better_ranked_one_has_the_higher_draft() -> None:
    matcher = FocusMatcher(understood("体检费用由谁承担"), lambda word: 2.0 if word else 3.0, load_synonyms())
    hit = whole_hit(document("体检费用由县财政承担。", title="某县体检办法"))
    extractor = Extractor(AnsweringSettings())
    low, high = (extractor.draft(matcher, [replace(hit, score=score)]) for score in (0.5, 1.5))
    assert low is not None
    assert high is not None
    assert low.rank < high.rank
