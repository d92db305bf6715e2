from __future__ import annotations

import pytest

from rag.folding import fold
from rag.frames import in_standard_words, without_frames
from rag.tokenizing import focus_words, subject


@pytest.mark.parametrize(
    ("question", "bare"),
    [
        ("补缴一次收几块钱", "补缴一次收"),
        ("住院能报几成", "住院能报"),
        ("签约率要达到百分之几", "签约率"),
        ("规划提了哪几条保障措施", "规划 保障措施"),
        ("培训人才有哪几招", "培训人才"),
        ("重点任务分别是啥", "重点任务"),
        ("下一步打算做哪些事", "下一步"),
        ("院长叫什么名字", "院长"),
        ("补贴归哪个股管", "补贴"),
        ("献血归谁管", "献血"),
        ("举报往哪打电话", "举报 电话"),
        ("预约打哪个号", "预约 号"),
        ("上哪体检", "体检"),
        ("体检是礼拜几", "体检"),
        ("初伏是哪天", "初伏"),
        ("没通过咋办", "没通过"),
        ("义诊搞不搞", "义诊搞"),
        ("外地人能体检不", "外地人能体检"),
        ("报名了没有", "报名"),
        ("我们村里打疫苗上哪", "村里打疫苗"),
        ("要准备哪些材料", "材料"),
        ("規劃提了哪幾條措施", "规划 措施"),
    ],
)
def test_a_frame_of_a_question_is_no_part_of_its_subject(question: str, bare: str) -> None:
    assert subject(question) == bare


@pytest.mark.parametrize(
    "question",
    [
        "体检项目",
        "工作条件",
        "种类齐全",
        "招聘医生",
        "办理转诊",
        "不孕不育",
        "我国的疫苗",
        "我市规划",
        "没收药品",
        "归国人员体检",
        "一个家庭医生",
    ],
)
def test_words_that_look_like_a_frame_stay(question: str) -> None:
    assert subject(question) == question


def test_a_question_of_frames_alone_stays_whole() -> None:
    assert subject("打算做哪些事") == "打算做哪些事"


def test_a_doubled_verb_is_said_once() -> None:
    assert without_frames("一孩给不给补贴") == "一孩给补贴"


@pytest.mark.parametrize(
    ("asked", "standard"),
    [
        ("要交好多钱", "要交多少钱"),
        ("查些么子", "查些什么"),
        ("什么时候体检", "什么时候体检"),
        ("怎么办理", "怎么办理"),
        ("好多人都去了", "好多人都去了"),
        ("好久能到账", "多久能到账"),
    ],
)
def test_words_of_a_region_that_ask_are_read_as_the_standard_ones(asked: str, standard: str) -> None:
    assert in_standard_words(fold(asked)) == standard


def test_a_light_verb_with_a_complement_is_no_focus() -> None:
    assert "发到" not in focus_words("补贴发到")
    assert "发放" in focus_words("补贴发放")
