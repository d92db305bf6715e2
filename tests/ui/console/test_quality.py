"""What is to be checked, what is covered, what is held twice, and the reports of every run."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path
from urllib.parse import quote

import pytest

from ingest.pipeline import ingest
from ingest.run_record import acting_as
from rag.catalogue import RunOutcome, open_catalogue
from rag.settings import Settings
from tests.conftest import SOURCES, settings_for, write_corpus
from tests.embeddings import HashEmbedding
from tests.ui.console.conftest import Console, Enter, words_of
from ui.accounts.roles import Role
from ui.console.coverage import coverage_of
from ui.console.listing import Listed
from ui.wording import Language, Wording

HOSTILE = "<img src=x onerror=alert(1)>.md"
CHOICE = r'<a href="([^"]*)"(?: aria-current="true")?>([^<]*)（(\d+)）</a>'


def rows_of(text: str) -> list[str]:
    """Return the rows of a page's tables, the headings left out."""
    return re.findall(r"<tr>(?:(?!</tr>).)*<td.*?</tr>", text)


def latest_run(settings: Settings) -> str:
    with open_catalogue(settings) as catalogue:
        return catalogue.runs.latest(1)[0].run_id


@pytest.fixture(scope="module")
def _mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ingest a copy of a document, a file that is none, and one whose name is hostile."""
    place = tmp_path_factory.mktemp("mixed")
    corpus = write_corpus(place / "corpus")
    elderly = (corpus / "qingtang-elderly.md").read_text(encoding="utf-8")
    (corpus / "reposted.md").write_text(elderly, encoding="utf-8")
    (corpus / "broken.pdf").write_bytes(b"%PDF-1.4 and nothing more")
    (corpus / HOSTILE).write_text("# 关于做好雨天防滑工作的提示\n\n各单位请准备防滑垫。\n", encoding="utf-8")
    with acting_as("李主任"):
        ingest([corpus], settings_for(place / "data"), HashEmbedding)
    return place / "data"


@pytest.fixture
def mixed(_mixed: Path, settings: Settings) -> Settings:
    """Return settings over a fresh copy of it."""
    shutil.copytree(_mixed, settings.paths.data)
    return settings


class TestWorkList:
    def test_it_holds_the_documents_in_doubt_and_no_others(self, console: Console) -> None:
        page = console.get("/admin/quality").text
        doubtful = [one for one in console.parts.assistant.documents() if one.doubts]
        assert doubtful
        assert len(rows_of(page)) == len(doubtful)
        assert all(f"/admin/documents/{one.document_id}" in page for one in doubtful)

    def test_every_doubt_leads_to_as_many_documents_as_it_counts(self, console: Console) -> None:
        documents = console.parts.assistant.documents()
        counts = Counter(doubt for one in documents for doubt in one.doubts)
        ways = re.findall(CHOICE, console.get("/admin/quality").text)
        assert [int(count) for _, _, count in ways[1:]] == sorted(counts.values(), reverse=True)
        for address, _, count in ways:
            assert len(rows_of(console.get(address).text)) == int(count)

    def test_doubts_are_told_in_words(self, console: Console) -> None:
        wording = Wording(Language.ZH_HANS, console.parts.settings.help)
        said = words_of(console.get("/admin/quality"))
        for one in console.parts.assistant.documents():
            assert all(wording.doubt(doubt) in said for doubt in one.doubts)

    def test_an_unknown_doubt_finds_nothing_and_breaks_nothing(self, console: Console) -> None:
        page = console.get("/admin/quality", doubt="<script>")
        assert page.status_code == 200
        assert "<script>" not in page.text
        assert rows_of(page.text) == []

    @pytest.mark.parametrize("page", ["0", "-1", "99999", "x", "９"])
    def test_a_page_that_is_not_there_is_the_nearest(self, console: Console, page: str) -> None:
        shown = rows_of(console.get("/admin/quality", page=page).text)
        assert shown == rows_of(console.get("/admin/quality").text) != []


class TestCoverage:
    def test_places_with_more_documents_come_first_and_those_without_a_place_last(self) -> None:
        def listed(region: str, kind: str, published: str) -> Listed:
            rest = ("in_force", "official", (), 1, 1, "")
            return Listed("id", "题", "a.txt", region, "", published, kind, *rest)

        rows = [
            *[listed("", "other", "")] * 3,
            listed("白岭县", "notice", "2023-01-01"),
            listed("青棠县", "notice", ""),
            listed("青棠县", "plan", "2024-05-06"),
        ]
        coverage = coverage_of(rows)
        found = [(place.name, place.documents, place.newest) for place in coverage.places]
        assert found == [("青棠县", 2, "2024-05-06"), ("白岭县", 1, "2023-01-01"), ("", 3, "")]
        assert coverage.kinds == Counter(other=3, notice=2, plan=1)

    def test_the_page_adds_up(self, console: Console) -> None:
        total, *places = rows_of(console.get("/admin/quality/places").text)
        counts = [int(re.findall(r"<td[^>]*>(\d+)</td>", row)[0]) for row in places]
        assert sum(counts) == len(SOURCES)
        assert f">{len(SOURCES)}</td>" in total
        assert f"region={quote('青棠县')}" in places[0]

    def test_documents_of_no_known_place_lead_to_the_work_list(self, mixed: Settings, enter: Enter) -> None:
        rows = rows_of(enter(mixed).get("/admin/quality/places").text)
        assert "没有写明地区" in rows[-1]
        assert "doubt=no_region" in rows[-1]


class TestCopies:
    def test_the_copy_stands_beside_the_one_that_answers(self, mixed: Settings, enter: Enter) -> None:
        console = enter(mixed)
        (row,) = rows_of(console.get("/admin/quality/copies").text)
        used, others = row.split("</td>", maxsplit=1)
        copy = next(one for one in console.parts.assistant.documents() if one.duplicate_of)
        assert str(copy.duplicate_of) in used
        assert copy.source in others

    def test_where_there_are_none_it_says_so(self, console: Console) -> None:
        assert "没有内容相同的资料" in words_of(console.get("/admin/quality/copies"))


class TestReports:
    def test_the_list_says_who_did_what_and_how_it_ended(self, mixed: Settings, enter: Enter) -> None:
        (row,) = rows_of(enter(mixed).get("/admin/runs").text)
        assert "收录资料" in row
        assert "李主任" in row
        assert "已发布" in row
        assert "新增 7" in row
        assert "没收 1" in row

    def test_a_file_that_was_not_taken_says_why(self, mixed: Settings, enter: Enter) -> None:
        page = enter(mixed).get(f"/admin/runs/{latest_run(mixed)}", show="refused")
        (row,) = rows_of(page.text)
        assert "broken.pdf" in row
        assert "没有收" in row
        assert "文件坏了，打不开" in row
        assert "the PDF is truncated" in row
        assert "/admin/documents/" not in row

    def test_what_was_understood_and_what_was_not_stand_beside_the_file(self, mixed: Settings, enter: Enter) -> None:
        page = enter(mixed).get(f"/admin/runs/{latest_run(mixed)}", show="added")
        (row,) = [row for row in rows_of(page.text) if "bailing-elderly.md" in row]
        assert "白岭县 · 2024年5月6日" in row
        assert "没有找到发布单位" in row

    def test_each_choice_shows_as_many_files_as_it_counts(self, mixed: Settings, enter: Enter) -> None:
        console = enter(mixed)
        ways = re.findall(CHOICE, console.get(f"/admin/runs/{latest_run(mixed)}").text)
        assert {words for _, words, _ in ways} == {"有变化的", "要核对的", "新增", "没有收"}
        for address, _, count in ways:
            assert len(rows_of(console.get(address).text)) == int(count)

    def test_a_hostile_name_is_only_text(self, mixed: Settings, enter: Enter) -> None:
        console = enter(mixed)
        for path in (f"/admin/runs/{latest_run(mixed)}", "/admin/quality"):
            page = console.get(path).text
            assert "<img" not in page
            assert "&lt;img src=x" in page

    def test_a_run_that_failed_says_so_with_the_programs_own_words(self, console: Console) -> None:
        with open_catalogue(console.parts.settings) as catalogue:
            run = catalogue.runs.begin("ingest", {})
            catalogue.runs.finish(run, RunOutcome.FAILED, report={"error": "NotAvailableError: <disk> full"})
        page = console.get(f"/admin/runs/{run}")
        assert "没有做完，内容没有变" in words_of(page)
        assert "NotAvailableError: &lt;disk&gt; full" in page.text

    def test_a_run_without_a_report_says_so(self, console: Console) -> None:
        with open_catalogue(console.parts.settings) as catalogue:
            run = catalogue.runs.begin("ingest", {})
        page = words_of(console.get(f"/admin/runs/{run}"))
        assert "正在进行" in page
        assert "没有留下逐份文件的报告" in page

    def test_an_unknown_run_is_not_found(self, console: Console) -> None:
        assert console.get("/admin/runs/nonsense").status_code == 404

    def test_long_lists_come_in_pages(self, console: Console) -> None:
        with open_catalogue(console.parts.settings) as catalogue:
            for _ in range(60):
                catalogue.runs.begin("delete", {})
        assert len(rows_of(console.get("/admin/runs").text)) == 50
        last = console.get("/admin/runs", page="2")
        assert len(rows_of(last.text)) == 11
        assert "收录资料" in rows_of(last.text)[-1]


@pytest.mark.parametrize(
    "path", ["/admin/quality", "/admin/quality/places", "/admin/quality/copies", "/admin/runs", "/admin/runs/x"]
)
def test_whoever_is_no_admin_sees_nothing(enter: Enter, published: Settings, path: str) -> None:
    assert enter(published, Role.SUPERVISOR).get(path).status_code == 403


@pytest.mark.parametrize("path", ["/admin/quality", "/admin/quality/places", "/admin/quality/copies", "/admin/runs"])
def test_before_the_first_ingest_every_page_opens(enter: Enter, settings: Settings, path: str) -> None:
    assert enter(settings).get(path).status_code == 200
