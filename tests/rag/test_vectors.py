from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from rag.errors import IndexDamagedError
from rag.ports import FloatArray
from rag.vector_writing import VectorWriter, copy_store
from rag.vectors import ChromaVectorIndex


def unit_rows(count: int, dimension: int, seed: int = 3) -> FloatArray:
    rows = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    normalised: FloatArray = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return normalised


def stored(folder: Path, rows: FloatArray) -> ChromaVectorIndex:
    writer = VectorWriter(folder)
    writer.add([(f"c{n}", f"digest {n}", row) for n, row in enumerate(rows)])
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


def test_digests_and_vectors_read_back_as_written(tmp_path: Path) -> None:
    rows = unit_rows(3, 8)
    index = stored(tmp_path, rows)
    assert index.count() == 3
    assert index.digests() == {"c0": "digest 0", "c1": "digest 1", "c2": "digest 2"}
    np.testing.assert_array_equal(index.vectors(["c1"])["c1"], rows[1])


def test_more_rows_than_one_batch(tmp_path: Path) -> None:
    index = stored(tmp_path, unit_rows(5100, 4))
    assert index.count() == 5100
    assert index.digests() == {f"c{n}": f"digest {n}" for n in range(5100)}
    assert index.reachable(unit_rows(1, 4)[0]) == {f"c{n}" for n in range(5100)}


def test_every_row_is_its_own_best_match(tmp_path: Path) -> None:
    rows = unit_rows(250, 16)
    index = stored(tmp_path, rows)
    np.testing.assert_allclose(index.best_cosines(rows), np.ones(250), atol=1e-5)
    assert index.best_cosines(-rows[:1])[0] < 0.999


def test_a_store_serves_with_a_wider_search_than_it_was_built_with(tmp_path: Path) -> None:
    stored(tmp_path, unit_rows(3, 8)).close()
    connection = sqlite3.connect(tmp_path / "chroma.sqlite3")
    configuration = connection.execute("SELECT schema_str, config_json_str FROM collections").fetchone()
    connection.close()
    assert '"ef_search":300' in "".join(filter(None, configuration)).replace(" ", "")


def test_a_copy_takes_changes_and_the_original_does_not(tmp_path: Path) -> None:
    rows = unit_rows(6, 8)
    index = stored(tmp_path / "first", rows[:4])
    copy_store(tmp_path / "first", tmp_path / "second")
    writer = VectorWriter(tmp_path / "second")
    writer.remove(["c0", "c1"])
    writer.add([("c1", "changed", rows[4]), ("c9", "new", rows[5])])
    writer.close()
    changed = ChromaVectorIndex(tmp_path / "second")
    assert changed.digests() == {"c1": "changed", "c2": "digest 2", "c3": "digest 3", "c9": "new"}
    assert [changed.nearest(row, 1)[0][0] for row in rows[2:]] == ["c2", "c3", "c1", "c9"]
    assert index.digests() == {f"c{n}": f"digest {n}" for n in range(4)}
    assert index.nearest(rows[0], 1)[0][0] == "c0"


def test_what_is_stored_again_is_as_it_was(tmp_path: Path) -> None:
    rows = unit_rows(20, 8)
    stored(tmp_path, rows).close()
    writer = VectorWriter(tmp_path)
    writer.store_again(["c3", "c4"])
    assert writer.unreachable() == []
    writer.close()
    index = ChromaVectorIndex(tmp_path)
    assert index.digests() == {f"c{n}": f"digest {n}" for n in range(20)}
    for name, vector in index.vectors(["c3", "c4"]).items():
        np.testing.assert_array_equal(vector, rows[int(name[1:])])


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
