"""The desk: what an address asks for is found, shown as it is, and kept for nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html import unescape

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response

from rag.catalogue import open_catalogue
from rag.domain import Authority, DocumentType, Question, SearchFilter, SearchResult, Validity
from rag.errors import QuestionError
from rag.settings import PathSettings, Settings
from tests.fakes import HOSTILE_TITLE, FakeAssistant
from ui.accounts.cookies import NAME
from ui.accounts.doors import Doors
from ui.accounts.roles import Role
from ui.console.parts import ConsoleParts
from ui.staff.app import build_staff

HERE = {"origin": "http://testserver", "accept-language": "zh-CN"}


class Searched(FakeAssistant):
    """Keeps what was searched for, and knows no place called 无名."""

    def __init__(self) -> None:
        super().__init__()
        self.questions: list[Question] = []

    def search(self, question: Question, top: int, wanted: SearchFilter | None = None) -> SearchResult:
        self.questions.append(question)
        if question.region == "无名":
            raise QuestionError("unknown region", "region")
        return super().search(question, top, wanted)


@dataclass
class Desk:
    """The desk of two operators."""

    client: TestClient
    assistant: Searched
    settings: Settings
    tokens: dict[str, str]
    csrf: dict[str, str]

    def get(self, path: str = "/staff/", who: str = "小周", **query: str) -> Response:
        """Open a page as somebody."""
        return self.client.get(path, params=query, headers=HERE | {"cookie": f"{NAME}={self.tokens[who]}"})

    def post(self, path: str, who: str = "小周", **fields: str) -> Response:
        """Send a form of somebody's session, without going where it leads."""
        headers = HERE | {"cookie": f"{NAME}={self.tokens[who]}"}
        data = {"csrf": self.csrf[who], **fields}
        return self.client.post(path, data=data, headers=headers, follow_redirects=False)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    settings = Settings(paths=PathSettings(data=tmp_path_factory.mktemp("desk")))
    tokens, csrf = {}, {}
    with open_catalogue(settings) as catalogue:
        catalogue.accounts.add("老板", Role.ADMIN, "no password has this hash", by="test")
        for name in ("小周", "小吴"):
            account = catalogue.accounts.add(name, Role.STAFF, "no password has this hash", by="test")
            tokens[name] = catalogue.sessions.begin(account, "no password has this hash") or ""
            session = catalogue.sessions.find(tokens[name])
            assert session is not None
            csrf[name] = session.csrf
    assistant = Searched()
    app = FastAPI()
    app.mount("/staff", build_staff(ConsoleParts(settings, assistant, Doors(settings))))
    with TestClient(app) as client:
        yield Desk(client, assistant, settings, tokens, csrf)


def words_of(page: Response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def test_an_address_holds_the_whole_search(desk: Desk) -> None:
    page = desk.get(
        q="体检", region="青石县", only="1", exact="1", issuer="卫生健康局", number="7号", type="plan",
        authority="official", holding="not_ended", **{"from": "2025-01-01", "until": "2025-12-31"},
    )  # fmt: skip
    assert page.status_code == 200
    assert desk.assistant.questions[-1] == Question("体检", "青石县")
    assert desk.assistant.filters[-1] == SearchFilter(
        "青石县", date(2025, 1, 1), date(2025, 12, 31), "卫生健康局", (DocumentType.PLAN,), (Authority.OFFICIAL,),
        (Validity.IN_FORCE, Validity.UNKNOWN), "7号", "体检",
    )  # fmt: skip
    for kept in ('value="体检"', 'value="青石县"', 'value="2025-12-31"', 'value="not_ended" selected'):
        assert kept in page.text
    assert "（用了9个）" in page.text


def test_a_passage_says_where_it_is_from_whether_it_holds_and_what_is_doubtful(desk: Desk) -> None:
    listed = words_of(desk.get(q="规划"))
    for told in (
        "官方发布",
        "现行有效",
        "青石县 · 2025年3月18日 · 青石县卫生健康局 · 青卫发〔2025〕7号",
        "已过期",
        "演示用",
    ):
        assert told in listed
    assert "日期不明" in listed  # of the one that has no date
    repost = desk.assistant.kept[1]
    name = f"{repost.document_id}:{repost.marks[0].start - 5}-{len(repost.text)}"
    opened = desk.get("/staff/passage", open=name, q="报销比例")
    assert 'class="redacted"' in opened.text
    assert 'class="garbled"' in opened.text
    assert "有隐去" in words_of(opened)


def test_why_a_passage_stands_there_is_told_in_words_and_shares(desk: Desk) -> None:
    assert "有查找的词 +83%" in words_of(desk.get(q="规划"))
    assert "意思相近 +17%" in words_of(desk.get(q="规划"))


def test_an_opened_passage_is_marked_in_its_surroundings_and_can_be_cited(desk: Desk) -> None:
    plan = desk.assistant.kept[0]
    start = plan.text.index("年满六十五")
    end = start + len("年满六十五周岁的居民每年免费体检一次。")
    page = desk.get(q="体检", open=f"{plan.document_id}:{start}-{end}")
    block = page.text.split('id="opened"')[1].split("</div>")[0]
    assert "年满六十五周岁" in block
    assert "<mark>体检</mark>" in block
    assert "儿童接种" not in block
    assert "儿童接种" in page.text.split('id="opened"')[1]
    assert 'data-cite="《青石县卫生健康发展规划》，青石县卫生健康局，青卫发〔2025〕7号，2025年3月18日，' in page.text
    assert f"/documents/{plan.document_id}?start={start}&amp;end={end}" in page.text


@pytest.mark.parametrize("name", ["d1:5-900000", "d1:9-5", "ffff:0-5", "../x", "d1"])
def test_a_passage_that_is_gone_leaves_the_list_standing(desk: Desk, name: str) -> None:
    page = desk.get(q="规划", open=name)
    assert page.status_code == 200
    assert "这一段找不到了" in page.text
    assert 'id="hits"' in page.text
    assert desk.get("/staff/passage", open=name).status_code == 404


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"q": "体检", "region": "无名"}, "不认识这个地区"),
        ({"q": "体检", "from": "2025-02-30"}, "日期不对"),
        ({"q": "体检", "from": "2025-02-03", "until": "2025-02-01"}, "日期不对"),
        ({"region": "青石县"}, "请写下要查的内容"),
    ],
)
def test_what_cannot_be_searched_for_is_said_in_words(desk: Desk, query: dict[str, str], words: str) -> None:
    assert words in desk.get("/staff/found", **query).text
    assert words in desk.get(**query).text


def test_nothing_of_a_document_or_an_address_becomes_markup(desk: Desk) -> None:
    page = desk.get(q="<script>alert(1)</script>", region='"><img src=x>', issuer="<b>")
    assert HOSTILE_TITLE not in page.text
    assert "<script>alert" not in page.text
    assert "<img" not in page.text


def test_what_was_just_searched_for_is_not_searched_for_again_until_the_documents_change(desk: Desk) -> None:
    asked = len(desk.assistant.questions)
    first = desk.get("/staff/found", q="只查一次")
    assert desk.get("/staff/found", who="小吴", q="只查一次").text == first.text
    assert len(desk.assistant.questions) == asked + 1
    desk.assistant.generation, before = "another", desk.assistant.generation
    desk.get("/staff/found", q="只查一次")
    assert len(desk.assistant.questions) == asked + 2
    desk.assistant.generation = before
    assert first.headers["cache-control"] == "no-store"


def test_a_saved_search_is_its_owner_s_alone_and_keeps_no_personal_number(desk: Desk) -> None:
    sent = desk.post(
        "/staff/searches", name="村里的体检", query="q=体检 13912345678&region=青石县&holding=in_force&x=1"
    )
    assert sent.status_code == 303
    assert "13912345678" not in unescape(sent.headers["location"])
    own = desk.get()
    assert "村里的体检" in own.text
    assert "holding=in_force" in own.text
    assert "x=1" not in own.text
    assert "村里的体检" not in desk.get(who="小吴").text
    number = re.search(r'name="number" value="(\d+)"', own.text)
    assert number is not None
    assert desk.post("/staff/searches/remove", who="小吴", number=number[1], back="").status_code == 404
    assert (
        desk.post("/staff/searches/remove", number=number[1], back="q=体检")
        .headers["location"]
        .startswith("/staff/?q=")
    )
    assert "村里的体检" not in desk.get().text
    with open_catalogue(desk.settings) as catalogue:
        actions = [(entry.who, entry.action) for entry in catalogue.audit.entries()][:2]
    assert actions == [("小周", "search.remove"), ("小周", "search.keep")]
    assert desk.post("/staff/searches", name="", query="q=体检").status_code == 422
