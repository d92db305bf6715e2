"""Read what a static embedding is trained on: folders of texts, and question sets in BEIR form."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rag.errors import SourceError

HELD_OUT_FOLDS = 5

_PASSAGE_CHARS = 200
_HEADING = re.compile(r"^#+\s*")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass
class TrainingTexts:
    """Passages, each with its title ('' where there is none), and questions with the passage that answers them."""

    passages: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    held_out: int = 0


def is_held_out(passage_id: str) -> bool:
    """Tell whether questions about this passage are kept out of training, so that they can measure it."""
    return zlib.crc32(passage_id.encode()) % HELD_OUT_FOLDS == 0


def read_training_texts(folders: list[Path]) -> TrainingTexts:
    """Read folders in a fixed order; a folder with ``corpus.jsonl[.gz]`` is read as BEIR, else its .md and .txt.

    Questions come from ``queries.jsonl`` and ``qrels.tsv`` where these exist; a question with a passage in the
    held-out fold (``is_held_out``) is counted and left out.

    Raises:
        SourceError: a folder is missing, holds no text, or a file in it cannot be read.
    """
    texts = TrainingTexts()
    for folder in folders:
        before = len(texts.passages)
        try:
            corpus = _existing(folder, "corpus.jsonl")
            if corpus is not None:
                _read_beir(folder, corpus, texts)
            else:
                _read_plain(folder, texts)
        except (OSError, EOFError, ValueError, KeyError) as error:
            raise SourceError(f"{folder}: cannot be read as training texts: {error}") from error
        if len(texts.passages) == before:
            raise SourceError(f"{folder}: no texts found (corpus.jsonl[.gz], *.md or *.txt)")
    return texts


def _existing(folder: Path, name: str) -> Path | None:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    return None


def _lines(path: Path) -> Iterator[str]:
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            yield from stream
    else:
        with path.open(encoding="utf-8") as stream:
            yield from stream


def _read_beir(folder: Path, corpus: Path, texts: TrainingTexts) -> None:
    numbers: dict[str, int] = {}
    for line in _lines(corpus):
        record = json.loads(line)
        numbers[str(record["_id"])] = len(texts.passages)
        texts.passages.append(str(record["text"]))
        texts.titles.append(str(record.get("title") or ""))
    queries, qrels = _existing(folder, "queries.jsonl"), _existing(folder, "qrels.tsv")
    if queries is None or qrels is None:
        return
    relevant: dict[str, list[str]] = {}
    for line in list(_lines(qrels))[1:]:
        question, passage, score = line.rstrip("\n").split("\t")
        if float(score) > 0 and passage in numbers:
            relevant.setdefault(question, []).append(passage)
    for line in _lines(queries):
        record = json.loads(line)
        passages = relevant.get(str(record["_id"]), [])
        if any(is_held_out(passage) for passage in passages):
            texts.held_out += 1
            continue
        for passage in passages:
            texts.questions.append(str(record["text"]))
            texts.answers.append(numbers[passage])


def _read_plain(folder: Path, texts: TrainingTexts) -> None:
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in {".md", ".txt"} and path.is_file():
            for title, passage in _passages(_COMMENT.sub("", path.read_text(encoding="utf-8"))):
                texts.titles.append(title)
                texts.passages.append(passage)


def _passages(text: str) -> Iterator[tuple[str, str]]:
    """Yield (first heading and the one in force, paragraphs of about 200 characters)."""
    document = section = ""
    gathered: list[str] = []
    for line in text.splitlines():
        paragraph = line.strip()
        if not paragraph:
            continue
        if _HEADING.match(paragraph):
            if gathered:
                yield f"{document} {section}".strip(), "\n".join(gathered)
                gathered = []
            heading = _HEADING.sub("", paragraph)
            document, section = (document, heading) if document else (heading, "")
            continue
        gathered.append(paragraph)
        if sum(map(len, gathered)) >= _PASSAGE_CHARS:
            yield f"{document} {section}".strip(), "\n".join(gathered)
            gathered = []
    if gathered:
        yield f"{document} {section}".strip(), "\n".join(gathered)
