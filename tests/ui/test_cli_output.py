from __future__ import annotations

import pytest

from rag.domain import Answer, AnswerStatus, Statement
from rag.settings import HelpSettings
from tests.fakes import cite, sample_documents
from ui.cli_output import show_answer
from ui.serialise import answer_to_json
from ui.wording import Language


def told(answer: Answer, capsys: pytest.CaptureFixture[str]) -> str:
    show_answer(answer_to_json(answer, Language.ZH_HANS, HelpSettings()))
    return capsys.readouterr().out


def test_a_follow_up_and_a_premise_are_told_before_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    answer = Answer(AnswerStatus.NO_EVIDENCE, "为什么呢", rewritten="甲县为什么停发补贴", premise="停发[补贴]")
    out = told(answer, capsys)
    assert out.index("甲县为什么停发补贴") < out.index("停发[补贴]") < out.index("没有找到依据")


def test_places_of_which_nothing_is_said_are_named_last(capsys: pytest.CaptureFixture[str]) -> None:
    document = sample_documents()[0]
    citation = cite(document, document.text[10:18], 1)
    answer = Answer(
        AnswerStatus.PARTIAL,
        "甲县和乙县补多少",
        statements=(Statement("补60元。", (1,), 1.0, place="甲县"),),
        citations=(citation,),
        places=("甲县", "乙县"),
        silent_places=("乙县",),
    )
    assert "乙县" in told(answer, capsys).strip().splitlines()[-1]
