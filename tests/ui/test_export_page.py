from __future__ import annotations

import io
from collections.abc import Iterator
from urllib.parse import unquote

import docx
import pypdfium2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag.domain import Question
from rag.settings import HelpSettings, ServerSettings
from tests.fakes import FakeAssistant
from ui.addresses import served_under
from ui.desk import Desk
from ui.faults import install_faults
from ui.page_export import EXPORT_LIMITS, Exporting, build_export, file_name
from ui.receipts import MAX_RECEIPT_CHARS, Receipts, passing_receipts
from ui.wording import Language, Wording

WORDING = Wording(Language.ZH_HANS, HelpSettings())


class Door:
    """The routes on an application of their own, and receipts that they know."""

    def __init__(self) -> None:
        self.assistant = FakeAssistant()
        self.receipts: Receipts = passing_receipts()
        self.desk = Desk(ServerSettings())
        parts = Exporting(
            self.receipts, self.assistant, HelpSettings(), lambda _, wording, words: f"{words} {wording.language}"
        )
        app = FastAPI()
        app.include_router(build_export(parts, self.desk))
        install_faults(app, HelpSettings())
        self.client = TestClient(app, base_url="http://policy.example.cn")

    def receipt(self, words: str, region: str | None = None) -> str:
        return self.receipts.issue(self.assistant.answer(Question(words)), Language.ZH_HANS, region)


@pytest.fixture
def door() -> Iterator[Door]:
    door = Door()
    yield door
    door.desk.close()


def words_in(content: bytes, kind: str) -> str:
    if kind == "docx":
        return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs)
    file = pypdfium2.PdfDocument(content)
    words = "".join(page.get_textpage().get_text_range() for page in file)
    file.close()
    return words


@pytest.mark.parametrize("kind", ["docx", "pdf"])
@pytest.mark.parametrize("way", ["json", "data"])
def test_a_receipt_is_turned_into_a_file(door: Door, kind: str, way: str) -> None:
    sent = {"receipt": door.receipt("发展目标是什么", "青石县"), "lang": "zh-Hans"}
    reply = door.client.post(f"/page/export/{kind}", **{way: sent})  # type: ignore[arg-type]
    assert reply.status_code == 200
    assert reply.headers["cache-control"] == "no-store"
    assert unquote(reply.headers["content-disposition"]).endswith(f"政策问答 发展目标是什么.{kind}")
    words = words_in(reply.content, kind)
    assert "青石县" in words
    assert "每个镇建成一所标准化卫生院" in words
    assert "http://policy.example.cn/documents/d1" in words.replace("\r\n", "")


@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_a_file_is_in_the_language_of_the_page(door: Door, kind: str) -> None:
    reply = door.client.post(f"/page/export/{kind}", json={"receipt": door.receipt("目标"), "lang": "en"})
    assert "What the documents say".lower() in words_in(reply.content, kind).lower()


def test_addresses_in_a_file_have_the_prefix_of_the_site(door: Door) -> None:
    with served_under("/policy"):
        reply = door.client.post("/page/export/docx", json={"receipt": door.receipt("目标")})
    assert "http://policy.example.cn/policy/documents/d1" in words_in(reply.content, "docx")


def test_what_left_its_source_is_not_put_into_a_file(door: Door) -> None:
    receipt = door.receipt("发展目标是什么")
    door.assistant.kept = door.assistant.kept[1:]
    words = words_in(door.client.post("/page/export/docx", json={"receipt": receipt}).content, "docx")
    assert "每个镇建成一所标准化卫生院" not in words
    assert "有 1 条内容" in words


@pytest.mark.parametrize("receipt", ["", "abc", "a.b", "x" * 70_000])
def test_a_foreign_receipt_gives_no_file_but_a_sentence(door: Door, receipt: str) -> None:
    reply = door.client.post("/page/export/pdf", json={"receipt": receipt, "lang": "zh-Hans"})
    assert reply.status_code == 422
    assert reply.json() == {"error": {"code": "receipt", "message": WORDING.text("error.receipt"), "field": None}}


def test_a_receipt_of_another_server_gives_no_file(door: Door) -> None:
    foreign = passing_receipts().issue(door.assistant.answer(Question("目标")), Language.ZH_HANS, None)
    assert door.client.post("/page/export/docx", json={"receipt": foreign}).status_code == 422


def test_a_form_is_answered_with_a_page_where_there_is_no_file(door: Door) -> None:
    reply = door.client.post("/page/export/pdf", data={"receipt": "abc", "lang": "en"})
    assert reply.status_code == 422
    assert reply.headers["content-type"].startswith("text/html")
    assert reply.text == f"{Wording(Language.EN, HelpSettings()).text('error.receipt')} en"


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[]", b'"x"', b'{"receipt": 5}', b"{" * 3000, b"[" * 60_000])
def test_a_body_that_is_nothing_gives_no_file(door: Door, body: bytes) -> None:
    reply = door.client.post("/page/export/pdf", content=body, headers={"content-type": "application/json"})
    assert reply.json()["error"]["code"] == "receipt"


def test_without_documents_there_is_nothing_to_hold_an_answer_to(door: Door) -> None:
    receipt = door.receipt("目标")
    door.assistant.generation = None
    reply = door.client.post("/page/export/pdf", json={"receipt": receipt})
    assert (reply.status_code, reply.json()["error"]["code"]) == (503, "unavailable")


def test_only_two_kinds_of_file_are_made(door: Door) -> None:
    assert door.client.post("/page/export/exe", json={"receipt": door.receipt("目标")}).status_code == 422


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("有哪些补贴？", "政策问答 有哪些补贴？.pdf"),
        ("../../etc/passwd", "政策问答 etc passwd.pdf"),
        ('a:b*c?"<>|\\d\r\n\u202efdp.exe', "政策问答 a b c d fdp.exe.pdf"),
        ("长" * 300, f"政策问答 {'长' * 40}.pdf"),
        (" . . ", "政策问答.pdf"),
    ],
)
def test_a_files_name_comes_from_the_question_and_is_safe(question: str, name: str) -> None:
    assert file_name(question, WORDING, "pdf") == name


def test_there_is_room_for_the_longest_receipt() -> None:
    assert set(EXPORT_LIMITS) == {"/page/export/docx", "/page/export/pdf"}
    assert min(EXPORT_LIMITS.values()) > MAX_RECEIPT_CHARS
