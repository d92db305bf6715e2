"""What an admin finds in the list of documents and on a document's pages."""

from __future__ import annotations

import pytest

from ingest.pipeline import delete_documents
from rag.settings import Settings
from tests.conftest import SOURCES
from tests.embeddings import HashEmbedding
from tests.ui.console.conftest import Console, Enter, words_of
from ui.accounts.roles import Role
from ui.console.listing import Listing, Wanted

ELDERLY = "qingtang-elderly.md"


def sources(page: str) -> list[str]:
    """Return which documents of the invented corpus a page names."""
    return [source for source in SOURCES if source in page]


def test_the_list_names_every_document(console: Console) -> None:
    page = console.get("/admin/documents")
    assert page.status_code == 200
    assert sources(page.text) == [*SOURCES]
    assert f"找到 {len(SOURCES)} 份" in words_of(page)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"words": "村医 补贴"}, ["notices/subsidy-2022.txt", "notices/subsidy-2025.html"]),
        ({"words": "青卫发〔2025〕9号"}, ["notices/subsidy-2025.html"]),
        ({"words": "體檢", "region": "白岭县"}, ["bailing-elderly.md"]),
        ({"validity": "superseded"}, ["notices/subsidy-2022.txt"]),
        ({"words": "没有这样的资料"}, []),
    ],
)
def test_words_and_filters_cut_the_list_down(console: Console, query: dict[str, str], found: list[str]) -> None:
    assert sources(console.get("/admin/documents", **query).text) == found


def test_a_document_in_doubt_is_found_by_its_doubt(console: Console) -> None:
    page = console.get("/admin/documents", doubt="any")
    doubtful = [d.source for d in console.parts.assistant.documents() if d.doubts]
    assert doubtful
    assert sources(page.text) == sorted(doubtful)


def test_a_page_that_is_not_there_is_the_last_one(console: Console) -> None:
    assert sources(console.get("/admin/documents", page="999").text) == [*SOURCES]
    assert sources(console.get("/admin/documents", page="x").text) == [*SOURCES]


def test_what_somebody_searches_for_is_text_and_nothing_else(console: Console) -> None:
    page = console.get("/admin/documents", words='"><script>alert(1)</script>')
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;" in page.text


def test_the_list_follows_what_is_published(console: Console) -> None:
    listing = Listing(console.parts.assistant)
    assert len(listing.rows()) == len(SOURCES)
    console.post(f"/admin/documents/{console.document(ELDERLY).document_id}/delete", reason="重复")
    console.ended()
    assert ELDERLY not in [row.source for row in listing.rows()]
    assert not [row for row in listing.rows() if Wanted(words="青棠县老年人").fits(row)]


def test_an_empty_site_has_an_empty_list(enter: Enter, settings: Settings) -> None:
    page = enter(settings).get("/admin/documents")
    assert page.status_code == 200
    assert "找到 0 份" in words_of(page)


def test_a_document_says_what_is_known_and_where_it_was_read(console: Console) -> None:
    words = words_of(console.get(f"/admin/documents/{console.document(ELDERLY).document_id}"))
    assert "青棠县老年人免费体检实施办法" in words
    assert "地区 青棠县 来自：文件开头写明的项目，把握约98%" in words
    assert "文号 未标明" in words


def test_a_document_shows_the_parts_that_a_search_takes_it_in(console: Console) -> None:
    document = console.document(ELDERLY)
    page = console.get(f"/admin/documents/{document.document_id}/text")
    assert f"分成 {console.parts.assistant.chunk_counts()[document.document_id]} 段" in words_of(page)
    assert "体检包括血常规、尿常规" in words_of(page)


def test_what_was_tidied_is_shown_against_the_original(console: Console) -> None:
    page = console.get(f"/admin/documents/{console.document('notices/subsidy-2025.html').document_id}/tidied")
    assert page.status_code == 200
    # The title stands above the text, not in it.
    assert "<del>青棠县卫生健康局关于调整村医岗位补贴的通知</del>" in page.text


def test_a_lost_original_is_told_in_words(console: Console) -> None:
    document = console.document(ELDERLY)
    (console.parts.layout.sources / document.sha256).unlink()
    page = console.get(f"/admin/documents/{document.document_id}/tidied")
    assert page.status_code == 503
    assert "原件丢了" in words_of(page)


def test_an_unknown_document_is_a_page_that_says_so(console: Console) -> None:
    page = console.get("/admin/documents/0000000000000000")
    assert page.status_code == 404
    assert "没有找到这份资料" in words_of(page)


def test_no_such_page_is_a_page_of_the_console(console: Console) -> None:
    page = console.get("/admin/nowhere")
    assert page.status_code == 404
    assert "没有这一页" in words_of(page)


def test_removed_documents_are_listed_with_the_way_back(enter: Enter, published: Settings) -> None:
    delete_documents(["clinics.docx"], published, HashEmbedding)
    console = enter(published)
    page = console.get("/admin/removed")
    assert "clinics.docx" in page.text
    assert console.post("/admin/restore", document="clinics.docx", reason="撤错了").headers["location"] == "/admin/work"
    assert console.ended().published
    assert console.document("clinics.docx").version == 1


def test_pages_are_kept_by_nobody(console: Console) -> None:
    assert console.get("/admin/documents").headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/admin/documents", "/admin/uploads", "/admin/work", "/admin/removed"])
def test_pages_are_for_admins(enter: Enter, published: Settings, path: str) -> None:
    page = enter(published, Role.SUPERVISOR).get(path)
    assert page.status_code == 403


def test_whoever_did_not_sign_in_is_sent_to_do_so(enter: Enter, published: Settings) -> None:
    page = enter(published, None).client.get("/admin/documents", follow_redirects=False)
    assert page.status_code == 303
    assert page.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_every_page_speaks_every_language(console: Console, language: str) -> None:
    console.client.cookies.set("lang", language)
    document = console.document(ELDERLY).document_id
    below = ("", "/correct", "/delete", "/text", "/tidied", "/versions")
    paths = ["documents", "removed", "uploads", "work", f"uploads?replaces={document}"]
    for path in (*paths, *(f"documents/{document}{rest}" for rest in below)):
        page = console.client.get(f"/admin/{path}")
        assert (page.status_code, f'lang="{language}"' in page.text[:100]) == (200, True), path
