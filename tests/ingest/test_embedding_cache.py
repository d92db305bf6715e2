from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from ingest.embedding_cache import EmbeddingCache
from rag.errors import NotAvailableError
from rag.ports import FloatArray
from tests.embeddings import HashEmbedding

TEXTS = {"a": "家庭医生签约", "b": "预防接种门诊"}


def ignore(done: int, total: int) -> None:
    pass


def test_only_what_is_missing_is_embedded_and_the_vectors_come_back_exactly(tmp_path: Path) -> None:
    first, second = HashEmbedding(), HashEmbedding()
    with EmbeddingCache(tmp_path / "cache") as cache:
        made, count = cache.vectors(first, TEXTS, ignore)
    assert (count, first.passages) == (2, list(TEXTS.values()))
    with EmbeddingCache(tmp_path / "cache") as cache:
        read, count = cache.vectors(second, {**TEXTS, "c": "老年人体检"}, ignore)
    assert (count, second.passages) == (1, ["老年人体检"])
    for digest in TEXTS:
        np.testing.assert_array_equal(read[digest], made[digest])


def test_another_model_reads_nothing_of_the_first(tmp_path: Path) -> None:
    with EmbeddingCache(tmp_path / "cache") as cache:
        cache.vectors(HashEmbedding(), TEXTS, ignore)
        found, count = cache.vectors(HashEmbedding(dimension=16), TEXTS, ignore)
    assert count == 2
    assert {vector.shape for vector in found.values()} == {(16,)}


def test_more_texts_than_one_statement_or_batch_takes(tmp_path: Path) -> None:
    texts = {f"digest-{n}": f"第{n}号文件" for n in range(2000)}
    steps: list[tuple[int, int]] = []
    with EmbeddingCache(tmp_path / "cache") as cache:
        cache.vectors(HashEmbedding(), texts, lambda done, total: steps.append((done, total)))
        again = HashEmbedding()
        found, count = cache.vectors(again, texts, ignore)
    assert steps == [(512, 2000), (1024, 2000), (1536, 2000), (2000, 2000)]
    assert (len(found), count, again.passages) == (2000, 0, [])


def test_what_was_embedded_before_a_failure_is_kept(tmp_path: Path) -> None:
    class Failing(HashEmbedding):
        def embed_passages(self, texts: Sequence[str]) -> FloatArray:
            if self.passages:
                raise RuntimeError("out of memory")
            return super().embed_passages(texts)

    texts = {f"digest-{n}": f"第{n}号文件" for n in range(600)}
    with EmbeddingCache(tmp_path / "cache") as cache, pytest.raises(RuntimeError):
        cache.vectors(Failing(), texts, ignore)
    with EmbeddingCache(tmp_path / "cache") as cache:
        _, count = cache.vectors(HashEmbedding(), texts, ignore)
    assert count == 600 - 512


def test_a_damaged_cache_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "cache").write_bytes(b"this is no database at all" * 100)
    with EmbeddingCache(tmp_path / "cache") as cache:
        _, count = cache.vectors(HashEmbedding(), TEXTS, ignore)
    assert count == 2


def test_a_cache_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    with pytest.raises(NotAvailableError, match="cache"):
        EmbeddingCache(tmp_path / "cache")
