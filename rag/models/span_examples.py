"""Turn questions with known answers into what the span models learn from: sentences, segments, and which of them answer."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.asked import Asked
from rag.boosted_trees import Rows
from rag.copies import without_copies
from rag.domain import Document, Question
from rag.evaluation.beir import json_lines, read_beir
from rag.evaluation.question_file import article_spans
from rag.evidence import sentence_evidence, windows_of
from rag.focus import FocusMatcher
from rag.folding import fold
from rag.models.answer_spans import AnsweredQuestion
from rag.models.made_questions import made_questions
from rag.retrieval import HybridRetriever
from rag.segment_features import Stretch
from rag.sentence_features import Placed, placed, sentence_rows
from rag.synonyms import load_synonyms
from rag.units import UnitReader

RANKED = 60
READ = 12
_HALF = 0.5
_SAME_FORM = 3
"""Made questions of one form from one document, at most."""

Place = tuple[str, int, int]
"""(document id, start, end) of a right answer."""


@dataclass(frozen=True, slots=True)
class Example:
    """One question over the passages that were ranked for it. ``right``: (n,), which of the sentences answer."""

    part: str
    fold: int
    asked: Asked
    sentences: tuple[Placed, ...]
    rows: Rows
    right: NDArray[np.bool_]
    answers: tuple[Place, ...]


def own_questions(answered: Sequence[AnsweredQuestion]) -> Iterator[tuple[str, Question, tuple[Place, ...]]]:
    """Yield our own questions; the first of a place is the document's source, as in the other two."""
    for one in answered:
        yield "own", Question(one.text, one.region), one.answers


def statute_questions(
    documents: Sequence[Document], each: int, seed: int
) -> Iterator[tuple[str, Question, tuple[Place, ...]]]:
    """Yield up to ``each`` made questions for each document."""
    chance = random.Random(seed)  # noqa: S311 - a sample, no secret
    for document in sorted(documents, key=lambda one: one.source):
        made = [
            one
            for start, end in article_spans(document.text).values()
            for one in made_questions(document.text, start, end, chance)
        ]
        chance.shuffle(made)
        seen: dict[str, int] = {}
        for one in made:
            if sum(seen.values()) < each and seen.get(one.form, 0) < _SAME_FORM:
                seen[one.form] = seen.get(one.form, 0) + 1
                yield "made", Question(one.text), ((document.source, one.start, one.end),)


def reading_questions(
    folder: Path, documents: Sequence[Document], count: int
) -> Iterator[tuple[str, Question, tuple[Place, ...]]]:
    """Yield the first ``count`` questions of a set in BEIR form whose ``answer`` stands in its document.

    Raises:
        SourceError: the set cannot be read.
    """
    texts = {Path(document.source).stem: document for document in documents}
    relevant = read_beir(folder).relevant
    for values in list(json_lines(folder / "queries.jsonl", needed="text"))[:count]:
        wanted = fold(str(values.get("answer") or ""))
        places: list[Place] = []
        for name in relevant.get(str(values["_id"]), {}):
            document = texts.get(name)
            folded = fold(document.text) if document else ""
            at = folded.find(wanted) if wanted else -1
            while document is not None and at >= 0:
                places.append((document.source, at, at + len(wanted)))
                at = folded.find(wanted, at + 1)
        if places:
            yield "short", Question(str(values["text"])), tuple(places)


def examples(
    questions: Iterator[tuple[str, Question, tuple[Place, ...]]],
    retriever: HybridRetriever,
    documents: Mapping[str, Document],
    folds: int,
    say: Callable[[str], None],
) -> list[Example]:
    """Return the questions of which a right sentence is among the best ``sentence_features.COUNT`` by the formula.

    Passages of another place than the answer's are left out, as the answer path leaves them out.
    """
    synonyms, reader = load_synonyms(), UnitReader()
    found, asked_count = [], 0
    for part, question, sources in questions:
        asked_count += 1
        region = documents[sources[0][0]].region
        answers = tuple((documents[source].document_id, start, end) for source, start, end in sources)
        understood = retriever.understand(question)
        hits = [
            hit
            for hit in without_copies(retriever.rank(understood, RANKED).hits)
            if hit.document.region in (region, None) or region is None
        ][:READ]
        if not any(hit.document.document_id == answer[0] for hit in hits for answer in answers):
            continue
        matcher = FocusMatcher(understood, retriever.idf, synonyms)
        windows = list(windows_of(hits, reader))
        sentences = placed(sentence_evidence(matcher, windows), windows)
        if not sentences:
            continue
        right = np.array([_holds(place, answers) for place in sentences])
        if not right.any():
            continue
        asked = Asked(matcher, [unit.folded for window, _ in windows for unit in window.units])
        rows = sentence_rows(asked, sentences, windows)
        group = zlib.crc32(sources[0][0].encode("utf-8")) % folds
        found.append(Example(part, group, asked, tuple(sentences), rows, right, answers))
    say(f"{len(found)} of {asked_count} questions have a right sentence among those read")
    return found


def _holds(place: Placed, answers: Sequence[Place]) -> bool:
    """True where a sentence holds half of an answer, or an answer half of it."""
    piece = place.evidence
    return any(
        document == piece.document.document_id
        and min(end, piece.end) - max(start, piece.start) > _HALF * min(end - start, piece.end - piece.start)
        for document, start, end in answers
    )


def segment_targets(stretch: Stretch, answers: Sequence[Place]) -> NDArray[np.float64]:
    """Return the share of each segment that is part of an answer, (n,)."""
    document = stretch.place.evidence.document.document_id
    targets = np.zeros(len(stretch.segments))
    for answered, start, end in answers:
        if answered == document:
            shared = [min(end, piece.end) - max(start, piece.start) for piece in stretch.segments]
            lengths = [piece.end - piece.start for piece in stretch.segments]
            targets = np.maximum(targets, np.clip(np.array(shared) / np.array(lengths), 0.0, 1.0))
    return targets


def agreement(answers: Sequence[Place], document: str, start: int, end: int) -> float:
    """Return the F1 of the characters of a span and the answer nearest to it, 0..1."""
    best = 0.0
    for answered, first, last in answers:
        shared = min(last, end) - max(first, start) if answered == document else 0
        if shared > 0:
            best = max(best, 2.0 * shared / (last - first + end - start))
    return best
