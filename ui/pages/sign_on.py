"""Single sign-on: the way to the provider, the way back, and an own account that learns who comes that way.

Without ``oidc.issuer`` the pages are not there (404). They need no scripts.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from rag.catalogue import open_catalogue
from rag.catalogue.account_records import Session
from rag.settings import Settings
from ui.accounts.cookies import keep_session, session_token
from ui.accounts.doors import NO_STORE, DoorClosedError, Doors, SignedIn
from ui.accounts.roles import Role
from ui.accounts.same_site import safe_next
from ui.accounts.sign_on import Provider, new_flow
from ui.accounts.sign_on_flow import FOLDER, Flow, SignOnError, forget_flow, keep_flow, kept_flow
from ui.accounts.sign_on_people import People
from ui.addresses import at
from ui.pages.sign_in_forms import render_leaving, render_sign_in
from ui.reader import reader_of

_STATUS = {"away": 503, "setup": 503, "stale": 400, "refused": 403, "unknown": 403, "closed": 403, "role": 403}
_REFUSALS = (
    "access_denied",
    "login_required",
    "consent_required",
    "interaction_required",
    "account_selection_required",
)
_FAILURES = ("server_error", "temporarily_unavailable")
MAX_CODE_CHARS = 4000

_LOG = logging.getLogger(__name__)


def build_sign_on(settings: Settings, doors: Doors, provider: Provider | None = None) -> APIRouter:
    """Return the routes."""
    pages = _Pages(
        settings, doors, provider or Provider(settings.oidc), People(settings.oidc, lambda: open_catalogue(settings))
    )
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    is_open = [Depends(doors.open_to_sign_in), Depends(pages.is_set_up)]
    changing = Depends(doors.checked(Role.STAFF))

    @router.get(FOLDER, dependencies=is_open)
    async def leave(request: Request) -> Response:
        return await pages.leave(request, new_flow(safe_next(request.query_params.get("next"))))

    @router.get(f"{FOLDER}/back", dependencies=is_open)
    async def back(request: Request) -> Response:
        return await pages.back(request)

    @router.post("/account/sso")
    async def link(request: Request, signed_in: SignedIn = changing) -> Response:
        pages.is_set_up()
        return await pages.leave(request, new_flow("/account?linked=1", signed_in.csrf))

    return router


@dataclass(frozen=True, slots=True)
class _Pages:
    """What each route answers."""

    settings: Settings
    doors: Doors
    provider: Provider
    people: People

    def is_set_up(self) -> None:
        """Raise DoorClosedError (404) where no provider is."""
        if self.settings.oidc.issuer is None:
            raise DoorClosedError(404, "not_found")

    async def leave(self, request: Request, flow: Flow) -> Response:
        """Send the browser to the provider, with a cookie to come back with."""
        try:
            address = await self.provider.address(flow, _back(request))
        except SignOnError as error:
            return self._problem(request, flow, error)
        if flow.bound_to:
            # Browsers let no form lead to another site (form-action), by a redirect either; a page may.
            reader = reader_of(request.scope)
            page = render_leaving(reader.wording(self.settings.help), reader.edition, address)
            response: Response = HTMLResponse(page, 200, NO_STORE)
        else:
            response = RedirectResponse(address, 303, NO_STORE)
        keep_flow(response, request, flow)
        return response

    async def back(self, request: Request) -> Response:
        """Finish what the browser left for."""
        session = await asyncio.to_thread(self.doors.session, request)
        flow = kept_flow(request, session.csrf if session else None)
        try:
            response = await self._finished(request, flow, session)
        except SignOnError as error:
            response = self._problem(request, flow, error)
        forget_flow(response, request)
        return response

    async def _finished(self, request: Request, flow: Flow | None, session: Session | None) -> Response:
        told = request.query_params
        if flow is None or not flow.fits(told.get("state", "")):
            raise SignOnError("stale", "this browser did not begin the sign-in, or too long ago")
        if told.get("iss", self.settings.oidc.issuer) != self.settings.oidc.issuer:
            raise SignOnError("wrong", "another provider answered")  # RFC 9207
        if "error" in told:
            raise _refusal(told["error"])
        code = told.get("code", "")
        if not 0 < len(code) <= MAX_CODE_CHARS:
            raise SignOnError("wrong", "the provider sent no code")
        identity = await self.provider.identity(code, flow, _back(request))
        if flow.bound_to and session is not None:
            await asyncio.to_thread(self.people.link, session.account.name, identity)
            return RedirectResponse(at(flow.place or "/account"), 303, NO_STORE)
        token = await asyncio.to_thread(self.people.sign_in, identity, instead_of=session_token(request))
        response = RedirectResponse(at(flow.place or "/sign-in"), 303, NO_STORE)
        keep_session(response, request, token)
        return response

    def _problem(self, request: Request, flow: Flow | None, error: SignOnError) -> Response:
        # Neither names nor numbers of people: what an admin needs of them stands in the audit log.
        _LOG.warning("single sign-on: %s: %s", error.reason, error)
        reader = reader_of(request.scope)
        wording = reader.wording(self.settings.help)
        if flow is not None and flow.bound_to:
            return RedirectResponse(at(f"/account?sso={error.reason}"), 303, NO_STORE)
        place = flow.place if flow is not None else None
        said = wording.text(f"account.sso.{error.reason}")
        page = render_sign_in(wording, reader.edition, place, said, sign_on=True)
        return HTMLResponse(page, _STATUS.get(error.reason, 403), NO_STORE)


def _refusal(code: str) -> SignOnError:
    if code in _REFUSALS:
        return SignOnError("refused", "the provider let nobody in")
    if code in _FAILURES:
        return SignOnError("away", "the provider failed")
    return SignOnError("setup", "the provider did not take the request")


def _back(request: Request) -> str:
    """Return the address that the provider sends the browser back to, as the browser knows this site."""
    return f"{request.url.scheme}://{request.url.netloc}{at(FOLDER)}/back"
