"""Builds a library from a few texts, through the real pipeline, and answers from it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ingest.pipeline import ingest
from rag.answering import Answering
from rag.domain import Chunk, Document, Hit, Question, Section
from rag.generations import DataLayout, Generation, published_id
from rag.ports import ChatModel
from rag.question import UnderstoodQuestion, understand
from rag.regions import Gazetteer
from rag.retrieval import HybridRetriever
from rag.settings import PathSettings, Settings
from rag.synonyms import load_synonyms
from tests.embeddings import HashEmbedding


def answering_over(texts: Mapping[str, str], folder: Path, model: ChatModel | None = None) -> Answering:
    """Ingest texts, by file name, and return what answers from them."""
    corpus = folder / "texts"
    for name, text in texts.items():
        path = corpus / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    settings = Settings(paths=PathSettings(data=folder / "data", corpus=corpus))
    embedding = HashEmbedding()
    ingest([corpus], settings, lambda: embedding)
    layout = DataLayout(folder / "data")
    name = published_id(layout)
    assert name is not None
    generation = Generation(layout.generation(name))
    gazetteer = Gazetteer.load(extra=generation.manifest.places)
    retriever = HybridRetriever(generation, embedding, gazetteer, settings.retrieval)
    return Answering(generation, retriever, gazetteer, load_synonyms(), settings, model)


def document(text: str, headings: Mapping[str, int] | None = None, **facts: object) -> Document:
    """Return a document whose lines named in ``headings`` open sections of the given level."""
    open_sections: list[tuple[int, int, str]] = []
    position = 0
    for line in text.split("\n"):
        if headings and line in headings:
            open_sections.append((position, headings[line], line))
        position += len(line) + 1
    sections = []
    for n, (start, level, heading) in enumerate(open_sections):
        end = next((other for other, its, _ in open_sections[n + 1 :] if its <= level), len(text))
        above: list[tuple[int, str]] = []
        for _, its, its_heading in open_sections[:n]:
            above = [entry for entry in above if entry[0] < its] + [(its, its_heading)]
        path = tuple(its_heading for its, its_heading in above if its < level)
        sections.append(Section((*path, heading), level, start, end))
    known: dict[str, object] = {
        "document_id": "d1",
        "source": "a.txt",
        "root": "/r",
        "sha256": "0" * 64,
        "media_type": "text/plain",
        "title": "某县某事办法",
    }
    return Document(text=text, sections=tuple(sections), **(known | facts))  # type: ignore[arg-type]


def whole_hit(source: Document) -> Hit:
    """Return a hit whose chunk is the whole document."""
    chunk = Chunk("c1", source.document_id, 0, (), 0, len(source.text), source.text)
    return Hit(chunk, source, 1.0, {})


def understood(text: str) -> UnderstoodQuestion:
    """Return a question as it is understood without any documents."""
    return understand(Question(text), Gazetteer.load(), ())
