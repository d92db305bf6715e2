from __future__ import annotations

import pytest

from rag.domain import Mark, MarkKind
from ui.staff.highlighting import best_stretch, highlighter, marked


@pytest.mark.parametrize(
    ("searched", "text", "found"),
    [
        ("疫苗要带什么", "儿童接種疫苗，帶接种证。", {"接種疫苗"}),
        ("打预防针", "预防接种门诊", {"预防接种"}),
        ("８号文件", "第8号文件", {"文件"}),
        ("钱", "一分钱", {"钱"}),
        ("what is this", "nothing alike", set()),
    ],
)
def test_words_are_found_in_either_script_and_as_policies_say_them(searched: str, text: str, found: set[str]) -> None:
    assert {text[start:end] for start, end in highlighter(searched).spans(text)} >= found


def test_of_a_phrase_nothing_but_the_phrase_is_marked() -> None:
    spans = highlighter("免费体检", "免费体检").spans("免费的体检，免费体检")
    assert spans == [(6, 10)]


def test_the_list_shows_the_stretch_with_most_of_the_words() -> None:
    text = "疫苗。" + "无关的话。" * 60 + "疫苗和接种门诊的疫苗。" + "别的话。" * 60
    start, end = best_stretch(text, highlighter("疫苗接种").spans(text), 100)
    assert "疫苗和接种门诊的疫苗" in text[start:end]
    assert end - start <= 100


def test_found_words_and_doubtful_stretches_may_cross_and_every_character_stays_once() -> None:
    text = "比例为xx%<b>"
    html = marked(text, (0, len(text)), [(2, 5)], [Mark(MarkKind.REDACTED, 103, 106)], 100)
    assert html == (
        '比例<mark>为</mark><span class="redacted"><mark>xx</mark></span><span class="redacted">%</span>&lt;b&gt;'
    )
