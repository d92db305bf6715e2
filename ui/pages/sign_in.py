"""``/sign-in``, ``/sign-out`` and ``/account``: plain forms for people who work with the site. They need no scripts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from math import ceil

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from rag.catalogue import open_catalogue
from rag.errors import BusyError
from rag.settings import Settings
from ui.accounts.cookies import forget_session, keep_session, session_token
from ui.accounts.doors import NO_STORE, DoorClosedError, Doors, SignedIn
from ui.accounts.passwords import MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS, WeakPasswordError
from ui.accounts.roles import Role
from ui.accounts.same_site import safe_next, sent_from_here
from ui.accounts.sign_on_flow import REASONS
from ui.accounts.sign_on_people import People
from ui.accounts.signing_in import MustWaitError, SignIns, WrongSignInError
from ui.addresses import at
from ui.pages.sign_in_forms import render_account, render_sign_in
from ui.reader import reader_of


def build_sign_in(settings: Settings, doors: Doors, sign_ins: SignIns | None = None) -> APIRouter:
    """Return the routes. Passwords are checked in threads, few at a time."""
    people = People(settings.oidc, lambda: open_catalogue(settings))
    answers = _Answers(settings, sign_ins or SignIns(lambda: open_catalogue(settings)), people)
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    is_open = [Depends(doors.open_to_sign_in)]
    reading, changing = Depends(doors.require(Role.STAFF)), Depends(doors.checked(Role.STAFF))

    @router.get("/sign-in", dependencies=is_open)
    def sign_in_page(request: Request) -> Response:
        place = safe_next(request.query_params.get("next"))
        session = doors.session(request)
        return _go(place or _home(session.account.role)) if session else answers.sign_in_page(request, place)

    @router.post("/sign-in", dependencies=is_open)
    async def sign_in(request: Request) -> Response:
        if not sent_from_here(request):
            # Else another site could sign somebody in under its own name, and read afterwards what they did.
            raise DoorClosedError(403, "form_origin")
        return await asyncio.to_thread(answers.sign_in, request, await request.form())

    @router.post("/sign-out", dependencies=[changing])
    async def sign_out(request: Request) -> Response:
        return await asyncio.to_thread(answers.sign_out, request)

    @router.get("/account")
    def account(request: Request, signed_in: SignedIn = reading) -> Response:
        return answers.account_page(request, signed_in, _done(request))

    @router.post("/account/password")
    async def change_password(request: Request, signed_in: SignedIn = changing) -> Response:
        return await asyncio.to_thread(answers.change_password, request, signed_in, await request.form())

    return router


@dataclass(frozen=True, slots=True)
class _Answers:
    """What each form is answered with; blocks while a password is checked."""

    settings: Settings
    sign_ins: SignIns
    people: People

    def sign_in_page(
        self, request: Request, place: str | None, problem: str | None = None, status: int = 200, minutes: int = 0
    ) -> Response:
        reader = reader_of(request.scope)
        wording = reader.wording(self.settings.help)
        said = wording.text(problem, **({"minutes": minutes} if minutes else {})) if problem else None
        sign_on = self.settings.oidc.issuer is not None
        return HTMLResponse(render_sign_in(wording, reader.edition, place, said, sign_on=sign_on), status, NO_STORE)

    def sign_in(self, request: Request, form: FormData) -> Response:
        place = safe_next(_field(form, "next"))
        before = session_token(request)
        try:
            token = self.sign_ins.sign_in(
                _field(form, "name"), _field(form, "password"), _address(request), instead_of=before
            )
        except WrongSignInError:
            return self.sign_in_page(request, place, "account.wrong", 401)
        except MustWaitError as error:
            page = self.sign_in_page(request, place, "account.wait", 429, ceil(error.seconds / 60))
            page.headers["Retry-After"] = str(error.seconds)
            return page
        except BusyError:
            return self.sign_in_page(request, place, "account.busy", 503)
        # Without a place to go to, the page to sign in leads whoever is signed in to where their role begins.
        response = _go(place or "/sign-in")
        keep_session(response, request, token)
        return response

    def sign_out(self, request: Request) -> Response:
        token = session_token(request)
        if token is not None:
            self.sign_ins.sign_out(token)
        response = _go("/sign-in")
        forget_session(response, request)
        return response

    def account_page(
        self, request: Request, signed_in: SignedIn, said: str | None = None, status: int = 200, minutes: int = 0
    ) -> Response:
        reader = reader_of(request.scope)
        wording = reader.wording(self.settings.help)
        values = {"shortest": MIN_PASSWORD_CHARS, "longest": MAX_PASSWORD_CHARS, "minutes": minutes}
        message = wording.text(said, **values) if said else None
        ways = self.people.ways(signed_in.user)
        return HTMLResponse(render_account(wording, reader.edition, signed_in, message, ways), status, NO_STORE)

    def change_password(self, request: Request, signed_in: SignedIn, form: FormData) -> Response:
        new = _field(form, "new")
        if new != _field(form, "again"):
            return self.account_page(request, signed_in, "account.differ", 422)
        try:
            token = self.sign_ins.change_password(
                session_token(request) or "", _field(form, "old"), new, _address(request)
            )
        except WeakPasswordError as error:
            return self.account_page(request, signed_in, f"account.{error.reason}", 422)
        except WrongSignInError:
            return self.account_page(request, signed_in, "account.old_wrong", 422)
        except MustWaitError as error:
            return self.account_page(request, signed_in, "account.wait", 429, ceil(error.seconds / 60))
        except BusyError:
            return self.account_page(request, signed_in, "account.busy", 503)
        response = _go("/account?changed=1")
        keep_session(response, request, token)
        return response


def _done(request: Request) -> str | None:
    """Return the words for what led back to the own account."""
    told = request.query_params
    if told.get("changed") == "1":
        return "account.changed"
    if told.get("linked") == "1":
        return "account.sso.linked"
    reason = told.get("sso")
    return f"account.sso.{reason}" if reason in REASONS else None


def _home(role: Role) -> str:
    """Return where somebody begins who said nothing else."""
    return "/admin/" if role is Role.ADMIN else "/staff/"


def _go(place: str) -> Response:
    return RedirectResponse(at(place), 303, NO_STORE)


def _field(form: FormData, name: str) -> str:
    """Return a field of a form; a file in its place is none."""
    value = form.get(name)
    return value if isinstance(value, str) else ""


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
