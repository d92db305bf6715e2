"""How two generations differ: by document and by chunk, whatever was published in between."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.correcting import correct_document
from ingest.generation import rollback
from ingest.generation_difference import DocumentChange, DocumentStatus, GenerationDifference, generation_difference
from ingest.pipeline import delete_documents, rebuild
from rag.errors import UnknownIdError
from rag.generations import DataLayout, published_id
from rag.settings import IngestSettings, Settings
from tests.conftest import SOURCES, Run
from tests.embeddings import HashEmbedding


def by_source(found: GenerationDifference) -> dict[str, DocumentChange]:
    return {change.source: change for change in found.documents}


@pytest.fixture
def layout(published: Settings) -> DataLayout:
    return DataLayout(published.paths.data)


@pytest.fixture
def first(layout: DataLayout) -> str:
    return str(published_id(layout))


def test_of_the_first_generation_everything_was_added(layout: DataLayout, first: str) -> None:
    found = generation_difference(layout, first)
    assert found.earlier is None
    assert [change.source for change in found.documents] == list(SOURCES)
    assert {change.status for change in found.documents} == {DocumentStatus.ADDED}
    assert all(change.chunks_before is None and change.chunks_after for change in found.documents)
    assert (found.unchanged, found.chunks.added, found.chunks.removed) == (0, found.chunks.total, 0)
    assert sum(change.chunks_after or 0 for change in found.documents) == found.chunks.total


def test_documents_that_came_changed_and_went_are_told_apart(
    published: Settings, layout: DataLayout, first: str, run_ingest: Run, corpus_folder: Path
) -> None:
    (corpus_folder / "new.md").write_text("# 青棠县接种说明\n\n结果当天告知本人。\n", encoding="utf-8")
    elderly = corpus_folder / "qingtang-elderly.md"
    elderly.write_text(elderly.read_text(encoding="utf-8").replace("十个工作日", "五个工作日"), encoding="utf-8")
    (corpus_folder / "clinics.docx").unlink()
    second = str(run_ingest(corpus_folder, prune=True).generation)
    # The root of the corpus is another folder than that of the first ingest, so nothing is pruned but by name.
    third = str(delete_documents(["clinics.docx"], published, HashEmbedding).generation)

    found = by_source(generation_difference(layout, third, first))
    assert {source: change.status.value for source, change in found.items()} == {
        "new.md": "added",
        "qingtang-elderly.md": "changed",
        "clinics.docx": "removed",
    }
    assert found["qingtang-elderly.md"].text_changed
    assert found["qingtang-elderly.md"].facts == ()
    assert (found["clinics.docx"].chunks_after, found["clinics.docx"].title) == (None, "青棠县预防接种门诊一览")
    last_step = generation_difference(layout, third)
    assert (last_step.earlier, [change.source for change in last_step.documents]) == (second, ["clinics.docx"])


def test_a_file_that_was_only_saved_in_another_folder_is_no_change(
    layout: DataLayout, first: str, run_ingest: Run, corpus_folder: Path
) -> None:
    (corpus_folder / "clinics.docx").unlink()
    second = str(run_ingest(corpus_folder).generation)
    assert second != first
    found = generation_difference(layout, second, first)
    assert found.documents == ()
    assert found.unchanged == len(SOURCES)
    assert found.chunks.unchanged == found.chunks.total


def test_the_counts_hold_the_other_way_round(published: Settings, layout: DataLayout, first: str) -> None:
    second = str(delete_documents(["clinics.docx"], published, HashEmbedding).generation)
    forward, back = generation_difference(layout, second, first), generation_difference(layout, first, second)
    assert forward.counts[DocumentStatus.REMOVED] == back.counts[DocumentStatus.ADDED] == 1
    assert (forward.chunks.removed, forward.chunks.added) == (back.chunks.added, back.chunks.removed) != (0, 0)
    assert forward.unchanged == back.unchanged == len(SOURCES) - 1


def test_a_corrected_fact_is_shown_with_what_it_was(published: Settings, layout: DataLayout) -> None:
    report = correct_document("clinics.docx", {"region": "白岭县"}, "admin", published, HashEmbedding)
    second = str(report.generation)
    (change,) = generation_difference(layout, second).documents
    assert (change.source, change.status, change.text_changed) == ("clinics.docx", DocumentStatus.CHANGED, False)
    assert [(fact.name, fact.before, fact.after) for fact in change.facts] == [("region", "青棠县", "白岭县")]


def test_after_a_rollback_a_generation_is_compared_with_what_was_published_when_it_was_made(
    layout: DataLayout, first: str, run_ingest: Run, corpus_folder: Path
) -> None:
    run_ingest(corpus_folder)
    rollback(layout, first)
    (corpus_folder / "new.md").write_text("# 青棠县接种说明\n\n结果当天告知本人。\n", encoding="utf-8")
    third = str(run_ingest(corpus_folder).generation)
    assert generation_difference(layout, third).earlier == first


def test_another_model_is_named(published: Settings, layout: DataLayout) -> None:
    class Other(HashEmbedding):
        @property
        def fingerprint(self) -> str:
            return "another"

    second = str(rebuild(published, Other).generation)
    found = generation_difference(layout, second)
    assert (found.model_before, found.model_after) == (HashEmbedding().fingerprint, "another")
    assert found.documents == ()


@pytest.mark.parametrize("name", ["nonsense", "..", "", ".building-x"])
def test_only_a_generation_that_is_kept_can_be_compared(layout: DataLayout, first: str, name: str) -> None:
    with pytest.raises(UnknownIdError):
        generation_difference(layout, name)
    with pytest.raises(UnknownIdError):
        generation_difference(layout, first, name)


def test_a_parent_that_is_not_kept_any_more_is_named(
    published: Settings, layout: DataLayout, first: str, run_ingest: Run, corpus_folder: Path
) -> None:
    only_one = published.model_copy(update={"ingest": IngestSettings(min_free_mb=0, keep_generations=1)})
    second = str(run_ingest(corpus_folder, settings=only_one).generation)
    with pytest.raises(UnknownIdError, match=first):
        generation_difference(layout, second)
