"""Run a cross-encoder in a process of its own and write ``report.json``; ``test_reranking.py`` judges it."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

from rag.errors import ModelError
from rag.reranking import open_reranker
from rag.settings import RerankerSettings

PASSAGES = ["家庭医生签约", "  ", "\ud800", "办理身份证" * 400]


def make_cross_encoder(folder: Path, outputs: int) -> None:
    """Save a random one-layer BERT that gives ``outputs`` numbers for a pair of texts."""
    folder.mkdir()
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"家庭医生签约问题办理身份证"]
    (folder / "vocab.txt").write_text("\n".join(dict.fromkeys(words)) + "\n", encoding="utf-8")
    tokenizer = BertTokenizer(vocab=str(folder / "vocab.txt"), model_max_length=64)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=32,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=outputs,
        max_position_embeddings=64,
        initializer_range=1.0,
    )
    BertForSequenceClassification(config).save_pretrained(folder)


def refusal(settings: RerankerSettings) -> str:
    """Return what opening or using a model is refused with."""
    try:
        reranker = open_reranker(settings)
        assert reranker is not None
        reranker.scores("家庭医生", PASSAGES)
    except ModelError as error:
        return str(error)
    return "opened"


def report(folder: Path) -> dict[str, object]:
    """Return scores and messages."""
    make_cross_encoder(folder / "one", 1)
    make_cross_encoder(folder / "three", 3)
    make_cross_encoder(folder / "damaged", 1)
    weights = folder / "damaged" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    one = open_reranker(RerankerSettings(model=str(folder / "one"), batch_size=2))
    assert one is not None
    scores = one.scores("家庭医生", PASSAGES)
    single = [float(one.scores("家庭医生", [passage])[0]) for passage in PASSAGES]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda _: one.scores("家庭医生", PASSAGES).tolist(), range(8)))
    shorter = open_reranker(RerankerSettings(model=str(folder / "one"), max_chars=64))
    assert shorter is not None
    return {
        "dtype": str(scores.dtype),
        "scores": scores.tolist(),
        "alone": single,
        "largest_thread_difference": float(np.abs(np.asarray(together) - scores).max()),
        "none": one.scores("家庭医生", []).shape,
        "fingerprints_differ": one.fingerprint != shorter.fingerprint,
        "three_outputs": refusal(RerankerSettings(model=str(folder / "three"))),
        "damaged": refusal(RerankerSettings(model=str(folder / "damaged"))),
        "device": refusal(RerankerSettings(model=str(folder / "one"), device="cuda")),
    }


if __name__ == "__main__":
    target = Path(sys.argv[1])
    (target / "report.json").write_text(json.dumps(report(target)), encoding="utf-8")
