"""Models that are known to serve Chinese retrieval, and the texts they were trained to see before a question.

Any other hub name or folder can be used as well; this list saves the reading of a model card. Instructions are those
of the models' own cards; sizes are those of the weights that a download fetches, rounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ModelRole(StrEnum):
    """What a model does here."""

    EMBEDDING = "embedding"
    RERANKER = "reranker"


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model of a hub. ``size_mb`` is what is downloaded, ``dimension`` the length of its vectors (0: none)."""

    name: str
    role: ModelRole
    size_mb: int
    licence: str
    dimension: int = 0
    query_instruction: str = ""
    passage_instruction: str = ""


_EMBEDDING, _RERANKER = ModelRole.EMBEDDING, ModelRole.RERANKER
_BGE_ZH = "为这个句子生成表示以用于检索相关文章："
_QWEN = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"

KNOWN_MODELS: tuple[KnownModel, ...] = (
    KnownModel("BAAI/bge-small-zh-v1.5", _EMBEDDING, 96, "MIT", 512, _BGE_ZH),
    KnownModel("BAAI/bge-base-zh-v1.5", _EMBEDDING, 410, "MIT", 768, _BGE_ZH),
    KnownModel("BAAI/bge-large-zh-v1.5", _EMBEDDING, 1300, "MIT", 1024, _BGE_ZH),
    KnownModel("BAAI/bge-m3", _EMBEDDING, 2300, "MIT", 1024),
    KnownModel("thenlper/gte-large-zh", _EMBEDDING, 650, "MIT", 1024),
    KnownModel("intfloat/multilingual-e5-small", _EMBEDDING, 470, "MIT", 384, "query: ", "passage: "),
    KnownModel("Qwen/Qwen3-Embedding-0.6B", _EMBEDDING, 1200, "Apache-2.0", 1024, _QWEN),
    KnownModel("BAAI/bge-reranker-base", _RERANKER, 1100, "MIT"),
    KnownModel("BAAI/bge-reranker-large", _RERANKER, 2200, "MIT"),
    KnownModel("BAAI/bge-reranker-v2-m3", _RERANKER, 2300, "Apache-2.0"),
)


def known_model(name: str) -> KnownModel | None:
    """Return what is known of a hub name, or of a folder that is called as the model is (``…/bge-m3``)."""
    last = _last_part(name)
    return next((model for model in KNOWN_MODELS if name == model.name or last == _last_part(model.name)), None)


def _last_part(name: str) -> str:
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2].lower()
