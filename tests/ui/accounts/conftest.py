"""A site with accounts and without Gradio, which takes seconds to import."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from fastapi.testclient import TestClient

from rag.catalogue import Catalogue, open_catalogue
from rag.catalogue.account_records import Role, Scope
from rag.settings import PathSettings, ServerSettings, Settings
from tests.catalogues import lay_catalogue
from ui.accounts.audit_api import build_audit_api
from ui.accounts.doors import Doors, SignedIn, install_doors
from ui.accounts.passwords import Passwords
from ui.accounts.signing_in import SignIns
from ui.faults import install_faults
from ui.pages.sign_in import build_sign_in
from ui.pages.sign_on import build_sign_on
from ui.prefix import Prefix
from ui.proxies import BehindProxies
from ui.shell import BodyLimit, SecurityHeaders

PASSWORD = "korrekt pferd batterie"
HOME = {"Origin": "http://testserver"}


class CheapPasswords(Passwords):
    """Keeps passwords in clear: the tests that are not about hashing need not wait for it."""

    def hash(self, password: str) -> str:
        return f"clear:{password}"

    def check(self, password: str, kept: str | None) -> bool:
        return kept == f"clear:{password}"

    def is_old(self, kept: str) -> bool:
        return not kept


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(paths=PathSettings(data=tmp_path / "data"))


@pytest.fixture
def catalogue(settings: Settings) -> Iterator[Catalogue]:
    """Open a catalogue in which three people have accounts, one for each role, all with one password."""
    lay_catalogue(settings)
    with open_catalogue(settings) as opened:
        for role in Role:
            opened.accounts.add(role.value, role, f"clear:{PASSWORD}", by="test")
        yield opened


def standing_still(settings: Settings) -> Catalogue:
    """Open the catalogue at a time that does not pass for those who must wait, however slow the machine is."""
    catalogue = open_catalogue(settings)
    catalogue.attempts._clock = lambda: datetime(2026, 3, 1, tzinfo=UTC)
    return catalogue


def site(settings: Settings) -> FastAPI:
    """Return the pages of accounts, and one page and one form for each role."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    doors = Doors(settings)
    app.include_router(build_sign_in(settings, doors, SignIns(lambda: standing_still(settings), CheapPasswords())))
    app.include_router(build_sign_on(settings, doors))
    app.include_router(build_audit_api(settings, doors))
    admin = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    for role in Role:
        _add_role(admin, doors, role)
    install_doors(admin, settings.help)
    app.mount("/admin", admin)
    for scope in Scope:
        app.add_api_route(f"/v1/{scope.value}", who(doors, scope))
    open_to_all = APIRouter(dependencies=[Depends(doors.presented)])
    for path in ("/api/v1/search", "/api/v1/documents/{id}", "/api/v1/regions", "/v1/chat/completions"):
        open_to_all.add_api_route(path, nothing)
    app.include_router(open_to_all)
    install_faults(app, settings.help)
    install_doors(app, settings.help)
    app.add_middleware(BodyLimit, numbers=settings.help)
    app.add_middleware(SecurityHeaders, frames={})
    app.add_middleware(Prefix, prefix=settings.server.path_prefix)
    app.add_middleware(BehindProxies, trusted=settings.server.trusted_proxies)
    return app


def nothing() -> dict[str, str]:
    return {}


def _add_role(app: FastAPI, doors: Doors, role: Role) -> None:
    reading, changing = Depends(doors.require(role)), Depends(doors.checked(role))

    @app.get(f"/{role.value}/{{rest:path}}")
    def read(signed_in: SignedIn = reading) -> Response:
        return JSONResponse({"user": signed_in.user, "role": signed_in.role, "csrf": signed_in.csrf})

    @app.post(f"/{role.value}/{{rest:path}}")
    async def change(request: Request, signed_in: SignedIn = changing) -> Response:
        return JSONResponse({"user": signed_in.user, "field": (await request.form()).get("field")})


def who(doors: Doors, scope: Scope) -> Callable[..., Response]:
    asking = Depends(doors.program(scope))

    def program(signed_in: SignedIn = asking) -> Response:
        return JSONResponse({"user": signed_in.user, "role": signed_in.role, "csrf": signed_in.csrf})

    return program


@dataclass
class Browser:
    """A browser of one person."""

    client: TestClient

    def sign_in(self, name: str, password: str = PASSWORD, **fields: str) -> httpx.Response:
        return self.client.post("/sign-in", data={"name": name, "password": password, **fields}, headers=HOME)

    def csrf(self) -> str:
        answer = self.client.get("/admin/staff/x")
        assert answer.status_code == 200
        return str(answer.json()["csrf"])


@pytest.fixture
def app(settings: Settings, catalogue: Catalogue) -> FastAPI:
    assert catalogue.accounts.has_admin()
    return site(settings)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, follow_redirects=False, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def browser(client: TestClient) -> Browser:
    return Browser(client)


def with_server(settings: Settings, **server: object) -> Settings:
    """Return the settings with others of the server."""
    return settings.model_copy(update={"server": ServerSettings(**server)})  # type: ignore[arg-type]
