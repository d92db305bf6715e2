"""The frame of every page of the desk: where one is, who is signed in, what just happened.

Forms, buttons, fields, tables and the way on after a change are those of the console (``ui.console.frame``: ``form``,
``button``, ``field``, ``table``, ``facts``, ``paging``, ``go_to``).
"""

from __future__ import annotations

from types import MappingProxyType

from fastapi import Request
from fastapi.responses import HTMLResponse

from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.assets import theme, themed
from ui.console.frame import button, form
from ui.markup import Html, element, join
from ui.pages.frame_page import language_links
from ui.reader import reader_of
from ui.wording import Wording

NAVIGATION: tuple[tuple[str, str], ...] = (
    ("desk", "/staff/"),
    ("queue", "/staff/queue"),
    ("calls", "/staff/calls"),
    ("cases", "/staff/cases"),
    ("approved", "/staff/approved"),
    ("tasks", "/staff/tasks"),
    ("compare", "/staff/compare"),
)
"""The parts of the desk in their order: name (``staff.nav.<name>`` in the words) and path."""

_SCRIPT = "staff.js"
"""On every page: forgets what the browser kept of somebody else, and everything at signing out."""


def staff_page(  # noqa: PLR0913 what a page has is named at each call
    request: Request,
    signed_in: SignedIn | None,
    wording: Wording,
    title: str,
    body: str,
    *,
    active: str | None = None,
    problem: str | None = None,
    scripts: tuple[str, ...] = (),
    styles: tuple[str, ...] = (),
) -> HTMLResponse:
    """Return a whole page.

    ``title`` is its heading (the frame writes the ``h1``), ``body`` markup, ``active`` a name in :data:`NAVIGATION`,
    ``problem`` a sentence on why what was asked could not be done (status 422), ``scripts`` modules and ``styles``
    further style sheets of the theme. What ``?told=`` names (a key below ``staff.told.`` or ``console.told.``) is said
    above the content. Without ``signed_in`` nothing is shown that only a person has.

    Scripts find the account in ``document.body.dataset.account`` and the word for their posts (header
    ``X-CSRF-Token``) in ``document.body.dataset.csrf``; what they keep goes through ``staff_kept.js``.
    """
    main = element(
        "main",
        element("h1", title),
        _told(request, wording, problem),
        body,
        id="main",
        class_="console-main staff-main",
        tabindex="-1",
    )
    content = element(
        "body",
        _top(request, signed_in, wording),
        _navigation(wording, active, _waiting(request, signed_in)),
        main,
        class_="console staff",
        data_account=signed_in.user if signed_in else None,
        data_csrf=signed_in.csrf if signed_in else None,
    )
    modules = (_SCRIPT, *scripts)
    imported = dict.fromkeys(one for name in modules for one in theme().imported_by(name))
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="robots", content="noindex"),
        element("title", f"{title} · {wording.text('staff.name')}"),
        element("link", rel="icon", href=themed("icon.svg"), type="image/svg+xml"),
        *(element("link", rel="stylesheet", href=themed(name)) for name in ("console.css", "staff.css", *styles)),
        *(element("link", rel="modulepreload", href=themed(name)) for name in imported),
        *(element("script", src=themed(name), type="module") for name in modules),
    )
    whole = element("html", head, content, lang=wording.language, data_edition=reader_of(request.scope).edition)
    return HTMLResponse(f"<!doctype html>{whole}", 422 if problem else 200, {"Cache-Control": "no-store"})


def staff_problem_page(request: Request, wording: Wording, words: str, status: int) -> HTMLResponse:
    """Return the page that stands in for one that could not be made."""
    back = element("p", element("a", wording.text("staff.back"), href=at("/staff/"), class_="button"))
    page = staff_page(request, None, wording, wording.text("console.problem"), back, problem=words)
    page.status_code = status
    return page


def _told(request: Request, wording: Wording, problem: str | None) -> Html:
    if problem:
        return element("p", problem, class_="problem", role="alert")
    told = request.query_params.get("told")
    words = (wording.known(f"staff.told.{told}") or wording.known(f"console.told.{told}")) if told else None
    return element("p", words, class_="told", role="status") if words else join()


def _top(request: Request, signed_in: SignedIn | None, wording: Wording) -> Html:
    query = MappingProxyType(
        {name: value for name, value in request.query_params.items() if name not in ("lang", "told")}
    )
    path = f"/staff{request.scope['path'].removeprefix(request.scope.get('root_path', ''))}"
    is_admin = signed_in is not None and signed_in.role is Role.ADMIN
    return element(
        "header",
        element("a", wording.text("page.skip.content"), href="#main", class_="skip"),
        element("a", wording.text("staff.name"), href=at("/staff/"), class_="home"),
        element("a", wording.text("console.to_site"), href=at("/")),
        element("a", wording.text("account.to_console"), href=at("/admin/")) if is_admin else "",
        language_links(wording, path, **query),
        _account(signed_in, wording) if signed_in else "",
        class_="bar",
    )


def _account(signed_in: SignedIn, wording: Wording) -> Html:
    return element(
        "div",
        element("span", wording.text("console.signed_in", user=signed_in.user), class_="who"),
        element("a", wording.text("console.password"), href=at("/account")),
        form(signed_in, "/sign-out", button(wording.text("console.sign_out")), data_sign_out=True),
        class_="account",
    )


def _waiting(request: Request, signed_in: SignedIn | None) -> int:
    """Return how many tasks wait for whoever is signed in; the application of the desk knows how to count them."""
    counted = getattr(request.app.state, "open_tasks", None)
    return int(counted(signed_in.user)) if signed_in is not None and counted is not None else 0


def _navigation(wording: Wording, active: str | None, tasks: int) -> Html:
    links = (
        element(
            "li",
            element(
                "a",
                wording.text(f"staff.nav.{name}"),
                wording.text("staff.tasks.count", count=tasks) if name == "tasks" and tasks else "",
                href=at(path),
                aria_current="page" if name == active else None,
            ),
        )
        for name, path in NAVIGATION
    )
    return element("nav", element("ul", *links), class_="console-nav", aria_label=wording.text("staff.nav"))
