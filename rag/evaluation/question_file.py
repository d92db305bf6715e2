"""Read our own retrieval questions, and find the passages that answer them in a set of documents.

A file is a YAML list. A question names what answers it without holding any of its text: a statute by title, date and
article, or a document of our own corpus by source and heading::

    - id: lx-blood-01
      question: "献血后多久能再献"
      region: 澧县                # the place chosen on the page; optional, as is history (earlier questions, oldest first)
      kind: lay                  # one of placed_question.QuestionKind
      place: 全国                 # whose rule answers it; absent, like answers, for unanswerable questions only
      answers:                   # each of them is right: grade 2 is the passage asked for, 1 one that helps
        - {statute: "某法", date: "2019-08-26", article: 9, grade: 2}
        - {source: "lixian/blood.md", section: "献血间隔", grade: 1}
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

import yaml

from rag.domain import Document
from rag.errors import SourceError
from rag.evaluation.placed_question import (
    NUMERAL,
    CorpusAnswer,
    PlacedQuestion,
    StatuteAnswer,
    article_number,
    read_question,
)
from rag.folding import fold

_REPUBLIC = "中华人民共和国"
_ARTICLE = re.compile(rf"^第({NUMERAL})条(?:之({NUMERAL}))?(?=\s|$)", re.MULTILINE)
"""The head of an article. A white space must follow it: a cross-reference can begin a line too."""
_NEXT_PART = re.compile(rf"^(?:第{NUMERAL}[编章节](?=\s|$)|附[ 　]?[件表录则])", re.MULTILINE)
_DATED_NAME = re.compile(r"^(.*?)[(（](\d{4}-\d{2}-\d{2})[)）]$")


@dataclass(frozen=True, slots=True)
class RelevantSpan:
    """A passage ``text[start:end]`` of the document with this source, and how well it answers (one of GRADES)."""

    source: str
    start: int
    end: int
    grade: int

    def holds(self, start: int, end: int) -> bool:
        """Return whether a chunk ``start..end`` of the same document shares half of itself, or of the passage, with it."""
        shared = min(end, self.end) - max(start, self.start)
        return shared > 0 and 2 * shared >= min(end - start, self.end - self.start)


@dataclass(frozen=True, slots=True)
class FoundSpans:
    """The passages of each question, by its id, and the answers that the documents do not hold, one message each.

    A question all of whose answers are missing keeps its entry, with no passage.
    """

    spans: Mapping[str, tuple[RelevantSpan, ...]]
    missing: tuple[str, ...]


def read_questions(path: Path) -> tuple[PlacedQuestion, ...]:
    """Return the questions of a file in their order.

    Raises:
        SourceError: the file cannot be read or breaks the format; the message names file, question and key.
    """
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SourceError(f"{path} cannot be read: {error}") from error
    if not isinstance(entries, list) or not entries:
        raise SourceError(f"{path}: expected a list of questions")
    questions = tuple(read_question(entry, f"{path}, entry {number}") for number, entry in enumerate(entries, start=1))
    seen: set[str] = set()
    for question in questions:
        if question.question_id in seen:
            raise SourceError(f"{path}, {question.question_id}, id: used twice")
        seen.add(question.question_id)
    return questions


def relevant_spans(
    questions: Sequence[PlacedQuestion], documents: Sequence[Document]
) -> Mapping[str, tuple[RelevantSpan, ...]]:
    """Return the passages that answer each question, by its id; unanswerable ones have none.

    Raises:
        SourceError: an answer is not among the documents; the message names every such question.
    """
    found = find_spans(questions, documents)
    if found.missing:
        raise SourceError("answers that the documents do not hold: " + "; ".join(found.missing))
    return found.spans


def find_spans(questions: Sequence[PlacedQuestion], documents: Sequence[Document]) -> FoundSpans:
    """Find the passages that answer each question, and report the answers that are not among the documents.

    A statute is found by its title, as its heading or file name has it, with or without 中华人民共和国, and by its day,
    as its file name has it or, where that has none, as one of the document's dates. Several files with the same title
    and day are copies and all of them count; several days for a title without one are reported, not guessed between.
    """
    library = _Library(documents)
    spans: dict[str, tuple[RelevantSpan, ...]] = {}
    missing: list[str] = []
    for question in questions:
        own: list[RelevantSpan] = []
        for answer in question.answers:
            try:
                own.extend(library.find(answer))
            except LookupError as error:
                missing.append(f"{question.question_id}: {error.args[0]}")
        spans[question.question_id] = tuple(own)
    return FoundSpans(spans, tuple(missing))


class _Library:
    """The documents by the names that answers use."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._by_source = {document.source: document for document in documents}
        self._by_title: dict[str, dict[str, tuple[Document, date | None]]] = {}
        for document in documents:
            name = PurePosixPath(document.source).stem
            dated = _DATED_NAME.match(name)
            day = date.fromisoformat(dated[2]) if dated else None
            for title in {_title_key(document.title), _title_key(dated[1] if dated else name)}:
                self._by_title.setdefault(title, {})[document.source] = (document, day)

    def find(self, answer: StatuteAnswer | CorpusAnswer) -> Iterator[RelevantSpan]:
        """Yield the passages of an answer. Raises LookupError saying what is not there."""
        section = None if isinstance(answer, StatuteAnswer) else answer.section
        documents = self._statutes(answer) if isinstance(answer, StatuteAnswer) else [self._document(answer.source)]
        for document in documents:
            for start, end in _places(document, answer.article, section):
                yield RelevantSpan(document.source, start, end, answer.grade)

    def _document(self, source: str) -> Document:
        for known, document in self._by_source.items():
            if known == source or known.endswith(f"/{source}"):
                return document
        raise LookupError(f"no document {source}")

    def _statutes(self, answer: StatuteAnswer) -> list[Document]:
        named = list(self._by_title.get(_title_key(answer.statute), {}).values())
        if not named:
            raise LookupError(f"no statute {answer.statute}")
        if answer.day is None:
            if len({day for _, day in named}) > 1:
                raise LookupError(f"several statutes {answer.statute}, and the answer has no date")
            return [document for document, _ in named]
        dated = [
            document
            for document, day in named
            if answer.day in ((day,) if day else (document.published, document.effective))
        ]
        if not dated:
            raise LookupError(f"no statute {answer.statute} of {answer.day}")
        return dated


def article_spans(text: str) -> dict[tuple[int, int], tuple[int, int]]:
    """Return where each article stands: from its head at the beginning of a line to the next article or chapter.

    Keys are the article's number and the one after 之 (0 without it). Of two articles with one number the first counts.
    """
    heads = list(_ARTICLE.finditer(text))
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    for number, head in enumerate(heads, start=1):
        following = heads[number].start() if number < len(heads) else len(text)
        part = _NEXT_PART.search(text, head.end(), following)
        end = len(text[: part.start() if part else following].rstrip())
        spans.setdefault(article_number(head[1], head[2]), (head.start(), end))
    return spans


def _places(document: Document, article: tuple[int, int] | None, section: str | None) -> list[tuple[int, int]]:
    if article is not None:
        found = article_spans(document.text).get(article)
        if found is None:
            raise LookupError(
                f"{document.source} has no article {article[0]}" + (f" 之 {article[1]}" * bool(article[1]))
            )
        return [found]
    if section is None:
        return [(0, len(document.text))]
    heading = fold(section)
    places = [(part.start, part.end) for part in document.sections if fold(part.heading) == heading]
    if not places:
        raise LookupError(f"{document.source} has no heading {section}")
    return places


def _title_key(title: str) -> str:
    return "".join(fold(title).split()).replace(_REPUBLIC, "")
