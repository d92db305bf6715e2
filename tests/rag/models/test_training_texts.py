"""What is trained on: passages with their titles, questions with all their answers, and our own question files."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import SourceError
from rag.models.own_questions import add_own_questions
from rag.models.training_texts import read_training_texts
from tests.rag.models.sets import PASSAGES, QUESTIONS, beir_folder

STATUTE = "# 甲市献血条例\n\n## 第一章 总则\n\n第一条 为了献血，制定本条例。\n\n第二条 十八周岁以上的人可以献血。\n"
OLD_STATUTE = "# 乙市吸烟条例\n\n第一条 室内不得吸烟。\n"


@pytest.fixture
def statutes(tmp_path: Path) -> Path:
    folder = tmp_path / "statutes"
    folder.mkdir()
    (folder / "甲市献血条例(2021-11-26).md").write_text(STATUTE, encoding="utf-8")
    (folder / "乙市吸烟条例(2020-01-02).md").write_text(OLD_STATUTE, encoding="utf-8")
    return folder


def question_file(path: Path) -> Path:
    path.write_text(
        """
- id: a
  question: 多大年纪能献血
  kind: lay
  place: 甲市
  answers:
    - {statute: 甲市献血条例, date: "2021-11-26", article: 2, grade: 2}
    - {statute: 甲市献血条例, date: "2021-11-26", article: 1, grade: 1}
- id: b
  question: 那学生呢
  history: [多大年纪能献血]
  kind: follow_up
  place: 甲市
  answers:
    - {statute: 甲市献血条例, date: "2021-11-26", article: 2, grade: 2}
- id: c
  question: 月亮上能献血吗
  kind: unanswerable
""",
        encoding="utf-8",
    )
    return path


def test_a_question_keeps_all_passages_that_answer_it(tmp_path: Path) -> None:
    texts = read_training_texts([beir_folder(tmp_path / "set", PASSAGES, QUESTIONS)])
    (corpus,) = texts.asked
    asked = {question.question_id: question for question in corpus.questions}
    assert [texts.passages[place] for place in asked["q4"].answers] == [PASSAGES["pressure"], PASSAGES["doctor"]]
    assert len(asked) == len(QUESTIONS)


def test_a_question_whose_passage_is_not_there_is_left_out(tmp_path: Path) -> None:
    questions = {**QUESTIONS, "q9": ("没有答案的问题", ("missing",))}
    texts = read_training_texts([beir_folder(tmp_path / "set", PASSAGES, questions)])
    assert {question.question_id for question in texts.asked[0].questions} == set(QUESTIONS)


def test_passages_of_a_later_folder_are_numbered_behind_those_of_an_earlier_one(tmp_path: Path, statutes: Path) -> None:
    texts = read_training_texts([statutes, beir_folder(tmp_path / "set", PASSAGES, QUESTIONS)])
    (corpus,) = texts.asked
    assert corpus.name == "set"
    assert texts.whole(corpus) == list(PASSAGES.values())
    assert all(corpus.first <= place < corpus.end for question in corpus.questions for place in question.answers)


def test_a_broken_corpus_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "corpus.jsonl").write_text('{"_id": "a"}\n', encoding="utf-8")
    with pytest.raises(SourceError, match="broken"):
        read_training_texts([folder])


def test_a_plain_passage_carries_the_document_title_and_its_heading(tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    text = "# 指南\n\n<!-- 说明 -->\n\n## 第一节\n\n甲乙丙。\n\n## 第二节\n\n丁戊己。\n"
    (folder / "a.md").write_text(text, encoding="utf-8")
    texts = read_training_texts([folder])
    assert list(zip(texts.titles, texts.passages, strict=True)) == [
        ("指南 第一节", "甲乙丙。"),
        ("指南 第二节", "丁戊己。"),
    ]


def test_our_own_questions_are_answered_by_articles_with_their_statutes_title(tmp_path: Path, statutes: Path) -> None:
    texts = read_training_texts([beir_folder(tmp_path / "set", PASSAGES, QUESTIONS)])
    left_out = add_own_questions(texts, [question_file(tmp_path / "train.yaml")], statutes)
    corpus = texts.asked[-1]
    assert left_out == 2
    assert len(texts.whole(corpus)) == 3
    (question,) = corpus.questions
    answers = [texts.whole()[place] for place in question.answers]
    assert answers == ["甲市献血条例 第一条 为了献血，制定本条例。", "甲市献血条例 第二条 十八周岁以上的人可以献血。"]


def test_the_part_for_testing_is_refused(tmp_path: Path, statutes: Path) -> None:
    texts = read_training_texts([statutes])
    with pytest.raises(SourceError, match="not trained on"):
        add_own_questions(texts, [question_file(tmp_path / "national-test.yaml")], statutes)
    assert not texts.asked
