from __future__ import annotations

import pytest

from ingest.cleaning.rarity import classes_of
from ingest.cleaning.wordless import find_wordless

SENTENCES = (
    "为了保障公众健康规范医疗卫生服务制定本办法各级人民政府应当加强领导",
    "县级以上卫生健康主管部门负责本行政区域内的监督管理工作并定期公布结果",
)
TRADITIONAL = "衛生主管部門應當會同財政醫療保障等部門加強監督檢查並且向社會公布有關結果"


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in find_wordless(text, classes_of(text))]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_text_read_with_the_other_scripts_charset_holds_no_words(sentence: str) -> None:
    garbled = sentence.encode("gb18030").decode("big5hkscs", "ignore")
    assert sum(map(len, found(f"全县应当，{garbled}，认真执行"))) >= 0.6 * len(garbled)


def test_letters_between_the_characters_do_not_hide_it() -> None:
    garbled = TRADITIONAL.encode("big5").decode("gbk", "ignore")
    assert found(garbled)


@pytest.mark.parametrize(
    "text",
    [
        TRADITIONAL,
        "茯苓黄芪枸杞䗪虫蒺藜薏苡仁砂仁桔梗鳖甲",
        "患者李喆、王堃、陈珺、张镕、丁玥、刘鑫淼、赵垚",
        "李喆 王堃 陈珺 张镕 丁玥 刘淼 赵垚 孙翀 周燊",
        "澧县醴陵亳州儋州崾岘镇盱眙涪陵郫县",
    ],
)
def test_uncommon_characters_of_real_text_are_left_alone(text: str) -> None:
    assert found(text) == []
