"""What is fetched or unpacked is read like any file, and what cannot be got is reported by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import gathering
from ingest.pipeline import delete_documents, restore_document
from ingest.web import FetchedPage
from rag.domain import Document
from rag.errors import SourceError
from rag.settings import Settings
from tests.conftest import NEW_NOTICE, Run
from tests.embeddings import HashEmbedding
from tests.ingest.test_pipeline import catalogue, statuses

ADDRESS = "https://www.example.org/notices/2025.html"
SOURCE = "www.example.org/notices/2025.html"


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Serve pages from memory: address → HTML. Real fetching is tested with ``ingest.web``."""
    pages = {ADDRESS: NEW_NOTICE}

    def fetched(address: str, target: Path, *, timeout_s: float, max_mb: int) -> FetchedPage:
        assert timeout_s > 0
        assert max_mb > 0
        if address not in pages:
            raise SourceError(f"{address}: the server answered 404")
        path = target / "page.html"
        path.write_text(pages[address], encoding="utf-8")
        return FetchedPage(SOURCE, path, address, "text/html")

    monkeypatch.setattr(gathering, "fetch", fetched)
    return pages


def held(settings: Settings) -> Document:
    (document,) = catalogue(settings).values()
    return document


@pytest.mark.usefixtures("site")
def test_a_page_keeps_the_address_it_came_from(run_ingest: Run, settings: Settings) -> None:
    assert statuses(run_ingest(addresses=[ADDRESS])) == {SOURCE: "added"}
    assert (held(settings).source, held(settings).url) == (SOURCE, ADDRESS)
    assert not list(settings.paths.data.glob(".unpacked-*"))


def test_a_page_that_changed_is_a_new_version(run_ingest: Run, settings: Settings, site: dict[str, str]) -> None:
    run_ingest(addresses=[ADDRESS])
    assert statuses(run_ingest(addresses=[ADDRESS])) == {SOURCE: "unchanged"}
    site[ADDRESS] = NEW_NOTICE.replace("五百元", "六百元")
    assert statuses(run_ingest(addresses=[ADDRESS])) == {SOURCE: "changed"}
    assert held(settings).version == 2


def test_a_restored_page_keeps_its_address(
    run_ingest: Run, settings: Settings, embedding: HashEmbedding, site: dict[str, str]
) -> None:
    run_ingest(addresses=[ADDRESS])
    site[ADDRESS] = NEW_NOTICE.replace("五百元", "六百元")
    run_ingest(addresses=[ADDRESS])
    restore_document(SOURCE, None, settings, lambda: embedding)
    assert (held(settings).version, held(settings).url) == (1, ADDRESS)


def test_a_removed_page_comes_back_with_its_address(
    run_ingest: Run, corpus_folder: Path, settings: Settings, embedding: HashEmbedding, site: dict[str, str]
) -> None:
    assert site
    run_ingest(corpus_folder, addresses=[ADDRESS])
    delete_documents([SOURCE], settings, lambda: embedding)
    restore_document(SOURCE, None, settings, lambda: embedding)
    assert catalogue(settings)[SOURCE].url == ADDRESS


@pytest.mark.usefixtures("site")
def test_a_page_that_cannot_be_got_is_refused_and_the_files_are_read(run_ingest: Run, corpus_folder: Path) -> None:
    report = run_ingest(corpus_folder, addresses=["https://www.example.org/gone.html"])
    (refused,) = report.refused
    assert (refused.source, refused.reason) == ("https://www.example.org/gone.html", "the server answered 404")
    assert len(report.files) == 6


@pytest.mark.usefixtures("site")
def test_pruning_a_folder_leaves_pages_alone(run_ingest: Run, corpus_folder: Path, settings: Settings) -> None:
    run_ingest(corpus_folder, addresses=[ADDRESS])
    run_ingest(corpus_folder, prune=True)
    assert SOURCE in catalogue(settings)


@pytest.mark.usefixtures("site")
def test_two_addresses_of_one_page_are_read_once(run_ingest: Run) -> None:
    report = run_ingest(addresses=[ADDRESS, ADDRESS])
    assert sorted(file.status.value for file in report.files) == ["added", "refused"]
    assert "same name" in str(report.refused[0].reason)
