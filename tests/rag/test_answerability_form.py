from __future__ import annotations

from pathlib import Path

import pytest

from rag.answerability_form import asked_form, states_form
from rag.domain import Document, Question
from rag.extractive import Extractor
from rag.focus import FocusMatcher
from rag.question import QuestionKind
from rag.settings import AnsweringSettings
from rag.synonyms import load_synonyms
from tests.rag.small_generation import generation_of, policy, retriever_over


def stated(folder: Path, question: str, *documents: Document) -> bool:
    generation = generation_of(folder, *documents)
    retriever = retriever_over(generation)
    understood = retriever.understand(Question(question))
    matcher = FocusMatcher(understood, retriever.idf, load_synonyms())
    draft = Extractor(AnsweringSettings()).draft(matcher, retriever.rank(understood, 20).hits)
    assert draft is not None
    return states_form(matcher, draft)


@pytest.mark.parametrize(
    ("question", "says", "silent"),
    [
        ("停车要交多少钱", "停车每小时3元。", "停车请服从2名保安安排。"),
        ("停车收费吗", "来院停车一律免费。", "停车请服从保安安排。"),
        ("敬老院有多少张床位", "敬老院现有床位40张。", "敬老院2019年新增一批床位。"),
        ("接种率达到多少", "接种率达到九成以上。", "接种率逐年提高，2019年最高。"),
        ("公示几天", "名单公示7天。", "名单在3个村公示。"),
        ("敬老院有多少名护士", "敬老院共有护士12人。", "敬老院2019年增加护士。"),
        ("接种点的电话是多少", "接种点电话：0712-5550101。", "接种点在3号楼，电话见公告。"),
        ("老人体检有几项", "老人体检共有九项。", "老人体检完成300人次。"),
        ("什么时候停止接种", "停止接种自2019年3月起。", "停止接种由医院决定。"),
    ],
)
def test_the_figure_must_stand_there_in_the_measure_that_is_asked_for(
    tmp_path: Path, question: str, says: str, silent: str
) -> None:
    assert stated(tmp_path / "says", question, policy("a", says, title="须知"))
    assert not stated(tmp_path / "silent", question, policy("a", silent, title="须知"))


def test_a_question_for_no_figure_needs_none(tmp_path: Path) -> None:
    assert stated(tmp_path, "敬老院怎么申请", policy("a", "敬老院由家属申请。", title="须知"))
    assert asked_form(QuestionKind.PROCEDURE, "敬老院怎么申请") is None


def test_one_thing_is_no_answer_where_several_are_asked_for(tmp_path: Path) -> None:
    several = policy("a", "全县有青山、绿水、红岩三家敬老院。", title="养老")
    one = policy("a", "每个乡镇建设敬老院。", title="养老")
    assert stated(tmp_path / "several", "有哪些敬老院", several)
    assert not stated(tmp_path / "one", "有哪些敬老院", one)


def test_a_bare_topic_is_answered_by_what_is_headed_by_it_and_not_by_a_mention(tmp_path: Path) -> None:
    headed = policy("a", "门诊按比例支付。", title="医保报销办法")
    mention = policy("a", "推拿费用不纳入医保报销。", title="推拿须知")
    assert stated(tmp_path / "headed", "医保报销", headed)
    assert not stated(tmp_path / "mention", "医保报销", mention)
