from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from rag.errors import IndexDamagedError
from rag.ports import FloatArray
from rag.vectors import ChromaVectorIndex, VectorWriter


def unit_rows(count: int, dimension: int, seed: int = 3) -> FloatArray:
    rows = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    normalised: FloatArray = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return normalised


def stored(folder: Path, rows: FloatArray) -> ChromaVectorIndex:
    writer = VectorWriter(folder)
    writer.add((f"c{n}", f"d{n // 3}", f"text {n}", row) for n, row in enumerate(rows))
    writer.close()
    return ChromaVectorIndex(folder)


def test_nearest_is_exact_cosine_order(tmp_path: Path) -> None:
    rows = unit_rows(500, 48)
    index = stored(tmp_path, rows)
    for query in unit_rows(20, 48, seed=4):
        exact = rows @ query
        expected = np.argsort(-exact, kind="stable")[:10]
        found = index.nearest(query, 10)
        assert [identifier for identifier, _ in found] == [f"c{n}" for n in expected]
        np.testing.assert_allclose([cosine for _, cosine in found], exact[expected], atol=1e-5)


def test_a_vector_finds_itself_and_what_lies_opposite_is_last(tmp_path: Path) -> None:
    index = stored(tmp_path, np.array([[1, 0], [0, 1], [-1, 0]], dtype=np.float32))
    found = index.nearest(np.array([1, 0], dtype=np.float32), 3)
    assert [identifier for identifier, _ in found] == ["c0", "c1", "c2"]
    np.testing.assert_allclose([cosine for _, cosine in found], [1.0, 0.0, -1.0], atol=1e-6)


@pytest.mark.parametrize(("wanted", "expected"), [(0, 0), (1, 1), (5, 3), (1000, 3)])
def test_no_more_than_there_are_or_were_asked_for(tmp_path: Path, wanted: int, expected: int) -> None:
    assert len(stored(tmp_path, unit_rows(3, 8)).nearest(unit_rows(1, 8)[0], wanted)) == expected


def test_a_zero_vector_is_near_to_nothing_and_harms_nothing(tmp_path: Path) -> None:
    rows = unit_rows(3, 8)
    rows[1] = 0
    index = stored(tmp_path, rows)
    zero = np.zeros(8, dtype=np.float32)
    assert index.nearest(zero, 5) == []
    assert index.cosines(zero, ["c0", "unknown"]) == {"c0": 0.0}
    found = dict(index.nearest(rows[0], 3))
    assert found["c1"] == 0.0
    assert max(found, key=lambda identifier: found[identifier]) == "c0"


def test_cosines_leave_unknown_ids_out(tmp_path: Path) -> None:
    rows = unit_rows(3, 8)
    index = stored(tmp_path, rows)
    assert index.cosines(rows[0], ["c2", "unknown", "c0", "c2"]) == pytest.approx(
        {"c0": 1.0, "c2": float(rows[2] @ rows[0])}, abs=1e-6
    )
    assert index.cosines(rows[0], ["unknown"]) == {}
    assert index.cosines(rows[0], []) == {}


def test_texts_and_vectors_read_back_as_written(tmp_path: Path) -> None:
    rows = unit_rows(3, 8)
    index = stored(tmp_path, rows)
    assert index.count() == 3
    assert index.texts(["c1", "unknown"]) == {"c1": "text 1"}
    np.testing.assert_array_equal(index.vectors(["c1"])["c1"], rows[1])


def test_more_rows_than_one_batch(tmp_path: Path) -> None:
    index = stored(tmp_path, unit_rows(4100, 4))
    assert index.count() == 4100
    assert index.texts(["c4099"]) == {"c4099": "text 4099"}


def test_threads_read_the_same(tmp_path: Path) -> None:
    rows = unit_rows(50, 8)
    index = stored(tmp_path, rows)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda n: index.nearest(rows[n % 50], 1)[0][0], range(200)))
    assert found == [f"c{n % 50}" for n in range(200)]


def test_a_missing_folder_is_damage_and_is_not_created(tmp_path: Path) -> None:
    with pytest.raises(IndexDamagedError, match="missing"):
        ChromaVectorIndex(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("content", [b"", b"this is no database " * 100])
def test_a_foreign_file_is_damage(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "chroma.sqlite3").write_bytes(content)
    with pytest.raises(IndexDamagedError, match="cannot be opened"):
        ChromaVectorIndex(tmp_path)
