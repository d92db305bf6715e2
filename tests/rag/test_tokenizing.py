from __future__ import annotations

import pytest

from rag.tokenizing import bigrams, focus_words, subject, terms, words


def test_words_come_with_the_shorter_words_inside_them() -> None:
    assert {"家庭", "医生"} <= set(words("家庭医生签约"))


def test_bigrams_keep_latin_words_and_numbers_whole() -> None:
    assert bigrams("打hpv疫苗2次") == ["打", "hpv", "疫苗", "2", "次"]


def test_both_scripts_and_both_widths_give_the_same_terms() -> None:
    assert terms("衛生健康２０３０") == terms("卫生健康2030")


def test_a_question_of_nothing_but_asking_words_stays_whole() -> None:
    assert subject("是什么？") != ""


def test_words_too_general_are_no_focus() -> None:
    assert "时候" not in focus_words("体检的时候")
    assert "体检" in focus_words("体检的时候")


def test_what_the_dictionary_does_not_know_counts_by_its_pairs() -> None:
    assert {"慢特", "特病"} & set(focus_words("慢特病"))


def test_an_ordinal_and_a_grade_are_words() -> None:
    assert {"第三", "二级"} <= set(focus_words("第三个孩子 二级医院"))


def test_a_noun_weighs_more_than_a_verb() -> None:
    focus = focus_words("影响医院")
    assert focus["医院"] > focus["影响"]


@pytest.mark.parametrize(
    ("question", "bare"),
    [
        ("咋报销啊", "报销"),
        ("求问打疫苗多钱", "打疫苗"),
        ("啥时候打疫苗呀？", "打疫苗 ?"),
        ("有没有人知道二胎补贴咋领", "二胎补贴 领"),
        ("你们这里能否异地就医", "异地就医"),
        ("麻烦问下体检嘛", "体检"),
        ("您好，请教一下体检", ", 体检"),
    ],
)
def test_words_that_ask_or_are_polite_are_no_subject(question: str, bare: str) -> None:
    assert subject(question) == bare


@pytest.mark.parametrize("question", ["网吧抽烟", "哈密疫苗", "啊里医院", "心理咨询热线", "喇嘛教场所"])
def test_a_particle_inside_a_word_stays(question: str) -> None:
    assert subject(question) == question


def test_forms_beside_a_question_count_lightly_and_never_twice() -> None:
    found = terms("老人体检").and_lightly(["老年人体检"], 0.3)
    assert found.light[0]["老年人"] == 0.3
    assert not set(found.light[0]) & set(found.words)
    assert not set(found.light[1]) & set(found.bigrams)
    assert (found.words, found.bigrams) == (terms("老人体检").words, terms("老人体检").bigrams)
