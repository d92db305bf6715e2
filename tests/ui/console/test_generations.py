"""The publications as an admin sees them: who made what, what changed, and the way back."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from ingest.correcting import correct_document
from ingest.pipeline import delete_documents
from ingest.rolling_back import roll_back
from ingest.run_record import acting_as
from rag.catalogue import RunOutcome, open_catalogue
from rag.generations import DataLayout, published_id
from rag.settings import IngestSettings, Settings
from tests.conftest import SOURCES, Run
from tests.embeddings import HashEmbedding
from tests.ui.console.conftest import Console, Enter, holding, words_of
from ui.accounts.roles import Role
from ui.console.work import WorkEnd

GONE = "clinics.docx"


def rows_of(text: str) -> list[str]:
    """Return the rows of a page's tables, the headings left out."""
    return re.findall(r"<tr>(?:(?!</tr>).)*<td.*?</tr>", text)


@pytest.fixture
def two(console: Console) -> tuple[str, str]:
    """Take a document out by name, and return both generations."""
    settings = console.parts.settings
    first = str(published_id(console.parts.layout))
    with acting_as("李主任"):
        return first, str(delete_documents([GONE], settings, HashEmbedding).generation)


def test_the_list_says_who_made_each_and_which_is_in_use(console: Console, two: tuple[str, str]) -> None:
    newest, oldest = rows_of(console.get("/admin/generations").text)
    assert "李主任 · 撤下资料" in newest
    assert "正在使用" in newest
    assert f"{len(SOURCES) - 1} 份资料" in newest
    assert "（少 1）" in newest
    assert "命令行 · 收录资料" in oldest
    assert "正在使用" not in oldest
    assert (two[1] in newest, two[0] in oldest) == (True, True)


def test_only_a_publication_that_is_not_in_use_can_be_gone_back_to(console: Console, two: tuple[str, str]) -> None:
    newest, oldest = rows_of(console.get("/admin/generations").text)
    assert f"/admin/generations/{two[0]}/back" in oldest
    assert "/back" not in newest
    page = console.get(f"/admin/generations/{two[1]}/back")
    assert "这一次就是正在使用的" in words_of(page)
    assert "确认退回" not in page.text


def test_the_difference_to_the_one_before_names_the_document(console: Console, two: tuple[str, str]) -> None:
    page = console.get(f"/admin/generations/{two[1]}")
    assert "新增 0 份，更改 0 份，撤下 1 份，没变 4 份。" in words_of(page)
    (row,) = rows_of(page.text)
    assert GONE in row
    assert "撤下" in row
    assert "/admin/documents/" not in row  # it has no page any more


def test_another_one_can_be_compared_with(console: Console, two: tuple[str, str]) -> None:
    page = words_of(console.get(f"/admin/generations/{two[0]}", against=two[1]))
    assert "新增 1 份，更改 0 份，撤下 0 份，没变 4 份。" in page
    assert "这是第一次发布" not in page


def test_of_the_first_one_everything_is_new(console: Console) -> None:
    page = console.get(f"/admin/generations/{published_id(console.parts.layout)}")
    assert "这是第一次发布" in words_of(page)
    assert len(rows_of(page.text)) == len(SOURCES)


def test_a_corrected_fact_is_told_in_words(console: Console) -> None:
    changes = {"published": "2024-05-06", "type": "statute"}
    report = correct_document(GONE, changes, "李主任", console.parts.settings, HashEmbedding)
    page = words_of(console.get(f"/admin/generations/{report.generation}"))
    assert "发布日期：未标明 → 2024年5月6日" in page
    assert "→ 法规" in page
    assert "published" not in page


def test_going_back_shows_what_would_change_and_needs_a_second_click(console: Console, two: tuple[str, str]) -> None:
    page = console.get(f"/admin/generations/{two[0]}/back")
    assert "新增 1 份，更改 0 份，撤下 0 份，没变 4 份。" in words_of(page)
    assert published_id(console.parts.layout) == two[1]
    assert console.csrf in page.text


def test_going_back_publishes_and_says_who_did(console: Console, two: tuple[str, str]) -> None:
    reply = console.post(f"/admin/generations/{two[0]}/back")
    assert (reply.status_code, reply.headers["location"]) == (303, "/admin/work")
    assert console.ended().state is WorkEnd.DONE
    assert published_id(console.parts.layout) == two[0]
    newest, oldest = rows_of(console.get("/admin/generations").text)
    assert "正在使用" in oldest
    assert "正在使用" not in newest
    assert "后来又退回到这一次" in oldest
    assert "王主任" in oldest
    audited = console.audited()[0]
    assert (audited["who"], audited["action"], audited["object_"]) == ("王主任", "rollback", two[0])
    assert audited["before"]["generation"] == two[1]
    assert (audited["after"]["generation"], audited["after"]["outcome"]) == (two[0], "done")
    with open_catalogue(console.parts.settings) as catalogue:
        run = catalogue.runs.latest(1)[0]
    assert (run.kind, run.arguments["by"], run.outcome) == ("rollback", "王主任", RunOutcome.PUBLISHED)


def test_nobody_goes_back_while_something_is_under_way(console: Console, two: tuple[str, str]) -> None:
    with holding(console):
        reply = console.post(f"/admin/generations/{two[0]}/back")
    assert reply.status_code == 409
    assert "现在正在做另一件事" in words_of(reply)
    assert published_id(console.parts.layout) == two[1]


def test_without_the_form_of_this_session_nothing_is_gone_back_to(console: Console, two: tuple[str, str]) -> None:
    for path in (f"/admin/generations/{two[0]}/back", "/admin/generations/check"):
        assert console.post(path, csrf="other").status_code == 403
    assert published_id(console.parts.layout) == two[1]
    assert console.parts.work.latest() is None


@pytest.mark.parametrize("name", ["nonsense", ".building-x", "%2e%2e", "..%2f..%2fetc"])
def test_a_publication_that_is_not_kept_is_said_to_be_gone(console: Console, name: str) -> None:
    assert console.get(f"/admin/generations/{name}").status_code == 404
    assert console.post(f"/admin/generations/{name}/back").status_code == 404
    assert console.parts.work.latest() is None


def test_reports_that_lead_to_one_no_longer_kept_say_so(
    enter: Enter, published: Settings, run_ingest: Run, corpus_folder: Path
) -> None:
    first = published_id(DataLayout(published.paths.data))
    few = published.model_copy(update={"ingest": IngestSettings(min_free_mb=0, keep_generations=1)})
    second = run_ingest(corpus_folder, settings=few).generation
    console = enter(few)
    assert "这一次发布已经不再保留了" in words_of(console.get(f"/admin/generations/{first}"))
    assert "前一次发布已经不再保留" in words_of(console.get(f"/admin/generations/{second}"))


def test_the_one_in_use_can_be_checked_whole(console: Console, two: tuple[str, str]) -> None:
    assert console.post("/admin/generations/check").status_code == 303
    job = console.ended()
    assert (job.kind, job.state) == ("verify", WorkEnd.DONE)
    library = console.parts.layout.generation(two[1]) / "library.sqlite"
    library.write_bytes(b"nonsense")
    console.post("/admin/generations/check")
    assert console.ended().problem == "IndexDamagedError"
    assert console.audited()[0]["after"]["outcome"] == "failed"


def test_who_went_back_to_one_is_not_taken_for_who_made_it(console: Console, two: tuple[str, str]) -> None:
    # A catalogue that was lost and begun anew knows of the rollback only.
    shutil.rmtree(console.parts.layout.generation(two[1]))
    first = console.parts.layout.generation(two[0])
    manifest = json.loads((first / "manifest.json").read_text(encoding="utf-8"))
    moved = first.with_name("20200101T000000000000-abcdef")
    first.rename(moved)
    manifest["generation"] = moved.name
    (moved / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with acting_as("李主任"):
        roll_back(console.parts.settings, moved.name)
    (row,) = rows_of(console.get("/admin/generations").text)
    assert "没有记录" in row
    assert row.index("没有记录") < row.index("后来又退回到这一次") < row.index("李主任")


def test_before_the_first_ingest_the_page_says_what_to_do(enter: Enter, settings: Settings) -> None:
    console = enter(settings)
    assert "还没有发布任何资料" in words_of(console.get("/admin/generations"))
    assert console.post("/admin/generations/check").status_code == 503


@pytest.mark.parametrize("path", ["/admin/generations", "/admin/generations/x", "/admin/generations/x/back"])
def test_whoever_is_no_admin_sees_no_publication(enter: Enter, published: Settings, path: str) -> None:
    assert enter(published, Role.SUPERVISOR).get(path).status_code == 403
