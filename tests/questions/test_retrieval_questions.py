"""Our own retrieval questions: that every answer can be found, and that the parts are large, varied and apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from rag.domain import Document
from rag.evaluation.placed_question import QuestionKind, StatuteAnswer
from rag.evaluation.question_file import find_spans, read_questions
from rag.regions import Gazetteer

ROOT = Path(__file__).resolve().parents[2]
STATUTES = ROOT.parent / "shared" / "docs" / "statutes"
FILES = sorted((ROOT / "tests" / "questions" / "retrieval").glob("*.yaml"))


@cache
def documents_below(folder: Path) -> tuple[Document, ...]:
    from ingest.cleaning import clean
    from ingest.documents import Prepared, make_document
    from ingest.loaders import SUPPORTED, load_bytes

    gazetteer = Gazetteer.load()
    documents = []
    for path in sorted(path for path in folder.rglob("*") if path.suffix in SUPPORTED):
        loaded = load_bytes(path.name, path.read_bytes())
        if loaded.metadata.get("ingest", "").lower() != "false":
            prepared = Prepared(path.relative_to(folder).as_posix(), str(folder), "", clean(loaded))
            documents.append(make_document(prepared, gazetteer))
    return tuple(documents)


def named(path: Path) -> set[str]:
    answers = (answer for question in read_questions(path) for answer in question.answers)
    return {answer.statute if isinstance(answer, StatuteAnswer) else answer.source for answer in answers}


def named_by(part: str) -> set[str]:
    return {name for path in FILES if path.stem.endswith(part) for name in named(path)}


@pytest.mark.parametrize("path", [path for path in FILES if path.stem.startswith("corpus")], ids=lambda path: path.stem)
def test_every_answer_over_the_corpus_is_found(path: Path) -> None:
    questions = read_questions(path)
    found = find_spans(questions, documents_below(ROOT / "corpus"))
    assert found.missing == ()
    assert any(found.spans.values())


@pytest.mark.shared
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_answer_over_the_statutes_is_found(path: Path) -> None:
    if not STATUTES.is_dir():
        pytest.skip("the shared documents are not here")
    documents = (*documents_below(STATUTES), *documents_below(ROOT / "corpus"))
    found = find_spans(read_questions(path), documents)
    assert found.missing == ()


def repeated(values: Iterable[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def test_ids_and_questions_are_unique_over_all_files() -> None:
    questions = [question for path in FILES for question in read_questions(path)]
    assert repeated(question.question_id for question in questions) == []
    assert repeated(f"{question.text}|{question.region}|{question.history}" for question in questions) == []


def test_the_test_part_shares_no_statute_with_the_training_part() -> None:
    shared = {name.replace("中华人民共和国", "") for name in named_by("train")} & {
        name.replace("中华人民共和国", "") for name in named_by("test")
    }
    assert shared == set()


def test_the_set_is_large_enough_in_every_kind() -> None:
    questions = {path: read_questions(path) for path in FILES}
    kinds = Counter(question.kind for path in FILES for question in questions[path])
    assert sum(kinds.values()) >= 600
    assert {kind: count for kind in QuestionKind if (count := kinds[kind]) < 15} == {}
    assert sum(len(questions[path]) for path in FILES if path.stem.endswith("test")) >= 150


def test_every_place_of_a_question_can_be_chosen() -> None:
    gazetteer = Gazetteer.load(extra=["云溪县"])
    questions = [question for path in FILES for question in read_questions(path)]
    unknown = [
        (question.question_id, place)
        for question in questions
        for place in (question.region, question.place)
        if place is not None and gazetteer.get(place) is None
    ]
    assert unknown == []
