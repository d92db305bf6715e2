from __future__ import annotations

import re

import pytest

from rag.settings import HelpSettings
from ui.render_speech import render_dictate, render_read_aloud
from ui.wording import Language, Wording


@pytest.mark.parametrize("language", Language)
def test_the_buttons_have_words_in_every_language(language: Language) -> None:
    wording = Wording(language, HelpSettings())
    html = render_read_aloud(wording) + render_dictate(wording)
    assert re.findall(r'data-action="([^"]*)"', html) == [
        "read",
        "read-stop",
        "dictate",
        "dictate-agree",
        "dictate-decline",
    ]
    assert all(words.strip() for words in re.findall(r"<button[^>]*>([^<]*)</button>", html))


def test_who_listens_is_said_in_the_markup_and_hidden_until_it_is_asked_for() -> None:
    html = render_dictate(Wording(Language.ZH_HANS, HelpSettings()))
    assert re.search(r'<div class="dictation-told" hidden><p>[^<]*做浏览器的公司', html)
