"""The whole way of an approved answer: proposed, approved, told at every door, withdrawn when its source changes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response

from ingest.pipeline import ingest
from rag.bootstrap import open_assistant
from rag.catalogue import open_catalogue
from rag.domain import Question
from rag.ports import Assistant
from rag.settings import HelpSettings, Settings
from tests.applications import interfaces
from tests.conftest import settings_for, write_corpus
from tests.embeddings import HashEmbedding
from tests.rag.approved_samples import at_once
from ui.accounts.cookies import NAME
from ui.accounts.doors import Doors
from ui.accounts.roles import Role
from ui.answered import render_told
from ui.chat_text import ChatText
from ui.cli_approved import approved_values
from ui.console.parts import ConsoleParts
from ui.mcp_types import answer_of
from ui.staff.app import build_staff
from ui.wording import Language, Wording

HERE = {"origin": "http://testserver", "accept-language": "zh-CN"}
QUESTION = "青棠县老年人多大年龄可以免费体检"
PEOPLE = {"小林": Role.STAFF, "小陈": Role.STAFF, "老周": Role.SUPERVISOR, "老板": Role.ADMIN}
WORDING = Wording(Language.ZH_HANS, HelpSettings())


@dataclass
class Site:
    """The desk and the interface for programs, over a published corpus."""

    client: TestClient
    settings: Settings
    assistant: Assistant
    corpus: Path
    sessions: Mapping[str, tuple[str, str]]

    def get(self, who: str, path: str, **query: str) -> Response:
        """Open a page of the desk."""
        self.client.cookies.set(NAME, self.sessions[who][0])
        return self.client.get(f"/staff{path}", params=query, headers=HERE)

    def post(self, who: str, path: str, fields: Mapping[str, Any]) -> Response:
        """Send a form, without going where it leads."""
        self.client.cookies.set(NAME, self.sessions[who][0])
        data = {**fields, "csrf": self.sessions[who][1]}
        return self.client.post(f"/staff{path}", data=data, headers=HERE, follow_redirects=False)

    def ask(self, **more: object) -> dict[str, Any]:
        """Ask the question as a program does."""
        told: dict[str, Any] = self.client.post("/api/v1/ask", json={"question": QUESTION, **more}).json()
        return told


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    place = tmp_path_factory.mktemp("approved")
    settings, corpus = at_once(settings_for(place / "data")), write_corpus(place / "corpus")
    ingest([corpus], settings, HashEmbedding)
    sessions = {}
    with open_catalogue(settings) as catalogue:
        for name, role in PEOPLE.items():
            account = catalogue.accounts.add(name, role, "no password has this hash", by="test")
            token = catalogue.sessions.begin(account, "no password has this hash")
            found = catalogue.sessions.find(str(token))
            assert found is not None
            sessions[name] = (str(token), found.csrf)
    with closing(open_assistant(settings, embedding=HashEmbedding())) as assistant:
        app = FastAPI()
        app.mount("/staff", build_staff(ConsoleParts(settings, assistant, Doors(settings))))
        app.mount("/", interfaces(assistant, settings))
        with TestClient(app) as client:
            yield Site(client, settings, assistant, corpus, sessions)


def fields_of(page: Response) -> dict[str, Any]:
    """Return what the form of a proposal holds, as a browser would send it."""
    form = page.text[page.text.index("approved-form") - 400 :].split("</form>")[0]
    fields: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="(?:hidden|text|date)" name="([^"]+)"[^>]*? value="([^"]*)"', form):
        fields[name] = unescape(value)
    for name, value in re.findall(r'<textarea name="([^"]+)"[^>]*>([^<]*)</textarea>', form):
        fields[name] = unescape(value)
    return fields


def proposed(site: Site, who: str = "小林", **changed: str) -> int:
    """Propose the answer to the question and return its number."""
    page = site.get(who, "/approved/new", q=QUESTION)
    sent = site.post(who, "/approved/propose", fields_of(page) | changed)
    assert sent.status_code == 303, sent.text
    found = re.search(r"/approved/(\d+)\?told=approved_proposed", sent.headers["location"])
    assert found is not None
    return int(found[1])


def decide(site: Site, number: int, what: str, words: str = "看过了", who: str = "老周") -> Response:
    with open_catalogue(site.settings) as catalogue:
        revision = catalogue.approved.get(number).revision
    return site.post(who, f"/approved/{number}/{what}", {"revision": str(revision), "words": words})


def test_what_is_proposed_is_filled_in_from_the_answer_and_wrong_fields_are_told_with_nothing_lost(site: Site) -> None:
    page = site.get("小林", "/approved/new", q=QUESTION)
    fields = fields_of(page)
    assert fields["wordings"] == QUESTION
    assert (fields["places"], fields["owner"]) == ("青棠县", "小林")
    assert "六十五周岁" in fields["words-s0"]
    wrong = {
        "places": "没有这个县",
        "owner": "没有这个人",
        "office": "",
        "review": "2001-01-01",
        "wordings": "",
    }
    for name, value in wrong.items():
        told = site.post("小林", "/approved/propose", fields | {"office": "某局", "note": "我写的", name: value})
        assert told.status_code == 422
        assert (fields_of(told)["note"], fields_of(told)[name]) == ("我写的", value)
        assert 'role="alert"' in told.text
    dropped = site.post("小林", "/approved/propose", fields | {"office": "某局", "out": ["s0", "s1", "s2"]})
    assert dropped.status_code == 422
    forged = site.post("小林", "/approved/propose", fields | {"receipt": "a." + "b" * 43})
    assert forged.status_code == 422


def test_the_form_of_the_answer_pane_begins_a_proposal_with_its_words(site: Site) -> None:
    fields = fields_of(site.get("小林", "/approved/new", q=QUESTION))
    pane = {"q": QUESTION, "receipt": fields["receipt"], "words-s0": "满65周岁，每年一次。"}
    page = site.post("小林", "/approved/new", pane)
    assert page.status_code == 200
    assert fields_of(page)["words-s0"] == "满65周岁，每年一次。"


def test_only_another_person_with_the_right_role_approves_and_each_step_is_shown(site: Site) -> None:
    number = proposed(site, "老周", office="青棠县卫生健康局", note="<script>")
    assert decide(site, number, "approve", who="小陈").status_code == 403
    assert decide(site, number, "approve", who="老周").status_code == 422
    assert site.ask()["approved"] is None
    page = site.get("老周", f"/approved/{number}")
    assert "这是您自己提的" in page.text
    assert "<script>" not in page.text.replace("<script src", "")
    back = decide(site, number, "send-back", "请写明户籍", who="老板")
    assert back.headers["location"].endswith("told=approved_returned")
    assert "（1 件）" in site.get("老周", "/tasks").text
    changing = site.get("老周", f"/approved/{number}/change")
    again = site.post("老周", f"/approved/{number}/change", fields_of(changing) | {"note": "写明了"})
    assert again.status_code == 303
    assert "（1 件）" not in site.get("老周", "/tasks").text
    assert site.get("小陈", f"/approved/{number}/change").status_code == 403
    withdrawn = decide(site, number, "withdraw", "不要了", who="老板")
    assert withdrawn.status_code == 303
    history = site.get("小林", f"/approved/{number}").text
    assert [words in history for words in ("请写明户籍", "不要了", "修改后再提")] == [True, True, True]
    listed = site.get("小林", "/approved", state="withdrawn").text
    assert f"/staff/approved/{number}" in listed
    assert f"/staff/approved/{number}" not in site.get("小林", "/approved", state="approved").text


def test_a_worded_figure_is_refused_until_the_supervisor_says_why(site: Site) -> None:
    number = proposed(site, **{"office": "青棠县卫生健康局", "words-s0": "年满六十周岁的老年人每年可以免费体检一次。"})
    assert "原文里没有这些数：六十" in site.get("老周", f"/approved/{number}").text
    refused = decide(site, number, "approve", "")
    assert refused.status_code == 422
    assert "先说明为什么" in refused.text
    assert decide(site, number, "approve", "县里今年放宽").status_code == 303
    told = site.ask()
    assert told["statements"][0]["edited"] is True
    assert "整理" in told["label"]
    assert decide(site, number, "withdraw", "试过了").status_code == 303


def test_an_approved_answer_is_told_at_every_door_until_its_source_changes(site: Site) -> None:
    number = proposed(site, office="青棠县卫生健康局", wordings=f"{QUESTION}\n老年人多大年龄可以免费体检")
    plain = site.ask()
    assert plain["approved"] is None
    assert decide(site, number, "approve").status_code == 303
    told = site.ask()
    assert (told["approved"]["number"], told["approved"]["office"]) == (number, "青棠县卫生健康局")
    assert told["statements"] == plain["statements"]
    assert site.ask(question="请问老年人多大年龄可以免费体检呀？", region="青棠县")["approved"]["number"] == number
    assert site.ask(question="白岭县老年人多大年龄可以免费体检")["approved"] is None
    assert site.ask(anew=True)["approved"] is None
    answer = site.assistant.answer(Question(QUESTION))
    assert "青棠县卫生健康局" in ChatText(WORDING, "http://here").whole(answer)
    assert "青棠县卫生健康局" in str(answer_of(answer, WORDING).approved)
    page = render_told(answer, None, WORDING, "")
    assert "已审核" in page
    assert "anew=1" in page
    streamed = site.client.post("/api/v1/ask", json={"question": QUESTION}, headers={"accept": "text/event-stream"})
    assert f'"approved": {{"number": {number}' in streamed.text

    changed = site.corpus / "qingtang-elderly.md"
    changed.write_text(changed.read_text(encoding="utf-8").replace("六十五周岁", "七十周岁"), encoding="utf-8")
    ingest([site.corpus], site.settings, HashEmbedding)
    (listed,) = [one for one in approved_values(site.settings)["approved"] if one["number"] == number]
    assert (listed["state"], listed["reason"]) == ("withdrawn", "quote_gone")
    assert site.ask()["approved"] is None
    tasks = site.get("小林", "/tasks")
    assert "引用的原话" in tasks.text
    assert f"/staff/approved/{number}" in tasks.text
    (finish,) = re.findall(r"/staff(/tasks/\d+/done)", tasks.text)
    assert site.post("小陈", finish, {}).status_code == 403
    assert site.post("小林", finish, {"outcome": "改好再提"}).status_code == 303
    assert "改好再提" in site.get("小林", "/tasks").text
