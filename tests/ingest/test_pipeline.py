"""What an ingest takes, what it leaves alone, and what it says about it."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import pytest

from ingest import pipeline
from ingest.pipeline import delete_documents
from ingest.report import FileStatus, IngestReport
from rag.domain import Document, Validity
from rag.errors import NotAvailableError, SourceError, UnknownIdError
from rag.generations import DataLayout, Generation, list_generations, published_id
from rag.settings import (
    ChunkingSettings,
    EmbeddingSettings,
    IngestSettings,
    RegionSettings,
    RetrievalSettings,
    Settings,
)
from tests.conftest import SOURCES, Run
from tests.embeddings import HashEmbedding


def catalogue(settings: Settings) -> dict[str, Document]:
    layout = DataLayout(settings.paths.data)
    current = published_id(layout)
    assert current is not None
    generation = Generation(layout.generation(current))
    try:
        return {document.source: document for document in generation.library.documents()}
    finally:
        generation.close()


def statuses(report: IngestReport) -> dict[str, str]:
    return {file.source: file.status.value for file in report.files}


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def with_section(settings: Settings, **sections: Any) -> Settings:
    return settings.model_copy(update=sections)


class TestStatuses:
    def test_a_first_ingest_adds_every_document(self, run_ingest: Run, corpus_folder: Path, settings: Settings) -> None:
        report = run_ingest(corpus_folder)
        assert statuses(report) == dict.fromkeys(SOURCES, "added")
        assert report.published
        assert report.generation == published_id(DataLayout(settings.paths.data))
        assert tuple(catalogue(settings)) == SOURCES

    def test_changed_new_and_untouched_files_are_told_apart(self, run_ingest: Run, corpus_folder: Path) -> None:
        run_ingest(corpus_folder)
        rewrite(corpus_folder / "bailing-elderly.md", "十个工作日", "五个工作日")
        (corpus_folder / "new.txt").write_text("青棠县关于控烟的通知\n室内公共场所全面禁止吸烟。\n", encoding="utf-8")
        expected = dict.fromkeys(SOURCES, "unchanged") | {"bailing-elderly.md": "changed", "new.txt": "added"}
        assert statuses(run_ingest(corpus_folder)) == expected

    def test_a_second_identical_ingest_publishes_and_embeds_nothing(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings, embedding: HashEmbedding
    ) -> None:
        first = run_ingest(corpus_folder)
        embedded = len(embedding.passages)
        second = run_ingest(corpus_folder)
        assert statuses(second) == dict.fromkeys(SOURCES, "unchanged")
        assert second.generation == first.generation
        assert len(list_generations(DataLayout(settings.paths.data))) == 1
        assert len(embedding.passages) == embedded
        assert second.chunks.unchanged == second.chunks.total == first.chunks.total

    def test_of_a_changed_file_only_the_changed_chunks_are_embedded(
        self, run_ingest: Run, corpus_folder: Path, embedding: HashEmbedding
    ) -> None:
        total = run_ingest(corpus_folder).chunks.total
        embedding.passages.clear()
        rewrite(corpus_folder / "bailing-elderly.md", "十个工作日", "五个工作日")
        chunks = run_ingest(corpus_folder).chunks
        assert len(embedding.passages) == 1
        assert "五个工作日" in embedding.passages[0]
        assert (chunks.changed, chunks.unchanged, chunks.added, chunks.removed) == (1, total - 1, 0, 0)
        assert chunks.embedded == 1

    def test_a_named_file_joins_what_is_there(
        self, run_ingest: Run, corpus_folder: Path, tmp_path: Path, settings: Settings
    ) -> None:
        run_ingest(corpus_folder)
        single = tmp_path / "single.txt"
        single.write_text("青棠县关于控烟的通知\n室内公共场所全面禁止吸烟。\n", encoding="utf-8")
        assert statuses(run_ingest(single)) == {"single.txt": "added"}
        assert set(catalogue(settings)) == {*SOURCES, "single.txt"}


class TestRefusals:
    def test_one_bad_file_does_not_stop_the_others(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings
    ) -> None:
        (corpus_folder / "broken.docx").write_bytes(b"PK\x03\x04 this is no office file")
        (corpus_folder / "empty.txt").write_bytes(b"")
        (corpus_folder / "sheet.xlsx").write_bytes(b"whatever")
        report = run_ingest(corpus_folder)
        assert {file.source for file in report.refused} == {"broken.docx", "empty.txt", "sheet.xlsx"}
        assert all(file.reason for file in report.refused)
        assert tuple(catalogue(settings)) == SOURCES

    def test_a_known_file_that_became_unreadable_keeps_its_old_version(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings
    ) -> None:
        run_ingest(corpus_folder)
        before = catalogue(settings)["clinics.docx"]
        (corpus_folder / "clinics.docx").write_bytes(b"PK\x03\x04 cut off")
        for prune in (False, True):
            report = run_ingest(corpus_folder, prune=prune)
            assert statuses(report)["clinics.docx"] == "refused"
            assert catalogue(settings)["clinics.docx"] == before

    def test_a_file_above_the_size_limit_is_refused_with_the_setting_that_says_so(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings
    ) -> None:
        (corpus_folder / "big.txt").write_bytes("大文件。".encode() * 100_000)
        small = with_section(settings, ingest=IngestSettings(min_free_mb=0, max_file_mb=1))
        report = run_ingest(corpus_folder, settings=small)
        (refused,) = report.refused
        assert refused.source == "big.txt"
        assert "ingest.max_file_mb" in str(refused.reason)

    @pytest.mark.parametrize("name", ["empty.txt", "broken.docx"])
    def test_where_nothing_can_be_read_nothing_changes(
        self, run_ingest: Run, corpus_folder: Path, tmp_path: Path, settings: Settings, name: str
    ) -> None:
        first = run_ingest(corpus_folder)
        (tmp_path / "bad").mkdir()
        (tmp_path / "bad" / name).write_bytes(b"PK\x03\x04" if name.endswith("docx") else b"")
        with pytest.raises(SourceError, match=f"nothing could be read.*{name}"):
            run_ingest(tmp_path / "bad")
        assert published_id(DataLayout(settings.paths.data)) == first.generation
        assert tuple(catalogue(settings)) == SOURCES

    def test_a_full_disk_is_noticed_before_anything_is_written(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings
    ) -> None:
        greedy = with_section(settings, ingest=IngestSettings(min_free_mb=1_000_000))
        usage = shutil.disk_usage(corpus_folder)._replace(free=5 * 2**20)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(shutil, "disk_usage", lambda _: usage)
            with pytest.raises(NotAvailableError, match=r"5 MB free.*ingest\.min_free_mb"):
                run_ingest(corpus_folder, settings=greedy)
        assert not (settings.paths.data / "sources").exists()
        assert published_id(DataLayout(settings.paths.data)) is None

    def test_a_data_folder_that_cannot_be_written_is_named(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings
    ) -> None:
        settings.paths.data.write_text("a file where a folder should be", encoding="utf-8")
        with pytest.raises(NotAvailableError, match=r"data.* cannot be written to"):
            run_ingest(corpus_folder)


class TestFilesThatAskNotToBeIngested:
    def test_they_are_passed_over_in_silence(self, run_ingest: Run, corpus_folder: Path) -> None:
        (corpus_folder / "about.md").write_text("---\ningest: false\n---\n# About\n\nwords\n", encoding="utf-8")
        assert "about.md" not in statuses(run_ingest(corpus_folder))

    def test_a_known_document_that_begins_to_ask_is_removed(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings
    ) -> None:
        run_ingest(corpus_folder)
        rewrite(corpus_folder / "bailing-elderly.md", "region: 白岭县", "region: 白岭县\ningest: false")
        assert statuses(run_ingest(corpus_folder))["bailing-elderly.md"] == "removed"
        assert "bailing-elderly.md" not in catalogue(settings)

    def test_a_folder_of_nothing_else_is_an_error_that_says_so(self, run_ingest: Run, tmp_path: Path) -> None:
        (tmp_path / "about.md").write_text("---\ningest: false\n---\n# About\n\nwords\n", encoding="utf-8")
        with pytest.raises(SourceError, match="ingest: false"):
            run_ingest(tmp_path)


class TestPrune:
    def test_without_it_a_vanished_file_stays(self, run_ingest: Run, corpus_folder: Path, settings: Settings) -> None:
        run_ingest(corpus_folder)
        (corpus_folder / "clinics.docx").unlink()
        assert "clinics.docx" not in statuses(run_ingest(corpus_folder))
        assert "clinics.docx" in catalogue(settings)

    def test_it_drops_what_vanished_from_the_named_folder_only(
        self, run_ingest: Run, corpus_folder: Path, tmp_path: Path, settings: Settings
    ) -> None:
        other = tmp_path / "other"
        other.mkdir()
        (other / "smoking.txt").write_text("青棠县关于控烟的通知\n室内公共场所全面禁止吸烟。\n", encoding="utf-8")
        run_ingest(corpus_folder)
        run_ingest(other)
        (corpus_folder / "clinics.docx").unlink()
        (other / "smoking.txt").unlink()
        report = run_ingest(corpus_folder, prune=True)
        assert statuses(report)["clinics.docx"] == "removed"
        assert set(catalogue(settings)) == {*SOURCES, "smoking.txt"} - {"clinics.docx"}
        assert report.chunks.removed == 1

    def test_of_a_named_file_it_drops_no_neighbours(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings
    ) -> None:
        run_ingest(corpus_folder)
        run_ingest(corpus_folder / "clinics.docx", prune=True)
        assert tuple(catalogue(settings)) == SOURCES


class TestVersions:
    def test_they_grow_keep_their_history_and_the_id(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings
    ) -> None:
        file = corpus_folder / "qingtang-elderly.md"
        digests = [hashlib.sha256(file.read_bytes()).hexdigest()]
        run_ingest(corpus_folder)
        first = catalogue(settings)["qingtang-elderly.md"]
        for old, new in (("十个", "五个"), ("五个", "三个")):
            rewrite(file, old, new)
            digests.append(hashlib.sha256(file.read_bytes()).hexdigest())
            run_ingest(corpus_folder)
        last = catalogue(settings)["qingtang-elderly.md"]
        assert last.document_id == first.document_id
        assert last.version == 3
        assert [(version.version, version.sha256) for version in last.versions] == list(enumerate(digests, start=1))
        assert last.versions[0] == first.versions[0]

    def test_every_version_is_kept_byte_for_byte_under_its_digest(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings
    ) -> None:
        kept = {}
        for old, new in (("十个", "五个"), ("五个", "三个")):
            for file in corpus_folder.rglob("*.*"):
                kept[hashlib.sha256(file.read_bytes()).hexdigest()] = file.read_bytes()
            run_ingest(corpus_folder)
            rewrite(corpus_folder / "qingtang-elderly.md", old, new)
        assert {path.name: path.read_bytes() for path in (settings.paths.data / "sources").iterdir()} == kept

    def test_a_file_of_the_same_name_from_another_folder_takes_over_and_the_report_doubts_it(
        self, run_ingest: Run, corpus_folder: Path, tmp_path: Path
    ) -> None:
        run_ingest(corpus_folder)
        other = tmp_path / "other"
        other.mkdir()
        (other / "bailing-elderly.md").write_text("# 白岭县控烟办法\n\n室内公共场所全面禁止吸烟。\n", encoding="utf-8")
        (file,) = run_ingest(other).files
        assert file.status is FileStatus.CHANGED
        assert "replaced_file_of_other_folder" in file.doubts


class TestReadingAgain:
    def test_changed_code_reaches_old_documents_from_their_originals(
        self, run_ingest: Run, corpus_folder: Path, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = run_ingest(corpus_folder).chunks.total
        shutil.rmtree(corpus_folder)
        (tmp_path / "new.txt").write_text("青棠县关于控烟的通知\n室内公共场所全面禁止吸烟。\n", encoding="utf-8")
        read: list[str] = []

        def watched(source: str, data: bytes) -> object:
            read.append(source)
            return understand(source, data)

        understand = pipeline.understand_file
        monkeypatch.setattr(pipeline, "understand_file", watched)
        finer = with_section(settings, chunking=ChunkingSettings(target_chars=50, max_chars=100))
        report = run_ingest(tmp_path / "new.txt", settings=finer)
        assert sorted(read) == sorted([*SOURCES, "new.txt"])
        assert report.chunks.total > before + 1
        assert set(catalogue(settings)) == {*SOURCES, "new.txt"}
        assert {document.version for document in catalogue(settings).values()} == {1}

    def test_a_lost_original_leaves_its_document_as_it_was(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings
    ) -> None:
        run_ingest(corpus_folder)
        before = catalogue(settings)["clinics.docx"]
        (settings.paths.data / "sources" / before.sha256).unlink()
        run_ingest(corpus_folder, settings=with_section(settings, chunking=ChunkingSettings(target_chars=60)))
        assert catalogue(settings)["clinics.docx"] == before

    def test_an_original_that_new_code_refuses_leaves_its_document_as_it_was(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run_ingest(corpus_folder)
        before = catalogue(settings)["clinics.docx"]
        understand = pipeline.understand_file

        def stricter(source: str, data: bytes) -> object:
            if source == "clinics.docx":
                raise SourceError("not any more")
            return understand(source, data)

        monkeypatch.setattr(pipeline, "understand_file", stricter)
        finer = with_section(settings, chunking=ChunkingSettings(target_chars=60))
        assert run_ingest(corpus_folder, settings=finer).refused == ()
        assert catalogue(settings)["clinics.docx"] == before

    @pytest.mark.parametrize(
        "changed", [{"retrieval": RetrievalSettings(k1=1.2)}, {"embedding": EmbeddingSettings(model="moved")}]
    )
    def test_changed_index_settings_build_a_new_generation_without_embedding(
        self,
        run_ingest: Run,
        corpus_folder: Path,
        settings: Settings,
        changed: dict[str, Any],
        embedding: HashEmbedding,
    ) -> None:
        first = run_ingest(corpus_folder)
        embedding.passages.clear()
        second = run_ingest(corpus_folder, settings=with_section(settings, **changed))
        assert second.generation != first.generation
        assert embedding.passages == []

    def test_another_model_embeds_everything_anew(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings
    ) -> None:
        total = run_ingest(corpus_folder).chunks.total
        other = HashEmbedding(dimension=32)
        report = pipeline.ingest([corpus_folder], settings, lambda: other)
        assert report.published
        assert len(other.passages) == report.chunks.embedded == total


class TestPlaces:
    def test_a_declared_place_makes_other_titles_resolve_to_it(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings
    ) -> None:
        run_ingest(corpus_folder)
        found = catalogue(settings)
        assert {found[source].region for source in SOURCES if source != "bailing-elderly.md"} == {"青棠县"}
        assert found["bailing-elderly.md"].region == "白岭县"

    def test_a_place_declared_later_reaches_documents_that_came_earlier(
        self, run_ingest: Run, corpus_folder: Path, tmp_path: Path, settings: Settings
    ) -> None:
        early = tmp_path / "early"
        early.mkdir()
        shutil.copy(corpus_folder / "clinics.docx", early)
        run_ingest(early)
        assert catalogue(settings)["clinics.docx"].region is None
        report = run_ingest(corpus_folder / "qingtang-elderly.md")
        assert statuses(report) == {"qingtang-elderly.md": "added"}
        assert catalogue(settings)["clinics.docx"].region == "青棠县"

    def test_a_place_from_the_settings_counts_too(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings
    ) -> None:
        known = with_section(settings, regions=RegionSettings(extra=("青棠县",)))
        run_ingest(corpus_folder / "clinics.docx", settings=known)
        assert catalogue(settings)["clinics.docx"].region == "青棠县"


class TestSuccessors:
    OLD, NEW = "notices/subsidy-2022.txt", "notices/subsidy-2025.html"

    def test_a_notice_that_another_one_repeals_is_superseded_by_it(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings
    ) -> None:
        run_ingest(corpus_folder)
        found = catalogue(settings)
        assert found[self.OLD].validity is Validity.SUPERSEDED
        assert found[self.OLD].superseded_by == self.NEW
        assert found[self.NEW].validity is not Validity.SUPERSEDED

    def test_when_the_successor_goes_the_old_notice_stands_again(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings, embedding: HashEmbedding
    ) -> None:
        run_ingest(corpus_folder)
        delete_documents([self.NEW], settings, lambda: embedding)
        old = catalogue(settings)[self.OLD]
        assert old.validity is not Validity.SUPERSEDED
        assert old.superseded_by is None


class TestDelete:
    def test_by_id_or_source_and_the_originals_stay(self, published: Settings, embedding: HashEmbedding) -> None:
        kept = sorted(path.name for path in (published.paths.data / "sources").iterdir())
        identifier = catalogue(published)["clinics.docx"].document_id
        report = delete_documents([identifier, "bailing-elderly.md"], published, lambda: embedding)
        assert statuses(report) == {"bailing-elderly.md": "removed", "clinics.docx": "removed"}
        assert set(catalogue(published)) == set(SOURCES) - {"clinics.docx", "bailing-elderly.md"}
        assert sorted(path.name for path in (published.paths.data / "sources").iterdir()) == kept
        assert embedding.passages == []

    def test_an_unknown_id_changes_nothing(self, published: Settings, embedding: HashEmbedding) -> None:
        before = published_id(DataLayout(published.paths.data))
        with pytest.raises(UnknownIdError, match="nonsense"):
            delete_documents(["clinics.docx", "nonsense"], published, lambda: embedding)
        assert published_id(DataLayout(published.paths.data)) == before

    def test_all_documents_cannot_be_deleted(self, published: Settings, embedding: HashEmbedding) -> None:
        with pytest.raises(SourceError, match="cannot be empty"):
            delete_documents(SOURCES, published, lambda: embedding)
        assert tuple(catalogue(published)) == SOURCES


def test_the_report_names_repairs_doubts_and_figures(run_ingest: Run, corpus_folder: Path) -> None:
    values = run_ingest(corpus_folder).to_json()
    assert set(values) == {"generation", "published", "files", "chunks", "seconds", "peak_rss_mb"}
    assert {"added", "changed", "removed", "unchanged", "total"} <= set(values["chunks"])
    assert values["chunks"]["added"] == values["chunks"]["total"]
    doubts = {file["source"]: file["doubts"] for file in values["files"]}
    assert "no_date" in doubts["clinics.docx"]
    assert doubts["notices/subsidy-2022.txt"] == []
    assert values["peak_rss_mb"] > 1


def test_progress_names_every_stage_and_ends_complete(run_ingest: Run, corpus_folder: Path) -> None:
    last: dict[str, tuple[int, int]] = {}
    run_ingest(corpus_folder, progress=lambda stage, done, total: last.__setitem__(stage, (done, total)))
    assert list(last) == ["read", "embed", "index", "store", "verify"]
    assert all(done == total > 0 for done, total in last.values())
