"""Questions about the same thing come together, whatever the order in which they are told."""

from __future__ import annotations

from itertools import permutations

from rag.catalogue.question_records import RepeatedQuestion
from rag.question_topics import Topic, topics_of
from rag.synonyms import parse_synonyms

NO_SYNONYMS = parse_synonyms("")
DAY = "2026-03-04T05:06:07Z"


def asked(*questions: str, count: int = 1) -> list[RepeatedQuestion]:
    return [RepeatedQuestion(question, count, DAY) for question in questions]


def members(topics: tuple[Topic, ...]) -> list[set[str]]:
    return [{one.question for one in topic.questions} for topic in topics]


DOGS = ("养狗要办证吗", "养狗在哪里办证", "养狗办证多少钱")
TEETH = ("儿童窝沟封闭免费吗", "窝沟封闭去哪里做")
PARK = ("公园晚上几点关门",)


def test_the_same_matter_is_one_topic_and_another_is_not() -> None:
    topics = topics_of(asked(*PARK, *TEETH, *DOGS), (), NO_SYNONYMS)
    assert members(topics) == [set(DOGS), set(TEETH), set(PARK)]
    assert [topic.count for topic in topics] == [3, 2, 1]
    assert "窝沟" in topics[1].words


def test_the_order_of_the_questions_changes_nothing() -> None:
    found = {topics_of(asked(*order), (), NO_SYNONYMS) for order in permutations((*TEETH, *DOGS))}
    assert len(found) == 1


def test_what_was_asked_more_comes_first() -> None:
    topics = topics_of([*asked(*DOGS), *asked(*PARK, count=9)], (), NO_SYNONYMS)
    assert members(topics) == [set(PARK), set(DOGS)]


def test_a_place_makes_no_topic() -> None:
    questions = ("青石县养狗办证多少钱", "青石县公园几点关门", "白河养狗办证多少钱")
    topics = topics_of(asked(*questions), ("青石县", "白河市"), NO_SYNONYMS)
    assert members(topics) == [{questions[0], questions[2]}, {questions[1]}]
    assert all("青石" not in word for topic in topics for word in topic.words)


def test_words_of_one_meaning_meet_and_the_topic_is_named_as_it_was_asked() -> None:
    questions = ("护工补贴", "护理员补贴", "护工补贴多少")
    (topic,) = topics_of(asked(*questions), (), parse_synonyms("护工 护理员"))
    assert "护工" in topic.words
    assert "护理员" not in topic.words


def test_a_question_of_which_nothing_is_left_stands_alone() -> None:
    topics = topics_of(asked("青石县？", "请问怎么办", *PARK), ("青石县",), NO_SYNONYMS)
    assert sorted(len(topic.questions) for topic in topics) == [1, 1, 1]
    assert topics_of([], (), NO_SYNONYMS) == ()
