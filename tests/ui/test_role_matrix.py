"""Who gets through which door: every route of the running application, called over HTTP as everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from rag.catalogue import open_catalogue
from rag.catalogue.account_records import Role, Scope
from rag.catalogue.sessions import csrf_of
from rag.settings import PathSettings, Settings
from tests.applications import built
from tests.fakes import FakeAssistant
from tests.servers import running
from ui.accounts.cookies import NAME

MATRIX_FILE = Path(__file__).with_name("role_matrix.txt")
EVERYBODY = ("anonymous", *(role.value for role in Role))

Row = tuple[str, str]
"""Method and path of a route."""


def declared() -> Mapping[Row, str]:
    """Return who each route is for, as the file beside this one declares it."""
    rows: dict[Row, str] = {}
    for line in MATRIX_FILE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            who, method, path = line.split()
            assert (method, path) not in rows, f"declared twice: {line}"
            rows[method, path] = who
    return rows


def routes_of(routes: Any, prefix: str = "") -> Iterator[Row]:
    """Yield every route of an application, those of routers and mounted applications included, Gradio's as well."""
    for route in routes:
        if hasattr(route, "original_router"):
            yield from routes_of(route.original_router.routes, prefix + route.include_context.prefix)
        elif hasattr(route, "routes") and not hasattr(route, "endpoint"):
            yield from routes_of(route.routes, prefix + route.path)
        else:
            for method in route.methods or ():
                yield method, prefix + route.path


@dataclass(frozen=True)
class Site:
    """A site that is served, with a session for each role and a token for each scope."""

    app: FastAPI
    data: Path
    address: str
    sessions: Mapping[str, str]
    tokens: Mapping[str, str]

    def call(
        self, method: str, path: str, who: str = "anonymous", json: object = None, **headers: str
    ) -> tuple[int, str, str]:
        """Return status, where it leads, and what a refusal says; a stream that does not end is not waited for."""
        cookies = f"{NAME}={self.sessions[who]}" if who in self.sessions else ""
        sent = {"Origin": self.address, "Accept-Language": "en", "Cookie": cookies, **headers}
        with (
            httpx.Client(timeout=60, trust_env=False) as client,
            client.stream(method, self.address + path, headers=sent, json=json) as answer,
        ):
            location = answer.headers.get("location", "")
            body = "" if answer.status_code < 400 else answer.read().decode("utf-8", "replace")
            return answer.status_code, location, body


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    settings = Settings(paths=PathSettings(data=tmp_path_factory.mktemp("matrix") / "data"))
    with open_catalogue(settings) as catalogue:
        accounts = {role.value: catalogue.accounts.add(role.value, role, "no hash", by="test") for role in Role}
        sessions = {name: catalogue.sessions.begin(account, "no hash") for name, account in accounts.items()}
        tokens = {
            scope.value: catalogue.tokens.add("admin", "test", frozenset({scope}), 1, by="test")[1] for scope in Scope
        }
    app = built(FakeAssistant(), settings)
    with running(app) as address:
        yield Site(app, settings.paths.data, address, {name: str(token) for name, token in sessions.items()}, tokens)


def filled(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "x", path)


def body_for(path: str) -> dict[str, str] | None:
    # Gradio looks at the fields before it says that its editor is off.
    return {"prompt": "x", "hash": "x", "code": "x"} if "vibe" in path else None


def statuses(site: Site, method: str, path: str) -> dict[str, tuple[int, str, str]]:
    return {who: site.call(method, filled(path), who, body_for(path)) for who in EVERYBODY}


def is_led_to_sign_in(answer: tuple[int, str, str]) -> bool:
    return answer[0] == 303 and answer[1].startswith("/sign-in")


def test_every_route_has_a_row_and_every_row_a_route(site: Site) -> None:
    there = set(routes_of(site.app.routes))
    assert there - declared().keys() == set(), "declare who these are for in role_matrix.txt"
    assert declared().keys() - there == set(), "these are gone; take them out of role_matrix.txt"
    assert set(declared().values()) <= {"open", "closed", "way-in", "token:admin", *(role.value for role in Role)}


def test_what_changes_something_for_a_role_is_no_page_to_be_read() -> None:
    console = {row: who for row, who in declared().items() if row[1].startswith(("/admin/", "/account", "/sign-out"))}
    assert len(console) > 5
    assert {method for method, _ in console} == {"GET", "POST"}
    assert {who for row, who in console.items() if row[1].startswith("/admin/")} == {"admin"}


@pytest.mark.parametrize("row", [row for row, who in declared().items() if who == "open"], ids=" ".join)
def test_an_open_route_answers_everybody_alike(site: Site, row: Row) -> None:
    answers = statuses(site, *row)
    assert len({answer[0] for answer in answers.values()}) == 1, answers
    assert answers["anonymous"][0] not in (401, 403, 500)
    assert not is_led_to_sign_in(answers["anonymous"])


@pytest.mark.parametrize("row", [row for row, who in declared().items() if who == "closed"], ids=" ".join)
def test_a_closed_route_answers_nobody_not_even_an_admin(site: Site, row: Row) -> None:
    answers = statuses(site, *row)
    assert len({answer[0] for answer in answers.values()}) == 1, answers
    assert answers["admin"][0] in (400, 403, 404, 405)


@pytest.mark.parametrize("row", [row for row, who in declared().items() if who in tuple(Role)], ids=" ".join)
def test_a_route_for_a_role_lets_in_this_role_and_those_above(site: Site, row: Row) -> None:
    needed = Role(declared()[row])
    method, path = row
    answers = statuses(site, method, path)
    assert is_led_to_sign_in(answers["anonymous"]), answers["anonymous"]
    for role in Role:
        status, _, body = answers[role.value]
        if not role.covers(needed):
            assert status == 403, (role, status)
            assert "Your account may not use this page" in body
        elif method == "GET":
            assert status in (200, 404, 503), (role, status)  # nothing is published on this site
        else:
            # No form's word was sent: the role is enough, and still nothing is done.
            assert status == 403, (role, status)
            assert "This page was open for too long" in body


@pytest.mark.parametrize(
    "row", [row for row, who in declared().items() if who in tuple(Role) and row[0] != "GET"], ids=" ".join
)
def test_no_other_site_can_make_somebody_change_something(site: Site, row: Row) -> None:
    method, path = row
    role = declared()[row]
    headers = {"Origin": "http://evil.example", "X-CSRF-Token": csrf_of(site.sessions[role])}
    status, _, body = site.call(method, filled(path), role, **headers)
    assert status == 403
    assert "did not come from a page of this site" in body


@pytest.mark.parametrize("row", [row for row, who in declared().items() if who == "token:admin"], ids=" ".join)
def test_a_route_for_programs_opens_with_a_token_of_its_scope_and_not_with_a_session(site: Site, row: Row) -> None:
    method, path = row
    assert {answer[0] for answer in statuses(site, method, path).values()} == {401}
    for scope in Scope:
        status, _, _ = site.call(method, filled(path), Authorization=f"Bearer {site.tokens[scope.value]}")
        assert status == (200 if scope is Scope.ADMIN else 403), scope


@pytest.mark.parametrize("row", [row for row, who in declared().items() if who == "way-in"], ids=" ".join)
def test_the_way_in_is_open_and_lets_nobody_in_by_itself(site: Site, row: Row) -> None:
    assert row[1] == "/sign-in"
    answers = statuses(site, *row)
    assert {answer[0] for answer in answers.values()} <= ({200, 303} if row[0] == "GET" else {401})
    assert answers["anonymous"][0] == (200 if row[0] == "GET" else 401)


@pytest.mark.parametrize("who", EVERYBODY)
def test_gradio_s_file_route_gives_out_nothing_of_the_data_folder(site: Site, who: str) -> None:
    assert (site.data / "catalogue.sqlite").is_file()
    for written in (f"file={site.data}/catalogue.sqlite", f"file/{site.data}/catalogue.sqlite", "file=config.yaml"):
        assert site.call("GET", f"/gradio_api/{written}", who)[0] in (403, 404), written
