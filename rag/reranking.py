"""Read question and passage together with a cross-encoder, where one is configured.

The second edge to sentence-transformers. A cross-encoder reads every pair anew, so it sees the first passages only; on
two processor cores a small one takes seconds for twenty pairs. It has a deadline: what is late or fails leaves the
formula's order as it was.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.hub import cached_model, is_hub_name
from rag.ports import FloatArray, Reranker
from rag.settings import RerankerSettings
from rag.static_embedding import well_formed

PART = "cross_encoder"
"""Name of the part of a hit's score that the model adds."""

_log = logging.getLogger(__name__)


def open_reranker(settings: RerankerSettings) -> Reranker | None:
    """Open the configured cross-encoder, or return None where none is configured; no network is touched.

    Raises:
        ModelError: the model is not there, damaged, of another kind, or its device is missing.
    """
    name = settings.model
    if name is None:
        return None
    folder = Path(name).expanduser()
    if folder.is_dir():
        return CrossEncoderReranker(folder, folder.resolve().name, settings)
    cached = cached_model(name) if is_hub_name(name) and not folder.exists() else None
    if cached is None and not is_hub_name(name):
        raise ModelError(f"reranker {name}: there is no such folder")
    if cached is None:
        raise ModelError(
            f"reranker {name}: neither a folder nor a model in the local cache. "
            f"Fetch it beforehand (`policychat models pull {name}`), or leave reranker.model empty"
        )
    return CrossEncoderReranker(cached, name, settings)


class CrossEncoderReranker:
    """A Reranker through sentence-transformers; calls from several threads take turns."""

    def __init__(self, folder: Path, name: str, settings: RerankerSettings) -> None:
        """Load the model in ``folder``.

        Raises:
            ModelError: the folder is damaged or of another kind, or the device is not there.
        """
        self._name = name
        self._settings = settings
        self._lock = Lock()
        self._model = _load(folder, settings)
        self._fingerprint = f"{name}@{_digest(folder, settings.max_chars)}"

    @property
    def fingerprint(self) -> str:
        """Name the model and its weights."""
        return self._fingerprint

    def scores(self, question: str, passages: Sequence[str]) -> FloatArray:
        """Return (n_passages,) float32 in 0..1, higher for better.

        Raises:
            ModelError: the model failed, gave something else than one number a pair, or is late.
        """
        ends = time.monotonic() + self._settings.deadline_s
        asked = well_formed(question)
        pairs = [(asked, well_formed(passage[: self._settings.max_chars])) for passage in passages]
        found: list[Any] = []
        size = self._settings.batch_size
        if not self._lock.acquire(timeout=self._settings.deadline_s):
            raise ModelError(f"reranker {self._name}: busy for {self._settings.deadline_s} s (reranker.deadline_s)")
        try:
            for start in range(0, len(pairs), size):
                if time.monotonic() > ends:
                    raise ModelError(
                        f"reranker {self._name}: {start} of {len(pairs)} passages read after "
                        f"{self._settings.deadline_s} s (reranker.deadline_s)"
                    )
                found.extend(self._predicted(pairs[start : start + size]))
        finally:
            self._lock.release()
        scores = np.asarray(found, dtype=np.float32)
        if scores.shape != (len(passages),) or not np.isfinite(scores).all():
            raise ModelError(f"reranker {self._name}: gave scores of shape {scores.shape} for {len(passages)} passages")
        return np.clip(scores, 0.0, 1.0)

    def _predicted(self, pairs: list[tuple[str, str]]) -> Sequence[Any]:
        import torch

        try:
            scores: Sequence[Any] = self._model.predict(
                pairs,
                batch_size=len(pairs),
                show_progress_bar=False,
                activation_fn=torch.nn.Sigmoid(),
                convert_to_numpy=True,
            )
        except (RuntimeError, ValueError, IndexError, TypeError) as error:
            raise ModelError(f"reranker {self._name}: failed on a passage: {error}") from error
        return scores


def _digest(folder: Path, max_chars: int) -> str:
    """Return a digest of the files' names and sizes and of the configuration: weights of gigabytes are not read twice."""
    digest = hashlib.sha256(f"{max_chars}\0".encode())
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
    digest.update((folder / "config.json").read_bytes())
    return digest.hexdigest()[:16]


def _load(folder: Path, settings: RerankerSettings) -> Any:
    from sentence_transformers import CrossEncoder
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers has no types here
    if not (folder / "config.json").is_file():
        raise ModelError(f"reranker {folder}: no model lies here (no config.json)")
    try:
        model = CrossEncoder(str(folder), device=settings.device, local_files_only=True)
        outputs = model.num_labels
    except Exception as error:  # what a damaged model raises depends on where it is damaged
        raise ModelError(f"reranker {folder}: cannot be loaded: {type(error).__name__}: {error}") from error
    if outputs != 1:
        raise ModelError(f"reranker {folder}: gives {outputs} numbers a pair; a cross-encoder for ranking gives one")
    return model


def added_by(
    reranker: Reranker, question: str, passages: Sequence[str], settings: RerankerSettings
) -> NDArray[np.float64] | None:
    """Return what a cross-encoder adds to the score of each passage, (n_passages,) in 0..``settings.weight``.

    None where the model fails or is late: then the formula's order stands, and the log says so.
    """
    try:
        return settings.weight * reranker.scores(question, passages).astype(np.float64)
    except ModelError as error:
        _log.warning("the formula's order is used: %s", error)
        return None
