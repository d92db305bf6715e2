"""A reader is told what changed in the sources of an answer, and nothing where nothing did."""

from __future__ import annotations

import pytest

from rag.domain import Answer, AnswerStatus
from rag.reverification import Reverified
from rag.settings import HelpSettings
from tests.fakes import HOSTILE_TITLE
from ui.render_reopened import render_changes
from ui.wording import Language, Wording

ANSWER = Answer(AnswerStatus.NO_EVIDENCE, "问")
WORDS = Wording(Language.ZH_HANS, HelpSettings())


def test_nothing_is_said_where_nothing_changed_that_matters() -> None:
    assert render_changes(Reverified(ANSWER), WORDS) is None
    assert render_changes(Reverified(ANSWER, moved=3), WORDS) is None


def test_each_change_is_said_once() -> None:
    told = render_changes(Reverified(ANSWER, dropped=2, lost=("甲办法", "乙办法"), superseded=("丙办法",)), WORDS)
    assert told is not None
    assert told.count("<li>") == 3
    assert "有 2 条内容" in told
    assert "《甲办法》、《乙办法》" in told
    assert "《丙办法》" in told


@pytest.mark.parametrize("language", Language)
def test_an_answer_of_which_nothing_is_left_says_so_first(language: Language) -> None:
    wording = Wording(language, HelpSettings())
    alone = render_changes(Reverified(ANSWER, dropped=2, gone=True), wording)
    with_titles = render_changes(Reverified(ANSWER, dropped=2, lost=("甲办法",), gone=True), wording)
    assert alone is not None
    assert with_titles is not None
    assert wording.text("reopened.gone") in alone
    assert with_titles.index(wording.text("reopened.gone")) < with_titles.index("甲办法")
    assert wording.text("reopened.dropped", count=2) not in alone + with_titles


def test_titles_are_text_and_nothing_else() -> None:
    told = render_changes(Reverified(ANSWER, lost=(HOSTILE_TITLE,)), WORDS)
    assert told is not None
    assert "<script" not in told
    assert "\u202e" not in told
