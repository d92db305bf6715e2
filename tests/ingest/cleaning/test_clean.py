from __future__ import annotations

import re
from pathlib import Path

import pytest

from ingest.blocks import MAX_SAMPLES, Block, BlockKind, LoadedFile
from ingest.cleaning import CleanedFile, clean
from ingest.cleaning.boilerplate import find_boilerplate
from ingest.loaders import load, load_bytes
from rag.folding import fold

SEEDS = Path(__file__).resolve().parents[4] / "shared" / "seeds"
STATUTES = SEEDS.parent / "docs" / "statutes"

PAGE = """\
老年人免費體檢實施辦法
老年人免費體檢實施辦法
小草 2023-01-02 热点 28 次浏览 3个评论
為了保障老年人的健康,縣人民政府決定每年安排(pái)一次免費(fèi)的健康檢查,所需經費(fèi)由縣財政承擔。
本文目录导读:
1. 檢查對象
2. 檢查時間
檢查對象
全縣六十五歲以上的老年人都可以參加,由村衛生室逐戶通知並且登記造冊,每年預計xx人。
老年人免費體檢實施辦法
檢查時間
每年五月至九月,由鄉鎮衛生院安排車輛接送,行動不便的老年人可以在家接受檢查。
转载请注明来自某网站
發表評論
Top
"""


def test_a_page_is_reduced_to_its_document() -> None:
    cleaned = clean(load_bytes("a.txt", PAGE.encode()))
    assert cleaned.title == "老年人免費體檢實施辦法"
    assert [block.text[:6] for block in cleaned.blocks] == [
        "老年人免費體",
        "為了保障老年",
        "檢查對象",
        "全縣六十五歲",
        "檢查時間",
        "每年五月至九",
    ]
    assert cleaned.repairs == {"boilerplate": 7, "captions": 2, "pinyin": 3}
    assert cleaned.removed_lines[0].startswith("小草 2023-01-02")
    assert cleaned.doubts == ("redacted",)
    assert cleaned.samples["pinyin"] == ("排(pái) → 排", "費(fèi) → 費")
    assert cleaned.samples["captions"] == ("老年人免費體檢實施辦法",)
    assert len(cleaned.samples["boilerplate"]) == MAX_SAMPLES


def test_facts_of_the_loader_are_handed_on() -> None:
    loaded = LoadedFile(
        "text/html",
        (Block(BlockKind.HEADING, "通知\u200b", 2, 5),),
        title="全称",
        metadata={"url": "u"},
        repairs={"hidden_text": 2, "boilerplate": 1, "running_lines": 0},
        samples={"hidden_text": ("暗",)},
        doubts=("pages_without_text",),
    )
    assert clean(loaded) == CleanedFile(
        blocks=(Block(BlockKind.HEADING, "通知", 2, 5),),
        title="全称",
        metadata={"url": "u"},
        media_type="text/html",
        repairs={"boilerplate": 1, "characters": 1, "hidden_text": 2},
        removed_lines=(),
        doubts=("pages_without_text",),
        samples={"characters": ("通知<U+200B>",), "hidden_text": ("暗",)},
    )


def test_a_clean_document_is_left_as_it_is() -> None:
    loaded = load_bytes(
        "a.md", "# 办法\n\n第一条 为了保障健康，制定本办法。\n\n第二条 本办法自公布之日起施行。".encode()
    )
    cleaned = clean(loaded)
    assert cleaned.blocks == loaded.blocks
    assert (cleaned.repairs, cleaned.removed_lines, cleaned.doubts) == ({}, (), ())


def test_cleaning_twice_changes_nothing_more() -> None:
    once = clean(load_bytes("a.txt", PAGE.encode()))
    again = clean(LoadedFile(once.media_type, once.blocks, once.title))
    assert again.blocks == once.blocks
    assert again.repairs == {}


FURNITURE = (
    "发表评论",
    "评论列表",
    "还没有评论",
    "次浏览",
    "转载请注明",
    "扫描二维码",
    "目录导读",
    "当前位置",
    "版权所有",
    "copyright",
)


@pytest.mark.shared
@pytest.mark.skipif(not SEEDS.is_dir(), reason="the real pages are not here")
def test_real_pages_keep_no_site_lines_and_no_annotations() -> None:
    pages = sorted(SEEDS.glob("*.txt"))
    assert pages
    for path in pages:
        cleaned = clean(load(path))
        text = "\n".join(block.text for block in cleaned.blocks)
        folded = fold(text)
        assert [word for word in FURNITURE if word in folded] == [], path.name
        assert re.findall(r"[\u4e00-\u9fff]\([a-z]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-z]*\)", text) == [], path.name
        assert cleaned.title is None or text.split("\n").count(cleaned.title) == 1
        assert find_boilerplate(cleaned.blocks) == set()
        before = sum(len(block.text) for block in load(path).blocks)
        assert len(text) > 0.5 * before


@pytest.mark.shared
@pytest.mark.skipif(not STATUTES.is_dir(), reason="the real statutes are not here")
def test_no_line_of_a_statute_is_taken_for_a_site_line() -> None:
    statutes = sorted(STATUTES.rglob("*.md"))[::9]
    assert statutes
    assert {path.name: clean(load(path)).removed_lines for path in statutes if clean(load(path)).removed_lines} == {}
