from __future__ import annotations

import pytest

from ingest.blocks import Block, BlockKind
from ingest.cleaning.captions import remove_captions
from ingest.cleaning.repaired import Repaired
from ingest.cleaning.titles import find_title

TITLE = "免费体检实施办法"


def paragraphs(*lines: str) -> tuple[Block, ...]:
    return tuple(Block(BlockKind.PARAGRAPH, line) for line in lines)


def test_the_title_stays_once_and_its_repeats_go() -> None:
    blocks = paragraphs(TITLE, TITLE, "一、对象", "免費體檢實施辦法", "老年人")
    repaired = remove_captions(blocks, TITLE)
    assert repaired.blocks == paragraphs(TITLE, "一、对象", "老年人")
    assert (repaired.changes, repaired.samples) == (2, (TITLE, "免費體檢實施辦法"))


def test_the_repeat_that_is_a_heading_takes_the_first_place() -> None:
    heading = Block(BlockKind.HEADING, TITLE, 1)
    blocks = (*paragraphs(TITLE), heading, *paragraphs("老年人"))
    assert remove_captions(blocks, TITLE).blocks == (heading, *paragraphs("老年人"))


@pytest.mark.parametrize("above", ["2024年5月6日", "附件", "附件：", "（此件公开发布）"])
def test_a_title_that_opens_the_annex_of_a_letter_stays(above: str) -> None:
    blocks = paragraphs(TITLE, "各单位：", above, TITLE, "第一条 对象")
    assert remove_captions(blocks, TITLE) == Repaired(blocks)


def test_a_short_title_is_not_searched_for() -> None:
    blocks = paragraphs("总则", "甲", "总则")
    assert remove_captions(blocks, "总则") == Repaired(blocks)


def test_the_format_names_the_title_before_headings_and_lines() -> None:
    blocks = (*paragraphs("首行"), Block(BlockKind.HEADING, "标题", 1))
    assert find_title(blocks, "名") == "名"
    assert find_title(blocks, None) == "标题"
    assert find_title(blocks[:1], None) == "首行"


@pytest.mark.parametrize("first", ["全县老年人都可以参加体检。", "甲" * 61, "各单位："])
def test_a_first_line_that_is_a_sentence_is_no_title(first: str) -> None:
    assert find_title(paragraphs(first, "正文"), None) is None


@pytest.mark.parametrize("above", ["附件2", "某卫发〔2024〕5号", "2024年5月6日"])
def test_labels_and_numbers_above_the_title_are_passed_over(above: str) -> None:
    assert find_title(paragraphs(above, TITLE, "正文"), None) == TITLE


def test_a_title_set_over_several_lines_is_joined() -> None:
    blocks = paragraphs("某县卫生健康局", "关于印发《老年人免费体检", "实施方案》的通知", "各乡镇：")
    assert find_title(blocks, None) == "某县卫生健康局关于印发《老年人免费体检实施方案》的通知"


def test_a_short_line_below_a_title_is_not_drawn_into_it() -> None:
    assert (
        find_title(paragraphs("让健康走进千家万户", "某县新闻", "今年以来，工作顺利。"), None) == "让健康走进千家万户"
    )
