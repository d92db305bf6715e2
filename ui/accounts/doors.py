"""Let somebody through who signed in and whose role is enough; every page and every form asks here again.

Until there is an admin, all doors answer 404: a site that nobody administers shows no place to try passwords.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from rag.catalogue import Catalogue, open_catalogue
from rag.catalogue.account_records import Session
from rag.catalogue.tokens import PREFIX
from rag.settings import HelpSettings, Settings
from ui.accounts.cookies import session_token
from ui.accounts.roles import Role, Scope
from ui.accounts.same_site import place_of, sent_from_here
from ui.addresses import at, site_prefix
from ui.faults import fault_body
from ui.pages.frame_page import message_page
from ui.reader import reader_of

NO_STORE = {"Cache-Control": "no-store"}
"""Of every answer to somebody who signed in: neither a proxy nor the button "back" of a shared computer keeps it."""

_SCOPE_OF = MappingProxyType(
    {
        "/api/v1/ask": Scope.ASK,
        "/api/v1/search": Scope.SEARCH,
        "/api/v1/documents": Scope.DOCUMENTS,
        "/v1/chat/completions": Scope.ASK,
    }
)
"""What a token must be for, by how the path begins; other open routes ask only that it holds."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who asks."""

    user: str
    role: Role
    csrf: str
    """What every form of this person must carry in its field ``csrf``; empty for a program, which has no forms."""


class DoorClosedError(HTTPException):
    """Not for this person, or not without signing in. ``code`` names the words (``error.<code>``)."""

    def __init__(self, status: int, code: str, headers: Mapping[str, str] = MappingProxyType({})) -> None:
        super().__init__(status, code, {**NO_STORE, **headers})
        self.code = code


class Doors:
    """Asks the catalogue who somebody is, for every request anew: a disabled account is out at its next click."""

    def __init__(self, settings: Settings, catalogue: Callable[[], Catalogue] | None = None) -> None:
        """Guard the site of these settings; ``catalogue`` opens another catalogue than theirs."""
        self._open = catalogue or (lambda: open_catalogue(settings))

    def require(self, role: Role) -> Callable[[Request], SignedIn]:
        """Return a dependency for a page that is only read (GET).

        It raises :class:`DoorClosedError`: 404 where there is no admin yet, 303 to ``/sign-in`` without a session, 403
        where the role does not cover ``role``.
        """

        def required(request: Request) -> SignedIn:
            return self._signed_in(request, role)

        return required

    def checked(self, role: Role) -> Callable[[Request], AsyncIterator[SignedIn]]:
        """Return a dependency for what changes something (POST): who asks, from where, and the form's ``csrf``.

        Let the handler declare no ``Form`` or ``File`` parameters but read ``await request.form()``, which is kept: then
        nothing of the body is read before it is known who sends it. A script sends ``X-CSRF-Token`` instead of the
        field. Raises as :meth:`require`, and 403 for a form that no page of this session sent.
        """

        async def checked(request: Request) -> AsyncIterator[SignedIn]:
            signed_in = await asyncio.to_thread(self._signed_in, request, role)
            if not sent_from_here(request):
                raise DoorClosedError(403, "form_origin")
            try:
                told: object = request.headers.get("x-csrf-token")
                if told is None:
                    told = (await request.form()).get("csrf")
                if not isinstance(told, str) or not _same(told, signed_in.csrf):
                    raise DoorClosedError(403, "form_old")
                yield signed_in
            finally:
                await request.close()  # the files of the form

        return checked

    def program(self, scope: Scope) -> Callable[[Request], SignedIn]:
        """Return a dependency for a route that only programs with a token for ``scope`` may call.

        Raises :class:`DoorClosedError`: 401 without a token that holds, 403 where it is for something else.
        """

        def program(request: Request) -> SignedIn:
            return self._program(_bearer(request), scope)

        return program

    async def presented(self, request: Request) -> None:
        """Check a token where one is presented on a route that is open to everybody: a dependency.

        A program learns at once that its token ended or is for something else. Keys that are not ours are let be:
        clients of the OpenAI interface always send one. Raises as :meth:`program` does.
        """
        token = _bearer(request)
        if token is not None and token.startswith(PREFIX):
            path = request.scope["path"].removeprefix(site_prefix())
            scope = next((scope for start, scope in _SCOPE_OF.items() if path.startswith(start)), None)
            await asyncio.to_thread(self._program, token, scope)

    def open_to_sign_in(self) -> None:
        """Raise :class:`DoorClosedError` (404) until there is an admin; a dependency. May block."""
        with self._open() as catalogue:
            if not catalogue.accounts.has_admin():
                raise DoorClosedError(404, "not_found")

    def session(self, request: Request) -> Session | None:
        """Return who is signed in in this browser, None where nobody is. May block."""
        token = session_token(request)
        if token is None:
            return None
        with self._open() as catalogue:
            return catalogue.sessions.find(token)

    def works_here(self, request: Request) -> bool:
        """Return whether a request comes from somebody who signed in as staff or above. May block."""
        session = self.session(request)
        return session is not None and session.account.role.covers(Role.STAFF)

    def _signed_in(self, request: Request, role: Role) -> SignedIn:
        session = self.session(request)
        if session is None:
            self.open_to_sign_in()
            place = place_of(request)
            query = f"?{urlencode({'next': place})}" if place else ""
            raise DoorClosedError(303, "sign_in", {"Location": at("/sign-in") + query})
        if not session.account.role.covers(role):
            raise DoorClosedError(403, "role")
        return SignedIn(session.account.name, session.account.role, session.csrf)

    def _program(self, token: str | None, scope: Scope | None) -> SignedIn:
        if token is None:
            raise DoorClosedError(401, "token", {"WWW-Authenticate": "Bearer"})
        with self._open() as catalogue:
            found = catalogue.tokens.find(token)
        if found is None:
            raise DoorClosedError(401, "token", {"WWW-Authenticate": 'Bearer error="invalid_token"'})
        account, scopes = found
        if scope is not None and scope not in scopes:
            raise DoorClosedError(403, "token_scope", {"WWW-Authenticate": 'Bearer error="insufficient_scope"'})
        return SignedIn(account.name, account.role, "")


def install_doors(app: FastAPI, numbers: HelpSettings) -> None:
    """Let an application answer at a closed door: to a program in JSON, to a person with a page or the way to one."""

    async def on_closed(request: Request, error: Exception) -> Response:
        closed = error if isinstance(error, DoorClosedError) else DoorClosedError(403, "role")
        reader = reader_of(request.scope)
        wording = reader.wording(numbers)
        headers = dict(closed.headers or {})
        if closed.status_code == 303:
            return Response(status_code=303, headers=headers)
        if request.scope["path"].removeprefix(site_prefix()).startswith(("/api/", "/v1/")):
            return JSONResponse(fault_body(closed.code, wording), closed.status_code, headers)
        page = message_page(reader, wording, wording.text(f"error.{closed.code}"))
        return HTMLResponse(page, closed.status_code, headers)

    app.add_exception_handler(DoorClosedError, on_closed)


def _bearer(request: Request) -> str | None:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and token.strip() else None


def _same(told: str, wanted: str) -> bool:
    return secrets.compare_digest(told.encode("utf-8", "surrogatepass"), wanted.encode())
