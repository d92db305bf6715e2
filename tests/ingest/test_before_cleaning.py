"""What cleaning changed can be seen against what the file said."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.before_cleaning import changes_by_cleaning
from rag.domain import Document
from rag.errors import NotAvailableError, SourceError
from rag.generations import DataLayout, Generation, published_id
from rag.settings import Settings
from tests.conftest import Run

PAGE = """# 青棠县接种须知

儿童凭接种证到门诊(zhěn)接种，全程(chéng)免费。

接种后留观三十分钟再离开。
"""


def the_document(settings: Settings) -> Document:
    layout = DataLayout(settings.paths.data)
    current = published_id(layout)
    assert current is not None
    generation = Generation(layout.generation(current))
    try:
        return generation.library.documents()[0]
    finally:
        generation.close()


@pytest.fixture
def document(settings: Settings, run_ingest: Run, tmp_path: Path) -> Document:
    file = tmp_path / "page.md"
    file.write_text(PAGE, encoding="utf-8")
    run_ingest(file)
    return the_document(settings)


def test_a_repair_is_a_changed_line_and_an_untouched_line_is_none(settings: Settings, document: Document) -> None:
    changes = changes_by_cleaning(settings, document)
    repaired = next(change for change in changes if "接种证" in change.before)
    assert (repaired.before, repaired.after) == (
        "儿童凭接种证到门诊(zhěn)接种，全程(chéng)免费。",
        "儿童凭接种证到门诊接种，全程免费。",
    )
    assert not [change for change in changes if "三十分钟" in change.before + change.after]


def test_the_title_that_stands_above_the_text_counts_as_taken_out_of_it(settings: Settings, document: Document) -> None:
    assert [change.before for change in changes_by_cleaning(settings, document) if not change.after] == [
        "青棠县接种须知"
    ]


def test_a_lost_original_is_told(settings: Settings, document: Document) -> None:
    (DataLayout(settings.paths.data).sources / document.sha256).unlink()
    with pytest.raises(NotAvailableError, match=r"original of page\.md is lost"):
        changes_by_cleaning(settings, document)


def test_an_original_that_cannot_be_read_any_more_is_told(settings: Settings, document: Document) -> None:
    original = DataLayout(settings.paths.data).sources / document.sha256
    original.chmod(0o600)
    original.write_bytes(b"\x00\x01\x02" * 100)
    with pytest.raises(SourceError):
        changes_by_cleaning(settings, document)
