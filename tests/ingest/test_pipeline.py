"""What an ingest takes, what it leaves alone, and what it says about it."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document as WordFile

from ingest import pipeline
from ingest.correcting import correct_document, corrections_of
from ingest.pipeline import delete_documents, restore_document
from ingest.report import FileStatus, IngestReport
from rag.catalogue import RunOutcome, open_catalogue
from rag.domain import Document, Validity
from rag.errors import NotAvailableError, SourceError, UnknownIdError, UsageError
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
from tests.ingest.test_compilations import notice


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
            with pytest.raises(NotAvailableError, match=r"5 MB free.*1000000 MB must be left \(ingest\.min_free_mb\)"):
                run_ingest(corpus_folder, settings=greedy)
        assert not (settings.paths.data / "sources").exists()
        assert published_id(DataLayout(settings.paths.data)) is None

    def test_what_an_ingest_will_write_is_counted_before_it_begins(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings
    ) -> None:
        (corpus_folder / "long.txt").write_text("青棠县控烟办法\n" + "全面禁止吸烟。" * 100_000, encoding="utf-8")
        usage = shutil.disk_usage(corpus_folder)._replace(free=5 * 2**20)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(shutil, "disk_usage", lambda _: usage)
            with pytest.raises(NotAvailableError, match=r"5 MB free.*expected to write \d\d MB"):
                run_ingest(corpus_folder)
        assert not (settings.paths.data / "sources").exists()

    def test_the_original_of_a_refused_file_is_not_kept(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings
    ) -> None:
        broken = b"PK\x03\x04 this is no office file"
        (corpus_folder / "broken.docx").write_bytes(broken)
        run_ingest(corpus_folder)
        assert not (settings.paths.data / "sources" / hashlib.sha256(broken).hexdigest()).exists()

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
        self, run_ingest: Run, corpus_folder: Path, tmp_path: Path, settings: Settings
    ) -> None:
        before = run_ingest(corpus_folder).chunks.total
        shutil.rmtree(corpus_folder)
        (tmp_path / "new.txt").write_text("青棠县关于控烟的通知\n室内公共场所全面禁止吸烟。\n", encoding="utf-8")
        read: dict[str, int] = {}
        finer = with_section(settings, chunking=ChunkingSettings(target_chars=50, max_chars=100))
        report = run_ingest(
            tmp_path / "new.txt", settings=finer, progress=lambda stage, _, total: read.__setitem__(stage, total)
        )
        assert (read["read"], read["read again"]) == (1, len(SOURCES))
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

    def test_an_original_that_is_refused_when_read_again_leaves_its_document_as_it_was(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings
    ) -> None:
        (corpus_folder / "long.txt").write_text(
            "青棠县控烟办法\n" + "室内公共场所全面禁止吸烟。\n" * 200, encoding="utf-8"
        )
        run_ingest(corpus_folder)
        before = catalogue(settings)["long.txt"]
        stricter = with_section(
            settings,
            chunking=ChunkingSettings(target_chars=60),
            ingest=IngestSettings(min_free_mb=0, max_text_chars=1000),
        )
        assert run_ingest(corpus_folder, settings=stricter).refused == ()
        assert catalogue(settings)["long.txt"] == before

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


class TestRestoring:
    FILE = "qingtang-elderly.md"

    def changed_twice(self, run_ingest: Run, corpus_folder: Path, settings: Settings) -> list[Document]:
        states = []
        for old, new in (("", ""), ("十个", "五个"), ("五个", "三个")):
            rewrite(corpus_folder / self.FILE, old, new)
            run_ingest(corpus_folder)
            states.append(catalogue(settings)[self.FILE])
        return states

    def test_the_version_before_comes_back_under_its_own_number(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings, embedding: HashEmbedding
    ) -> None:
        states = self.changed_twice(run_ingest, corpus_folder, settings)
        report = restore_document(self.FILE, None, settings, lambda: embedding)
        assert statuses(report) == {self.FILE: "changed"}
        now = catalogue(settings)[self.FILE]
        assert (now.text, now.version, now.sha256) == (states[1].text, 2, states[1].sha256)
        assert now.versions == states[2].versions

    def test_any_version_can_be_named_and_the_newest_again(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings, embedding: HashEmbedding
    ) -> None:
        states = self.changed_twice(run_ingest, corpus_folder, settings)
        for number in (1, 3):
            restore_document(states[0].document_id, number, settings, lambda: embedding)
            assert catalogue(settings)[self.FILE].text == states[number - 1].text

    def test_the_next_ingest_leaves_it_so_until_the_file_changes(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings, embedding: HashEmbedding
    ) -> None:
        states = self.changed_twice(run_ingest, corpus_folder, settings)
        restore_document(self.FILE, 1, settings, lambda: embedding)
        report = run_ingest(corpus_folder)
        (file,) = [file for file in report.files if file.source == self.FILE]
        assert (file.status, file.doubts[-1]) == (FileStatus.UNCHANGED, "older_version_restored")
        assert catalogue(settings)[self.FILE].text == states[0].text
        rewrite(corpus_folder / self.FILE, "三个", "两个")
        run_ingest(corpus_folder)
        assert catalogue(settings)[self.FILE].version == 4

    def test_a_removed_document_comes_back_with_its_history(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings, embedding: HashEmbedding
    ) -> None:
        states = self.changed_twice(run_ingest, corpus_folder, settings)
        delete_documents([self.FILE], settings, lambda: embedding)
        run_ingest(corpus_folder / "clinics.docx")
        report = restore_document(states[0].document_id, None, settings, lambda: embedding)
        assert statuses(report) == {self.FILE: "added"}
        assert catalogue(settings)[self.FILE].text == states[2].text
        assert catalogue(settings)[self.FILE].versions == states[2].versions

    def test_a_removed_file_that_is_ingested_again_continues_its_history(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings, embedding: HashEmbedding
    ) -> None:
        self.changed_twice(run_ingest, corpus_folder, settings)
        delete_documents([self.FILE], settings, lambda: embedding)
        rewrite(corpus_folder / self.FILE, "三个", "两个")
        run_ingest(corpus_folder)
        assert catalogue(settings)[self.FILE].version == 4

    @pytest.mark.parametrize(("name", "version"), [("nonsense", None), (FILE, 9), ("clinics.docx", None)])
    def test_what_is_not_there_is_named_and_nothing_changes(
        self, published: Settings, embedding: HashEmbedding, name: str, version: int | None
    ) -> None:
        before = published_id(DataLayout(published.paths.data))
        with pytest.raises(UnknownIdError, match=name):
            restore_document(name, version, published, lambda: embedding)
        assert published_id(DataLayout(published.paths.data)) == before

    def test_a_lost_original_is_said(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings, embedding: HashEmbedding
    ) -> None:
        states = self.changed_twice(run_ingest, corpus_folder, settings)
        (settings.paths.data / "sources" / states[0].sha256).unlink()
        with pytest.raises(SourceError, match=r"original of version 1 .* is lost"):
            restore_document(self.FILE, 1, settings, lambda: embedding)


class TestCompilations:
    FILE = "汇编.txt"
    PARTS = ("澧县", "丹江口市", "天门市")

    def write(self, folder: Path, days: str = "十个") -> Path:
        text = "\n".join(
            line for place in self.PARTS for line in (*notice(place, None, "老年人体检"), f"{days}工作日内办结。")
        )
        (folder / self.FILE).write_text(text, encoding="utf-8")
        return folder / self.FILE

    def sources(self, *numbers: int) -> list[str]:
        return [f"{self.FILE}#{n}" for n in numbers]

    def test_each_part_is_a_document_with_its_own_place(
        self, run_ingest: Run, tmp_path: Path, settings: Settings
    ) -> None:
        report = run_ingest(self.write(tmp_path))
        assert statuses(report) == dict.fromkeys(self.sources(1, 2, 3), "added")
        found = catalogue(settings)
        assert [found[source].region for source in self.sources(1, 2, 3)] == list(self.PARTS)
        assert {document.container for document in found.values()} == {self.FILE}
        assert set(statuses(run_ingest(tmp_path / self.FILE)).values()) == {"unchanged"}

    def test_a_removed_part_stays_removed_when_the_file_is_read_again(
        self, run_ingest: Run, tmp_path: Path, settings: Settings, embedding: HashEmbedding
    ) -> None:
        run_ingest(self.write(tmp_path))
        delete_documents(self.sources(2), settings, lambda: embedding)
        other = tmp_path / "other.txt"
        other.write_text("青棠县关于控烟的通知\n室内公共场所全面禁止吸烟。\n", encoding="utf-8")
        run_ingest(other, settings=with_section(settings, chunking=ChunkingSettings(target_chars=60)))
        assert set(catalogue(settings)) == {*self.sources(1, 3), "other.txt"}

    def test_a_part_taken_back_to_an_earlier_version_stays_so_when_the_file_is_read_again(
        self, run_ingest: Run, tmp_path: Path, settings: Settings, embedding: HashEmbedding
    ) -> None:
        run_ingest(self.write(tmp_path))
        run_ingest(self.write(tmp_path, "五个"))
        restore_document(self.sources(1)[0], None, settings, lambda: embedding)
        finer = with_section(settings, chunking=ChunkingSettings(target_chars=60))
        assert set(statuses(run_ingest(tmp_path / self.FILE, settings=finer)).values()) == {"unchanged"}
        found = catalogue(settings)
        assert ["十个工作日" in found[source].text for source in self.sources(1, 2, 3)] == [True, False, False]


class TestDamagedParents:
    @pytest.mark.parametrize("part", ["chroma", "lexical"])
    def test_a_change_upon_a_damaged_generation_is_built_from_nothing(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings, part: str
    ) -> None:
        first = run_ingest(corpus_folder)
        shutil.rmtree(DataLayout(settings.paths.data).generation(str(first.generation)) / part)
        rewrite(corpus_folder / "bailing-elderly.md", "十个工作日", "五个工作日")
        assert run_ingest(corpus_folder).generation != first.generation
        assert tuple(catalogue(settings)) == SOURCES

    @pytest.mark.parametrize("part", ["chroma", "lexical"])
    def test_a_run_that_finds_no_change_builds_a_damaged_generation_again(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings, part: str
    ) -> None:
        first = run_ingest(corpus_folder)
        shutil.rmtree(DataLayout(settings.paths.data).generation(str(first.generation)) / part)
        second = run_ingest(corpus_folder)
        assert second.generation != first.generation
        assert second.chunks.unchanged == first.chunks.total
        assert tuple(catalogue(settings)) == SOURCES


class TestArchives:
    def packed(self, folder: Path, archive: Path) -> Path:
        with zipfile.ZipFile(archive, "w") as package:
            for path in sorted(folder.rglob("*.*")):
                package.write(path, path.relative_to(folder).as_posix())
        return archive

    def test_what_an_archive_holds_is_ingested_under_its_name(
        self, run_ingest: Run, corpus_folder: Path, tmp_path: Path, settings: Settings
    ) -> None:
        report = run_ingest(self.packed(corpus_folder, tmp_path / "all.zip"))
        assert statuses(report) == {f"all.zip/{source}": "added" for source in SOURCES}
        assert not list(settings.paths.data.glob(".unpacked-*"))

    def test_a_second_look_finds_nothing_changed_and_prune_drops_what_left_the_archive(
        self, run_ingest: Run, corpus_folder: Path, tmp_path: Path, settings: Settings
    ) -> None:
        (tmp_path / "zips").mkdir()
        archive = tmp_path / "zips" / "all.zip"
        run_ingest(self.packed(corpus_folder, archive).parent)
        assert set(statuses(run_ingest(archive.parent)).values()) == {"unchanged"}
        (corpus_folder / "clinics.docx").unlink()
        report = run_ingest(self.packed(corpus_folder, archive).parent, prune=True)
        assert statuses(report)["all.zip/clinics.docx"] == "removed"
        assert set(catalogue(settings)) == {f"all.zip/{source}" for source in SOURCES} - {"all.zip/clinics.docx"}

    def test_an_archive_that_broke_is_refused_and_prune_keeps_what_it_held(
        self, run_ingest: Run, corpus_folder: Path, tmp_path: Path, settings: Settings
    ) -> None:
        (tmp_path / "zips").mkdir()
        archive = tmp_path / "zips" / "all.zip"
        run_ingest(self.packed(corpus_folder, archive).parent)
        archive.write_bytes(b"PK\x03\x04 no archive any more")
        shutil.copy(corpus_folder / "clinics.docx", archive.parent)
        report = run_ingest(archive.parent, prune=True)
        assert statuses(report) == {"all.zip": "refused", "clinics.docx": "added"}
        assert {f"all.zip/{source}" for source in SOURCES} < set(catalogue(settings))

    def test_a_bad_member_does_not_stop_the_others(self, run_ingest: Run, corpus_folder: Path, tmp_path: Path) -> None:
        (corpus_folder / "broken.docx").write_bytes(b"PK\x03\x04")
        (corpus_folder / "film.mp4").write_bytes(b"x")
        report = run_ingest(self.packed(corpus_folder, tmp_path / "all.zip"))
        assert {file.source for file in report.refused} == {"all.zip/broken.docx", "all.zip/film.mp4"}
        assert len(report.files) == len(SOURCES) + 2


class TestCorrections:
    def test_an_admins_word_wins_now_and_after_every_later_ingest(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings, embedding: HashEmbedding
    ) -> None:
        run_ingest(corpus_folder)
        correct_document("clinics.docx", {"published": "2025-01-02"}, "王", settings, lambda: embedding)
        assert catalogue(settings)["clinics.docx"].published == date(2025, 1, 2)
        assert "no_date" not in catalogue(settings)["clinics.docx"].doubts
        document = WordFile(corpus_folder / "clinics.docx")
        document.add_paragraph("电话有变动的，以公告为准。")
        document.save(str(corpus_folder / "clinics.docx"))
        run_ingest(corpus_folder)
        found = catalogue(settings)["clinics.docx"]
        assert (found.version, found.published, found.origins["published"]) == (2, date(2025, 1, 2), "correction")

    def test_a_withdrawn_correction_leaves_what_was_detected(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings, embedding: HashEmbedding
    ) -> None:
        run_ingest(corpus_folder)
        before = catalogue(settings)
        correct_document("clinics.docx", {"title": "接种点名单"}, "王", settings, lambda: embedding)
        assert catalogue(settings)["clinics.docx"].title == "接种点名单"
        correct_document("clinics.docx", {"title": None}, "王", settings, lambda: embedding)
        assert catalogue(settings) == before
        history = corrections_of(settings, "clinics.docx")["history"]
        assert [(change["old"], change["new"]) for change in history] == [(None, "接种点名单"), ("接种点名单", None)]

    def test_a_declared_place_reaches_the_documents_that_name_it(
        self, run_ingest: Run, tmp_path: Path, settings: Settings, embedding: HashEmbedding
    ) -> None:
        (tmp_path / "files").mkdir()
        for name in ("a", "b"):
            (tmp_path / "files" / f"{name}.txt").write_text(
                f"青棠县控烟办法{name}\n室内公共场所全面禁止吸烟。\n", encoding="utf-8"
            )
        run_ingest(tmp_path / "files")
        assert catalogue(settings)["b.txt"].region is None
        correct_document("a.txt", {"region": "青棠县"}, "王", settings, lambda: embedding)
        assert {document.region for document in catalogue(settings).values()} == {"青棠县"}

    def test_a_wrong_value_is_refused_and_nothing_is_kept(self, published: Settings, embedding: HashEmbedding) -> None:
        with pytest.raises(UsageError, match="published"):
            correct_document("clinics.docx", {"title": "名单", "published": "soon"}, "王", published, lambda: embedding)
        assert corrections_of(published, "clinics.docx")["corrections"] == {}


class TestRecords:
    def test_every_run_is_kept_with_its_report(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings, embedding: HashEmbedding
    ) -> None:
        report = run_ingest(corpus_folder)
        delete_documents(["clinics.docx"], settings, lambda: embedding)
        run_ingest(corpus_folder / "clinics.docx")
        with open_catalogue(settings) as records:
            found = records.runs.latest(10)
            assert [(info.kind, info.outcome) for info in found] == [
                ("ingest", RunOutcome.PUBLISHED),
                ("delete", RunOutcome.PUBLISHED),
                ("ingest", RunOutcome.PUBLISHED),
            ]
            kept = records.runs.get(str(report.run)).report
        assert kept == json.loads(json.dumps(report.to_json()))

    def test_a_run_that_found_nothing_new_and_one_that_failed_are_told_apart(
        self, run_ingest: Run, corpus_folder: Path, tmp_path: Path, settings: Settings
    ) -> None:
        run_ingest(corpus_folder)
        run_ingest(corpus_folder)
        (tmp_path / "bad").mkdir()
        (tmp_path / "bad" / "empty.txt").touch()
        with pytest.raises(SourceError):
            run_ingest(tmp_path / "bad")
        with open_catalogue(settings) as records:
            failed, unchanged, first = records.runs.latest(10)
            assert (failed.outcome, unchanged.outcome) == (RunOutcome.REFUSED, RunOutcome.UNCHANGED)
            assert unchanged.generation == first.generation
            report = records.runs.get(failed.run_id).report
        assert report is not None
        assert "nothing could be read" in report["error"]


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
    assert {"run", "generation", "published", "files", "chunks", "seconds", "stages", "peak_rss_mb"} <= set(values)
    assert {"added", "changed", "removed", "unchanged", "total"} <= set(values["chunks"])
    assert values["chunks"]["added"] == values["chunks"]["total"]
    doubts = {file["source"]: file["doubts"] for file in values["files"]}
    assert "no_date" in doubts["clinics.docx"]
    assert doubts["notices/subsidy-2022.txt"] == []
    assert values["peak_rss_mb"] > 1


def test_progress_names_every_stage_and_ends_complete(run_ingest: Run, corpus_folder: Path) -> None:
    last: dict[str, tuple[int, int]] = {}
    run_ingest(corpus_folder, progress=lambda stage, done, total: last.__setitem__(stage, (done, total)))
    assert set(last) == {"scan", "read", "read again", "link", "embed", "index", "store", "verify"}
    assert all(done == total > 0 for done, total in last.values())
