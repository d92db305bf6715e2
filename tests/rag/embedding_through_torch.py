"""Run what needs torch in a process of its own and write ``report.json``; ``test_embedding.py`` judges it."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer
from transformers import BertConfig, BertModel, BertTokenizer

import rag
from rag.embedding import open_embedding
from rag.errors import ModelError
from rag.settings import EmbeddingSettings


def make_bert(folder: Path) -> None:
    """Save a random one-layer BERT over single characters."""
    folder.mkdir()
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"家庭医生签约问题办理身份证"]
    (folder / "vocab.txt").write_text("\n".join(dict.fromkeys(words)) + "\n", encoding="utf-8")
    BertTokenizer(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(vocab_size=32, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16)
    BertModel(config).save_pretrained(folder)


def refusal(folder: Path, device: str = "cpu") -> str:
    """Return what opening ``folder`` is refused with."""
    try:
        open_embedding(EmbeddingSettings.model_validate({"model": str(folder), "device": device}))
    except ModelError as error:
        return str(error)
    return "opened"


def difference(left: object, right: object) -> float:
    """Return the largest difference of two arrays."""
    return float(np.abs(np.asarray(left) - np.asarray(right)).max())


def static_folder_of_the_package() -> Path:
    """Return where the model that ships lies."""
    return Path(rag.__file__).parent / "models" / "static-zh"


def report(folder: Path) -> dict[str, object]:
    """Return the measured differences and messages."""
    texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    ours = open_embedding(EmbeddingSettings(model=str(folder / "static")))
    takeable = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
    theirs = SentenceTransformer(str(folder / "static"), device="cpu").encode(takeable)
    builtin = static_folder_of_the_package()
    packaged = open_embedding(EmbeddingSettings())
    builtin_difference = difference(
        packaged.embed_passages(texts), SentenceTransformer(str(builtin), device="cpu").encode(takeable)
    )

    make_bert(folder / "bert")
    bert = open_embedding(EmbeddingSettings(model=str(folder / "bert")))
    instructed = open_embedding(EmbeddingSettings(model=str(folder / "bert"), query_instruction="问题"))
    passages = bert.embed_passages(["家庭医生", "  ", "\ud800", "身份证" * 50])
    questions = ["家庭", "医生签约办理", "身份证" * 9, "问"] * 10
    alone = [bert.embed_query(question) for question in questions]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(bert.embed_query, questions))

    make_bert(folder / "damaged-bert")
    weights = folder / "damaged-bert" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    other = folder / "other-kind"
    other.mkdir()
    (other / "config.json").write_text('{"name": "something else"}', encoding="utf-8")

    return {
        "static_largest_difference": difference(ours.embed_passages(texts), theirs),
        "builtin_largest_difference": builtin_difference,
        "bert_dtype": str(passages.dtype),
        "bert_norms": np.linalg.norm(passages, axis=1).tolist(),
        "instructed_query_is_prefixed": difference(instructed.embed_query("家庭"), bert.embed_query("问题家庭")),
        "instructed_passage_changed": difference(instructed.embed_passages(["家庭"]), bert.embed_passages(["家庭"])),
        "threads_largest_difference": difference(together, alone),
        "damaged": refusal(folder / "damaged-bert"),
        "other_kind": refusal(other),
        "device": refusal(folder / "bert", device="cuda"),
    }


if __name__ == "__main__":
    target = Path(sys.argv[1])
    (target / "report.json").write_text(json.dumps(report(target)), encoding="utf-8")
