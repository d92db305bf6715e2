"""Open the embedding model that the settings name; the edge to sentence-transformers and torch.

Static models are read without torch (``rag.static_embedding``); every other model goes through
sentence-transformers, which is imported only then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import ModelError
from rag.hub import cached_model, download_model, is_hub_name
from rag.model_registry import known_model
from rag.ports import Embedding, FloatArray
from rag.settings import EmbeddingSettings
from rag.static_embedding import StaticEmbedding, static_module_folder, well_formed

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BUILTIN = "builtin:"

_VECTORS_VERSION = 1
"""Raised whenever this module makes other vectors out of the same weights, so that no stored vector survives."""

_READ_BYTES = 1 << 20


def open_embedding(settings: EmbeddingSettings) -> Embedding:
    """Open ``settings.model``: ``builtin:NAME``, the path of a folder, or a hub name.

    A hub name is looked up in the local cache first; it is downloaded only if ``allow_download`` is set.

    Raises:
        ModelError: the model is missing, damaged, of another kind, or cannot be had from the hub in time.
    """
    name = settings.model
    if name.startswith(BUILTIN):
        return _open_folder(_builtin_folder(name), name.removeprefix(BUILTIN), settings)
    folder = Path(name).expanduser()
    if folder.is_dir():
        return _open_folder(folder, folder.resolve().name, settings)
    if folder.exists():
        raise ModelError(f"embedding model {name}: this is a file; a model is a folder")
    if not is_hub_name(name):
        raise ModelError(f"embedding model {name}: there is no such folder")
    return _open_hub_model(name, settings)


def builtin_names() -> tuple[str, ...]:
    """Return the names of the models that ship in the package."""
    folders = (folder for folder in _models_folder().iterdir() if (folder / "modules.json").is_file())
    return tuple(sorted(BUILTIN + folder.name for folder in folders))


def _models_folder() -> Path:
    return Path(str(files("rag").joinpath("models")))


def _builtin_folder(name: str) -> Path:
    known = builtin_names()
    if name not in known:
        raise ModelError(f"embedding model {name}: the package has {', '.join(known)}")
    return _models_folder() / name.removeprefix(BUILTIN)


def _open_hub_model(name: str, settings: EmbeddingSettings) -> Embedding:
    folder = cached_model(name)
    if folder is None and not settings.allow_download:
        raise ModelError(
            f"embedding model {name}: neither a folder nor a model in the local cache. "
            f"Fetch it beforehand (`policychat models pull {name}`), set embedding.allow_download to true, "
            f"or use {BUILTIN}static-zh, which needs no network"
        )
    if folder is not None:
        try:
            return _open_folder(folder, name, settings, revision=folder.name)
        except ModelError:
            # An interrupted download leaves a snapshot with files missing: worth another attempt.
            if not settings.allow_download:
                raise
    folder = download_model(name, settings.download_timeout_s)
    return _open_folder(folder, name, settings, revision=folder.name)


def _open_folder(folder: Path, name: str, settings: EmbeddingSettings, revision: str = "") -> Embedding:
    if not any((folder / marker).is_file() for marker in ("modules.json", "config.json")):
        raise ModelError(f"embedding model {folder}: no embedding model lies here (no modules.json, no config.json)")
    known = known_model(name)
    query = settings.query_instruction
    if query is None and known is not None:
        query = known.query_instruction
    passage = known.passage_instruction if known is not None else ""
    fingerprint = _fingerprint(folder, name, query or "", passage, revision)
    static = static_module_folder(folder)
    if static is not None:
        return StaticEmbedding(static, fingerprint, query or "")
    return TransformerEmbedding(folder, fingerprint, settings, query, passage)


def _fingerprint(folder: Path, name: str, query_instruction: str, passage_instruction: str, revision: str) -> str:
    """Return ``name@digest/version``: of the files, or the commit that a hub gives its files."""
    digest = hashlib.sha256(f"{revision}\0{query_instruction}\0{passage_instruction}".encode())
    if not revision:
        try:
            for path in sorted(folder.rglob("*")):
                if path.is_file() and path.suffix != ".md" and not path.name.startswith("."):
                    digest.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
                    with path.open("rb") as stream:
                        while block := stream.read(_READ_BYTES):
                            digest.update(block)
        except OSError as error:
            raise ModelError(f"embedding model {folder}: cannot be read: {error}") from error
    return f"{name}@{digest.hexdigest()[:16]}/{_VECTORS_VERSION}"


class TransformerEmbedding:
    """An Embedding through sentence-transformers; calls from several threads take turns."""

    def __init__(
        self,
        folder: Path,
        fingerprint: str,
        settings: EmbeddingSettings,
        query_instruction: str | None = None,
        passage_instruction: str = "",
    ) -> None:
        """Load the model in ``folder``, without network.

        The instructions go before every question and every passage; without one for questions (None) the prompts that
        the model's own configuration declares do.

        Raises:
            ModelError: the folder is damaged or of another kind, or the device is not there.
        """
        self._folder = folder
        self._fingerprint = fingerprint
        self._settings = settings
        self._query_instruction = query_instruction
        self._passage_instruction = passage_instruction or None
        # Fast tokenizers keep the padding of the running batch: two threads in one raise "Already borrowed".
        self._lock = Lock()
        self._model = _load(folder, settings.device)
        dimension = self._model.get_embedding_dimension()
        if dimension is None:
            raise ModelError(f"embedding model {folder}: it does not say how long its vectors are")
        self._dimension = int(dimension)

    @property
    def fingerprint(self) -> str:
        """Name the model and its weights."""
        return self._fingerprint

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""
        return self._dimension

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """Return (n_texts, dimension) float32, L2-normalised; a blank text gives a zero row.

        Raises:
            ModelError: the model failed on the texts, for example for want of memory.
        """
        return self._encode(texts, "document", self._passage_instruction)

    def embed_query(self, text: str) -> FloatArray:
        """Return (dimension,) float32, L2-normalised.

        Raises:
            ModelError: the model failed on the text.
        """
        vector: FloatArray = self._encode([text], "query", self._query_instruction)[0]
        return vector

    def _encode(self, texts: Sequence[str], prompt_name: str, prompt: str | None) -> FloatArray:
        vectors = np.zeros((len(texts), self._dimension), dtype=np.float32)
        written = [number for number, text in enumerate(texts) if text.strip()]
        if not written:
            return vectors
        if prompt is None:
            prompt = self._model.prompts.get(prompt_name)
        try:
            with self._lock:
                encoded = self._model.encode(
                    [well_formed(texts[number]) for number in written],
                    prompt=prompt,
                    batch_size=self._settings.batch_size,
                    show_progress_bar=False,
                    convert_to_numpy=True,
                    normalize_embeddings=True,
                )
        except (RuntimeError, ValueError, IndexError, TypeError) as error:
            raise ModelError(f"embedding model {self._folder}: failed on a text: {error}") from error
        vectors[written] = np.nan_to_num(np.asarray(encoded, dtype=np.float32))
        return vectors


def _load(folder: Path, device: str) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers has no types here
    try:
        return SentenceTransformer(str(folder), device=device, local_files_only=True)
    except Exception as error:  # what a damaged model raises depends on where it is damaged
        raise ModelError(f"embedding model {folder}: cannot be loaded: {type(error).__name__}: {error}") from error
