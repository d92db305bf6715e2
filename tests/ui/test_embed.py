from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError

from rag.settings import ServerSettings, Settings
from tests.small_site import small_site

BUREAU = "https://wjw.example.gov.cn"


def settings(*origins: str) -> Settings:
    return Settings(server=ServerSettings(frame_origins=origins, path_prefix="/policy"))


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(small_site(settings(BUREAU, "http://10.0.0.8:8080"))) as client:
        yield client


def test_only_the_sites_named_may_frame_the_page(client: TestClient) -> None:
    headers = client.get("/policy/embed").headers
    assert f"frame-ancestors {BUREAU} http://10.0.0.8:8080;" in headers["content-security-policy"]
    assert "x-frame-options" not in headers


def test_all_else_of_the_policy_is_as_strict_as_elsewhere(client: TestClient) -> None:
    def rest(path: str) -> list[str]:
        parts = client.get(path).headers["content-security-policy"].split("; ")
        return [part for part in parts if not part.startswith("frame-ancestors")]

    assert rest("/embed") == rest("/")


@pytest.mark.parametrize("path", ["/", "/documents/d1", "/offline", "/embedded"])
def test_no_other_page_may_be_framed(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"


def test_with_no_site_named_every_frame_is_refused() -> None:
    with TestClient(small_site(settings())) as client:
        headers = client.get("/embed").headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"


def test_the_script_of_the_widget_may_be_loaded_by_other_sites_and_nothing_else(client: TestClient) -> None:
    assert client.get("/widget.js").headers["cross-origin-resource-policy"] == "cross-origin"
    for path in ("/embed", "/sw.js", "/theme/page.css"):
        assert client.get(path).headers["cross-origin-resource-policy"] == "same-origin"


def test_the_widget_has_its_words_in_three_languages_and_is_small(client: TestClient) -> None:
    response = client.get("/widget.js", headers={"Accept-Encoding": "gzip"})
    words: dict[str, Any] = json.loads(re.findall(r"\((\{\"zh-Hans\".*\})\);$", response.text.rstrip())[0])
    assert words.keys() == {"zh-Hans", "zh-Hant", "en"}
    assert all(set(told) == {"open", "close", "title", "tab"} for told in words.values())
    assert response.headers["content-encoding"] == "gzip"
    # Small enough for the site of a bureau to take without asking: below one round trip's worth of packets.
    assert response.num_bytes_downloaded < 4096


@pytest.mark.parametrize("origin", ["*", "'self'", "https://a.example; script-src *", "https://*.example", "null"])
def test_a_site_that_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(ValidationError):
        ServerSettings(frame_origins=(origin,))
