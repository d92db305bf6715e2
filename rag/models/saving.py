"""Write a static embedding as a folder that sentence-transformers loads by path."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from rag.errors import ModelError

_MODULES = (
    ("", "sentence_transformers.sentence_transformer.modules.static_embedding.StaticEmbedding"),
    ("1_Normalize", "sentence_transformers.base.modules.normalize.Normalize"),
)
_VERSIONS = {"sentence_transformers": "6.2.0"}


def save_static_model(folder: Path, tokenizer: Tokenizer, weights: NDArray[np.float32]) -> None:
    """Write tokenizer, weights and configuration; a model card that lies in ``folder`` stays.

    The rows are stored as int8 with one float32 factor for each, a quarter of their size: model2vec's form
    (``embeddings``, ``weights``), which sentence-transformers multiplies out when it loads.
    """
    from safetensors.numpy import save_file

    rows, factors = quantize(weights)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "model.safetensors"
    save_file({"embeddings": rows, "weights": factors}, path)
    path.chmod(0o644)  # safetensors writes 0600, which another user's server could not read
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    modules = [
        {"idx": number, "name": str(number), "path": path, "type": kind} for number, (path, kind) in enumerate(_MODULES)
    ]
    _write_json(folder / "modules.json", modules)
    configuration = {
        "__version__": _VERSIONS,
        "model_type": "SentenceTransformer",
        "prompts": {"query": "", "document": ""},
        "default_prompt_name": None,
        "similarity_fn_name": "cosine",
    }
    _write_json(folder / "config_sentence_transformers.json", configuration)
    (folder / "1_Normalize").mkdir(exist_ok=True)
    keys = {"module_input_name": "sentence_embedding", "module_output_name": "sentence_embedding"}
    _write_json(folder / "1_Normalize" / "config.json", keys)


def load_static_model(folder: Path) -> tuple[Tokenizer, NDArray[np.float32]]:
    """Return the tokenizer of a folder that ``save_static_model`` wrote, and its weights multiplied out.

    Raises:
        ModelError: a file is missing or damaged.
    """
    from safetensors.numpy import load_file

    try:
        tensors = load_file(folder / "model.safetensors")
        weights: NDArray[np.float32] = tensors["embeddings"].astype(np.float32) * tensors["weights"][:, None]
        return Tokenizer.from_file(str(folder / "tokenizer.json")), weights
    except Exception as error:  # tokenizers raises nothing more precise
        reason = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise ModelError(f"model to start from {folder}: cannot be read: {reason}") from error


def quantize(weights: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return int8 rows and the factor of each, so that ``rows * factors[:, None]`` is close to ``weights``."""
    factors = (np.abs(weights).max(axis=1) / 127).astype(np.float32)
    rows = np.rint(weights / np.where(factors > 0, factors, 1)[:, None]).astype(np.int8)
    return rows, factors


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
