"""A supervisor approves, the resident's page offers it, the source changes, and its owner finds a task."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ingest.pipeline import ingest
from rag.approved_records import Proposal
from rag.bootstrap import open_assistant
from rag.catalogue import open_catalogue
from rag.domain import Question
from rag.settings import Settings
from tests.applications import built
from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.conftest import settings_for, write_corpus
from tests.embeddings import HashEmbedding
from tests.rag.approved_samples import at_once
from tests.servers import running
from ui.accounts.cookies import NAME
from ui.accounts.roles import Role
from ui.staff.approved_fields import bare_answer

pytestmark = pytest.mark.browser

QUESTION = "青棠县老年人多大年龄可以免费体检"


@dataclass(frozen=True)
class Site:
    """A site over a published corpus, with one proposed answer, and those who are signed in to it."""

    origin: str
    settings: Settings
    corpus: Path
    tokens: dict[str, str]
    number: int


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    place = tmp_path_factory.mktemp("approved")
    settings, corpus = at_once(settings_for(place / "data")), write_corpus(place / "corpus")
    ingest([corpus], settings, HashEmbedding)
    with closing(open_assistant(settings, embedding=HashEmbedding())) as assistant:
        with open_catalogue(settings) as catalogue:
            catalogue.accounts.add("老板", Role.ADMIN, "no hash", by="test")
            tokens = {}
            for name, role in (("小林", Role.STAFF), ("老周", Role.SUPERVISOR)):
                account = catalogue.accounts.add(name, role, "no hash", by="test")
                tokens[name] = catalogue.sessions.begin(account, "no hash") or ""
            answer = bare_answer(assistant.answer(Question(QUESTION)))
            review = date.today() + timedelta(days=90)
            proposal = Proposal(answer, (QUESTION,), ("青棠县",), "小林", "青棠县卫生健康局", review)
            number = catalogue.approved.propose(proposal, "小林")
        with running(built(assistant, settings)) as origin:
            yield Site(origin, settings, corpus, tokens, number)


@pytest.fixture
def chrome(chromium: Browser, site: Site) -> Iterator[dict[str, Visit]]:
    """Give everybody a browser of their own."""
    visits = {}
    for name in ("小林", "老周", "resident"):
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
        if name in site.tokens:
            context.add_cookies([{"name": NAME, "value": site.tokens[name], "url": site.origin}])
        visits[name] = Visit(context.new_page(), site.origin)
    yield visits
    for visit in visits.values():
        visit.page.context.close()
        assert (visit.elsewhere, visit.errors, visit.dialogs) == ([], [], [])


def asked(visit: Visit) -> Page:
    visit.page.goto(f"{visit.origin}/ask?q={QUESTION}")
    expect(visit.page.locator(".turn .statements").first).to_be_visible()
    return visit.page


def test_what_a_supervisor_approved_is_offered_until_its_source_changes(site: Site, chrome: dict[str, Visit]) -> None:
    page = chrome["老周"].open(f"/staff/approved/{site.number}")
    assert violations(page) == []
    page.fill("#approve-words", "看过原文了")
    page.reload()
    expect(page.locator("#approve-words")).to_have_value("看过原文了")
    page.click("form.card button.primary")
    expect(page.locator(".told")).to_be_visible()
    expect(page.locator("main")).to_contain_text("看过原文了")

    resident = asked(chrome["resident"])
    expect(resident.locator(".turn .approved")).to_contain_text("已审核")
    expect(resident.locator(".turn .approved")).to_contain_text("青棠县卫生健康局")
    resident.click(".turn .approved a")
    expect(resident.locator(".turn")).to_have_count(2)
    expect(resident.locator(".turn").last.locator(".statements")).to_be_visible()
    expect(resident.locator(".turn").last.locator(".approved")).to_have_count(0)

    changed = site.corpus / "qingtang-elderly.md"
    changed.write_text(changed.read_text(encoding="utf-8").replace("六十五周岁", "七十周岁"), encoding="utf-8")
    ingest([site.corpus], site.settings, HashEmbedding)
    expect(asked(chrome["resident"]).locator(".approved")).to_have_count(0)

    page = chrome["小林"].open("/staff/approved?state=withdrawn")
    expect(page.locator("nav a[href$='/staff/tasks']")).to_contain_text("（1 件）")
    assert violations(page) == []
    page.click("nav a[href$='/staff/tasks']")
    expect(page.locator(".tasks")).to_contain_text("引用的原话")
    assert violations(page) == []
    page.click(".tasks td a")
    page.click("a[href$='/change']")
    expect(page.locator("#wordings")).to_have_value(QUESTION)
    assert violations(page) == []
