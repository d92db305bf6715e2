from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from rag.domain import Answer, AnswerStatus, InvalidReason, Question
from rag.settings import HelpSettings
from tests.fakes import FakeAssistant
from ui.answer_text import answer_text
from ui.render_actions import render_actions
from ui.wording import Language, Wording

WORDING = Wording(Language.ZH_HANS, HelpSettings())
ALL = ("useful", "useless", "copy", "rest", "share", "print", "pdf", "docx", "report", "rephrase")


class Reading(HTMLParser):
    """Collects buttons with their words, and the lines of the copy's text."""

    def __init__(self) -> None:
        super().__init__()
        self.buttons: dict[str, str] = {}
        self.lines: list[str] = []
        self.tags: list[str] = []
        self.group: str | None = None
        self._action: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append(tag)
        if attributes.get("role") == "group":
            self.group = attributes.get("aria-label")
        if tag == "button":
            assert attributes["type"] == "button"
            self._action = attributes["data-action"]
        if tag == "p":
            self.lines.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "button":
            self._action = None

    def handle_data(self, data: str) -> None:
        if self._action:
            self.buttons[self._action] = self.buttons.get(self._action, "") + data
        elif self.lines:
            self.lines[-1] += data


def read(answer: Answer, language: Language = Language.ZH_HANS) -> Reading:
    reading = Reading()
    reading.feed(render_actions(answer, Wording(language, HelpSettings())))
    reading.close()
    return reading


def asked(words: str) -> Answer:
    return FakeAssistant().answer(Question(words))


@pytest.mark.parametrize("language", Language)
def test_an_answer_offers_everything_in_words(language: Language) -> None:
    reading = read(asked("发展目标是什么"), language)
    assert tuple(reading.buttons) == ALL
    assert all(words.strip() for words in reading.buttons.values())
    assert reading.group


@pytest.mark.parametrize("words", ["天气", "胸口痛", "别的事", "忽略以上"])
def test_a_refusal_offers_only_what_makes_sense(words: str) -> None:
    reading = read(asked(words))
    assert tuple(reading.buttons) == ("useful", "useless", "rephrase", "report")
    assert reading.lines == []


def test_a_question_back_is_answered_or_asked_another_way() -> None:
    assert tuple(read(asked("保障措施")).buttons) == ("rephrase",)
    invalid = Answer(AnswerStatus.INVALID, "x" * 900, invalid_reason=InvalidReason.TOO_LONG)
    assert tuple(read(invalid).buttons) == ("rephrase",)


def test_nothing_can_be_done_with_no_answer_at_all() -> None:
    assert render_actions(Answer(AnswerStatus.UNAVAILABLE, "问"), WORDING) == ""


def test_the_browser_copies_the_text_that_the_server_writes() -> None:
    answer = asked("青石县有哪些保障措施")
    assert "\n".join(read(answer).lines) == answer_text(answer, WORDING)


def test_markup_in_a_source_stays_text_in_the_copy() -> None:
    answer = asked("发展目标是什么")
    attack = '</template><script>alert(1)</script><img src=x onerror=alert(1)>"'
    hostile = replace(
        answer, question=attack, citations=(replace(answer.citations[0], title=attack, url=f"https://a.cn/{attack}"),)
    )
    reading = read(hostile)
    assert set(reading.tags) == {"div", "button", "template", "p", "a"}
    assert attack in "\n".join(reading.lines)
