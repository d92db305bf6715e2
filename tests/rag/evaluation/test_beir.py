from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from rag.errors import SourceError
from rag.evaluation.beir import BeirDocument, read_beir

CORPUS = '{"_id": "d1", "title": "题", "text": "文"}\n{"_id": 2, "text": null}\n'
QUERIES = '{"_id": "q1", "text": "问一"}\n{"_id": "q2", "text": "问二"}\n{"_id": "q3", "text": "问三"}\n'
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\t2\t2\nq2\td1\t0\nunknown\td1\t1\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "corpus.jsonl").write_text(CORPUS, encoding="utf-8")
    (tmp_path / "queries.jsonl").write_text(QUERIES, encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text(QRELS, encoding="utf-8")
    return tmp_path


def test_questions_without_a_relevant_document_are_left_out(folder: Path) -> None:
    found = read_beir(folder)
    assert found.questions == {"q1": "问一"}
    assert found.relevant == {"q1": {"d1": 1, "2": 2}}


@pytest.mark.parametrize("packed", [False, True])
def test_the_corpus_may_be_packed(folder: Path, packed: bool) -> None:
    if packed:
        (folder / "corpus.jsonl").unlink()
        (folder / "corpus.jsonl.gz").write_bytes(gzip.compress(CORPUS.encode()))
    assert list(read_beir(folder).documents()) == [BeirDocument("d1", "题", "文"), BeirDocument("2", "", "")]


def test_judgements_may_come_without_a_heading(folder: Path) -> None:
    (folder / "qrels.tsv").write_text("q2\td1\t1\n", encoding="utf-8")
    assert read_beir(folder).relevant == {"q2": {"d1": 1}}


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(SourceError, match=name):
        read_beir(folder)


@pytest.mark.parametrize("line", ["not json", '{"text": "no id"}', "[1]", "12", '"words"'])
@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl"])
def test_a_broken_line_is_named_with_its_file_and_number(folder: Path, name: str, line: str) -> None:
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    number = 3 if name == "corpus.jsonl" else 4
    with pytest.raises(SourceError, match=f"{name}, line {number}"):
        list(read_beir(folder).documents())


def test_a_question_without_text_is_named(folder: Path) -> None:
    (folder / "queries.jsonl").write_text(QUERIES + json.dumps({"_id": "q4"}) + "\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"queries\.jsonl, line 4"):
        read_beir(folder)


@pytest.mark.parametrize("line", ["q1\td1", "q1\td1\tmuch", "q1 d1 1"])
def test_a_broken_judgement_is_named_with_its_line(folder: Path, line: str) -> None:
    (folder / "qrels.tsv").write_text(QRELS + line + "\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"qrels\.tsv, line 6"):
        read_beir(folder)


def test_a_set_without_any_relevant_document_is_refused(folder: Path) -> None:
    (folder / "qrels.tsv").write_text("q1\td1\t0\n", encoding="utf-8")
    with pytest.raises(SourceError, match="no question has a relevant document"):
        read_beir(folder)


def test_a_cut_off_packed_corpus_is_named(folder: Path) -> None:
    (folder / "corpus.jsonl").unlink()
    (folder / "corpus.jsonl.gz").write_bytes(gzip.compress(CORPUS.encode() * 500)[:60])
    with pytest.raises(SourceError, match=r"corpus\.jsonl\.gz"):
        list(read_beir(folder).documents())


@pytest.mark.parametrize(
    "name",
    [
        "queries.jsonl",
        "qrels.tsv",
    ],
)
def test_a_file_that_is_not_utf8_is_named(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"\xff\xfe\xb9\xe6")
    with pytest.raises(SourceError, match=name):
        read_beir(folder)
