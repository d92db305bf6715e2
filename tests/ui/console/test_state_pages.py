"""The first page, what residents said, and the audit log."""

from __future__ import annotations

import csv
import io
import os
import re
import time
from datetime import UTC, datetime, timedelta

import pytest

from ingest.pipeline import delete_documents
from ingest.run_record import acting_as
from rag.catalogue import FeedbackReason, open_catalogue
from rag.domain import Question
from rag.settings import Settings
from tests.embeddings import HashEmbedding
from tests.fakes import FakeAssistant
from tests.ui.console.conftest import Console, Enter, holding, words_of
from ui.accounts.roles import Role
from ui.console.audit_page import Asked
from ui.console.moments import moment_text, publication_name
from ui.receipts import passing_receipts
from ui.wording import Language, Wording

QUESTION = "青石县有哪些保障措施？"
WRONG = FeedbackReason.WRONG


def say(settings: Settings, number: int, *, useful: bool, days_ago: float = 0.0, comment: str | None = None) -> None:
    """Keep what a reader said of an answer."""
    receipts = passing_receipts()
    answer = FakeAssistant().answer(Question(QUESTION))
    record = receipts.open(receipts.issue(answer, Language.ZH_HANS, "青石县")).record
    with open_catalogue(settings) as catalogue:
        catalogue.feedback.put(
            f"{number:016x}",
            record,
            useful=useful,
            reason=None if useful else WRONG,
            comment=comment,
            generation="20260301T120000000000-abcdef",
            at=datetime.now(UTC) - timedelta(days=days_ago),
        )


class TestOverview:
    def test_it_says_what_was_done_last_and_by_whom(self, console: Console) -> None:
        with acting_as("李主任"):
            delete_documents(["clinics.docx"], console.parts.settings, HashEmbedding)
        page = words_of(console.get("/admin/"))
        assert "最近一次处理 做了什么 撤下资料 由谁 李主任" in page

    def test_the_published_state_is_counted(self, console: Console) -> None:
        page = words_of(console.get("/admin/"))
        info = console.parts.assistant.published()
        assert info is not None
        assert f"资料 {info.documents} 段落 {info.chunks}" in page
        assert "命令行 · 收录资料" in page

    def test_before_the_first_ingest_it_leads_to_the_uploads(self, enter: Enter, settings: Settings) -> None:
        page = enter(settings).get("/admin/")
        assert "还没有发布任何资料" in words_of(page)
        assert 'class="button">上传资料' in page.text

    def test_open_doubts_lead_to_the_work_list(self, console: Console) -> None:
        page = console.get("/admin/").text
        doubts = {doubt for one in console.parts.assistant.documents() for doubt in one.doubts}
        assert doubts
        assert all(f"/admin/quality?doubt={doubt}" in page for doubt in doubts)

    def test_feedback_of_the_last_seven_days_is_counted(self, console: Console) -> None:
        assert "近 7 天没有居民反馈" in words_of(console.get("/admin/"))
        for number, days_ago in enumerate((0.1, 6.9, 7.1, 30.0)):
            say(console.parts.settings, number, useful=False, days_ago=days_ago)
        assert "有用 0 没用 2 内容不对 2" in words_of(console.get("/admin/"))

    def test_work_under_way_is_told(self, console: Console) -> None:
        assert "正在处理" not in words_of(console.get("/admin/"))
        with holding(console):
            assert "正在处理，点这里看进度" in words_of(console.get("/admin/"))

    def test_a_publication_that_cannot_be_opened_is_told_and_the_way_back_named(self, console: Console) -> None:
        assert "打不开" not in words_of(console.get("/admin/"))
        pointer = console.parts.layout.pointer
        pointer.write_text('{"generation": "lost"}', encoding="utf-8")
        assert "打不开" not in words_of(console.get("/admin/"))  # opening a large one takes a while
        before = time.time() - 3600
        os.utime(pointer, (before, before))
        assert "最新的一次发布打不开" in words_of(console.get("/admin/"))


class TestFeedback:
    def test_a_card_shows_the_question_the_answer_and_what_it_quoted(self, console: Console) -> None:
        say(console.parts.settings, 1, useful=False, comment="标准<b>不对")
        page = console.get("/admin/feedback")
        words = words_of(page)
        answer = FakeAssistant().answer(Question(QUESTION))
        assert QUESTION in words
        assert "居民怎么说 没用 原因 内容不对" in words
        assert "标准&lt;b&gt;不对" in page.text
        assert answer.statements[0].text in words
        assert answer.citations[0].quote.splitlines()[0] in words
        assert f"/documents/{answer.citations[0].document_id}" in page.text

    def test_filters_show_what_fits(self, console: Console) -> None:
        for number in range(4):
            say(console.parts.settings, number, useful=number == 0)

        def shown(**query: str) -> int:
            return console.get("/admin/feedback", **query).text.count("<article")

        assert (shown(), shown(said="useful"), shown(said="useless")) == (4, 1, 3)
        assert (shown(reason="wrong"), shown(reason="outdated")) == (3, 0)
        assert (shown(said="useful", reason="wrong"), shown(said="nonsense", reason="nonsense")) == (0, 4)
        assert "没有这样的反馈" in words_of(console.get("/admin/feedback", reason="outdated"))

    def test_long_lists_come_in_pages_newest_first(self, console: Console) -> None:
        for number in range(21):
            say(console.parts.settings, number, useful=True, days_ago=float(number))
        first, second = (console.get("/admin/feedback", page=page).text for page in ("1", "2"))
        assert (first.count("<article"), second.count("<article")) == (20, 1)
        assert f'id="r-{0:016x}"' in first
        assert f'id="r-{20:016x}"' in second
        assert "said=" not in first.split('class="paging"')[1]

    def test_what_another_version_kept_is_said_to_be_unreadable(self, console: Console) -> None:
        with open_catalogue(console.parts.settings) as catalogue:
            catalogue.feedback.put(f"{1:016x}", {"answer": {"strange": True}}, useful=True)
        assert "旧版程序存的，打不开了" in words_of(console.get("/admin/feedback"))


class TestAudit:
    @pytest.fixture
    def noted(self, console: Console) -> Console:
        with open_catalogue(console.parts.settings) as catalogue:
            catalogue.audit.add("王主任", "ingest", "通知.zip", {"generation": None}, {"outcome": "done", "refused": 1})
            catalogue.audit.add("李主任", "delete", "=cmd|'/c calc'!A1.txt", {"title": "<b>旧"}, {"reason": "重复"})
            catalogue.audit.add("李主任", "token.add", "统计程序")
        return console

    def test_entries_are_told_in_words(self, noted: Console) -> None:
        page = noted.get("/admin/audit")
        words = words_of(page)
        assert "收录资料 通知.zip 王主任" in words
        assert "之前 标题: <b>旧 之后 理由: 重复" in words
        assert "结果: 做完了" in words
        assert "<b>" not in page.text

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"who": "李主任"}, ["token.add", "delete"]),
            ({"who": "李主任", "action": "delete"}, ["delete"]),
            ({"action": "token."}, ["token.add"]),
            ({"object": "通知"}, ["ingest"]),
            ({"who": "谁也不是"}, []),
            ({"who": "李主任", "since": "2999-01-01"}, []),
            ({"who": "李主任", "until": "2001-01-01"}, []),
            ({"who": "李主任", "since": "2001-01-01", "until": "2999-01-01"}, ["token.add", "delete"]),
            ({"who": "李主任", "since": "nonsense"}, ["token.add", "delete"]),
        ],
    )
    def test_filters_hold_on_the_page_and_in_the_export(
        self, noted: Console, query: dict[str, str], found: list[str]
    ) -> None:
        exported = list(csv.DictReader(io.StringIO(noted.get("/admin/audit.csv", **query).text.lstrip("\ufeff"))))
        assert [row["action"] for row in exported] == found
        page = words_of(noted.get("/admin/audit", **query))
        assert f"共 {len(found)} 条" in page if found else "没有这样的记录" in page

    def test_the_day_named_last_is_included(self, noted: Console) -> None:
        today = datetime.now().astimezone().date().isoformat()
        assert "共 2 条" in words_of(noted.get("/admin/audit", who="李主任", since=today, until=today))

    def test_the_export_holds_everything_and_no_formula(self, noted: Console) -> None:
        reply = noted.get("/admin/audit.csv")
        assert reply.headers["content-type"] == "text/csv; charset=utf-8"
        assert "attachment" in reply.headers["content-disposition"]
        assert reply.content.startswith(b"\xef\xbb\xbf")
        rows = list(csv.DictReader(io.StringIO(reply.text.lstrip("\ufeff"))))
        assert [row["object"] for row in rows[:3]] == ["统计程序", "'=cmd|'/c calc'!A1.txt", "通知.zip"]
        assert rows[2]["after"] == '{"outcome": "done", "refused": 1}'

    def test_the_link_to_the_export_keeps_the_filter(self, noted: Console) -> None:
        page = noted.get("/admin/audit", who="李主任", object="统计").text
        (address,) = re.findall(r'href="([^"]*audit\.csv[^"]*)"', page)
        assert noted.get(address.replace("&amp;", "&")).text.count("\r\n") == 2

    def test_older_entries_are_reached_by_number(self, noted: Console) -> None:
        with open_catalogue(noted.parts.settings) as catalogue:
            for number in range(60):
                catalogue.audit.add("赵", "rebuild", f"第{number}个")
        first = noted.get("/admin/audit", who="赵").text
        (older,) = re.findall(r'href="([^"]*below=\d+)"', first)
        second = noted.get(older.replace("&amp;", "&")).text
        assert (first.count("第"), second.count("第")) == (50, 10)
        assert "第9个" in second
        assert "第10个" in first

    @pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
    def test_the_ends_of_the_calendar_break_nothing(self, day: str) -> None:
        wanted = Asked.of({"since": day, "until": day}).wanted()
        assert wanted.since is not None
        assert wanted.since.tzinfo is not None
        assert wanted.until is not None

    def test_the_page_changes_nothing(self, noted: Console) -> None:
        assert noted.post("/admin/audit").status_code == 405


class TestMoments:
    WORDING = Wording(Language.ZH_HANS, Settings().help)

    @pytest.fixture(params=["Asia/Shanghai", "UTC"])
    def zone(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
        monkeypatch.setenv("TZ", request.param)
        time.tzset()
        request.addfinalizer(time.tzset)
        request.addfinalizer(monkeypatch.undo)
        return str(request.param)

    def test_a_moment_is_told_in_the_time_of_the_machine(self, zone: str) -> None:
        told = {"Asia/Shanghai": "2026年3月2日 01:30", "UTC": "2026年3月1日 17:30 UTC"}[zone]
        assert moment_text(self.WORDING, "2026-03-01T17:30:00Z") == told
        assert publication_name(self.WORDING, "20260301T173000123456-abcdef") == told

    def test_what_is_no_moment_is_not_guessed(self) -> None:
        assert moment_text(self.WORDING, None) == "未标明"
        assert moment_text(self.WORDING, "x") == "未标明"
        assert publication_name(self.WORDING, "g1") == "g1"


@pytest.mark.parametrize("path", ["/admin/", "/admin/feedback", "/admin/audit", "/admin/audit.csv"])
@pytest.mark.parametrize("role", [Role.STAFF, Role.SUPERVISOR])
def test_whoever_is_no_admin_sees_nothing(enter: Enter, published: Settings, path: str, role: Role) -> None:
    assert enter(published, role).get(path).status_code == 403


@pytest.mark.parametrize("path", ["/admin/", "/admin/feedback", "/admin/audit"])
@pytest.mark.parametrize("language", ["zh-Hant", "en"])
def test_every_page_speaks_every_language(console: Console, path: str, language: str) -> None:
    say(console.parts.settings, 1, useful=False)
    page = console.get(path, lang=language)
    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.text
