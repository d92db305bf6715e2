"""Asking a set and the figures that follow, against values worked out by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from rag.domain import Answer, AnswerStatus, Document, Question, Statement
from rag.errors import NotAvailableError, SourceError, UnknownIdError, UsageError
from rag.evaluation.answer_checks import shown_of
from rag.evaluation.answer_file import Expectation, ExpectedAnswer
from rag.evaluation.answer_likeness import marked_words
from rag.evaluation.answer_misses import expected_of, wrong_answer
from rag.evaluation.answer_outcomes import AnswerEvaluation
from rag.evaluation.answer_set import AnswerSet, answers_of_beir, answers_of_files
from rag.evaluation.answers import evaluate_answers
from rag.evaluation.beir import read_beir
from tests.rag.evaluation.answered import TEXT, answered, citation, refused
from tests.rag.evaluation.sets import write_answer_set, write_set


class Says:
    """Gives the same answer to a question every time, and counts what it is asked."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def answer(self, question: Question) -> Answer:
        self.asked.append(question.text)
        return self.answers[question.text]

    def document(self, document_id: str) -> Document:
        if document_id == "gone":
            raise UnknownIdError(document_id)
        return Document(document_id, document_id, "", "0" * 64, "text/plain", document_id, TEXT)


def expected(name: str, **changed: Any) -> ExpectedAnswer:
    return ExpectedAnswer(name, Question(name), **{"answerable": True} | changed)


def run(
    questions: list[ExpectedAnswer], served: Mapping[str, Answer], drafted: Mapping[str, Answer] | None = None
) -> AnswerEvaluation:
    seen: list[tuple[str, int, int]] = []
    drafting = Says({**served, **(drafted or {})})
    found = evaluate_answers(
        Says(served), drafting, AnswerSet("set", tuple(questions)), lambda *step: seen.append(step)
    )
    assert seen[-1] == ("evaluate", len(questions), len(questions))
    return found


def beir_like() -> AnswerEvaluation:
    """Two questions with an answer, of which one is refused, and two without, of which one is answered."""
    known = {"documents": frozenset({"child.html", "other.html"})}
    questions = [
        expected("a", gold="3600元", kind="amount", **known),
        expected("b", gold="另发2000元", kind="amount", **known),
        expected("c", answerable=False, kind="date"),
        expected("d", answerable=False, kind="date"),
    ]
    marked = (Statement(TEXT[:12], (1,), 1.0, span=(6, 11)),)
    served = {
        "a": answered(citation(), statements=marked, confidence=0.95),
        "b": refused(confidence=0.55),
        "c": answered(confidence=0.75),
        "d": refused(AnswerStatus.OUT_OF_SCOPE, confidence=0.05),
    }
    return run(questions, served, {"b": answered(citation(start=12, end=len(TEXT)), confidence=0.55)})


def test_the_figures_are_those_worked_out_by_hand() -> None:
    figures = beir_like().to_json()
    assert (figures["queries"], figures["answerable"], figures["unanswerable"]) == (4, 2, 2)
    assert figures["right"] == 0.5, "a is right, and the silence on d"
    assert figures["rouge_l"] == 0.5, "the marked words are the answer; a refusal counts 0"
    assert figures["answer_contained"] == 0.5
    assert figures["citation_precision"] == 1.0
    assert figures["citation_recall"] == 0.25, "one of two documents for a, none for b"
    assert figures["false_answer_rate"] == 0.5
    assert figures["false_refusal_rate"] == 0.5
    assert figures["auroc"] == 0.75
    assert figures["coverage_at_5_percent"] == 0.5
    assert figures["status"] == {"answered": 2, "no_evidence": 1, "out_of_scope": 1}
    assert (figures["quotes_that_differ"], figures["unsupported_figures"]) == (0, 0)


def test_drafted_figures_count_what_the_threshold_held_back() -> None:
    found = beir_like()
    drafted = found.to_json()["drafted"]
    assert drafted["answer_contained"] == 1.0
    # All statements stand in for the marked words: 第三个孩子另发2000元 has 13 letters, 6... the gold answer 7.
    assert drafted["rouge_l"] == pytest.approx((1.0 + 2 * 7 / (7 + 12)) / 2, abs=1e-4)
    assert [outcome.draft_is_right for outcome in found.outcomes] == [True, True, False, False]


def test_only_what_was_refused_is_drafted_again() -> None:
    served = {"a": answered(), "b": refused(), "c": refused()}
    drafting = Says({"b": answered()})
    questions = (expected("a", gold="x"), expected("b", gold="x"), expected("c", answerable=False))
    evaluate_answers(Says(served), drafting, AnswerSet("set", questions), lambda *_: None)
    assert drafting.asked == ["b"]


def test_the_risk_curve_counts_drafts_and_the_served_point_what_was_served() -> None:
    found = beir_like()
    assert found.curve() == [(0.25, 0.0), (0.5, 0.5), (0.75, pytest.approx(1 / 3)), (1.0, 0.5)]
    assert found.served_point() == (0.5, 0.5)


def test_false_answers_come_first_among_what_is_wrong_then_the_surest() -> None:
    assert [outcome.asked.question_id for outcome in beir_like().wrong] == ["c", "b"]


def test_kinds_and_parts_have_figures_of_their_own() -> None:
    seen, held = expected("a", kind="x", held_out=False), expected("b", kind="y", held_out=True)
    figures = run([seen, held], {"a": answered(), "b": refused()}).to_json()
    assert {kind: values["right"] for kind, values in figures["by_kind"].items()} == {"x": 1.0, "y": 0.0}
    assert {part: values["right"] for part, values in figures["by_part"].items()} == {"seen": 1.0, "held_out": 0.0}
    assert figures["rouge_l"] is None, "no answer is known word for word"
    assert figures["auroc"] is None


def test_marked_words_are_joined_and_without_any_all_statements_are() -> None:
    first, second = citation(), citation(2, start=12, end=len(TEXT))
    plain = answered(first, second)
    assert marked_words(plain) == TEXT
    said = (plain.statements[0], Statement(second.quote, (2,), 1.0, span=(5, 12)))
    assert marked_words(answered(first, second, statements=said)) == "另发2000元"


def test_questions_of_an_author_are_judged_by_what_the_author_expects() -> None:
    wanted = Expectation((AnswerStatus.ANSWERED,), contains=(("2000元",),))
    (outcome,) = run([expected("a", expectation=wanted)], {"a": answered()}).outcomes
    assert outcome.problems == ("lacks 2000元",)
    told = wrong_answer(outcome)
    assert told["expected"] == "status answered; shows 2000元"
    assert (told["status"], told["shown"], told["sources"]) == ("answered", TEXT[:12], ["child.html"])
    json.dumps(told)


def test_what_is_expected_without_an_author_is_the_known_answer_or_silence() -> None:
    assert expected_of(expected("a", gold="3600元")) == "3600元"
    assert expected_of(expected("a", answerable=False)) == "no answer: the documents do not say"
    said = answered(statements=(Statement(TEXT[:12], (1,), 1.0, place="青棠县"),))
    (outcome,) = run([expected("a", gold="x")], {"a": said}).outcomes
    assert shown_of(outcome.answer) == f"青棠县: {TEXT[:12]}"


def test_a_quote_that_differs_is_counted() -> None:
    moved = citation(start=0, end=12, text="别" + TEXT)
    assert run([expected("a", gold="x")], {"a": answered(moved)}).to_json()["quotes_that_differ"] == 1


def test_an_assistant_that_is_not_available_ends_the_evaluation() -> None:
    with pytest.raises(NotAvailableError, match="not available"):
        run([expected("a")], {"a": refused(AnswerStatus.UNAVAILABLE)})


class TestSets:
    def test_a_folder_in_beir_form_brings_answers_and_questions_without_any(self, tmp_path: Path) -> None:
        folder = write_answer_set(tmp_path / "set")
        found = answers_of_beir(read_beir(folder))
        assert len(found.questions) == 14, "twelve queries have an answer, two questions have none"
        first = found.questions[0]
        assert (first.gold, first.documents, first.answerable) == ("可以预约上门随访", {"d0"}, True)
        assert [asked.question_id for asked in found.questions if asked.answerable is False] == ["u0", "u1"]
        assert {asked.kind for asked in found.questions} >= {"amount", "yes_no"}

    def test_a_folder_without_answers_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match="no query has an answer"):
            answers_of_beir(read_beir(write_set(tmp_path / "set")))

    def test_an_unanswerable_question_has_an_id_of_its_own(self, tmp_path: Path) -> None:
        folder = write_answer_set(tmp_path / "set")
        (folder / "unanswerable.jsonl").write_text('{"_id": "q1", "text": "x"}\n', encoding="utf-8")
        with pytest.raises(SourceError, match="q1 is used twice"):
            answers_of_beir(read_beir(folder))

    def test_an_unreadable_line_is_named(self, tmp_path: Path) -> None:
        folder = write_answer_set(tmp_path / "set")
        (folder / "unanswerable.jsonl").write_text('{"_id": "u0", "text": "x"}\n{"_id": "u1"}\n', encoding="utf-8")
        with pytest.raises(SourceError, match=r"unanswerable\.jsonl, line 2: no text"):
            answers_of_beir(read_beir(folder))

    def test_samples_are_the_same_for_a_seed_and_keep_the_order(self) -> None:
        whole = AnswerSet("set", tuple(expected(f"q{n}") for n in range(50)))
        ids = [asked.question_id for asked in whole.sampled(10).questions]
        assert ids == [asked.question_id for asked in whole.sampled(10).questions]
        assert ids == sorted(ids, key=lambda name: int(name[1:]))
        assert ids != [asked.question_id for asked in whole.sampled(10, seed=1).questions]
        assert whole.sampled(99) == whole

    def test_an_unknown_id_is_refused(self) -> None:
        with pytest.raises(UsageError, match="elsewhere"):
            AnswerSet("set", (expected("a"),)).only(["a", "elsewhere"])

    def test_the_digest_follows_what_is_asked_and_what_counts_as_right(self) -> None:
        def digest(**changed: Any) -> str:
            return AnswerSet("set", (expected("a", **changed),)).digest()

        assert digest() == digest(kind="x")
        different = [digest(), digest(gold="x"), digest(answerable=False), digest(documents=frozenset("d"))]
        different.append(digest(expectation=Expectation((AnswerStatus.ANSWERED,))))
        assert len(set(different)) == 5

    def test_questions_can_be_asked_in_simplified_script(self) -> None:
        asked = ExpectedAnswer("a", Question("補貼", None, ("體檢",)), answerable=True, gold="補貼")
        simplified = AnswerSet("set", (asked,)).simplified()
        assert simplified.name == "set, simplified"
        assert simplified.questions[0].question == Question("补贴", None, ("体检",))
        assert simplified.questions[0].gold == "補貼"

    def test_files_of_a_folder_are_one_set_and_share_no_id(self, tmp_path: Path) -> None:
        entry = "- {id: a-1, question: 问, expect: {status: answered}}\n"
        (tmp_path / "one.yaml").write_text(entry, encoding="utf-8")
        (tmp_path / "two.yaml").write_text(entry.replace("a-1", "a-2"), encoding="utf-8")
        assert len(answers_of_files(tmp_path).questions) == 2
        (tmp_path / "three.yaml").write_text(entry, encoding="utf-8")
        with pytest.raises(SourceError, match="used in another file"):
            answers_of_files(tmp_path)
