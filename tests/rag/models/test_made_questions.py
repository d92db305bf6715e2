from __future__ import annotations

import random

from rag.models.made_questions import MadeQuestion, made_questions

ARTICLE = (
    "第五条 县卫生健康局应当每年公布体检结果和有关经费的使用情况。\n"
    "违反前款规定的，由县人民政府责令改正；情节严重的，予以通报。\n"
    "本县居民有下列情形之一的，可以申请补贴：\n（一）年满八十周岁的居民；\n（二）生活困难的居民。"
)


def made(form: str, text: str = ARTICLE) -> list[MadeQuestion]:
    found = [one for seed in range(12) for one in made_questions(text, 0, len(text), random.Random(seed))]
    return [one for one in found if one.form == form]


def answers(form: str, text: str = ARTICLE) -> set[str]:
    return {text[one.start : one.end] for one in made(form, text)}


def test_what_follows_a_breach_is_the_answer_to_what_follows_it() -> None:
    assert "由县人民政府责令改正" in answers("penalty")
    assert all("违反前款规定的" in one.text for one in made("penalty"))


def test_an_answer_may_go_on_to_the_end_of_its_paragraph() -> None:
    assert "由县人民政府责令改正；情节严重的，予以通报" in answers("penalty")


def test_a_list_is_asked_for_as_a_whole() -> None:
    assert answers("list") == {"（一）年满八十周岁的居民；\n（二）生活困难的居民。"}


def test_who_does_something_is_asked_without_naming_them() -> None:
    (question, *_) = made("who", "第一条 高龄补贴由县级民政部门发放到每位老人手中。")
    assert "民政" not in question.text
    assert "由" in question.text


def test_a_measure_is_asked_without_its_figure() -> None:
    text = "第一条 居民应当在六十个工作日以内提出书面申请。"
    assert answers("measure", text) == {"六十个工作日以内"}
    assert not any("六十" in one.text for one in made("measure", text))


def test_the_same_seed_makes_the_same_questions() -> None:
    assert made_questions(ARTICLE, 0, len(ARTICLE), random.Random(1)) == made_questions(
        ARTICLE, 0, len(ARTICLE), random.Random(1)
    )


def test_no_question_has_an_answer_outside_its_article() -> None:
    text = f"{ARTICLE}\n第六条 由县财政局负责支付全部费用。"
    assert all(
        0 <= one.start < one.end <= len(ARTICLE) for one in made_questions(text, 0, len(ARTICLE), random.Random(2))
    )
