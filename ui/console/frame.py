"""The frame of every page of the console: where one is, who is signed in, what just happened, and its forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from rag.domain import Document
from ui.accounts.doors import SignedIn
from ui.addresses import at
from ui.assets import theme, themed
from ui.console.sent import document_path
from ui.markup import Html, element, join, line
from ui.pages.frame_page import language_links
from ui.reader import reader_of
from ui.wording import Wording

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
    """Return a whole page.

    ``title`` is its heading (the frame writes the ``h1``), ``body`` markup, ``active`` a name in :data:`NAVIGATION`,
    ``problem`` a sentence on why what was asked could not be done (status 422). What ``?told=`` names (a key below
    ``console.told.``) is said above the content. Without ``signed_in`` nothing is shown that only a person has.
    """
    main = element(
        "main",
        element("h1", title),
        _told(request, wording, problem),
        body,
        id="main",
        class_="console-main",
        tabindex="-1",
    )
    content = element(
        "body",
        _top(request, signed_in, wording),
        _navigation(wording, active),
        main,
        class_="console",
    )
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="robots", content="noindex"),
        element("title", f"{title} · {wording.text('console.name')}"),
        element("link", rel="icon", href=themed("icon.svg"), type="image/svg+xml"),
        element("link", rel="stylesheet", href=themed("console.css")),
        *(
            element("link", rel="modulepreload", href=themed(one))
            for name in scripts
            for one in theme().imported_by(name)
        ),
        *(element("script", src=themed(name), type="module") for name in scripts),
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


def form(
    signed_in: SignedIn, action: str, *children: str, method: str = "post", **attributes: str | bool | None
) -> Html:
    """Return a form that the doors will believe: with the session's hidden ``csrf`` field unless it only reads.

    ``action`` is a path of the site without prefix (``/admin/documents``).
    """
    hidden = element("input", type="hidden", name="csrf", value=signed_in.csrf) if method == "post" else ""
    return element("form", hidden, *children, method=method, action=at(action), **attributes)


def button(words: str, *, primary: bool = False, danger: bool = False, **attributes: str | bool | None) -> Html:
    """Return a button that sends its form."""
    kind = "primary" if primary else "danger" if danger else None
    return element("button", words, type="submit", class_=kind, **attributes)


def field(label: str, control: str, hint: str = "", *, for_: str) -> Html:
    """Return a labelled control, with a hint below its label. ``for_`` is the control's id."""
    told = element("span", hint, class_="hint", id=f"{for_}-hint") if hint else ""
    return element("div", element("label", label, for_=for_), told, control, class_="field")


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, caption: str) -> Html:
    """Return a table; cells are text or markup. On a narrow screen each cell says its column's name itself."""
    head = element("thead", element("tr", *(element("th", words, scope="col") for words in headings)))
    body = element(
        "tbody",
        *(
            element(
                "tr",
                *(element("td", cell, data_label=name or None) for name, cell in zip(headings, row, strict=True)),
            )
            for row in rows
        ),
    )
    return element("div", element("table", element("caption", caption), head, body), class_="table-wrap")


def facts(rows: Sequence[tuple[str, str]]) -> Html:
    """Return a list of names and values; values are text or markup."""
    return element(
        "dl", *(element("div", element("dt", name), element("dd", value)) for name, value in rows), class_="facts"
    )


def paging(wording: Wording, path: str, query: Mapping[str, str], page: int, pages: int) -> Html:
    """Return the ways to the pages before and after; nothing where there is one page."""
    if pages <= 1:
        return join()

    def link(key: str, target: int) -> Html:
        address = f"{at(path)}?{urlencode({**query, 'page': str(target)})}"
        return element("a", wording.text(key), href=address, class_="button")

    return element(
        "nav",
        link("console.page.before", page - 1) if page > 1 else "",
        element("span", wording.text("console.page.of", page=page, pages=pages)),
        link("console.page.after", page + 1) if page < pages else "",
        class_="paging",
        aria_label=wording.text("console.page.label"),
    )


def about_document(document: Document, wording: Wording) -> Html:
    """Return the line above a page about a document: which one, as the way back to it."""
    link = element("a", line(document.title), href=at(document_path(document.document_id)), lang="zh")
    return element("p", wording.text("console.about_document"), link, class_="about-document")


def go_to(path: str, told: str | None = None, **query: str) -> RedirectResponse:
    """Return the way on after a change; ``told`` is a key below ``console.told.`` that the next page says."""
    asked = {**query, **({"told": told} if told else {})}
    address = quote(at(path), safe="/:%") + (f"?{urlencode(asked)}" if asked else "")
    return RedirectResponse(address, 303, {"Cache-Control": "no-store"})


def _told(request: Request, wording: Wording, problem: str | None) -> Html:
    if problem:
        return element("p", problem, class_="problem", role="alert")
    told = request.query_params.get("told")
    words = wording.known(f"console.told.{told}") if told else None
    return element("p", words, class_="told", role="status") if words else join()


def _top(request: Request, signed_in: SignedIn | None, wording: Wording) -> Html:
    query = MappingProxyType(
        {name: value for name, value in request.query_params.items() if name not in ("lang", "told")}
    )
    path = f"/admin{request.scope['path'].removeprefix(request.scope.get('root_path', ''))}"
    return element(
        "header",
        element("a", wording.text("page.skip.content"), href="#main", class_="skip"),
        element("a", wording.text("console.name"), href=at("/admin/"), class_="home"),
        element("a", wording.text("console.to_site"), href=at("/")),
        element("a", wording.text("account.to_desk"), href=at("/staff/")),
        language_links(wording, path, **query),
        _account(signed_in, wording) if signed_in else "",
        class_="bar",
    )


def _account(signed_in: SignedIn, wording: Wording) -> Html:
    return element(
        "div",
        element("span", wording.text("console.signed_in", user=signed_in.user), class_="who"),
        element("a", wording.text("console.password"), href=at("/account")),
        form(signed_in, "/sign-out", button(wording.text("console.sign_out"))),
        class_="account",
    )


def _navigation(wording: Wording, active: str | None) -> Html:
    links = (
        element(
            "li",
            element(
                "a",
                wording.text(f"console.nav.{name}"),
                href=at(path),
                aria_current="page" if name == active else None,
            ),
        )
        for name, path in NAVIGATION
    )
    return element("nav", element("ul", *links), class_="console-nav", aria_label=wording.text("console.nav"))
