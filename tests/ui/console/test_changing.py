"""What an admin changes about a document, who is told to have done it, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.pipeline import ingest
from rag.settings import Settings
from tests.embeddings import HashEmbedding
from tests.ui.console.conftest import HERE, Console, Enter, words_of
from ui.console.work import WorkEnd

ELDERLY = "qingtang-elderly.md"
REASON = "落款写的是白岭县"


def as_read(console: Console, source: str) -> dict[str, str]:
    """Return the fields of the form of corrections as its page shows them: nothing is changed."""
    document = console.document(source)
    return {
        "title": document.title,
        "region": document.region or "",
        "issuer": document.issuer or "",
        "published": str(document.published or ""),
        "effective": str(document.effective or ""),
        "valid_until": str(document.valid_until or ""),
        "document_number": document.document_number or "",
        "type": document.type.value,
        "authority": document.authority.value,
        "validity": document.validity.value,
        "superseded_by": document.superseded_by or "",
        "url": document.url or "",
        "language": document.language or "",
    }


def path_of(console: Console, source: str, rest: str) -> str:
    return f"/admin/documents/{console.document(source).document_id}/{rest}"


def correct(console: Console, **values: str) -> str:
    """Correct the document, wait, and return where the form led."""
    fields = {**as_read(console, ELDERLY), "reason": REASON, **values}
    reply = console.post(path_of(console, ELDERLY, "correct"), **fields)
    assert reply.status_code == 303, words_of(reply)
    return str(reply.headers["location"])


def test_a_corrected_place_is_published_and_audited(console: Console) -> None:
    assert correct(console, region="白岭县") == "/admin/work"
    assert console.ended().published
    document = console.document(ELDERLY)
    assert (document.region, document.origins["region"]) == ("白岭县", "correction")
    noted = console.audited()[0]
    assert (noted["who"], noted["action"], noted["object_"]) == ("王主任", "correct", ELDERLY)
    assert noted["before"]["values"] == {"region": "青棠县"}
    assert noted["after"]["values"] == {"region": "白岭县"}
    assert noted["after"]["reason"] == REASON
    assert noted["before"]["generation"] != noted["after"]["generation"] == console.ended().generation


def test_the_document_tells_who_corrected_it(console: Console) -> None:
    correct(console, region="白岭县")
    console.ended()
    words = words_of(console.get(f"/admin/documents/{console.document(ELDERLY).document_id}"))
    assert "王主任：地区 改为 白岭县" in words


def test_a_withdrawn_correction_gives_way_to_what_was_read(console: Console) -> None:
    correct(console, region="白岭县")
    console.ended()
    assert 'name="withdraw-region"' in console.get(path_of(console, ELDERLY, "correct")).text
    reply = console.post(
        path_of(console, ELDERLY, "correct"),
        **as_read(console, ELDERLY),
        **{"withdraw-region": "1", "reason": "看错了"},
    )
    assert reply.status_code == 303
    console.ended()
    assert console.document(ELDERLY).region == "青棠县"


def test_a_document_marked_as_expired_says_so(console: Console) -> None:
    correct(console, validity="expired")
    console.ended()
    assert "已过期" in words_of(console.get(f"/admin/documents/{console.document(ELDERLY).document_id}"))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"published": "去年春天"}, "“发布日期”填的内容用不了"),
        ({"region": "哪里"}, "“地区”填的内容用不了"),
        ({"title": ""}, "“标题”不能改成空的"),
        ({"region": "白岭县", "reason": ""}, "请写一句为什么要改"),
        ({}, "没有改动任何一项"),
        ({"validity": "for ever"}, "“效力”填的内容用不了"),
    ],
)
def test_what_cannot_be_taken_is_said_and_kept_in_the_form(
    console: Console, changed: dict[str, str], said: str
) -> None:
    fields = {**as_read(console, ELDERLY), "reason": REASON, **changed}
    page = console.post(path_of(console, ELDERLY, "correct"), **fields)
    assert page.status_code == 422
    assert said in words_of(page)
    assert console.parts.work.latest() is None
    assert all(f'value="{value}"' in page.text for value in changed.values() if value and value != "for ever")


def test_a_deleted_document_can_be_asked_about_no_more_and_comes_back(console: Console) -> None:
    question = words_of(console.get(path_of(console, ELDERLY, "delete")))
    assert "居民问不到它" in question
    console.post(path_of(console, ELDERLY, "delete"), reason="重复")
    assert console.ended().published
    assert ELDERLY not in [document.source for document in console.parts.assistant.documents()]
    assert (console.audited()[0]["action"], console.audited()[0]["after"]["reason"]) == ("delete", "重复")
    assert "为什么要改" in words_of(console.get("/admin/restore", document=ELDERLY))
    assert console.post("/admin/restore", document=ELDERLY, reason=" ").status_code == 422
    console.post("/admin/restore", document=ELDERLY, reason="撤错了")
    console.ended()
    assert console.audited()[0]["after"]["reason"] == "撤错了"
    assert console.document(ELDERLY).title == "青棠县老年人免费体检实施办法"


def test_nothing_is_deleted_without_a_reason(console: Console) -> None:
    page = console.post(path_of(console, ELDERLY, "delete"), reason="  ")
    assert page.status_code == 422
    assert console.parts.work.latest() is None


def test_an_earlier_version_is_compared_and_brought_back(enter: Enter, settings: Settings, corpus_folder: Path) -> None:
    ingest([corpus_folder], settings, HashEmbedding)
    file = corpus_folder / ELDERLY
    file.write_text(file.read_text(encoding="utf-8").replace("六十五周岁", "六十周岁"), encoding="utf-8")
    ingest([corpus_folder], settings, HashEmbedding)
    console = enter(settings)
    page = console.get(path_of(console, ELDERLY, "versions"))
    assert "<del>六十五</del>" in page.text or "<del>五</del>" in page.text
    assert words_of(page).count("恢复这一版") == 1
    console.post("/admin/restore", document=console.document(ELDERLY).document_id, version="1", reason="改错了")
    assert console.ended().state is WorkEnd.DONE
    assert "六十五周岁" in console.document(ELDERLY).text


def test_an_unknown_version_is_told_as_a_failure(console: Console) -> None:
    console.post("/admin/restore", document=ELDERLY, version="7", reason="看看")
    assert console.ended().problem == "UnknownIdError"
    assert "没有做成。 没有找到这份资料" in words_of(console.get("/admin/work"))


def test_everything_can_be_made_anew(console: Console) -> None:
    assert console.post("/admin/rebuild").status_code == 303
    assert console.ended().state is WorkEnd.DONE
    assert "资料没有变化" in words_of(console.get("/admin/work"))


@pytest.mark.parametrize(
    "path",
    ["/admin/rebuild", "/admin/restore", "/admin/documents/x/delete", "/admin/documents/x/correct"],
)
def test_a_form_that_no_page_of_the_session_sent_is_refused(console: Console, path: str) -> None:
    for csrf, origin in (("", HERE["origin"]), ("wrong", HERE["origin"]), (console.csrf, "http://elsewhere.example")):
        reply = console.client.post(path, data={"csrf": csrf, "reason": "x"}, headers={"origin": origin})
        assert reply.status_code == 403
    assert console.parts.work.latest() is None
