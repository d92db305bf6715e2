"""The forms to sign in, and the page of the own account, as HTML."""

from __future__ import annotations

from urllib.parse import urlencode

from ui.accounts.doors import SignedIn
from ui.accounts.passwords import MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS
from ui.accounts.roles import Role
from ui.accounts.sign_on_flow import FOLDER
from ui.accounts.sign_on_people import Ways
from ui.addresses import at
from ui.markup import Html, element, join
from ui.pages.frame_page import plain_page
from ui.reader import Edition
from ui.wording import Wording

_FILES = ("page.css", "shared.css", "account.css")


def render_sign_in(
    wording: Wording, edition: Edition, place: str | None, problem: str | None, *, sign_on: bool = False
) -> str:
    """Return the page; ``place`` is where it leads on to, ``problem`` why the last try failed.

    ``sign_on`` offers the way to the organisation's own accounts, before name and password.
    """
    form = element(
        "form",
        element("input", type="hidden", name="next", value=place) if place else "",
        _field(wording.text("account.name"), "name", "username", autofocus=not sign_on),
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
        _sign_on(wording, place) if sign_on else "",
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


def render_leaving(wording: Wording, edition: Edition, address: str) -> str:
    """Return the page that leads on to the identity provider at ``address``, by itself and by a link."""
    go_on = element("a", wording.text("account.sso.go_on"), href=address, rel="noreferrer", class_="button")
    main = element(
        "main",
        element("h1", wording.text("account.sso.leaving")),
        element("p", go_on),
        id="main",
        class_="prose",
        tabindex="-1",
    )
    refresh = element("meta", http_equiv="refresh", content=f"0;url={address}")
    head = join(_unlisted(), refresh)
    title = wording.text("account.sso.leaving")
    return plain_page(wording, title, main, edition=edition, files=_FILES, path="/account", head=head)


def render_account(wording: Wording, edition: Edition, signed_in: SignedIn, said: str | None, ways: Ways) -> str:
    """Return the page: who is signed in, the way out, the single sign-on, and the form for another password."""
    text = wording.text
    role = text(f"role.{signed_in.role}")
    console = element("p", element("a", text("account.to_console"), href=at("/admin/")))
    desk = element("p", element("a", text("account.to_desk"), href=at("/staff/")))
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
    password = join(
        element("h2", text("account.change")),
        element("p", text("account.change.lead", shortest=MIN_PASSWORD_CHARS)),
        change,
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
        desk,
        leave,
        _link(wording, signed_in, ways) if ways.offered else "",
        password if ways.password else "",
        id="main",
        class_="prose",
        tabindex="-1",
    )
    return plain_page(
        wording, text("account.title"), main, edition=edition, files=_FILES, path="/account", head=_unlisted()
    )


def _sign_on(wording: Wording, place: str | None) -> Html:
    address = at(FOLDER) + (f"?{urlencode({'next': place})}" if place else "")
    return join(
        element("p", element("a", wording.text("account.sso.button"), href=address, class_="button primary")),
        element("p", wording.text("account.sso.or"), class_="lead"),
    )


def _link(wording: Wording, signed_in: SignedIn, ways: Ways) -> Html:
    text = wording.text
    if ways.single:
        return join(element("h2", text("account.sso.title")), element("p", text("account.sso.is_linked")))
    form = element(
        "form",
        _csrf(signed_in),
        element("p", element("button", text("account.sso.link"), type="submit")),
        method="post",
        action=at("/account/sso"),
    )
    return join(element("h2", text("account.sso.title")), element("p", text("account.sso.lead")), form)


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
