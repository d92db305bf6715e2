"""Questions with what is known of their answers, from whichever form of set, and the choice of some of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rag.domain import Question
from rag.errors import SourceError, UsageError
from rag.evaluation.answer_file import ExpectedAnswer, read_answer_file
from rag.evaluation.beir import BeirSet, json_lines
from rag.evaluation.thresholds import Thresholds
from rag.folding import fold, simplify
from rag.question import kind_of

UNANSWERABLE = "unanswerable.jsonl"
"""Questions of a folder in BEIR form that its documents do not answer, in the form of its queries."""


@dataclass(frozen=True, slots=True)
class AnswerSet:
    """The questions of a set, and what its figures must reach."""

    name: str
    questions: tuple[ExpectedAnswer, ...]
    thresholds: Thresholds = field(default_factory=Thresholds)

    def digest(self) -> str:
        """Return a SHA-256 that differs exactly when other questions are asked or other answers count as right."""
        plain = sorted(json.dumps(_plain(asked), sort_keys=True) for asked in self.questions)
        return hashlib.sha256("\n".join(["answers", *plain]).encode("ascii")).hexdigest()

    def only(self, ids: Collection[str]) -> AnswerSet:
        """Return the set with the questions of these ids alone. Raises UsageError where an id is not among them."""
        known = {asked.question_id for asked in self.questions}
        strange = [question_id for question_id in ids if question_id not in known]
        if strange:
            raise UsageError(f"{len(strange)} ids are not questions of {self.name}, for example {strange[0]!r}")
        wanted = set(ids)
        return replace(self, questions=tuple(asked for asked in self.questions if asked.question_id in wanted))

    def sampled(self, count: int, seed: int = 0) -> AnswerSet:
        """Return the set with ``count`` questions, the same ones for the same seed, in their order."""
        order = sorted(
            self.questions, key=lambda asked: hashlib.sha256(f"{seed}:{asked.question_id}".encode()).digest()
        )
        return self.only([asked.question_id for asked in order[:count]])

    def simplified(self) -> AnswerSet:
        """Return the set with its questions in simplified script; what is expected stays as it is."""

        def converted(asked: ExpectedAnswer) -> ExpectedAnswer:
            question = asked.question
            history = tuple(map(simplify, question.history))
            return replace(asked, question=replace(question, text=simplify(question.text), history=history))

        return replace(self, name=f"{self.name}, simplified", questions=tuple(map(converted, self.questions)))


def answers_of_beir(beir: BeirSet) -> AnswerSet:
    """Return the questions of a folder whose queries have an ``answer``, and those of ``unanswerable.jsonl``.

    Raises:
        SourceError: no query has an answer, or a file cannot be read; the message names file and line.
    """
    answers: dict[str, Any] = {
        str(values["_id"]): values.get("answer") for values in json_lines(beir.folder / "queries.jsonl")
    }
    questions = [
        ExpectedAnswer(
            question_id=question_id,
            question=Question(text),
            answerable=True,
            kind=_kind(text),
            gold=gold,
            documents=frozenset(beir.relevant[question_id]),
        )
        for question_id, text in beir.questions.items()
        if isinstance(gold := answers.get(question_id), str) and gold.strip()
    ]
    if not questions:
        raise SourceError(f"{beir.folder / 'queries.jsonl'}: no query has an answer")
    path = beir.folder / UNANSWERABLE
    if path.is_file():
        known = {asked.question_id for asked in questions}
        for values in json_lines(path, needed="text"):
            question_id, text = str(values["_id"]), str(values["text"])
            if question_id in known:
                raise SourceError(f"{path}: the id {question_id} is used twice")
            known.add(question_id)
            questions.append(ExpectedAnswer(question_id, Question(text), answerable=False, kind=_kind(text)))
    return AnswerSet(beir.folder.resolve().name, tuple(questions))


def answers_of_files(path: Path) -> AnswerSet:
    """Return the questions of a YAML file, or of every one in a folder as one set.

    Raises:
        SourceError: a file breaks the format, two files use an id, or there is no file.
    """
    files = sorted(path.glob("*.y*ml")) if path.is_dir() else [path]
    if not files:
        raise SourceError(f"{path} holds neither a set in BEIR form nor a YAML file of questions")
    questions: dict[str, ExpectedAnswer] = {}
    thresholds = Thresholds()
    for file in files:
        read = read_answer_file(file)
        thresholds = thresholds.with_others(read.thresholds)
        for asked in read.questions:
            if asked.question_id in questions:
                raise SourceError(f"{file} ({asked.question_id}), id: used in another file, too")
            questions[asked.question_id] = asked
    return AnswerSet(path.resolve().stem, tuple(questions.values()), thresholds)


def _kind(text: str) -> str:
    return kind_of(fold(text)).value


def _plain(asked: ExpectedAnswer) -> list[Any]:
    question = asked.question
    return [
        asked.question_id,
        question.text,
        question.region,
        list(question.history),
        asked.answerable,
        asked.gold,
        _sorted(asked.documents),
        repr(asked.expectation),
    ]


def _sorted(values: Sequence[str] | frozenset[str] | None) -> list[str] | None:
    return None if values is None else sorted(values)
