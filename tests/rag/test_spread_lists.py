from __future__ import annotations

from rag.outline import lines, list_items, run_below
from rag.spread_lists import spread_list


def items(text: str) -> tuple[str, list[str]] | None:
    start, end = next(lines(text))
    found = spread_list(text, start, end, len(text))
    return (
        (text[found.start : found.lead_end], [text[item.start : item.end] for item in found.items]) if found else None
    )


def test_a_list_that_begins_inside_a_paragraph_goes_on_in_those_below() -> None:
    text = "下一步的举措：一是建好卫生室。每村一所。\n\n二是培训村医。\n三是配齐药品。\n其他事项另行通知。"
    assert items(text) == ("下一步的举措：", ["一是建好卫生室。每村一所。", "二是培训村医。", "三是配齐药品。"])


def test_several_items_of_one_paragraph_and_words_of_a_picture_between_do_not_break_it() -> None:
    text = "举措：一是建房。二是招人。\n图为新建的卫生室\n三是买药。四是验收。"
    found = items(text)
    assert found is not None
    assert found[1] == ["一是建房。", "二是招人。", "三是买药。", "四是验收。"]


def test_a_numbering_that_stays_in_its_paragraph_or_begins_anew_is_not_spread() -> None:
    assert items("举措：一是建房。二是招人。\n一是另一件事。") is None
    assert items("举措如下。\n一是建房。") is None


def test_a_picture_between_two_items_does_not_end_a_list_below_its_lead() -> None:
    text = "材料：\n1、户口簿；\n2、身份证；\n图为办理现场\n3、申请表。\n联系电话见附件。"
    stop = run_below(text, 3, len(text))
    assert [text[item.start : item.end] for item in list_items(text, 3, stop)] == [
        "1、户口簿；",
        "2、身份证；",
        "3、申请表。",
    ]


def test_a_short_item_with_a_full_stop_heads_the_lines_below_it() -> None:
    text = "（一）总体目标。\n人人享有服务。\n（二）具体目标\n1.建网；\n2.配人。"
    found = [(item.level, text[item.start : item.end]) for item in list_items(text, 0, len(text))]
    assert found == [
        (0, "（一）总体目标。"),
        (1, "人人享有服务。"),
        (0, "（二）具体目标"),
        (1, "1.建网；"),
        (1, "2.配人。"),
    ]


def test_what_follows_a_list_of_short_items_is_no_item() -> None:
    text = "1.血压。\n2.血糖。\n体检免费。"
    assert [text[item.start : item.end] for item in list_items(text, 0, len(text))] == ["1.血压。", "2.血糖。"]
