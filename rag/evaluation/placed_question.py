"""A question of our own retrieval set, the place it is asked from, and what answers it; how an entry of a file is checked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from rag.chinese_numbers import DIGITS, numeral_value
from rag.errors import SourceError
from rag.folding import fold

GRADES = (1, 2)
"""A passage that helps, and the passage that was asked for."""

NUMERAL = f"[{DIGITS}〇十百千]+"
"""The numeral of an article, as a regular expression."""

_KEYS = frozenset({"id", "question", "region", "history", "kind", "place", "answers"})
_STATUTE_KEYS = frozenset({"statute", "date", "article", "grade"})
_SOURCE_KEYS = frozenset({"source", "section", "article", "grade"})
_NAMED_ARTICLE = re.compile(rf"第({NUMERAL})条(?:之({NUMERAL}))?")


class QuestionKind(StrEnum):
    """What makes a question hard; the closed list of the format."""

    LAY = "lay"
    SHORT = "short"
    LONG = "long"
    FOLLOW_UP = "follow_up"
    WRONG_PREMISE = "wrong_premise"
    OTHER_PLACE = "other_place"
    UNANSWERABLE = "unanswerable"
    PINYIN = "pinyin"
    SLIP = "slip"
    TRADITIONAL = "traditional"
    EXACT = "exact"


@dataclass(frozen=True, slots=True)
class StatuteAnswer:
    """An article of a statute; ``article`` is its number and, for 第六条之一, the number after 之, else 0."""

    statute: str
    day: date | None
    article: tuple[int, int]
    grade: int


@dataclass(frozen=True, slots=True)
class CorpusAnswer:
    """A section or an article of the document with this source; the whole document where neither is named."""

    source: str
    section: str | None
    article: tuple[int, int] | None
    grade: int


@dataclass(frozen=True, slots=True)
class PlacedQuestion:
    """A question, the place it is asked from, and what answers it. ``answers`` is empty for unanswerable ones only."""

    question_id: str
    text: str
    kind: QuestionKind
    region: str | None
    history: tuple[str, ...]
    place: str | None
    answers: tuple[StatuteAnswer | CorpusAnswer, ...]


def article_number(number: str, part: str | None) -> tuple[int, int]:
    """Return the value of an article's numeral and of the one after 之, 0 for a missing or ill-formed one."""
    values = [numeral_value(fold(numeral)) if numeral else 0 for numeral in (number, part)]
    return int(values[0] or 0), int(values[1] or 0)


def read_question(entry: object, where: str) -> PlacedQuestion:
    """Check one entry of a file. Raises SourceError naming ``where``, the question's id and the key that is wrong."""
    if isinstance(entry, Mapping):
        where = f"{where} ({_text(entry, 'id', where)})"
    values = _mapping(entry, _KEYS, where)
    kind = _kind(values.get("kind"), where)
    answers = values.get("answers", [])
    if not isinstance(answers, list):
        raise SourceError(f"{where}, answers: expected a list, found {answers!r}")
    history = values.get("history", [])
    if not isinstance(history, list) or not all(isinstance(earlier, str) and earlier.strip() for earlier in history):
        raise SourceError(f"{where}, history: expected a list of questions, found {history!r}")
    if (kind is QuestionKind.FOLLOW_UP) and not history:
        raise SourceError(f"{where}, history: a follow-up needs the earlier questions")
    place = None
    if kind is QuestionKind.UNANSWERABLE:
        if answers or "place" in values:
            raise SourceError(f"{where}, kind: an unanswerable question has neither answers nor place")
    else:
        place = _text(values, "place", where)
        if not answers:
            raise SourceError(f"{where}, answers: none, and the question is not unanswerable")
    return PlacedQuestion(
        question_id=_text(values, "id", where),
        text=_text(values, "question", where),
        kind=kind,
        region=_text(values, "region", where) if "region" in values else None,
        history=tuple(history),
        place=place,
        answers=tuple(_answer(answer, f"{where}, answer {n}") for n, answer in enumerate(answers, start=1)),
    )


def _answer(entry: object, where: str) -> StatuteAnswer | CorpusAnswer:
    by_statute = isinstance(entry, Mapping) and "statute" in entry
    values = _mapping(entry, _STATUTE_KEYS if by_statute else _SOURCE_KEYS, where)
    grade = values.get("grade")
    if type(grade) is not int or grade not in GRADES:
        raise SourceError(f"{where}, grade: expected one of {GRADES}, found {grade!r}")
    article = _article(values["article"], where) if "article" in values else None
    if not by_statute:
        section = _text(values, "section", where) if "section" in values else None
        if section and article:
            raise SourceError(f"{where}, section: a passage is named by heading or by article, not by both")
        return CorpusAnswer(_text(values, "source", where), section, article, grade)
    if article is None:
        raise SourceError(f"{where}, article: missing")
    day = _day(values["date"], where) if "date" in values else None
    return StatuteAnswer(_text(values, "statute", where), day, article, grade)


def _mapping(entry: object, known: Set[str], where: str) -> Mapping[str, Any]:
    if not isinstance(entry, Mapping):
        raise SourceError(f"{where}: expected keys and values, found {entry!r}")
    for key in entry:
        if key not in known:
            raise SourceError(f"{where}, {key}: unknown, expected one of {', '.join(sorted(known))}")
    return entry


def _text(values: Mapping[str, Any], key: str, where: str) -> str:
    value = values.get(key)
    if not isinstance(value, str) or not value.strip():
        raise SourceError(f"{where}, {key}: expected a text, found {value!r}")
    return value


def _kind(value: object, where: str) -> QuestionKind:
    try:
        return QuestionKind(str(value))
    except ValueError as error:
        raise SourceError(f"{where}, kind: expected one of {', '.join(QuestionKind)}, found {value!r}") from error


def _day(value: object, where: str) -> date:
    if isinstance(value, date):  # YAML reads a date without quotation marks as one
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise SourceError(f"{where}, date: expected YYYY-MM-DD, found {value!r}") from error


def _article(value: object, where: str) -> tuple[int, int]:
    if type(value) is int and value > 0:
        return value, 0
    named = _NAMED_ARTICLE.fullmatch(value) if isinstance(value, str) else None
    number = article_number(named[1], named[2]) if named else (0, 0)
    if not number[0]:
        raise SourceError(f"{where}, article: expected a number or 第六条之一, found {value!r}")
    return number
