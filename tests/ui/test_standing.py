"""While the service is closed, people are told whom to call and programs get an error; who works here goes on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from rag.settings import BannerSettings, HelpSettings, ServerSettings, ServiceSettings, Settings
from ui.first_screen import Screen, render_first_screen
from ui.markup import element
from ui.pages.frame_page import plain_page
from ui.reader import reader_of
from ui.standing import AtTheDoor, Standing

NUMBERS = HelpSettings(government="98765", emergency="112")


def client_of(service: ServiceSettings | None = None, **more: Any) -> TestClient:
    settings = Settings(service=service or ServiceSettings(open=False), help=NUMBERS, **more)

    def page(request: Request) -> Response:
        wording = reader_of(request.scope).wording(NUMBERS)
        if request.url.path == "/":
            return HTMLResponse(render_first_screen(Screen(None), wording))
        return HTMLResponse(plain_page(wording, "", element("main", "page")))

    app = Starlette(routes=[Route("/{path:path}", page, methods=["GET", "POST"])])
    app.add_middleware(AtTheDoor, standing=Standing(settings), let_in=lambda r: r.cookies.get("session") == "staff")
    return TestClient(app)


@pytest.mark.parametrize("path", ["/", "/ask", "/documents/x", "/embed", "/administration", "/signed"])
def test_people_are_told_whom_to_call(path: str) -> None:
    page = client_of().get(path, headers={"accept-language": "zh"})
    assert page.status_code == 503
    assert "暂时不能提问" in page.text
    assert 'href="tel:98765"' in page.text
    assert 'href="tel:112"' in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/api/v1/ask", "/v1/chat/completions", "/page/turns", "/gradio_api/queue/join"])
def test_programs_get_an_error_with_its_words(path: str) -> None:
    answer = client_of().post(path, headers={"accept-language": "en"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "600"
    assert answer.json()["error"]["code"] == "closed"
    assert "98765" in answer.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/admin/", "/admin/settings", "/staff/", "/sign-in", "/healthz", "/theme/a/page.css"])
def test_who_works_here_and_who_watches_over_it_comes_in(path: str) -> None:
    page = client_of().get(path)
    assert page.status_code == 200
    assert "对居民停用" not in page.text


def test_who_signed_in_sees_the_pages_and_that_they_are_closed() -> None:
    page = client_of().get("/ask", headers={"accept-language": "zh", "cookie": "session=staff"})
    assert page.status_code == 200
    assert "现在对居民停用" in page.text
    assert client_of().get("/ask", headers={"cookie": "session=x"}).status_code == 503


def test_the_admin_s_own_words_are_told_and_cannot_be_anything_but_words() -> None:
    service = ServiceSettings(open=False, closed_en="<script>alert(1)</script>\nBack at 17:00.")
    client = client_of(service)
    page = client.get("/", headers={"accept-language": "en"}).text
    assert "<script>alert" not in page
    assert '<p class="lead">Back at 17:00.</p>' in page
    told = client.get("/api/v1/documents", headers={"accept-language": "en"}).json()["error"]["message"]
    assert told.startswith("<script>alert(1)</script> Back at 17:00.")  # JSON, never markup
    assert "98765" in told
    assert "现在停用" in client.get("/", headers={"accept-language": "zh"}).text


def test_the_widget_says_so_inside_its_frame() -> None:
    client = client_of(server=ServerSettings(frame_origins=("https://wjw.example.gov.cn",)))
    assert "frame-ancestors https://wjw.example.gov.cn" in client.get("/embed").headers["content-security-policy"]
    assert "frame-ancestors 'none'" in client.get("/").headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/privacy"])
def test_the_notice_stands_on_every_page_until_its_day_is_over(path: str) -> None:
    def shown(until: date | None) -> bool:
        banner = BannerSettings(zh_hans="周六<b>停机</b>", level="urgent", shown_until=until)
        page = client_of(ServiceSettings(), banner=banner).get(path, headers={"accept-language": "zh-TW"}).text
        assert "<b>" not in page
        # Nothing was written in traditional characters: the words say in which script they are.
        return 'class="banner urgent"' in page and '<p lang="zh-Hans">周六&lt;b&gt;' in page

    assert shown(None)
    assert shown(date.today())
    assert not shown(date.today() - timedelta(days=1))
    assert 'class="banner' not in client_of(ServiceSettings()).get(path).text
