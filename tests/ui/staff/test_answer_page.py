"""The answer pane: cut, added to, worded anew, and copied, with nothing kept on the server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response

from rag.catalogue import open_catalogue
from rag.domain import Chunk, Hit, SearchResult
from rag.settings import PathSettings, Settings
from tests.fakes import MEASURES, FakeAssistant, sample_documents
from tests.outline import outline
from ui.accounts.cookies import NAME
from ui.accounts.doors import Doors
from ui.accounts.roles import Role
from ui.console.parts import ConsoleParts
from ui.staff.app import build_staff

HERE = {"origin": "http://testserver", "accept-language": "zh-CN"}


class Searching(FakeAssistant):
    """Finds one passage near every question."""

    def search(self, *_: object) -> SearchResult:
        plan = self.kept[0]
        start = plan.text.index("儿童按国家")
        chunk = Chunk("c1", plan.document_id, 0, (), start, start + 10, plan.text[start : start + 10])
        return SearchResult((Hit(chunk, plan, 1.0, {}),), {})


@dataclass
class Desk:
    """The desk as one operator's browser sees it."""

    client: TestClient
    csrf: str

    def ask(self, question: str, **query: str) -> Response:
        """Ask on the page of its own."""
        return self.client.get("/staff/answer", params={"q": question, **query}, headers=HERE)

    def press(self, page: Response, do: str, part: str | None = None, **changed: str) -> Response:
        """Press a button of the form, with what it holds and what was typed over it."""
        fields: dict[str, list[str]] = {}
        form = page.text[page.text.index('id="answer-form"') - 200 :]
        for name, value in re.findall(
            r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form.split("</form>")[0]
        ):
            fields.setdefault(unescape(name), []).append(unescape(value))
        for name, value in re.findall(r'<textarea name="([^"]+)"[^>]*>([^<]*)</textarea>', page.text):
            fields[name] = [unescape(value)]
        fields |= {name: [value] for name, value in changed.items()} | {"do": [do]}
        headers = HERE | ({"x-part": part} if part else {})
        return self.client.post("/staff/answer", data=fields, headers=headers)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    settings = Settings(paths=PathSettings(data=tmp_path_factory.mktemp("desk")))
    with open_catalogue(settings) as catalogue:
        catalogue.accounts.add("老板", Role.ADMIN, "no password has this hash", by="test")
        account = catalogue.accounts.add("小李", Role.STAFF, "no password has this hash", by="test")
        token = catalogue.sessions.begin(account, "no password has this hash")
        assert token is not None
        session = catalogue.sessions.find(token)
        assert session is not None
    app = FastAPI()
    app.mount("/staff", build_staff(ConsoleParts(settings, Searching(), Doors(settings))))
    with TestClient(app) as client:
        client.cookies.set(NAME, token)
        yield Desk(client, session.csrf)


def items(page: Response) -> list[str]:
    return re.findall(r'<textarea name="words-\w+"[^>]*>([^<]*)</textarea>', page.text)


def chat(page: Response) -> str:
    found = re.search(r'<textarea id="text-chat"[^>]*>([^<]*)</textarea>', page.text)
    return unescape(found[1]) if found else ""


def test_the_answer_comes_in_pieces_that_each_show_their_source(desk: Desk) -> None:
    page = desk.ask("有哪些保障措施", region="青石县")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert items(page) == list(MEASURES)
    assert page.text.count("<blockquote") == len(MEASURES)
    assert all(f"{measure} [{n}]" in chat(page) for n, measure in enumerate(MEASURES, start=1))


def test_a_piece_left_out_is_in_no_text_and_comes_back(desk: Desk) -> None:
    page = desk.ask("有哪些保障措施", region="青石县")
    cut = desk.press(page, "out s0")
    assert MEASURES[0] not in chat(cut)
    assert MEASURES[1] in chat(cut)
    assert MEASURES[0] in chat(desk.press(cut, "back s0"))


def test_what_is_typed_is_marked_doubted_and_restored(desk: Desk) -> None:
    page = desk.ask("有哪些保障措施", region="青石县")
    typed = desk.press(page, "update", **{"words-s1": "另发补贴900元。"})
    assert "另发补贴900元。（整理） [2]" in chat(typed)
    assert "900元" in typed.text.partition('id="doubts-s1"')[2].partition("</ul>")[0]
    again = desk.press(typed, "reset s1")
    assert items(again) == list(MEASURES)


def test_passages_are_added_and_taken_away_with_the_words_written_over_them(desk: Desk) -> None:
    page = desk.ask("天气怎么样")
    assert items(page) == []
    near = re.findall(r'name="do" value="(add [^"]+)"', unescape(page.text))
    assert len(near) == 1
    added = desk.press(page, near[0])
    assert items(added) == ["儿童按国家免疫规划免"]
    other = desk.press(added, near[0].replace(near[0].split(":")[1], "0-5"), **{"words-a0": "孩子免费接种。"})
    assert items(other) == ["孩子免费接种。", "青石县卫生"]
    left = desk.press(other, "remove a0")
    assert items(left) == ["青石县卫生"]


def test_a_place_that_the_answer_depends_on_is_chosen_here(desk: Desk) -> None:
    page = desk.ask("有哪些保障措施")
    assert items(page) == []
    assert 'value="place 青石县"' in page.text
    assert items(desk.press(page, "place 青石县")) == list(MEASURES)


def test_the_pane_alone_comes_for_scripts(desk: Desk) -> None:
    page = desk.ask("有哪些保障措施", region="青石县")
    part = desk.press(page, "update", part="answer")
    assert "<!doctype" not in part.text
    assert items(part) == list(MEASURES)
    assert "answer-near" in part.text
    assert "answer-near" not in desk.press(page, "update", part="check").text


def test_a_foreign_receipt_is_told_and_nothing_is_asked(desk: Desk) -> None:
    page = desk.ask("有哪些保障措施", region="青石县")
    reply = desk.press(page, "update", receipt="abc.def")
    assert reply.status_code == 422
    assert "打不开" in reply.text


def test_no_other_person_can_send_the_form(desk: Desk) -> None:
    assert desk.press(desk.ask("有哪些保障措施", region="青石县"), "update", csrf="another").status_code == 403


@pytest.mark.parametrize(
    "do", ["add nowhere:0-5", "add d1:9-3", "add <b>", "remove a99", "remove s0", "out ..", "x", ""]
)
def test_buttons_that_are_not_there_change_nothing(desk: Desk, do: str) -> None:
    page = desk.press(desk.ask("有哪些保障措施", region="青石县"), do)
    assert page.status_code == 200
    assert items(page) == list(MEASURES)


def test_nothing_typed_becomes_markup(desk: Desk) -> None:
    hostile = "<script>alert(1)</script>\"'&"
    page = desk.press(desk.ask(f"有哪些保障措施{hostile}", region="青石县"), "update", **{"words-s0": hostile})
    assert "script" not in outline(desk.press(page, "update", part="answer").text).tags
    assert hostile in chat(page)


def test_every_control_says_what_it_is(desk: Desk) -> None:
    tree = outline(desk.ask("有哪些保障措施", region="青石县").text)
    assert all(tree.values("textarea", "id"))


def test_a_passage_about_another_place_says_so_also_where_only_the_documents_know_both(desk: Desk) -> None:
    page = desk.ask("有哪些保障措施", region="青石县")
    repost = sample_documents()[1]
    start = repost.text.index("建立工作专班")
    added = desk.press(page, f"add d2:{start}-{start + 12}")
    told = added.text.partition('class="answer-notices"')[2].partition("</ul>")[0]
    assert "白河市" in told
    assert "青石县" in told
