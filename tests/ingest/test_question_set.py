from __future__ import annotations

import json
from pathlib import Path

from ingest.question_set import build_from_question_set
from rag.evaluation.beir import read_beir
from rag.settings import Settings
from tests.embeddings import HashEmbedding
from tests.rag.evaluation.sets import write_set


def test_every_document_with_words_is_in_the_generation_under_its_id(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set")
    with (folder / "corpus.jsonl").open("a", encoding="utf-8") as corpus:
        corpus.write(json.dumps({"_id": "blank", "title": "", "text": " \n "}) + "\n")
        corpus.write(json.dumps({"_id": "two/lines", "title": "", "text": "第一行规定。\n第二行规定。"}) + "\n")
    embedding, steps = HashEmbedding(), []
    generation = build_from_question_set(
        read_beir(folder), Settings(), embedding, tmp_path / "data", lambda *step: steps.append(step)
    )
    try:
        documents = {document.source: document for document in generation.library.documents()}
        assert set(documents) == {f"d{n}" for n in range(12)} | {"two/lines"}
        assert documents["two/lines"].text == "第一行规定。\n第二行规定。"
        assert documents["d1"].title == "青棠县预防接种办法"
        assert generation.manifest.model == embedding.fingerprint
        assert len(embedding.passages) == generation.manifest.chunks
    finally:
        generation.close()
    assert ("read", 14, 14) in steps


def test_it_stays_in_its_folder_and_publishes_nothing(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set")
    generation = build_from_question_set(
        read_beir(folder), Settings(), HashEmbedding(), tmp_path / "data", lambda *_: None
    )
    generation.close()
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["embeddings.sqlite", "generations"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "set"]
