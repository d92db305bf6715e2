"""Read a question set in BEIR form: ``corpus.jsonl[.gz]``, ``queries.jsonl``, ``qrels.tsv``.

Thakur et al., "BEIR: A Heterogeneous Benchmark for Zero-shot Evaluation of Information Retrieval Models", 2021.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import SourceError


@dataclass(frozen=True, slots=True)
class BeirDocument:
    """A document of the corpus."""

    document_id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class BeirSet:
    """The questions of a set with their relevant documents; the corpus is read separately, since it is large."""

    folder: Path
    questions: Mapping[str, str]
    relevant: Mapping[str, Mapping[str, int]]

    def documents(self) -> Iterator[BeirDocument]:
        """Yield the corpus. Raises SourceError naming file and line."""
        for values in json_lines(_corpus_file(self.folder)):
            yield BeirDocument(str(values["_id"]), str(values.get("title") or ""), str(values.get("text") or ""))


def read_beir(folder: Path) -> BeirSet:
    """Read questions and relevance judgements; questions without a relevant document are left out.

    Raises:
        SourceError: a file is missing or malformed, or no question is left.
    """
    _corpus_file(folder)
    queries = json_lines(_file(folder, "queries.jsonl"), needed="text")
    questions = {str(values["_id"]): str(values["text"]) for values in queries}
    relevant: dict[str, dict[str, int]] = {}
    path = _file(folder, "qrels.tsv")
    for number, line in enumerate(_text(path).splitlines(), start=1):
        cells = line.split("\t")
        if number == 1 and cells[0] == "query-id":
            continue
        try:
            question, document, grade = cells
            if int(grade) > 0 and question in questions:
                relevant.setdefault(question, {})[document] = int(grade)
        except ValueError as error:
            raise SourceError(
                f"{path}, line {number}: expected question, document and grade, found {line!r}"
            ) from error
    if not relevant:
        raise SourceError(f"{folder}: no question has a relevant document")
    return BeirSet(folder, {question: questions[question] for question in relevant}, relevant)


def _file(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.is_file():
        raise SourceError(f"{folder} is no question set in BEIR form: {name} is missing")
    return path


def _corpus_file(folder: Path) -> Path:
    packed = folder / "corpus.jsonl.gz"
    return packed if packed.is_file() else _file(folder, "corpus.jsonl")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path} cannot be read: {error}") from error


def json_lines(path: Path, needed: str = "_id") -> Iterator[dict[str, Any]]:
    """Yield the objects of a file, one a line. Raises SourceError naming file and line."""
    number = 0
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                values = json.loads(line)
                missing = next((name for name in ("_id", needed) if name not in values), None)
                if missing is not None:
                    raise SourceError(f"{path}, line {number}: no {missing}")
                yield values
    except (OSError, EOFError, ValueError, TypeError) as error:
        raise SourceError(f"{path}, line {number}: cannot be read: {error}") from error
