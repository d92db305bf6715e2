from __future__ import annotations

import pytest

from rag.outline import enumerator, item_number, list_items, run_below, sentences


def items(text: str) -> list[tuple[int, str]]:
    return [(item.level, text[item.start : item.end]) for item in list_items(text, 0, len(text))]


@pytest.mark.parametrize(
    ("line", "family"),
    [
        ("一、总则", "han"),
        ("（二）目标", "han_paren"),
        ("3、建设", "number"),
        ("4.建设", "number"),
        ("（5）建设", "number_paren"),
        ("⑥建设", "circled"),
        ("一是健全制度体系", "ordinal"),
        ("第七条 本办法", "article"),
        ("•要点", "bullet"),
    ],
)
def test_each_numbering_of_official_writing_is_known(line: str, family: str) -> None:
    found = enumerator(line)
    assert found is not None
    assert found.family == family


@pytest.mark.parametrize("line", ["3.5万人参保", "2026年3月2日", "10元以上", "十分重要"])
def test_a_figure_is_no_numbering(line: str) -> None:
    assert enumerator(line) is None


def test_numbered_lines_are_items_with_the_numbers_below_them() -> None:
    text = "（一）健全体系\n1.建医院；\n2.建诊所。\n（二）培养人才\n1.招聘；\n2.培训。"
    assert [level for level, _ in items(text)] == [0, 1, 1, 0, 1, 1]


def test_an_item_that_is_a_heading_takes_the_paragraph_below_it() -> None:
    assert items("（一）健全体系\n新建医院一所。\n（二）培养人才\n招聘十人。") == [
        (0, "（一）健全体系"),
        (1, "新建医院一所。"),
        (0, "（二）培养人才"),
        (1, "招聘十人。"),
    ]


def test_a_numbering_that_starts_again_is_another_list() -> None:
    text = "1、提升素养。\n2、优化服务。\n3、防治疾病。\n1、普及工程。\n2、培育计划。"
    assert [line for _, line in items(text)] == ["1、提升素养。", "2、优化服务。", "3、防治疾病。"]


def test_a_numbering_inside_a_paragraph_is_a_list() -> None:
    text = "下半年抓好三件事：一是主体封顶；二是配备设备；三是选派医生。"
    assert [line for _, line in items(text)] == ["一是主体封顶；", "二是配备设备；", "三是选派医生。"]


def test_circled_numbers_inside_a_paragraph_are_a_list() -> None:
    assert len(items("包括：①体检；②随访；③用药指导。")) == 3


def test_lines_that_lost_their_bullets_are_a_list() -> None:
    assert items("本人身份证；\n户口簿；\n银行卡复印件。\n逾期不予受理。") == [
        (0, "本人身份证；"),
        (0, "户口簿；"),
        (0, "银行卡复印件。"),
    ]


def test_two_paragraphs_are_no_list() -> None:
    assert items("全县设医院三所。\n全县设诊所九所。") == []


def test_the_list_below_a_lead_in_line_ends_before_the_next_paragraph() -> None:
    text = "同时符合下列条件：\n1.本县户籍；\n2.年满60周岁。\n其他人员另行规定。"
    assert text[: run_below(text, text.index("\n"), len(text))].endswith("年满60周岁。")


def test_a_lead_in_line_without_a_list_has_nothing_below_it() -> None:
    assert run_below("通知如下：\n全县开展体检。", 5, 14) == 5


def test_the_number_of_a_line_is_read() -> None:
    assert [item_number(line) for line in ("十二、附则", "（3）建设", "二是加强管理", "没有编号")] == [12, 3, 2, 0]


def test_sentences_keep_their_punctuation_and_lose_no_text() -> None:
    text = "先申请；再审核。“好的。”  完"
    assert [text[a:b] for a, b in sentences(text)] == ["先申请；", "再审核。", "“好的。”", "完"]
