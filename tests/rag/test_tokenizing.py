from __future__ import annotations

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
