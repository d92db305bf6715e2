from __future__ import annotations

import re

import pytest

from ingest.blocks import Block, BlockKind
from ingest.cleaning import site_phrases
from ingest.cleaning.boilerplate import remove_boilerplate
from rag.folding import fold

SENTENCE = "为了保障居民健康，县人民政府决定向全县六十五岁以上的老年人提供一次免费的健康检查。"
BODY = ["免费体检实施办法", SENTENCE, "一、检查对象", "1、常住老年人；", SENTENCE]


def removed(*lines: str) -> list[str]:
    return list(remove_boilerplate([Block(BlockKind.PARAGRAPH, line) for line in lines])[1])


@pytest.mark.parametrize(
    "line",
    [
        "小草 2023-01-02 热点 28 次浏览 3个评论",
        "发布时间：2023-01-02 来源：县医保局",
        "来源：县融媒体中心",
        "發佈時間：2023年1月2日",
        "2023-01-02 09:30 县广播台",
        "打印:",
        "字體:",
        "字号：【大 中 小】",
        "您现在的位置：首页 > 政务公开 > 通知",
        "首页 > 政务公开",
        "请输入关键字搜索",
        "无障碍浏览",
    ],
)
def test_site_lines_above_the_text_are_removed(line: str) -> None:
    assert removed(BODY[0], line, *BODY[1:]) == [line]


@pytest.mark.parametrize(
    "line",
    [
        "转载请注明来自某网站,本文标题:《免费体检实施办法》",
        "發表評論",
        "还没有评论,来说两句吧...",
        "評論列表 (暫無評論,12人圍觀)",
        "上一篇：关于放假的通知",
        "掃描二維碼",
        "版权所有：某县人民政府",
        "某ICP备12345678号-1",
        "网站地图 | 联系我们",
        "網站簡介廣告服務聯系方式法律聲明",
        "责任编辑：李四",
        "预览结束,会员登录后免费下载",
        "本页面加客服微信:abc123",
        "Top",
        "分享到：",
    ],
)
def test_site_lines_below_the_text_are_removed(line: str) -> None:
    assert removed(*BODY, line) == [line]


@pytest.mark.parametrize(
    "line",
    [
        "居民可以登录平台打印电子健康证，也可以发表评论和建议。",
        "打印证明时须携带身份证",
        "时间：5月1日至5月3日",
        "来源于财政的经费应当专款专用",
        "扫描二维码完成登记的人员，可以免费领取体检卡，并在体检当天使用。",
        "首页信息由县卫生健康局负责更新",
        "字体不得小于三号",
    ],
)
def test_policy_text_with_the_same_words_stays(line: str) -> None:
    assert removed(*BODY[:3], line, *BODY[3:]) == []


def test_words_of_a_site_between_paragraphs_stay_where_a_document_could_use_them() -> None:
    assert removed(*BODY[:3], "关注", "来源：县财政", *BODY[3:]) == []


def test_a_table_of_contents_goes_with_the_lines_that_stand_again_below() -> None:
    lines = [
        "免费体检实施办法",
        "本文目录导读:",
        "1. 检查对象",
        "2. 检查时间",
        "检查对象",
        SENTENCE,
        "检查时间",
        SENTENCE,
    ]
    assert removed(*lines) == lines[1:4]


def test_a_plain_contents_list_ends_where_its_lines_do_not_return() -> None:
    lines = ["目 录", "第一章 总则", "第二章 附则", "前言", "第一章　总则", SENTENCE, "第二章 附则", SENTENCE]
    assert removed(*lines) == lines[:3]


def test_a_list_called_contents_that_is_the_text_itself_stays() -> None:
    assert removed("药品目录", "1. 阿莫西林", "2. 布洛芬") == []
    assert removed("目录", "1. 阿莫西林", "2. 布洛芬") == []


def test_whatever_follows_the_repost_line_belongs_to_the_site() -> None:
    tail = ["转载请注明来自某网站", "今天也要加油哦!", "随便看看"]
    assert removed(*BODY * 3, *tail) == tail


def test_annexes_and_signatures_below_a_repost_line_stay() -> None:
    assert removed(*BODY * 3, "转载请注明来自某网站", "附件：体检表", "2023年1月2日") == ["转载请注明来自某网站"]


def test_a_second_document_below_a_repost_line_stays() -> None:
    assert removed(*BODY, "转载请注明来自某网站", *BODY) == ["转载请注明来自某网站"]


def test_the_name_of_the_section_above_the_breadcrumb_goes_and_the_title_stays() -> None:
    lines = ["通知公告", "免费体检实施办法", "当前位置：首页 > 通知公告", *BODY[1:]]
    assert removed(*lines) == ["通知公告", "当前位置：首页 > 通知公告"]


def test_headings_of_the_format_are_never_source_lines() -> None:
    blocks = [Block(BlockKind.HEADING, "来源：历史", 2), Block(BlockKind.PARAGRAPH, SENTENCE)]
    assert remove_boilerplate(blocks) == (tuple(blocks), ())


@pytest.mark.parametrize(
    "line",
    [
        "转载请注明出处", "原标题：某县新闻", "百度分享", "请扫一扫二维码", "在您的手机设备上浏览本页", "我要评论", "网友跟帖：", "快捷回复：", "还没有留言", "来说两句吧...",
        "参与讨论", "请先登录后才能发表评论", "列印本頁", "【关闭】", "字体：【大 中 小】 打印 关闭", "[打印]字号：[大] [中] [小]", "Top", "返回顶部", "下一页", "上一篇：某县",
        "上条", "著作权所有 某县", "Copyright 2024", "鄂ICP备1号", "鄂公网安备 1号", "技术支持：某公司", "主办：某县 承办：某局", "您的位置：首页", "首页 > 新闻", "请输入关键词",
        "站内搜索", "试读已结束", "登录后下载", "客服微信：abc", "某网 abc.com 仅供学习", "立即查看全文", "第一章 总则........3", "总则……12", "小草 2024-01-02 5次浏览",
        "收听次数：3", "12人围观",
    ],
)  # fmt: skip
def test_a_line_of_furniture_is_found_between_paragraphs_too(line: str) -> None:
    prose = "县卫生健康部门将为全县六十五岁以上的老年人安排一次免费的健康检查，费用由县财政承担，个人不付费用。"
    assert removed(*[prose] * 10, line, *[prose] * 10) == [line]


def test_an_orphaned_heading_below_the_text_goes_and_one_above_it_stays() -> None:
    prose = Block(
        BlockKind.PARAGRAPH, "县卫生健康部门将为全县六十五岁以上的老年人安排一次免费的健康检查，费用由县财政承担。"
    )
    heading = Block(BlockKind.HEADING, "相关信息", 4)
    assert remove_boilerplate([heading, prose, prose, heading]) == ((heading, prose, prose), ("相关信息",))


def test_patterns_are_spelled_in_the_folded_form_that_they_are_matched_against() -> None:
    patterns = [value.pattern for value in vars(site_phrases).values() if isinstance(value, re.Pattern)]
    assert len(patterns) > 8
    assert {
        letter for pattern in patterns for letter in pattern if letter > "\u3400" and fold(letter) != letter
    } == set()
