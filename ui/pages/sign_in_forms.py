"""The forms to sign in, and the page of the own account, as HTML."""

from __future__ import annotations

from ui.accounts.doors import SignedIn
from ui.accounts.passwords import MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS
from ui.accounts.roles import Role
from ui.addresses import at
from ui.markup import Html, element
from ui.pages.frame_page import plain_page
from ui.reader import Edition
from ui.wording import Wording

_FILES = ("page.css", "shared.css", "account.css")


def render_sign_in(wording: Wording, edition: Edition, place: str | None, problem: str | None) -> str:
    """Return the page; ``place`` is where it leads on to, ``problem`` why the last try failed."""
    form = element(
        "form",
        element("input", type="hidden", name="next", value=place) if place else "",
        _field(wording.text("account.name"), "name", "username", autofocus=True),
        _field(wording.text("account.password"), "password", "current-password"),
        element("p", element("button", wording.text("account.sign_in"), type="submit", class_="primary")),
        method="post",
        action=at("/sign-in"),
        class_="account",
    )
    main = element(
        "main",
        element("h1", wording.text("account.sign_in")),
        element("p", wording.text("account.sign_in.lead"), class_="lead"),
        _said(problem),
        form,
        id="main",
        class_="prose",
        tabindex="-1",
    )
    query = {"next": place} if place else {}
    return plain_page(
        wording,
        wording.text("account.sign_in"),
        main,
        edition=edition,
        files=_FILES,
        path="/sign-in",
        query=query,
        head=_unlisted(),
    )


def render_account(wording: Wording, edition: Edition, signed_in: SignedIn, said: str | None) -> str:
    """Return the page: who is signed in, the way out, and the form for another password."""
    text = wording.text
    role = text(f"role.{signed_in.role}")
    console = element("p", element("a", text("account.to_console"), href=at("/admin/")))
    change = element(
        "form",
        _csrf(signed_in),
        # For the browser's store of passwords, which would else not know whose this one is.
        element("input", type="text", name="name", value=signed_in.user, autocomplete="username", hidden=True),
        _field(text("account.old"), "old", "current-password"),
        _field(text("account.new"), "new", "new-password"),
        _field(text("account.again"), "again", "new-password"),
        element("p", element("button", text("account.change"), type="submit", class_="primary")),
        method="post",
        action=at("/account/password"),
        class_="account",
    )
    leave = element(
        "form",
        _csrf(signed_in),
        element("p", element("button", text("account.sign_out"), type="submit")),
        method="post",
        action=at("/sign-out"),
    )
    main = element(
        "main",
        element("h1", text("account.title")),
        _said(said),
        element("p", text("account.who", name=signed_in.user, role=role)),
        console if signed_in.role is Role.ADMIN else "",
        leave,
        element("h2", text("account.change")),
        element("p", text("account.change.lead", shortest=MIN_PASSWORD_CHARS)),
        change,
        id="main",
        class_="prose",
        tabindex="-1",
    )
    return plain_page(
        wording, text("account.title"), main, edition=edition, files=_FILES, path="/account", head=_unlisted()
    )


def _field(label: str, name: str, autocomplete: str, *, autofocus: bool = False) -> Html:
    secret = autocomplete != "username"
    box = element(
        "input",
        id=name,
        name=name,
        type="password" if secret else "text",
        autocomplete=autocomplete,
        autocapitalize=None if secret else "none",
        spellcheck=None if secret else "false",
        maxlength=MAX_PASSWORD_CHARS if secret else None,
        required=True,
        autofocus=autofocus,
    )
    return element("p", element("label", label, for_=name), box)


def _csrf(signed_in: SignedIn) -> Html:
    return element("input", type="hidden", name="csrf", value=signed_in.csrf)


def _said(message: str | None) -> Html | str:
    """Return what happened, read out by screen readers as soon as the page is there."""
    return element("p", message, class_="message", role="alert") if message else ""


def _unlisted() -> Html:
    return element("meta", name="robots", content="noindex")
