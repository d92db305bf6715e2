"""The viewer, originals, shared answers and the page on privacy, as they come over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.middleware.gzip import GZipMiddleware

from rag.domain import Answer, AnswerStatus, DocumentVersion, OriginalFile
from rag.errors import NotAvailableError
from rag.reverification import Reverified
from rag.settings import LanguageModelSettings, RetentionSettings, Settings, UseSettings
from tests.fakes import MEASURES, FakeAssistant, listed, sample_documents
from tests.outline import assert_harmless, outline
from ui.pages.originals import COMPRESSED, build_originals
from ui.pages.privacy import build_privacy, model_place
from ui.pages.shared import build_shared
from ui.pages.viewer import build_viewer
from ui.receipts import passing_receipts
from ui.shared_answers import Reopened
from ui.shell import SecurityHeaders
from ui.wording import Language

CONTENT = b"%PDF-1.7 " + bytes(range(256)) * 20


class SharedOnes:
    """Opens the one token ``t0ken``."""

    def __init__(self, checked: Reverified, region: str | None = "青石县") -> None:
        answered, shared = "2026-03-02T23:00:00Z", "2026-05-06T08:00:00Z"
        receipt = passing_receipts().issue(checked.answer, Language.ZH_HANS, region)
        self.one = Reopened(checked, Language.ZH_HANS, region, answered, shared, receipt)
        self.error: Exception | None = None

    def opened(self, token: str) -> Reopened | None:
        if self.error:
            raise self.error
        return self.one if token == "t0ken" else None


Client = Callable[..., TestClient]


@pytest.fixture
def visit(tmp_path: Path) -> Client:
    """Return a client of the pages; the first document has two versions of a PDF, the others have none."""
    path = tmp_path / "original"
    path.write_bytes(CONTENT)
    versions = tuple(DocumentVersion(number, str(number) * 64, "2026-01-05T08:00:00Z") for number in (1, 2, 3))
    plan, *others = sample_documents()
    plan = replace(plan, version=3, versions=versions, media_type="application/pdf", source="规划.pdf")
    answer = listed(plan, MEASURES, "青石县有哪些<b>保障</b>措施？")

    def visit(
        settings: Settings | None = None, shared: SharedOnes | None = None, assistant: FakeAssistant | None = None
    ) -> TestClient:
        settings = settings or Settings()
        names = {1: "规划-v1.pdf", 3: "规划.pdf"}
        originals = {("d1", n): OriginalFile(path, "application/pdf", name) for n, name in names.items()}
        assistant = assistant or FakeAssistant(kept=(plan, *others), originals=originals)
        app = FastAPI()
        app.include_router(build_viewer(assistant, settings.help))
        app.include_router(build_originals(assistant, settings.help))
        app.include_router(build_shared(shared or SharedOnes(Reverified(answer)), settings.help))
        app.include_router(build_privacy(settings))
        app.add_middleware(SecurityHeaders, frames={})
        app.add_middleware(GZipMiddleware, minimum_size=100, exclude_content_types=COMPRESSED)
        return TestClient(app)

    return visit


def test_an_original_comes_as_it_is_to_be_saved_and_nothing_in_it_may_run(visit: Client) -> None:
    response = visit().get("/documents/d1/original")
    assert response.status_code == 200
    assert response.content == CONTENT
    assert response.headers["content-type"] == "application/pdf"
    assert response.headers["content-disposition"].startswith("attachment;")
    assert response.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert int(response.headers["content-length"]) == len(CONTENT)


def test_an_earlier_version_comes_under_its_own_name(visit: Client) -> None:
    header = visit().get("/documents/d1/original?version=1").headers["content-disposition"]
    assert unquote(header.split("''")[1]) == "规划-v1.pdf"
    assert header.isascii()


def test_a_part_of_an_original_can_be_asked_for(visit: Client) -> None:
    response = visit().get("/documents/d1/original", headers={"range": "bytes=9-24"})
    assert response.status_code == 206
    assert response.content == CONTENT[9:25]
    assert response.headers["content-range"] == f"bytes 9-24/{len(CONTENT)}"
    assert response.headers["content-security-policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/documents/nowhere/original", 404, "没有找到这份文件"),
        ("/documents/d1/original?version=2", 404, "没有找到这个原件"),
        ("/documents/d1/original?version=4", 404, "没有找到这个原件"),
        ("/documents/d1/original?version=1.5", 404, "没有找到这个原件"),
        ("/documents/d1/original?version=٣", 404, "没有找到这个原件"),
        ("/documents/d1/original?version=" + "9" * 5000, 404, "没有找到这个原件"),
        ("/documents/d2/original", 404, "没有找到这个原件"),
        ("/documents/..%2f..%2fetc/original", 404, ""),
    ],
)
def test_what_cannot_be_handed_out_is_told_in_words(visit: Client, address: str, status: int, words: str) -> None:
    response = visit().get(address, headers={"accept-language": "zh-CN"})
    assert response.status_code == status
    assert words in response.text


def test_without_documents_an_original_is_told_to_come_later(visit: Client) -> None:
    response = visit(assistant=FakeAssistant(generation=None)).get("/documents/d1/original")
    assert response.status_code == 503


def test_the_viewer_offers_the_original_and_every_version(visit: Client) -> None:
    links = outline(visit().get("/documents/d1").text).values("a", "href")
    assert "/documents/d1/original" in links
    assert [link for link in links if "version=" in str(link)] == [
        f"/documents/d1/original?version={number}" for number in (3, 2, 1)
    ]


def test_the_viewer_says_that_an_original_is_lost(visit: Client) -> None:
    assert "原件没有保存下来" in visit().get("/documents/d2", headers={"accept-language": "zh-CN"}).text


def test_the_viewer_speaks_the_language_and_size_that_the_browser_kept(visit: Client) -> None:
    page = visit().get("/documents/d1", headers={"cookie": "lang=en; edition=elder"}).text
    assert "About this document" in page
    assert outline(page).values("html", "data-edition") == ["elder"]


def test_a_shared_answer_shows_question_day_statements_sources_and_label(visit: Client) -> None:
    response = visit().get("/answers/t0ken", headers={"accept-language": "zh-CN"})
    page = response.text
    assert response.status_code == 200
    assert "2026年3月" in page
    assert "青石县有哪些&lt;b&gt;保障&lt;/b&gt;措施？" in page
    assert all(measure in page for measure in MEASURES)
    parsed = outline(page)
    assert "sources" in parsed.values("section", "class")
    assert any(str(value).startswith("label") for value in parsed.values("p", "class"))
    assert "引用的原文都还在" in page


def test_a_shared_answer_reaches_neither_search_engines_nor_other_sites(visit: Client) -> None:
    response = visit().get("/answers/t0ken")
    assert response.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in response.headers["x-robots-tag"]
    assert "no-store" in response.headers["cache-control"]
    assert "script-src 'self';" in response.headers["content-security-policy"]
    assert [value for name, value in _metas(response.text) if name == "robots"] == ["noindex, nofollow"]


def _metas(page: str) -> list[tuple[str | None, str | None]]:
    parsed = outline(page)
    return list(zip(parsed.values("meta", "name")[-1:], parsed.values("meta", "content")[-1:], strict=True))


def test_from_a_shared_answer_one_can_ask_the_question_again_or_another(visit: Client) -> None:
    links = [urlsplit(str(link)) for link in outline(visit().get("/answers/t0ken").text).values("a", "href")]
    asked = [parse_qs(link.query) for link in links if link.path == "/" and "region" in link.query]
    assert asked[0]["q"] == ["青石县有哪些<b>保障</b>措施？"]
    assert [query["region"] for query in asked] == [["青石县"], ["青石县"]]
    assert "q" not in asked[-1]


def test_what_left_the_sources_since_is_told_above_the_answer(visit: Client) -> None:
    plan = sample_documents()[0]
    checked = Reverified(listed(plan, MEASURES[:2], "问"), dropped=3)
    page = visit(shared=SharedOnes(checked)).get("/answers/t0ken", headers={"accept-language": "zh-CN"}).text
    assert "引用的原文都还在" not in page
    assert page.index('class="reopened"') < page.index(MEASURES[0])
    assert "3" in page[page.index('class="reopened"') : page.index(MEASURES[0])]


def test_an_answer_without_quotes_claims_none_was_checked(visit: Client) -> None:
    checked = Reverified(Answer(AnswerStatus.OUT_OF_SCOPE, "天气"))
    page = visit(shared=SharedOnes(checked, None)).get("/answers/t0ken", headers={"accept-language": "zh-CN"}).text
    assert "引用的原文都还在" not in page
    assert "天气" in page


@pytest.mark.parametrize("token", ["0ther", "x" * 5000, "%3Cscript%3E", "t0ken%00"])
def test_a_token_of_nothing_is_told_kindly(visit: Client, token: str) -> None:
    response = visit().get(f"/answers/{token}", headers={"accept-language": "zh-CN"})
    assert response.status_code == 404
    assert "分享链接打不开了" in response.text
    assert response.headers["referrer-policy"] == "no-referrer"
    assert token not in response.text


def test_a_shared_answer_that_cannot_be_looked_up_now_is_not_called_gone(visit: Client) -> None:
    shared = SharedOnes(Reverified(Answer(AnswerStatus.OUT_OF_SCOPE, "天气")))
    shared.error = NotAvailableError("locked")
    assert visit(shared=shared).get("/answers/t0ken").status_code == 503


@pytest.mark.parametrize("lang", Language)
def test_the_privacy_page_tells_the_days_that_the_settings_say(visit: Client, lang: Language) -> None:
    settings = Settings(retention=RetentionSettings(feedback_days=41, shared_days=17), use=UseSettings(keep_days=93))
    page = visit(settings=settings).get(f"/privacy?lang={lang}").text
    assert "41" in page
    assert "17" in page
    assert "93" in page
    parsed = assert_harmless(page)
    assert [link for link in parsed.values("a", "href") if str(link).startswith("tel:")] == [
        "tel:120",
        "tel:12345",
        "tel:12320",
        "tel:12356",
    ]


def test_the_privacy_page_says_whether_questions_are_kept(visit: Client) -> None:
    assert "网站不记问题" not in visit().get("/privacy?lang=zh-Hans").text
    off = Settings(use=UseSettings(keep_days=0))
    assert "网站不记问题" in visit(settings=off).get("/privacy?lang=zh-Hans").text


@pytest.mark.parametrize(
    ("model", "where"),
    [
        ({}, "none"),
        ({"model": "m", "enabled": False}, "none"),
        ({"model": "m"}, "outside"),
        ({"model": "m", "base_url": "https://api.example.com/v1"}, "outside"),
        ({"model": "m", "base_url": "http://8.8.8.8/v1"}, "outside"),
        ({"model": "m", "base_url": "http://[half"}, "outside"),
        ({"model": "m", "base_url": "http://127.0.0.1:11434/v1"}, "local"),
        ({"model": "m", "base_url": "http://[::1]:11434/v1"}, "local"),
        ({"model": "m", "base_url": "http://10.2.3.4/v1"}, "local"),
        ({"model": "m", "base_url": "http://ollama:11434/v1"}, "local"),
    ],
)
def test_the_privacy_page_says_where_questions_go(visit: Client, model: dict[str, object], where: str) -> None:
    settings = Settings(llm=LanguageModelSettings.model_validate(model))
    assert model_place(settings.llm) == where
    page = visit(settings=settings).get("/privacy", headers={"accept-language": "zh-CN"}).text
    told = {"none": "没有用语言模型", "local": "运行在本单位的网络里", "outside": "外面一家公司的语言模型"}
    assert [key for key, words in told.items() if words in page] == [where]


def test_the_switched_off_model_is_not_told_as_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYCHAT_LLM_ENABLED", "0")
    assert model_place(LanguageModelSettings(model="m")) == "none"
