"""Which questions of a set are asked, and when two sets are the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.domain import Document, Question, document_id_for
from rag.errors import SourceError, UsageError
from rag.evaluation.judged import JudgedQuestion, JudgedSet, fold_of, judged_passages
from rag.evaluation.placed_question import CorpusAnswer, PlacedQuestion, QuestionKind


def some(count: int = 10) -> JudgedSet:
    asked = tuple(JudgedQuestion(f"q{n}", Question(f"問題{n}"), {f"d{n // 2}": 1}) for n in range(count))
    return JudgedSet("set", asked, by_passage=False)


def ids(judged: JudgedSet) -> list[str]:
    return [asked.question_id for asked in judged.questions]


def test_a_sample_is_always_the_same_and_keeps_the_order() -> None:
    chosen = ids(some().sampled(4))
    assert len(chosen) == 4
    assert chosen == ids(some().sampled(4))
    assert chosen == sorted(chosen)
    assert set(ids(some().sampled(3))) < set(chosen)
    assert ids(some().sampled(99)) == ids(some())


def test_every_question_is_in_exactly_one_fold() -> None:
    whole = some(40)
    found = [name for k in range(1, 4) for name in ids(whole.fold(k, 3))]
    assert sorted(found) == sorted(ids(whole))


@pytest.mark.parametrize(("number", "folds"), [(0, 3), (4, 3)])
def test_a_fold_that_is_none_is_refused(number: int, folds: int) -> None:
    with pytest.raises(UsageError, match="fold"):
        some().fold(number, folds)


answers = st.dictionaries(
    st.text("qrs", min_size=1, max_size=4),
    st.lists(st.sampled_from("abcdefghijklm"), min_size=1, max_size=3, unique=True),
    min_size=1,
    max_size=12,
)


@given(answers, st.integers(1, 6))
def test_questions_that_share_a_document_are_in_one_fold(answers: dict[str, list[str]], folds: int) -> None:
    found = fold_of(answers, folds)
    assert set(found) == set(answers)
    assert set(found.values()) <= set(range(1, folds + 1))
    for one, theirs in answers.items():
        sharing = {other for other, others in answers.items() if set(theirs) & set(others)}
        assert {found[other] for other in sharing} == {found[one]}


def test_a_fold_does_not_change_when_questions_are_added_elsewhere() -> None:
    few = {"q1": ["b", "c"], "q2": ["d"]}
    before, after = fold_of(few, 7), fold_of({"q0": ["x"], **few, "q3": ["y", "z"]}, 7)
    assert {name: after[name] for name in few} == before


def test_an_unknown_id_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="elsewhere"):
        some().only(["q1", "elsewhere"])


def test_the_digest_tells_sets_apart_by_what_is_asked_and_what_is_right() -> None:
    whole = some()
    first, *rest = whole.questions
    assert whole.digest() == replace(whole, name="other", questions=whole.questions[::-1]).digest()
    for other in (
        replace(first, question=Question("別")),
        replace(first, question=replace(first.question, region="澧县")),
        replace(first, documents={"d9": 1}),
        replace(first, documents={"d0": 2}),
    ):
        assert replace(whole, questions=(other, *rest)).digest() != whole.digest()
    assert whole.sampled(9).digest() != whole.digest()


def test_questions_are_asked_in_simplified_script() -> None:
    simple = some().simplified()
    assert simple.questions[0].question.text == "问题0"
    assert simple.name == "set, simplified"
    assert simple.digest() != some().digest()


def document(source: str, text: str) -> Document:
    return Document(document_id_for(source), source, "", "00", "text/plain", source, text)


def placed(name: str, *sources: str) -> PlacedQuestion:
    found = tuple(CorpusAnswer(source, None, None, grade) for grade, source in enumerate(sources, start=1))
    kind = QuestionKind.LAY if found else QuestionKind.UNANSWERABLE
    return PlacedQuestion(name, f"问{name}", kind, None, (), "全国" if found else None, found)


def test_unanswerable_questions_are_counted_and_answers_that_are_not_there_are_named() -> None:
    texts = [document("a.txt", "甲" * 30), document("b.txt", "乙" * 40)]
    asked = [placed("1", "a.txt", "b.txt"), placed("2"), placed("3", "gone.txt"), placed("4", "gone.txt", "b.txt")]
    judged = judged_passages("own", asked, texts)
    assert ids(judged) == ["1", "4"]
    assert judged.questions[0].documents == {"a.txt": 1, "b.txt": 2}
    assert judged.unanswerable == 1
    assert [message.split(":")[0] for message in judged.missing] == ["3", "4"]


def test_documents_that_answer_nothing_are_refused() -> None:
    with pytest.raises(SourceError, match="none of 1 questions"):
        judged_passages("own", [placed("3", "gone.txt")], [document("a.txt", "甲")])
