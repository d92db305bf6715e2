"""Read what a static embedding is trained on: folders of texts, and question sets in BEIR form."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rag.errors import SourceError

_PASSAGE_CHARS = 200
_HEADING = re.compile(r"^#+\s*")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class TrainingQuestion:
    """A question and the passages that answer it, as places in ``TrainingTexts.passages``."""

    question_id: str
    text: str
    answers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Passages ``first`` to ``end`` (left out) belong together, with the questions that were judged over them."""

    name: str
    first: int
    end: int
    questions: tuple[TrainingQuestion, ...]


@dataclass
class TrainingTexts:
    """Passages, each with its title ('' where there is none), and which of them form a corpus."""

    passages: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    corpora: list[Corpus] = field(default_factory=list)

    @property
    def asked(self) -> list[Corpus]:
        """Return the corpora that have questions."""
        return [corpus for corpus in self.corpora if corpus.questions]

    def whole(self, corpus: Corpus | None = None) -> list[str]:
        """Return the passages, of one corpus or all, as they are embedded: the title, then the text."""
        places = range(corpus.first, corpus.end) if corpus else range(len(self.passages))
        return [f"{self.titles[place]} {self.passages[place]}".strip() for place in places]


def read_training_texts(folders: list[Path]) -> TrainingTexts:
    """Read folders in a fixed order; a folder with ``corpus.jsonl[.gz]`` is read as BEIR, else its .md and .txt.

    Questions come from ``queries.jsonl`` and ``qrels.tsv`` where these exist; one without a passage is left out.

    Raises:
        SourceError: a folder is missing, holds no text, or a file in it cannot be read.
    """
    texts = TrainingTexts()
    for folder in folders:
        before = len(texts.passages)
        try:
            corpus = _existing(folder, "corpus.jsonl")
            questions = () if corpus is None else tuple(_read_beir(folder, corpus, texts))
            if corpus is None:
                _read_plain(folder, texts)
        except (OSError, EOFError, ValueError, KeyError) as error:
            raise SourceError(f"{folder}: cannot be read as training texts: {error}") from error
        if len(texts.passages) == before:
            raise SourceError(f"{folder}: no texts found (corpus.jsonl[.gz], *.md or *.txt)")
        texts.corpora.append(Corpus(folder.name, before, len(texts.passages), questions))
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


def _read_beir(folder: Path, corpus: Path, texts: TrainingTexts) -> Iterator[TrainingQuestion]:
    numbers: dict[str, int] = {}
    for line in _lines(corpus):
        record = json.loads(line)
        numbers[str(record["_id"])] = len(texts.passages)
        texts.passages.append(str(record["text"]))
        texts.titles.append(str(record.get("title") or ""))
    queries, qrels = _existing(folder, "queries.jsonl"), _existing(folder, "qrels.tsv")
    if queries is None or qrels is None:
        return
    relevant: dict[str, list[int]] = {}
    for line in list(_lines(qrels))[1:]:
        question, passage, score = line.rstrip("\n").split("\t")
        if float(score) > 0 and passage in numbers:
            relevant.setdefault(question, []).append(numbers[passage])
    for line in _lines(queries):
        record = json.loads(line)
        key = str(record["_id"])
        if key in relevant:
            yield TrainingQuestion(key, str(record["text"]), tuple(sorted(set(relevant[key]))))


def _read_plain(folder: Path, texts: TrainingTexts) -> None:
    for path in plain_files(folder):
        for title, passage in _passages(_COMMENT.sub("", path.read_text(encoding="utf-8"))):
            texts.titles.append(title)
            texts.passages.append(passage)


def plain_files(folder: Path) -> list[Path]:
    """Return the .md and .txt files below a folder, in a fixed order."""
    return [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in {".md", ".txt"} and path.is_file()]


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
