"""Trying out before doing, marks with their reason, how each file stands, topics, and what a killed server left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.file_progress import FileProgress, FileState
from ingest.previous import read_one
from rag.domain import Document, Section, Validity
from rag.generations import DataLayout
from rag.settings import ChunkingSettings, Settings
from rag.topics import topics_of
from tests.ui.console.conftest import Console, Enter, words_of
from ui.console.coverage import topics_covered
from ui.console.listing import Listed
from ui.console.reason_words import reason_words
from ui.console.sent import document_path
from ui.console.staging import Staging, sweep
from ui.console.work import Job, WorkEnd
from ui.console.work_files import render_files
from ui.wording import Language, Wording


@pytest.fixture
def wording(settings: Settings) -> Wording:
    return Wording(Language.ZH_HANS, settings.help)


def test_all_is_tried_out_before_it_is_done_and_nothing_changes_by_trying(enter: Enter, published: Settings) -> None:
    finer = published.model_copy(update={"chunking": ChunkingSettings(target_chars=50, max_chars=120)})
    console = enter(finer)
    before = console.parts.assistant.published()
    assert console.post("/admin/rebuild/try").headers["location"] == "/admin/work"
    job = console.ended()
    assert (job.kind, job.state, job.published) == ("dry_run", WorkEnd.DONE, False)
    assert f"/admin/rebuild?run={job.run}" in console.get("/admin/work").text
    page = words_of(console.get("/admin/rebuild", run=job.run))
    assert "段落：" in page
    assert "就这样做" in page
    assert console.parts.assistant.published() == before
    assert "只是试算" in words_of(console.get(f"/admin/runs/{job.run}"))

    console.post("/admin/rebuild")
    assert console.ended().published
    page = words_of(console.get("/admin/rebuild", run=job.run))
    assert "这个结果已经不准" in page
    assert "就这样做" not in page

    console.post("/admin/rebuild/try")
    page = words_of(console.get("/admin/rebuild", run=console.ended().run))
    assert "不会有任何变化" in page
    assert console.get("/admin/rebuild", run="no such run").status_code == 404


def test_a_mark_needs_a_reason_which_stays_with_the_document(console: Console) -> None:
    first, second = console.parts.assistant.documents()[:2]
    path = document_path(first.document_id, "/mark")
    word = second.title[:4]
    assert second.document_id in console.get(path, words=word).text
    for sent in (
        {"as": "superseded", "by": second.document_id, "reason": " "},
        {"as": "superseded", "by": first.document_id, "reason": "x"},
        {"as": "superseded", "by": "no such", "reason": "x"},
        {"as": "expired", "day": "soon", "reason": "x"},
        {"as": "withdraw", "reason": "x"},
    ):
        assert console.post(path, **sent).status_code == 422
    assert console.parts.work.latest() is None

    console.post(path, **{"as": "superseded", "by": second.document_id, "reason": "新办法施行了"})
    assert console.ended().published
    marked = console.document(first.source)
    assert (marked.validity, marked.superseded_by) == (Validity.SUPERSEDED, second.source)
    assert "原因：新办法施行了" in words_of(console.get(document_path(first.document_id)))
    assert console.audited()[0]["after"]["reason"] == "新办法施行了"

    console.post(path, **{"as": "withdraw", "reason": "看错了"})
    console.ended()
    assert console.document(first.source).validity is first.validity


def test_a_document_is_read_without_the_others(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    def everything(_: object) -> None:
        raise AssertionError("the whole library was read")

    document = console.parts.assistant.documents()[0]
    monkeypatch.setattr("rag.library.SqliteLibrary.documents", everything)
    layout = DataLayout(console.parts.settings.paths.data)
    for name in (document.document_id, document.source):
        assert list(read_one(layout, name).entries) == [document.source]
    assert read_one(layout, "no such").entries == {}
    assert console.get(document_path(document.document_id, "/versions")).status_code == 200


def test_each_file_of_an_upload_is_told_with_the_reason(console: Console) -> None:
    notice = "# 青棠县体检通知\n\n每月第一个星期一在中心卫生院体检。\n".encode()
    console.post("/admin/uploads", files=[("files", ("a.md", notice, "")), ("files", ("b.pdf", b"%PDF-1.7 no", ""))])
    job = console.ended()
    assert job.files is not None
    stands = {stand.name: (stand.state, bool(stand.reason)) for stand in job.files.stands(9)}
    assert stands == {"a.md": (FileState.TAKEN, False), "b.pdf": (FileState.REFUSED, True)}
    page = words_of(console.get("/admin/work"))
    assert "b.pdf 没有收 文件坏了，打不开" in page
    assert "a.md 收进来了" in page
    console.post("/admin/uploads", files=[("files", ("a.md", notice, ""))])
    again = console.ended()
    assert again.files is not None
    assert [stand.state for stand in again.files.stands(9)] == [FileState.UNCHANGED]


def test_files_that_were_read_count_as_taken_only_when_they_are_published(wording: Wording) -> None:
    files = FileProgress(["a.zip", "<b>.md"])
    files.becomes("a.zip", ["a.zip/1.md"])
    files.tell("a.zip/1.md", FileState.READ)
    job = Job(1, "ingest", "li", "2026-03-04T12:00:00Z", files, WorkEnd.FAILED)
    shown = render_files(job, wording)
    assert "没有发布" in shown
    assert "收进来了" not in shown
    assert "<b>" not in shown
    files.published()
    assert "收进来了" in render_files(job, wording)


def test_what_a_killed_server_left_of_an_upload_is_swept_and_what_is_being_sent_stays(tmp_path: Path) -> None:
    sent = Staging(tmp_path)
    left = tmp_path / "uploads" / "incoming-0123"
    left.mkdir()
    (left / "a.md").write_text("x")
    assert sweep(tmp_path) == 1
    assert not left.exists()
    assert sent.folder.is_dir()
    inbox = sent.into_inbox()
    assert sweep(tmp_path) == 0
    assert inbox.is_dir()
    sent.discard()
    assert [*(tmp_path / "uploads").iterdir()] == []


def document(title: str, *headings: str) -> Document:
    sections = tuple(Section((heading,), 1, 0, 1) for heading in headings)
    return Document("d", "d.md", "/", "0" * 64, "text/markdown", title, "x", sections=sections)


@pytest.mark.parametrize(
    ("title", "headings", "topics"),
    [
        ("关于做好預防接種工作的通知", (), ("vaccination",)),
        ("长期护理保险和医养结合办法", (), ("insurance", "elderly")),
        ("工作总结", ("一、家庭医生签约", "二、基本公共卫生", "三、献血", "四、献血"), ("public_health", "blood")),
        ("医院中医科", ("医保报销",), ("hospitals", "chinese_medicine")),
        ("某事的通知", (), ()),
    ],
)
def test_the_title_decides_on_topics_and_the_headings_where_it_names_none(
    title: str, headings: tuple[str, ...], topics: tuple[str, ...]
) -> None:
    assert topics_of(document(title, *headings)) == topics


def test_a_topic_without_documents_is_shown_as_a_gap(console: Console) -> None:
    page = console.get("/admin/quality/topics")
    assert "献血和用血" in words_of(page)
    row = Listed("d", "t", "s", "青棠县", "", "", "notice", "in_force", "official", (), 1, 1, "", ("blood", "mental"))
    covered = {topic.code: dict(topic.places) for topic in topics_covered([row])}
    assert (covered["blood"], covered["mental"], covered["prices"]) == ({"青棠县": 1}, {"青棠县": 1}, {})
    assert "" not in covered


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("the server answered 404", "网站没有给出这一页（回答是 404）。"),
        ("https://a.example/: not complete after 30 s", "网站太慢，等不到。"),
        ("cannot be read (the host is not known)", "连不上这个网站。"),
        ("the page is empty", "是空的。"),
        ("the address gives a .html file now and gave a .pdf file before, which is kept", "这个网址以前给的是 .pdf 文件，现在变成了 .html。以前的内容留着。"),
        ("files of type image/gif are not read", "网站给的是一种读不了的格式。"),
        ("something new", "没有读成。"),
    ],
)  # fmt: skip
def test_a_reason_is_told_in_words(wording: Wording, reason: str, words: str) -> None:
    assert reason_words(wording, reason) == words
