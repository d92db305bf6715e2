"""Read which words of an article answer a question: ``tests/questions/answer_spans.yaml``."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from rag.domain import Document
from rag.errors import SourceError
from rag.evaluation.placed_question import PlacedQuestion
from rag.evaluation.question_file import find_spans

_DIGITS = 12
_KEYS = frozenset({"of", "answer", "start", "end", "digest", "question"})


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """A question and where its answer stands: (source, start, end) in each document that has the article."""

    text: str
    region: str | None
    answers: tuple[tuple[str, int, int], ...]


def read_answer_spans(
    path: Path, questions: Mapping[str, PlacedQuestion], documents: Sequence[Document]
) -> list[AnsweredQuestion]:
    """Return the questions of a file whose words stand unchanged in the documents.

    Raises:
        SourceError: the file cannot be read, names an unknown question, or no entry is found in the documents.
    """
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SourceError(f"{path} cannot be read: {error}") from error
    if not isinstance(entries, list):
        raise SourceError(f"{path}: expected a list of answers")
    texts = {document.source: document.text for document in documents}
    found = []
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, Mapping) or not set(entry) <= _KEYS or entry.get("of") not in questions:
            raise SourceError(f"{path}, entry {number}: unknown keys or question")
        base = questions[str(entry["of"])]
        try:
            answer = base.answers[int(entry["answer"]) - 1]
            wanted = (int(entry["start"]), int(entry["end"]), str(entry["digest"]))
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise SourceError(f"{path}, entry {number}: {error!r}") from error
        passages = find_spans([replace(base, answers=(answer,))], documents).spans[base.question_id]
        places = [
            (passage.source, *place)
            for passage in passages
            if (place := _place(texts[passage.source], passage.start, passage.end, *wanted))
        ]
        if places:
            own = entry.get("question")
            found.append(
                AnsweredQuestion(str(own), None, tuple(places))
                if own
                else AnsweredQuestion(base.text, base.region, tuple(places))
            )
    if not found:
        raise SourceError(f"{path}: none of the answers is among the documents")
    return found


def digest_of(text: str) -> str:
    """Return what tells a stretch of text from another edition of it, white space apart."""
    return hashlib.sha256("".join(text.split()).encode("utf-8")).hexdigest()[:_DIGITS]


def _place(text: str, start: int, end: int, first: int, last: int, digest: str) -> tuple[int, int] | None:
    """Return where the characters ``first`` to ``last`` of a passage stand, white space not counted."""
    solid = [at for at in range(start, end) if not text[at].isspace()]
    if not 0 <= first < last <= len(solid):
        return None
    place = solid[first], solid[last - 1] + 1
    return place if digest_of(text[slice(*place)]) == digest else None
