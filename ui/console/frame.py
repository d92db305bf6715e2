"""The frame of every page of the console: where one is, who is signed in, what just happened, and its forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from rag.domain import Document
from ui.accounts.doors import SignedIn
from ui.addresses import at
from ui.assets import theme, themed
from ui.console.forms import button, facts, field, form, paging, table
from ui.console.sent import document_path
from ui.markup import Html, element, join, line
from ui.pages.frame_page import language_links
from ui.reader import reader_of
from ui.wording import Wording

__all__ = [
    "CONSOLE",
    "NAVIGATION",
    "Area",
    "about_document",
    "area_page",
    "button",
    "console_page",
    "facts",
    "field",
    "form",
    "go_to",
    "paging",
    "problem_page",
    "table",
]

NAVIGATION: tuple[tuple[str, str], ...] = (
    ("overview", "/admin/"),
    ("documents", "/admin/documents"),
    ("uploads", "/admin/uploads"),
    ("schedules", "/admin/schedules"),
    ("generations", "/admin/generations"),
    ("quality", "/admin/quality"),
    ("evaluation", "/admin/evaluation"),
    ("use", "/admin/use"),
    ("feedback", "/admin/feedback"),
    ("settings", "/admin/settings"),
    ("audit", "/admin/audit"),
    ("work", "/admin/work"),
)
"""The parts of the console in their order: name (``console.nav.<name>`` in the words) and path."""


@dataclass(frozen=True, slots=True)
class Area:
    """A mounted application for people who signed in: the console, the operators' desk."""

    name: str
    """Its prefix in the words: ``<name>.name``, ``<name>.nav``, ``<name>.nav.<part>``, ``<name>.told.<what>``."""
    path: str
    navigation: tuple[tuple[str, str], ...]
    """Its parts in their order: name and path."""
    styles: tuple[str, ...]
    scripts: tuple[str, ...] = ()
    """Modules of every page."""
    told: tuple[str, ...] = ()
    """Prefixes of the words that ``?told=`` may name, the first that knows it."""


CONSOLE = Area("console", "/admin", NAVIGATION, ("console.css",), told=("console",))


def console_page(
    request: Request,
    signed_in: SignedIn | None,
    wording: Wording,
    title: str,
    body: str,
    *,
    active: str | None = None,
    problem: str | None = None,
    scripts: tuple[str, ...] = (),
) -> HTMLResponse:
    """Return a whole page of the console; see :func:`area_page`."""
    beside = element("a", wording.text("account.to_desk"), href=at("/staff/"))
    return area_page(
        CONSOLE,
        request,
        signed_in,
        wording,
        title,
        body,
        active=active,
        problem=problem,
        scripts=scripts,
        beside=beside,
        class_="console",
    )


def area_page(  # noqa: PLR0913 what a page has is named at each call
    area: Area,
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
    beside: str = "",
    counts: Mapping[str, str] = MappingProxyType({}),
    **attributes: str | None,
) -> HTMLResponse:
    """Return a whole page of an area.

    ``title`` is its heading (the frame writes the ``h1``), ``body`` markup, ``active`` a name in the navigation,
    ``problem`` a sentence on why what was asked could not be done (status 422), ``scripts`` modules and ``styles`` further
    style sheets of the theme, ``beside`` a link to another area, ``counts`` what stands behind parts of the navigation.
    ``attributes`` go on the body. What ``?told=`` names is said above the content. Without ``signed_in`` nothing is shown
    that only a person has.
    """
    main = element(
        "main",
        element("h1", title),
        _told(area, request, wording, problem),
        body,
        id="main",
        class_=f"console-main {area.name}-main",
        tabindex="-1",
    )
    content = element(
        "body",
        _top(area, request, signed_in, wording, beside),
        _navigation(area, wording, active, counts),
        main,
        **attributes,
    )
    modules = (*area.scripts, *scripts)
    imported = dict.fromkeys(one for name in modules for one in theme().imported_by(name))
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="robots", content="noindex"),
        element("title", f"{title} · {wording.text(f'{area.name}.name')}"),
        element("link", rel="icon", href=themed("icon.svg"), type="image/svg+xml"),
        *(element("link", rel="stylesheet", href=themed(name)) for name in (*area.styles, *styles)),
        *(element("link", rel="modulepreload", href=themed(name)) for name in imported),
        *(element("script", src=themed(name), type="module") for name in modules),
    )
    whole = element("html", head, content, lang=wording.language, data_edition=reader_of(request.scope).edition)
    return HTMLResponse(f"<!doctype html>{whole}", 422 if problem else 200, {"Cache-Control": "no-store"})


def problem_page(request: Request, wording: Wording, words: str, status: int) -> HTMLResponse:
    """Return the page that stands in for one that could not be made."""
    back = element("p", element("a", wording.text("console.back"), href=at("/admin/"), class_="button"))
    title = wording.text("console.problem")
    page = console_page(request, None, wording, title, back, problem=words)
    page.status_code = status
    return page


def about_document(document: Document, wording: Wording) -> Html:
    """Return the line above a page about a document: which one, as the way back to it."""
    link = element("a", line(document.title), href=at(document_path(document.document_id)), lang="zh")
    return element("p", wording.text("console.about_document"), link, class_="about-document")


def go_to(path: str, told: str | None = None, **query: str) -> RedirectResponse:
    """Return the way on after a change; ``told`` is a key below ``console.told.`` that the next page says."""
    asked = {**query, **({"told": told} if told else {})}
    address = quote(at(path), safe="/:%") + (f"?{urlencode(asked)}" if asked else "")
    return RedirectResponse(address, 303, {"Cache-Control": "no-store"})


def _told(area: Area, request: Request, wording: Wording, problem: str | None) -> Html:
    if problem:
        return element("p", problem, class_="problem", role="alert")
    told = request.query_params.get("told")
    known = (wording.known(f"{prefix}.told.{told}") for prefix in area.told) if told else ()
    words = next((words for words in known if words), None)
    return element("p", words, class_="told", role="status") if words else join()


def _top(area: Area, request: Request, signed_in: SignedIn | None, wording: Wording, beside: str) -> Html:
    query = MappingProxyType(
        {name: value for name, value in request.query_params.items() if name not in ("lang", "told")}
    )
    path = f"{area.path}{request.scope['path'].removeprefix(request.scope.get('root_path', ''))}"
    return element(
        "header",
        element("a", wording.text("page.skip.content"), href="#main", class_="skip"),
        element("a", wording.text(f"{area.name}.name"), href=at(f"{area.path}/"), class_="home"),
        element("a", wording.text("console.to_site"), href=at("/")),
        beside,
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


def _navigation(area: Area, wording: Wording, active: str | None, counts: Mapping[str, str]) -> Html:
    links = (
        element(
            "li",
            element(
                "a",
                wording.text(f"{area.name}.nav.{name}"),
                counts.get(name, ""),
                href=at(path),
                aria_current="page" if name == active else None,
            ),
        )
        for name, path in area.navigation
    )
    label = wording.text(f"{area.name}.nav")
    return element("nav", element("ul", *links), class_="console-nav", aria_label=label)
