"""Add our own question files to the training texts: the articles of the statutes, and the questions about them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rag.domain import Document
from rag.errors import SourceError
from rag.evaluation.question_file import article_spans, find_spans, read_questions
from rag.models.training_texts import Corpus, TrainingQuestion, TrainingTexts, plain_files

_TEST_PART = "-test"


def add_own_questions(texts: TrainingTexts, files: Sequence[Path], statutes: Path) -> int:
    """Append the articles of the statutes as a corpus with the questions of ``files``; return how many were left out.

    A question is left out if no article of the folder answers it: it is unanswerable, asks about other documents, or
    goes on from an earlier question, without which its words say too little.

    Raises:
        SourceError: a file is the part for testing, cannot be read, or no question is left.
    """
    for file in files:
        if file.stem.endswith(_TEST_PART):
            raise SourceError(f"{file}: the part for testing is not trained on")
    documents = _documents(statutes)
    first = len(texts.passages)
    places: dict[tuple[str, int], int] = {}
    for document in documents:
        for start, end in article_spans(document.text).values():
            places[document.source, start] = len(texts.passages)
            texts.titles.append(document.title)
            texts.passages.append(document.text[start:end])
    questions, left_out = [], 0
    for file in files:
        asked = read_questions(file)
        spans = find_spans(asked, documents).spans
        for question in asked:
            found = [places.get((span.source, span.start)) for span in spans[question.question_id]]
            answers = tuple(sorted({place for place in found if place is not None}))
            if answers and not question.history:
                questions.append(TrainingQuestion(question.question_id, question.text, answers))
            else:
                left_out += 1
    if not questions:
        raise SourceError(f"{statutes}: no question is answered by its statutes")
    texts.corpora.append(Corpus("own-questions", first, len(texts.passages), tuple(questions)))
    return left_out


def _documents(statutes: Path) -> list[Document]:
    documents = []
    for path in plain_files(statutes):
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(f"{path} cannot be read: {error}") from error
        heading = next((line.lstrip("# ").strip() for line in text.splitlines() if line.startswith("#")), path.stem)
        source = path.relative_to(statutes).as_posix()
        documents.append(Document(source, source, str(statutes), "", "text/markdown", heading, text))
    return documents
