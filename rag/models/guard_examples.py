"""Gather what the learned layer of the guard is trained on: authored sentences, authored cases, and questions of rules."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from rag.domain import GuardReason
from rag.errors import SourceError
from rag.evaluation.question_file import read_questions
from rag.guard.learned import CLASSES

ORDINARY = "ordinary"
_EITHER = re.compile(r"\(([^()]*)\)")
_VARIANTS = 16
"""Sentences made of one line of alternatives; more of them repeat the same words."""
_SHARED = 4.0
"""A line of alternatives holds so many more wordings than a case that it counts as that many."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text, the number of its class in ``CLASSES`` (their count for an ordinary question), and the line it is of."""

    text: str
    label: int
    line: int
    importance: float


def authored(path: Path, first_line: int) -> Iterator[Example]:
    """Yield the sentences of a file of alternatives, the variants of a line sharing the weight of ``_SHARED`` sentences.

    Raises:
        SourceError: a sentence stands in no list, or a list has a name that is no class.
    """
    label: int | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), first_line):
        if not line.strip() or line.startswith("#"):
            continue
        if header := re.fullmatch(r"\[(\w+)\]", line.strip()):
            label = label_of(header[1])
            continue
        if label is None:
            raise SourceError(f"{path.name}: {line[:40]!r} stands in no list")
        variants = sorted({_variant(line, draw) for draw in range(_VARIANTS)})
        for text in variants:
            yield Example(text, label, number, _SHARED / len(variants))


def _variant(line: str, draw: int) -> str:
    """Choose one alternative in every bracket, the same ones at every run."""
    drawn = 0

    def chosen(match: re.Match[str]) -> str:
        nonlocal drawn
        drawn += 1
        either = match[1].split("|")
        return either[zlib.crc32(f"{draw}/{drawn}/{line}".encode()) % len(either)]

    return _EITHER.sub(chosen, line).replace("?", "").strip()


def label_of(name: str) -> int:
    """Return the number of a class; everything that the learned layer does not add is ordinary to it."""
    return CLASSES.index(GuardReason(name)) if name in CLASSES else len(CLASSES)


def cases(path: Path, parts: Sequence[str], first_line: int) -> Iterator[Example]:
    """Yield the guard's cases of some parts; those that only go on with an earlier question are left out."""
    held = yaml.safe_load(path.read_text(encoding="utf-8"))
    number = first_line
    for part in parts:
        for name, questions in held[part].items():
            for question in questions:
                number += 1
                if isinstance(question, str):
                    yield Example(question, label_of(name), number, 1.0)


def ordinary(paths: Sequence[Path], first_line: int) -> Iterator[Example]:
    """Yield the questions of question sets (YAML, or lines of JSON with a ``text``), all of them ordinary.

    Raises:
        SourceError: a file is the part for testing, or cannot be read.
    """
    texts: set[str] = set()
    for path in paths:
        if path.stem.endswith("-test"):
            raise SourceError(f"{path}: the part for testing is not trained on")
        if path.suffix == ".jsonl":
            texts.update(json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines())
        else:
            texts.update(question.text for question in read_questions(path))
    for number, text in enumerate(sorted(texts), first_line):
        yield Example(text, len(CLASSES), number, 1.0)
