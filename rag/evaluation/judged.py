"""Questions with what answers them, from whichever form of set they were read, and the choice of some of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from rag.domain import Document, Question
from rag.errors import SourceError, UsageError
from rag.evaluation.beir import BeirSet
from rag.evaluation.placed_question import PlacedQuestion
from rag.evaluation.question_file import RelevantSpan, find_spans
from rag.folding import simplify


@dataclass(frozen=True, slots=True)
class JudgedQuestion:
    """A question with the documents, by source, and the passages that answer it; grades are 1 or more."""

    question_id: str
    question: Question
    documents: Mapping[str, int]
    passages: tuple[RelevantSpan, ...] = ()
    """Empty where only documents are judged."""
    kind: str | None = None
    place: str | None = None
    """The place whose rule answers it, where the set says so."""


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """The questions of a set that can be ranked, and how many others it has."""

    name: str
    questions: tuple[JudgedQuestion, ...]
    by_passage: bool
    """True where passages are judged, and not documents only."""
    unanswerable: int = 0
    """Questions that nothing answers; they have no place in figures of a ranking."""
    missing: tuple[str, ...] = ()
    """Answers that the documents do not hold, a message each; questions without any other answer are left out."""

    def digest(self) -> str:
        """Return a SHA-256 that differs exactly when other questions are asked or other answers count as right."""
        plain = sorted(
            [
                asked.question_id,
                asked.question.text,
                asked.question.region,
                asked.question.history,
                sorted(asked.documents.items()),
                sorted((span.source, span.start, span.end, span.grade) for span in asked.passages),
            ]
            for asked in self.questions
        )
        return hashlib.sha256(json.dumps(plain).encode("ascii")).hexdigest()

    def only(self, ids: Collection[str]) -> JudgedSet:
        """Return the set with the questions of these ids alone.

        Raises:
            UsageError: an id is not among the questions.
        """
        known = {asked.question_id for asked in self.questions}
        strange = [question_id for question_id in ids if question_id not in known]
        if strange:
            raise UsageError(f"{len(strange)} ids are not questions of {self.name}, for example {strange[0]!r}")
        return self._with([asked for asked in self.questions if asked.question_id in set(ids)])

    def sampled(self, count: int) -> JudgedSet:
        """Return the set with ``count`` questions, always the same ones, in their order; with all if it has fewer."""
        chosen = sorted(self.questions, key=lambda asked: _digest(asked.question_id))[:count]
        return self.only([asked.question_id for asked in chosen])

    def fold(self, number: int, folds: int) -> JudgedSet:
        """Return the questions of fold ``number``, from 1, of ``folds``.

        Questions that share a relevant document, also by way of others, are in the same fold: what was learned from
        the answer of one would otherwise be asked of the other. Everything else is the same for everybody who asks.

        Raises:
            UsageError: there is no such fold, or no question is in it.
        """
        if not 1 <= number <= folds:
            raise UsageError(f"fold {number} of {folds}: the first is 1, the last {folds}")
        of = fold_of({asked.question_id: list(asked.documents) for asked in self.questions}, folds)
        chosen = [asked for asked in self.questions if of[asked.question_id] == number]
        if not chosen:
            raise UsageError(f"fold {number} of {folds} has no questions of {self.name}")
        return self._with(chosen)

    def simplified(self) -> JudgedSet:
        """Return the set with its questions in simplified script; what answers them stays as it is."""

        def converted(asked: JudgedQuestion) -> JudgedQuestion:
            question = asked.question
            history = tuple(map(simplify, question.history))
            return replace(asked, question=replace(question, text=simplify(question.text), history=history))

        return replace(self._with([converted(asked) for asked in self.questions]), name=f"{self.name}, simplified")

    def _with(self, questions: Sequence[JudgedQuestion]) -> JudgedSet:
        return replace(self, questions=tuple(questions))


def judged_beir(beir: BeirSet) -> JudgedSet:
    """Return a set in BEIR form, which judges documents."""
    questions = tuple(
        JudgedQuestion(question_id, Question(text), beir.relevant[question_id])
        for question_id, text in beir.questions.items()
    )
    return JudgedSet(beir.folder.resolve().name, questions, by_passage=False)


def judged_passages(name: str, questions: Sequence[PlacedQuestion], documents: Sequence[Document]) -> JudgedSet:
    """Return our own questions with the passages of these documents that answer them.

    Raises:
        SourceError: the documents answer none of the questions.
    """
    found = find_spans(questions, documents)
    judged = tuple(
        JudgedQuestion(
            placed.question_id,
            Question(placed.text, placed.region, placed.history),
            _grades(spans),
            spans,
            placed.kind.value,
            placed.place,
        )
        for placed in questions
        if (spans := found.spans[placed.question_id])
    )
    if not judged:
        raise SourceError(f"{name}: the documents hold the answer of none of {len(questions)} questions")
    return JudgedSet(name, judged, True, sum(not placed.answers for placed in questions), found.missing)


def fold_of(answers: Mapping[str, Sequence[str]], folds: int) -> dict[str, int]:
    """Return the fold, 1 to ``folds``, of each question, given the ids of the documents that answer it.

    Questions that share a document, directly or by way of others, form a group; a group's fold follows from the
    SHA-256 of its first document's id, so it does not change when questions are added elsewhere.
    """
    leader: dict[str, str] = {}

    def first(document: str) -> str:
        while leader.setdefault(document, document) != document:
            document = leader[document]
        return document

    for documents in answers.values():
        for document in documents[1:]:
            one, other = sorted((first(documents[0]), first(document)))
            leader[other] = one
    return {
        question: int(_digest(first(documents[0]) if documents else question), 16) % folds + 1
        for question, documents in answers.items()
    }


def _grades(spans: Sequence[RelevantSpan]) -> dict[str, int]:
    grades: dict[str, int] = {}
    for span in spans:
        grades[span.source] = max(span.grade, grades.get(span.source, 0))
    return grades


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
