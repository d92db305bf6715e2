from __future__ import annotations

from rag.focus import FocusMatcher
from rag.lists import ListFinder, RankedList
from rag.synonyms import load_synonyms
from rag.units import UnitReader
from tests.rag.small_library import document, understood, whole_hit


def best(question: str, text: str, headings: dict[str, int] | None = None) -> RankedList | None:
    source = document(text, headings)
    window = UnitReader().window(source, whole_hit(source).chunk)
    matcher = FocusMatcher(understood(question), lambda _: 3.0, load_synonyms())
    return ListFinder().best(matcher, [(window, 1.0)])


def shown(found: RankedList | None) -> list[str]:
    assert found is not None
    text = found.found.document.text
    return [text[item.start : item.end] for item in found.found.items]


TWO = "去年。一是修路。二是种树。三是挖井。\n今年。一是建院。二是招人。三是买车。四是培训。"


def test_the_number_in_a_question_names_the_list_with_as_many_items() -> None:
    assert len(shown(best("三项工作分别是什么", TWO))) == 3
    assert len(shown(best("四项工作分别是什么", TWO))) == 4


def test_a_question_for_nothing_but_the_work_is_answered_by_a_long_list() -> None:
    found = best("重点工作有哪些", TWO)
    assert len(shown(found)) == 4
    assert found is not None
    assert found.evidence.coverage == 1.0


def test_a_heading_that_names_the_work_comes_before_a_long_list() -> None:
    text = "报告\n重点工作\n1.修路；\n2.种树。\n其他\n一是建院。二是招人。三是买车。四是培训。"
    assert len(shown(best("重点工作有哪些", text, {"报告": 1, "重点工作": 2, "其他": 2}))) == 2


def test_a_list_of_what_is_not_answers_no_question_for_what_is() -> None:
    text = "贴敷\n不宜贴敷的人\n1.孕妇；\n2.幼儿。\n可以贴敷的人\n1.体寒的人；\n2.咳嗽的人；\n3.怕冷的人。"
    headings = {"贴敷": 1, "不宜贴敷的人": 2, "可以贴敷的人": 2}
    assert "3.怕冷的人。" in shown(best("哪些人能贴敷", text, headings))
    assert "1.孕妇；" in shown(best("哪些人不宜贴敷", text, headings))


def test_the_rows_of_a_table_are_no_steps() -> None:
    text = "接种程序\n疫苗: 甲；时间: 一月；剂次: 1\n疫苗: 乙；时间: 二月；剂次: 2\n疫苗: 丙；时间: 三月；剂次: 3"
    assert best("接种怎么预约", text, {"接种程序": 1}) is None
    assert best("接种有哪些疫苗", text, {"接种程序": 1}) is not None


def test_the_papers_below_a_heading_that_names_them_prove_what_they_are_for() -> None:
    text = "补助\n申请材料\n1.资格认定申请表；\n2.身份证。"
    found = best("补助认定要准备哪些材料", text, {"补助": 1, "申请材料": 2})
    assert found is not None
    assert "认定" in found.evidence.found
