"""Our questions with what their answers must be like, as an admin runs them: every figure reaches the file's own floor."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from rag.evaluation.answer_file import read_answer_file
from rag.evaluation.asking import MeasuredAnswers
from rag.settings import PathSettings, Settings
from ui.evaluation_answers import AnswerChoice, measure_answers

ROOT = Path(__file__).parents[2]
SETS = ROOT / "tests/questions/answers"
SEEDS = ROOT.parent / "shared" / "seeds"
NOT_HERE = {"seeds.yaml"}


def measured(questions: Path, documents: Path, place: Path) -> MeasuredAnswers:
    settings = Settings(paths=PathSettings(data=place / "none", corpus=ROOT / "corpus"))
    return measure_answers(questions, [documents], settings, AnswerChoice(), place / "data", lambda *_: None)


def failures(run: MeasuredAnswers) -> str:
    return "\n".join(
        f"{outcome.asked.question_id} {outcome.asked.question.text}: {'; '.join(outcome.problems)}"
        for outcome in run.evaluation.wrong
    )


def check(run: MeasuredAnswers) -> None:
    assert run.figures["quotes_that_differ"] == 0
    assert run.figures["unsupported_figures"] == 0
    missed = run.evaluation.answers.thresholds.missed(run.figures)
    assert run.evaluation.answers.thresholds.at_least, "the file names a floor"
    assert not missed, f"{missed}\n{failures(run)}"


def test_answers_over_our_corpus_reach_their_floors(tmp_path: Path) -> None:
    check(measured(SETS / "corpus-answers.yaml", ROOT / "corpus", tmp_path))


@pytest.mark.shared
def test_answers_over_real_pages_reach_their_floors(tmp_path: Path) -> None:
    if not SEEDS.is_dir():
        pytest.skip("the shared pages are not here")
    check(measured(SETS / "seeds.yaml", SEEDS, tmp_path))


@pytest.mark.parametrize("path", sorted(SETS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_file_can_be_read_and_asks_nothing_twice(path: Path) -> None:
    questions = read_answer_file(path).questions
    asked = [asked.question for asked in questions]
    assert len(set(asked)) == len(asked)


@pytest.mark.parametrize("path", sorted(set(SETS.glob("*.yaml"))), ids=lambda path: path.stem)
def test_every_source_that_is_expected_is_in_the_corpus(path: Path) -> None:
    if path.name in NOT_HERE:
        pytest.skip("its documents are no part of the project")
    named = {source for asked in read_answer_file(path).questions for source in asked.documents or ()}
    assert named
    assert not [source for source in named if not (ROOT / "corpus" / source).is_file()]


def test_half_of_the_questions_over_our_corpus_are_held_out() -> None:
    parts = [asked.held_out for asked in read_answer_file(SETS / "corpus-answers.yaml").questions]
    assert parts.count(True) == parts.count(False) == len(parts) / 2


def test_the_older_set_is_read_in_the_same_form() -> None:
    path = ROOT / "tests/questions/corpus.yaml"
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    found = read_answer_file(path).questions
    assert [asked.question_id for asked in found] == [entry["id"] for entry in entries]
    assert {asked.kind for asked in found} == {entry["id"].split("-")[0] for entry in entries}
