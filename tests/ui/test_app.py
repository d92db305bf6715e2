from __future__ import annotations

import re
import socket

import pytest
from fastapi.testclient import TestClient

from rag.errors import PortInUseError
from rag.settings import ServerSettings
from tests.fakes import HOSTILE_TITLE
from ui.app import claim_address

ADDRESSES = ("/", "/healthz", "/documents/d1", "/documents/nowhere", "/api/v1/documents", "/theme/page.js", "/config")


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_response_has_the_security_headers(client: TestClient, address: str) -> None:
    headers = client.get(address, headers={"origin": "https://elsewhere.example"}).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert [name for name in headers if name.startswith("access-control-")] == []


def test_only_the_gradio_page_may_evaluate_templates(client: TestClient) -> None:
    assert "unsafe-eval" in client.get("/").headers["content-security-policy"]
    assert "unsafe" not in client.get("/documents/d1").headers["content-security-policy"]


def test_inline_scripts_of_the_page_carry_this_responses_nonce(client: TestClient) -> None:
    first, second = client.get("/"), client.get("/")
    nonces = []
    for response in (first, second):
        script_source = re.search(r"script-src ([^;]*);", response.headers["content-security-policy"])
        assert script_source
        assert "unsafe-inline" not in script_source.group(1)
        nonce = re.search(r"'nonce-([^']+)'", script_source.group(1))
        assert nonce
        assert response.text.count("<script") == response.text.count(f'<script nonce="{nonce.group(1)}"') > 1
        nonces.append(nonce.group(1))
    assert nonces[0] != nonces[1]


def test_a_hostile_title_in_the_page_gains_no_script(client: TestClient) -> None:
    assert HOSTILE_TITLE not in client.get("/").text
    assert (
        "alert("
        not in client.get("/").text.replace("\\u003c", "<").split("gradio_api_info")[0].split("window.gradio_config")[0]
    )


@pytest.mark.parametrize(
    ("query", "lang"), [("", "zh-Hans"), ("?lang=en", "en"), ("?lang=zh-Hant", "zh-Hant"), ("?lang=x", "zh-Hans")]
)
def test_the_page_names_its_language(client: TestClient, query: str, lang: str) -> None:
    assert f'lang="{lang}"' in client.get(f"/{query}").text[:200]


def test_the_page_names_no_other_origin_to_fetch_from(client: TestClient) -> None:
    page = client.get("/").text
    assert re.findall(r'(?:src|href)="(https?:)?//', page) == []
    assert "og:image" not in page


@pytest.mark.parametrize("door", ["upload", "process_recording"])
def test_nothing_can_be_uploaded(client: TestClient, door: str) -> None:
    response = client.post(f"/gradio_api/{door}", files={"files": ("a.txt", b"x")})
    assert response.status_code == 404


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/documents/d1", 200),
        ("/documents/d1?start=1&end=9", 200),
        ("/documents/d1?start=-1&end=x", 200),
        ("/documents/d1?start=99999999999999999999&end=1", 200),
        ("/documents/d1?start=٣&end=٤", 200),
        ("/documents/nowhere", 404),
        ("/documents/..%2f..%2fetc%2fpasswd", 404),
    ],
)
def test_the_viewer_takes_any_address(client: TestClient, address: str, status: int) -> None:
    response = client.get(address)
    assert response.status_code == status
    assert response.headers["content-type"].startswith(("text/html", "application/json"))


def test_the_viewer_marks_what_the_address_names(client: TestClient) -> None:
    text = client.get("/api/v1/documents/d1").json()["text"]
    assert f">{text[4:9]}</mark>" in client.get("/documents/d1?start=4&end=9").text


def test_the_viewer_leads_to_the_document_that_replaces_this_one(client: TestClient) -> None:
    page = client.get("/documents/d3").text
    assert '<a href="/documents/d2" lang="zh">白河市医疗保障实施方案</a>' in page
    assert "白河市更旧的办法" in page


def test_a_taken_port_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError, match=str(port)):
            claim_address(ServerSettings(port=port))
