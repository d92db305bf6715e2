"""The command that compares two generations."""

from __future__ import annotations

import json

import pytest

from ingest.pipeline import delete_documents
from rag.errors import UsageError
from rag.generations import DataLayout, published_id
from rag.settings import Settings
from tests.conftest import SOURCES
from tests.embeddings import HashEmbedding
from ui.cli_generations import generations


@pytest.fixture
def two(published: Settings) -> tuple[Settings, str, str]:
    first = str(published_id(DataLayout(published.paths.data)))
    return published, first, str(delete_documents(["clinics.docx"], published, HashEmbedding).generation)


def test_a_program_gets_the_documents_and_the_sums(
    two: tuple[Settings, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    settings, first, second = two
    generations(difference=second, data=settings.paths.data, as_json=True)
    values = json.loads(capsys.readouterr().out)
    assert (values["earlier"], values["later"]) == (first, second)
    assert values["counts"] == {"added": 0, "changed": 0, "removed": 1, "unchanged": len(SOURCES) - 1}
    assert [(row["source"], row["status"]) for row in values["documents"]] == [("clinics.docx", "removed")]
    assert values["chunks"]["removed"] == values["documents"][0]["chunks_before"] > 0


def test_people_read_a_line_for_each_document(
    two: tuple[Settings, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    settings, first, second = two
    generations(difference=first, against=second, data=settings.paths.data)
    out = capsys.readouterr().out
    assert "added  clinics.docx  青棠县预防接种门诊一览" in out
    assert "Documents: 1 added, 0 changed, 0 removed, 4 unchanged." in out


def test_the_other_one_alone_names_what_is_missing(two: tuple[Settings, str, str]) -> None:
    with pytest.raises(UsageError, match="--difference"):
        generations(against=two[1], data=two[0].paths.data)
