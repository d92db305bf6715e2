from __future__ import annotations

from ui.markup import text
from ui.pages.resident import history_for
from ui.render import Turn


def turn(question: str, region: str | None = None) -> Turn:
    return Turn(question, text(question), region)


def test_questions_go_on_while_the_place_stays() -> None:
    turns = (turn("一", "甲县"), turn("二", "甲县"))
    assert history_for(turns, "甲县") == ["一", "二"]


def test_choosing_another_place_begins_anew() -> None:
    turns = (turn("一", "甲县"), turn("二", "乙县"), turn("三", "乙县"))
    assert history_for(turns, "乙县") == ["二", "三"]
    assert history_for(turns, "丙县") == []


def test_a_place_picked_in_answer_to_a_question_back_goes_on_with_the_next_question() -> None:
    assert history_for((turn("补助多少", "甲县"),), None) == ["甲县 补助多少"]


def test_questions_asked_before_a_place_was_chosen_stay() -> None:
    assert history_for((turn("补助多少"),), "甲县") == ["补助多少"]
