"""Read a static embedding model with tokenizers, safetensors and numpy alone.

sentence-transformers needs torch, whose import takes 6 to 8 seconds; looking up and adding rows does not. The
folder is what sentence-transformers saves for ``StaticEmbedding`` followed by ``Normalize``, and the vectors
are the same. Weights are ``embedding.weight`` or, as model2vec writes them, ``embeddings`` with an optional
``mapping`` (token to row) and optional ``weights`` (one factor for each token); these may be int8 or float16.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.ports import FloatArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_TOKENS_AT_ONCE = 8192
"""Rows gathered in one go; bounds the memory that one very long text can take (8 MB at 256 dimensions)."""

_SMALLEST_NORM = 1e-12
"""As torch's ``normalize`` has it: a zero vector stays zero."""


def static_module_folder(folder: Path) -> Path | None:
    """Return where the tokenizer and the weights lie, or None if this is not StaticEmbedding + Normalize.

    A model that puts prompts before its texts is left to sentence-transformers as well.

    Raises:
        ModelError: ``modules.json`` or a configuration file is there but cannot be read.
    """
    try:
        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        if not (isinstance(modules, list) and modules):
            raise ValueError("modules.json is not a list of modules")
        kinds = [str(module["type"]).rpartition(".")[2] for module in modules]
        if kinds != ["StaticEmbedding", "Normalize"] or _has_prompts(folder):
            return None
        return folder / str(modules[0]["path"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelError(f"embedding model {folder}: damaged configuration: {error}") from error


def _has_prompts(folder: Path) -> bool:
    path = folder / "config_sentence_transformers.json"
    if not path.is_file():
        return False
    configuration = json.loads(path.read_text(encoding="utf-8"))
    return bool(configuration.get("default_prompt_name")) or any((configuration.get("prompts") or {}).values())


class StaticEmbedding:
    """An Embedding whose vectors are the scaled sum of token rows; safe to use from several threads."""

    def __init__(self, folder: Path, fingerprint: str, query_instruction: str = "") -> None:
        """Load ``folder``, as ``static_module_folder`` returned it.

        Raises:
            ModelError: a file is missing or damaged, or weights and tokenizer do not belong together.
        """
        self._fingerprint = fingerprint
        self._query_instruction = query_instruction
        self._tokenizer = _load_tokenizer(folder)
        self._rows, self._row_of, self._factors = _load_weights(folder)
        n_tokens = len(self._row_of) if self._row_of is not None else len(self._rows)
        highest = max(self._tokenizer.get_vocab(with_added_tokens=True).values(), default=-1)
        if highest >= n_tokens or (self._factors is not None and len(self._factors) != n_tokens):
            raise ModelError(f"embedding model {folder}: {n_tokens} vectors do not fit token numbers up to {highest}")

    @property
    def fingerprint(self) -> str:
        """Name the model and its weights."""
        return self._fingerprint

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""
        return int(self._rows.shape[1])

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """Return (n_texts, dimension) float32, L2-normalised; a text without known tokens gives a zero row."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        # Without offsets and the words of the tokens, which nobody reads, it takes an eighth less.
        encodings = self._tokenizer.encode_batch_fast([well_formed(text) for text in texts], add_special_tokens=False)
        for number, encoding in enumerate(encodings):
            vectors[number] = self._sum(np.asarray(encoding.ids, dtype=np.int64))
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        normalised: FloatArray = vectors / np.maximum(norms, _SMALLEST_NORM)
        return normalised

    def embed_query(self, text: str) -> FloatArray:
        """Return (dimension,) float32, L2-normalised."""
        vector: FloatArray = self.embed_passages([self._query_instruction + text])[0]
        return vector

    def _sum(self, tokens: NDArray[np.int64]) -> FloatArray:
        total = np.zeros(self.dimension, dtype=np.float32)
        for start in range(0, len(tokens), _TOKENS_AT_ONCE):
            part = tokens[start : start + _TOKENS_AT_ONCE]
            rows = self._rows[part if self._row_of is None else self._row_of[part]].astype(np.float32)
            factors = np.ones(len(part), np.float32) if self._factors is None else self._factors[part]
            total += factors @ rows
        return total


def well_formed(text: str) -> str:
    """Return ``text`` with lone surrogates, which no tokenizer takes, replaced by question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _load_tokenizer(folder: Path) -> Tokenizer:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # tokenizers raises nothing more precise
        raise ModelError(f"embedding model {folder}: tokenizer.json cannot be read: {error}") from error
    tokenizer.no_padding()
    return tokenizer


def _load_weights(folder: Path) -> tuple[NDArray[Any], NDArray[np.int64] | None, FloatArray | None]:
    """Return the rows, the row of each token (None: its own), and the factor of each token (None: one)."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    path = folder / "model.safetensors"
    try:
        tensors = load_file(path)
        if "embedding.weight" in tensors:
            rows, mapping, factors = tensors["embedding.weight"], None, None
        else:
            rows, mapping, factors = tensors["embeddings"], tensors.get("mapping"), tensors.get("weights")
    except (OSError, SafetensorError, KeyError, ValueError, TypeError) as error:
        raise ModelError(f"embedding model {path}: weights cannot be read: {error}") from error
    if rows.ndim != 2 or 0 in rows.shape or (mapping is not None and mapping.max(initial=0) >= len(rows)):
        raise ModelError(f"embedding model {path}: weights of shape {rows.shape} are not one row for each token")
    if not (np.isfinite(rows).all() and (factors is None or np.isfinite(factors).all())):
        raise ModelError(f"embedding model {path}: weights hold values that are not numbers")
    return (
        rows,
        None if mapping is None else mapping.astype(np.int64),
        None if factors is None else factors.astype(np.float32),
    )
