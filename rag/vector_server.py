"""Where a generation's vectors are when they are not in its own folder: one collection each on a Chroma server.

The generation's folder holds a small file in place of the store. It says that the collection exists, not where the server
is: that is the setting ``vectors.server``. The file is written before the collection is made and goes when that is gone,
so a writer that was killed, or that could not reach the server, leaves a trace for the next one. While a generation is
being built its collection has another name, so that nothing half done can be taken for it.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from rag.errors import IndexDamagedError, NotAvailableError
from rag.settings import VectorStoreSettings
from rag.vector_store import Place, ServedCollection, remove_collection, rename_collection
from rag.vectors import ChromaVectorIndex

FOLDER = "chroma"
_NOTE = "chroma.json"
_ON_SERVER = {"vectors": "server"}
_NEEDS_SETTING = "keeps its vectors on a Chroma server; set 'vectors.server' to its address"


def on_server(folder: Path) -> bool:
    """Tell whether a generation's vectors are on a server."""
    return (folder / _NOTE).is_file()


def mark_on_server(folder: Path) -> None:
    """Note that a collection on a server belongs to this folder. Raises OSError."""
    (folder / _NOTE).write_text(json.dumps(_ON_SERVER), encoding="utf-8")


def keep_note_only(folder: Path) -> None:
    """Remove everything in a folder but the note that a collection on a server belongs to it."""
    for part in folder.iterdir():
        if part.is_dir():
            shutil.rmtree(part, ignore_errors=True)
        elif part.name != _NOTE:
            part.unlink(missing_ok=True)


def collection_name(generation: str, *, finished: bool) -> str:
    """Return the name of a generation's collection: 3 to 512 of ``a-zA-Z0-9._-``, as Chroma wants it."""
    return f"policychat-{generation}" if finished else f"policychat-building-{generation}"


def place_of(folder: Path, generation: str, settings: VectorStoreSettings) -> Place:
    """Return where the vectors are of the generation in ``folder``; under another name than its own it is unfinished.

    Raises:
        IndexDamagedError: they are on a server, and none is configured.
    """
    if not on_server(folder):
        return folder / FOLDER
    if settings.server is None:
        raise IndexDamagedError(f"generation {generation} {_NEEDS_SETTING}")
    name = collection_name(generation, finished=folder.name == generation)
    return ServedCollection(name, settings.server, settings.timeout_s)


def open_vectors(folder: Path, generation: str, settings: VectorStoreSettings) -> ChromaVectorIndex:
    """Open the vectors of the generation in ``folder``.

    Raises:
        IndexDamagedError: they are missing or damaged, or their server is not configured or does not answer.
        ConfigError: the server's address is none.
    """
    return ChromaVectorIndex(place_of(folder, generation, settings))


def finish_collection(generation: str, settings: VectorStoreSettings) -> None:
    """Give the collection of a verified generation its final name.

    Raises:
        NotAvailableError: the server is not configured, does not answer, or has no such collection.
    """
    rename_collection(_served(generation, settings, finished=False), collection_name(generation, finished=True))


def remove_collections(generation: str, settings: VectorStoreSettings) -> None:
    """Remove what a generation has on the server, finished or not; nothing there is no error.

    Raises:
        NotAvailableError: the server is not configured, or does not answer.
    """
    for finished in (False, True):
        remove_collection(_served(generation, settings, finished=finished))


def _served(generation: str, settings: VectorStoreSettings, *, finished: bool) -> ServedCollection:
    if settings.server is None:
        raise NotAvailableError(f"generation {generation} {_NEEDS_SETTING}")
    return ServedCollection(collection_name(generation, finished=finished), settings.server, settings.timeout_s)
