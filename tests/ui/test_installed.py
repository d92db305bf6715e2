from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from rag.settings import HelpSettings, ServerSettings, Settings
from tests.small_site import small_site
from ui.assets import theme

PREFIX = "/policy"


@pytest.fixture(params=["", PREFIX])
def site(request: pytest.FixtureRequest) -> Iterator[tuple[TestClient, str]]:
    prefix: str = request.param
    with TestClient(small_site(Settings(server=ServerSettings(path_prefix=prefix)))) as client:
        yield client, prefix


def facts(client: TestClient, query: str = "lang=zh-Hans") -> dict[str, object]:
    source = client.get(f"/sw.js?{query}").text
    told = re.search(r"^const SITE = (\{.*\});$", source, re.MULTILINE)
    assert told, "the worker is told nothing"
    found: dict[str, object] = json.loads(told.group(1))
    return found


def test_the_manifest_names_the_app_in_the_language_and_stays_below_the_prefix(site: tuple[TestClient, str]) -> None:
    client, prefix = site
    names = set()
    for language in ("zh-Hans", "zh-Hant", "en"):
        response = client.get(f"{prefix}/manifest.webmanifest?lang={language}")
        assert response.headers["content-type"] == "application/manifest+json"
        told = response.json()
        assert (told["lang"], told["id"], told["start_url"], told["scope"]) == (language, *[f"{prefix}/"] * 3)
        names.add(told["name"])
    assert len(names) == 3


def test_every_icon_of_the_manifest_is_there_in_the_size_it_says(site: tuple[TestClient, str]) -> None:
    client, prefix = site
    icons = client.get("/manifest.webmanifest").json()["icons"]
    assert {icon["purpose"] for icon in icons} == {"any", "maskable"}
    for icon in icons:
        assert icon["src"].startswith(f"{prefix}/theme/")
        picture = client.get(icon["src"]).content
        width, height = struct.unpack(">II", picture[16:24])
        assert icon["sizes"] == f"{width}x{height}"


def test_the_page_without_a_network_has_every_number_and_needs_only_what_the_worker_keeps(
    site: tuple[TestClient, str],
) -> None:
    client, prefix = site
    told = facts(client)
    first = told["first"]
    assert isinstance(first, list)
    assert first[0] == f"{prefix}/offline?lang=zh-Hans"
    page = client.get(first[0]).text
    assert re.findall(r'href="tel:(\d+)"', page)[:1] == ["120"]
    assert set(re.findall(r'href="tel:(\d+)"', page)) == {"120", "12345", "12320", "12356"}
    needed = set(re.findall(r'<(?:link|script)[^>]*(?:href|src)="([^"]+/theme/[^"]+)"', page))
    assert needed <= set(first)
    assert {client.get(address).status_code for address in first} == {200}
    modules = [address.rsplit("/", 1)[-1] for address in first if address.endswith(".js")]
    assert {name for module in modules for name in theme().imported_by(module)} <= set(modules)


def test_a_changed_number_makes_a_new_worker_and_nothing_changed_makes_none() -> None:
    with TestClient(small_site(Settings())) as client:
        before = facts(client)
    with TestClient(small_site(Settings())) as client:
        assert facts(client) == before
    with TestClient(small_site(Settings(help=HelpSettings(health="12321")))) as client:
        after = facts(client)
    assert after["version"] != before["version"]
    assert after["family"] == before["family"]


def test_the_worker_is_asked_for_anew_each_time(site: tuple[TestClient, str]) -> None:
    client, prefix = site
    response = client.get(f"{prefix}/sw.js?lang=en")
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["content-type"].startswith("text/javascript")
    assert "__SITE__" not in response.text


def test_a_language_in_the_address_of_the_worker_is_only_a_choice(site: tuple[TestClient, str]) -> None:
    client, _ = site
    assert "attack" not in json.dumps(facts(client, "lang=%22};attack();//"))


def test_the_drawing_of_the_icon_is_kept_beside_the_pictures() -> None:
    folder = Path(__file__).parents[2] / "ui" / "theme"
    assert "<svg" in (folder / "icon.svg").read_text(encoding="utf-8")
