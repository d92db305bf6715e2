"""Read questions with what their answers must be like: a YAML file that an admin keeps and runs before publishing.

::

    thresholds:                       # optional; for evaluate answers, see rag.evaluation.thresholds
      at_least: {right: 0.9}
      at_most: {false_answer_rate: 0.05}
    questions:
      - id: amount-01                 # what stands before the number is the kind, unless kind says otherwise
        question: 第三个孩子另外给多少钱
        region: 云溪县                 # optional, as chosen on the page
        history: [上一个问题]           # optional, oldest first
        held_out: true                # optional: no rule was made while looking at it
        answer: 2000元                # optional; ROUGE-L and the like are measured against it
        expect:
          status: answered            # or several: [answered, no_evidence]
          contains: [2000元]           # each stands in the quotes or statements; a list among them: one of it does
          absent: [3000元]             # none does
          source: child.html          # cited; several: each of them
          place: 云溪县                # every cited document is of it
          places: [甲县, 乙县]          # set side by side
          silent: [丙县]               # places said to have nothing
          options: [甲县, 乙县]         # offered to choose from
          items: 5                    # how many items the list has in the source
          notices: [stale]            # each is shown
          premise: 取消                # named as not confirmed, or nothing is stated
          rewritten: 医保              # stands in the question as it was completed

A plain list of questions is read too. ``answered`` is met by ``partial``: a list of which some items are not shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml

from rag.domain import AnswerStatus, NoticeKind, Question
from rag.errors import SourceError
from rag.evaluation.thresholds import Thresholds, read_thresholds

_Kind = TypeVar("_Kind", AnswerStatus, NoticeKind)

_FILE_KEYS = frozenset({"thresholds", "questions"})
_ENTRY_KEYS = frozenset({"id", "question", "region", "history", "kind", "held_out", "answer", "expect"})
_NUMBER = re.compile(r"[-_]?\d+$")
_SILENT = frozenset({AnswerStatus.NO_EVIDENCE, AnswerStatus.OUT_OF_SCOPE})


@dataclass(frozen=True, slots=True)
class Expectation:
    """What an answer must be like; what is empty or None is not looked at."""

    status: tuple[AnswerStatus, ...]
    contains: tuple[tuple[str, ...], ...] = ()
    """Of each group one text must be shown."""
    absent: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    place: str | None = None
    places: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    items: int | None = None
    notices: tuple[NoticeKind, ...] = ()
    premise: str | None = None
    rewritten: str | None = None

    @property
    def answerable(self) -> bool | None:
        """True where only evidence will do, False where only silence does, None where neither is certain."""
        if all(status.carries_evidence for status in self.status):
            return True
        return False if _SILENT.issuperset(self.status) else None


_EXPECT_KEYS = frozenset(Expectation.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class ExpectedAnswer:
    """A question, and what is known of its answer."""

    question_id: str
    question: Question
    answerable: bool | None
    """None where the set does not say; the question then has no place in rates of false answers and refusals."""
    kind: str | None = None
    held_out: bool | None = None
    gold: str | None = None
    documents: frozenset[str] | None = None
    """Sources that answer it, all that do; None where the set does not know them all."""
    expectation: Expectation | None = None


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """The questions of a file, and what their figures must reach."""

    questions: tuple[ExpectedAnswer, ...]
    thresholds: Thresholds = field(default_factory=Thresholds)


def read_answer_file(path: Path) -> AnswerFile:
    """Read a file of questions.

    Raises:
        SourceError: the file cannot be read or breaks the format; the message names file, question and key.
    """
    try:
        return read_answer_text(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path} cannot be read: {error}") from error


def read_answer_text(text: str, where: str) -> AnswerFile:
    """Read the text of such a file. Raises SourceError naming ``where``, question and key."""
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise SourceError(f"{where} cannot be read: {error}") from error
    thresholds = Thresholds()
    if isinstance(values, Mapping):
        _known(values, _FILE_KEYS, where)
        thresholds = read_thresholds(values.get("thresholds", {}), f"{where}, thresholds")
        values = values.get("questions")
    if not isinstance(values, list) or not values:
        raise SourceError(f"{where}, questions: expected a list of questions")
    questions = tuple(read_entry(entry, f"{where}, entry {number}") for number, entry in enumerate(values, start=1))
    seen: set[str] = set()
    for question in questions:
        if question.question_id in seen:
            raise SourceError(f"{where} ({question.question_id}), id: used twice")
        seen.add(question.question_id)
    return AnswerFile(questions, thresholds)


def read_entry(entry: object, where: str) -> ExpectedAnswer:
    """Read one question of a file. Raises SourceError naming ``where`` and the key that is wrong."""
    if not isinstance(entry, Mapping):
        raise SourceError(f"{where}: expected keys and values, found {entry!r}")
    question_id = _text(entry, "id", where)
    where = f"{where} ({question_id})"
    _known(entry, _ENTRY_KEYS, where)
    text = _text(entry, "question", where)
    if "expect" not in entry:
        raise SourceError(f"{where}, expect: missing")
    expectation = _expectation(entry["expect"], f"{where}, expect")
    held_out = entry.get("held_out")
    if held_out is not None and not isinstance(held_out, bool):
        raise SourceError(f"{where}, held_out: expected true or false, found {held_out!r}")
    return ExpectedAnswer(
        question_id=question_id,
        question=Question(text, _optional(entry, "region", where), _texts(entry, "history", where)),
        answerable=expectation.answerable,
        kind=_optional(entry, "kind", where) or _NUMBER.sub("", question_id),
        held_out=held_out,
        gold=_optional(entry, "answer", where),
        documents=frozenset(expectation.source) or None,
        expectation=expectation,
    )


def _expectation(values: object, where: str) -> Expectation:
    if not isinstance(values, Mapping):
        raise SourceError(f"{where}: expected keys and values, found {values!r}")
    _known(values, _EXPECT_KEYS, where)
    statuses = _texts(values, "status", where)
    if not statuses:
        raise SourceError(f"{where}, status: missing")
    items = values.get("items")
    if items is not None and (type(items) is not int or items < 1):
        raise SourceError(f"{where}, items: expected a number from 1, found {items!r}")
    return Expectation(
        status=tuple(_one_of(AnswerStatus, status, f"{where}, status") for status in statuses),
        contains=_groups(values.get("contains", ()), f"{where}, contains"),
        absent=_texts(values, "absent", where),
        source=_texts(values, "source", where),
        place=_optional(values, "place", where),
        places=_texts(values, "places", where),
        silent=_texts(values, "silent", where),
        options=_texts(values, "options", where),
        items=items,
        notices=tuple(_one_of(NoticeKind, kind, f"{where}, notices") for kind in _texts(values, "notices", where)),
        premise=_optional(values, "premise", where),
        rewritten=_optional(values, "rewritten", where),
    )


def _groups(values: object, where: str) -> tuple[tuple[str, ...], ...]:
    if not isinstance(values, (list, tuple)):
        values = [values]
    groups = tuple(tuple(map(_as_text, each)) if isinstance(each, list) else (_as_text(each),) for each in values)
    if not all(group and all(group) for group in groups):
        raise SourceError(f"{where}: expected texts, or lists of texts of which one must be shown, found {values!r}")
    return groups


def _as_text(value: object) -> str:
    """Return a text; YAML reads 120 without quotation marks as a number. Empty for everything else."""
    return str(value).strip() if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def _one_of(kinds: type[_Kind], value: str, where: str) -> _Kind:
    try:
        return kinds(value)
    except ValueError as error:
        raise SourceError(f"{where}: expected one of {', '.join(kinds)}, found {value!r}") from error


def _known(values: Mapping[Any, Any], known: Set[str], where: str) -> None:
    for key in values:
        if key not in known:
            raise SourceError(f"{where}, {key}: unknown, expected one of {', '.join(sorted(known))}")


def _text(values: Mapping[Any, Any], key: str, where: str) -> str:
    value = values.get(key)
    if not isinstance(value, str) or not value.strip():
        raise SourceError(f"{where}, {key}: expected a text, found {value!r}")
    return value


def _optional(values: Mapping[Any, Any], key: str, where: str) -> str | None:
    return _text(values, key, where) if key in values else None


def _texts(values: Mapping[Any, Any], key: str, where: str) -> tuple[str, ...]:
    """Return one text or a list of them; empty where the key is missing."""
    found = values.get(key, [])
    listed = tuple(map(_as_text, found if isinstance(found, list) else [found]))
    if not all(listed):
        raise SourceError(f"{where}, {key}: expected a text or a list of texts, found {found!r}")
    return listed
