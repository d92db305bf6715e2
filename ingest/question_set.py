"""Build a generation from a question set's corpus, by the same steps as any other ingest."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ingest.assembly import assemble_generation
from ingest.blocks import Block, BlockKind, LoadedFile
from ingest.cleaning import clean
from ingest.documents import Prepared, make_document, make_entry
from ingest.generation import Entry, Progress
from rag.evaluation.beir import BeirDocument, BeirSet
from rag.generations import DataLayout, Generation
from rag.ports import Embedding
from rag.regions import Gazetteer
from rag.settings import Settings, VectorStoreSettings


def build_from_question_set(
    questions: BeirSet, settings: Settings, embedding: Embedding, folder: Path, progress: Progress
) -> Generation:
    """Return an opened generation in ``folder`` that holds the set's documents, their ids as sources.

    Documents whose cleaning leaves no text are left out: they could never be found.
    """
    layout = DataLayout(folder)
    # In the folder whatever is configured: what is only measured leaves nothing on a server.
    settings = settings.model_copy(update={"vectors": VectorStoreSettings()})
    layout.generations.mkdir(parents=True)
    gazetteer = Gazetteer.load()
    documents = list(questions.documents())
    entries: list[Entry] = []
    for n, document in enumerate(documents, start=1):
        entry = _entry(document, gazetteer, settings)
        if entry.chunks:
            entries.append(entry)
        progress("read", n, len(documents))
    manifest, _ = assemble_generation(layout, entries, embedding, settings, parent=None, places=(), progress=progress)
    return Generation(layout.generation(manifest.generation))


def _entry(document: BeirDocument, gazetteer: Gazetteer, settings: Settings) -> Entry:
    lines = [line.strip() for line in document.text.splitlines() if line.strip()]
    blocks = tuple(Block(BlockKind.PARAGRAPH, line) for line in lines)
    loaded = LoadedFile("text/plain", blocks, title=document.title or None)
    sha256 = hashlib.sha256(f"{document.title}\n{document.text}".encode()).hexdigest()
    prepared = Prepared(document.document_id, "", sha256, clean(loaded))
    return make_entry(make_document(prepared, gazetteer), settings.chunking)
