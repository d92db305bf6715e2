"""Invented documents for tests of what can be asked."""

from __future__ import annotations

from collections.abc import Collection

from rag.citations import cite
from rag.domain import Answer, AnswerStatus, Document, DocumentType, Question, Section, Statement, document_id_for
from tests.fakes import FakeAssistant
from ui.question_making import questions_of

Lines = list[tuple[int, str]]


def written(title: str, lines: Lines, **facts: object) -> Document:
    """Return a document of (heading level or 0, line); a section ends where the next of its level or above begins."""
    starts, position = [], 0
    for _, words in lines:
        starts.append(position)
        position += len(words) + 1
    text = "\n".join(words for _, words in lines)
    sections = []
    path: list[tuple[int, str]] = []
    for index, (level, words) in enumerate(lines):
        if level:
            path = [*(step for step in path if step[0] < level), (level, words)]
            later = (starts[n] for n in range(index + 1, len(lines)) if 0 < lines[n][0] <= level)
            end = next(later, len(text))
            sections.append(Section(tuple(step[1] for step in path), level, starts[index], end))
    source = str(facts.pop("source", f"{title}.txt"))
    base: dict[str, object] = {"root": "/somewhere", "sha256": "0" * 64, "media_type": "text/plain"}
    return Document(
        document_id=document_id_for(source),
        source=source,
        title=title,
        text=text,
        sections=tuple(sections),
        **{**base, **facts},  # type: ignore[arg-type]
    )


def notice(title: str, *headings: str, **facts: object) -> Document:
    """Return a notice of 青石县 with these headings, a line under each."""
    lines: Lines = [(0, title)]
    for number, heading in enumerate(headings):
        lines += [(1, heading), (0, f"第{number}处写着要做的事情。")]
    return written(title, lines, **{"region": "青石县", "type": DocumentType.NOTICE, **facts})


class HeadingAssistant(FakeAssistant):
    """Answers each question that a heading makes from the line below it, other than those in ``silent``."""

    def __init__(self, *documents: Document, silent: Collection[str] = ()) -> None:
        super().__init__(kept=documents)
        self.silent = silent

    def answer(self, question: Question) -> Answer:
        """Answer from the passage that the question was made of."""
        self.seen.append(question)
        if question.text not in self.silent:
            for document in self.kept:
                for made in questions_of(document):
                    if made.question == question.text:
                        return self.from_passage(document, made.start, question.text)
        return Answer(AnswerStatus.NO_EVIDENCE, question.text)

    @staticmethod
    def from_passage(document: Document, start: int, question: str, **more: object) -> Answer:
        """Return an answer that cites the line below a heading."""
        below = document.text.index("\n", start) + 1
        end = document.text.find("\n", below)
        citation = cite(document, below, end if end > 0 else len(document.text), 1)
        statement = Statement(citation.quote, (1,), 1.0)
        return Answer(AnswerStatus.ANSWERED, question, (statement,), (citation,), **more)  # type: ignore[arg-type]
