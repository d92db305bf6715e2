"""``/docs``: the HTTP interface described for people. Plain HTML from this origin; works offline and without scripts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse

from ui.addresses import at
from ui.assets import themed
from ui.interface import Field, Route, routes_of
from ui.markup import Html, element, join, text

_SPAN = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*")


def build_interface_page(app: FastAPI) -> APIRouter:
    """Return the route of the page; it describes the routes that the application has when it is first asked."""
    router = APIRouter()

    @router.get("/docs", response_class=HTMLResponse, include_in_schema=False)
    def page() -> HTMLResponse:
        return HTMLResponse(render_interface(routes_of(app.openapi()), app.description))

    return router


def render_interface(routes: tuple[Route, ...], about: str) -> str:
    """Return the page. It is in English, as the interface for programs is."""
    contents = element("ul", *(element("li", _link(route)) for route in routes))
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", "policychat: HTTP interface"),
        element("link", rel="icon", href=themed("icon.svg"), type="image/svg+xml"),
        element("link", rel="stylesheet", href=themed("interface.css")),
    )
    machine = element("p", "For programs: ", element("a", "openapi.json", href=at("/api/v1/openapi.json")))
    body = element(
        "main",
        element("h1", "HTTP interface"),
        _prose(about),
        machine,
        contents,
        *map(_section, routes),
        class_="interface",
    )
    return f"<!DOCTYPE html>{element('html', head, element('body', body), lang='en')}"


def _anchor(route: Route) -> str:
    return re.sub(r"[^a-z0-9]+", "-", f"{route.method} {route.path}".lower()).strip("-")


def _link(route: Route) -> Html:
    return join(element("a", f"{route.method} {route.path}", href=f"#{_anchor(route)}"), f" – {route.summary}")


def _section(route: Route) -> Html:
    parts = [
        element("h2", element("code", f"{route.method} {route.path}"), id=_anchor(route)),
        element("p", element("strong", route.summary)),
        _prose(route.description),
    ]
    if route.taken:
        parts += [element("h3", "Takes"), _fields(route.taken)]
    if route.request:
        parts.append(element("pre", route.request, tabindex="0"))
    if route.given:
        parts += [element("h3", "Gives"), _fields(route.given)]
    if route.response:
        parts.append(element("pre", route.response, tabindex="0"))
    outcomes = [(outcome.status, outcome.meaning) for outcome in route.outcomes]
    return element("section", *parts, element("h3", "HTTP status"), _table(("status", "means"), outcomes))


def _fields(fields: tuple[Field, ...]) -> Html:
    rows = [(f"`{one.name}`", one.place, one.kind, "yes" if one.required else "", one.meaning) for one in fields]
    return _table(("name", "in", "type", "required", "meaning"), rows)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Html:
    top = element("tr", *(element("th", cell, scope="col") for cell in head))
    lines = [element("tr", *(element("td", _spans(cell)) for cell in row)) for row in rows]
    return element(
        "div", element("table", element("thead", top), element("tbody", *lines)), class_="wide", tabindex="0"
    )


def _prose(words: str) -> Html:
    """Return paragraphs and tables, as the descriptions write them in Markdown."""
    return join(*(_block(block.splitlines()) for block in words.strip().split("\n\n") if block.strip()))


def _block(lines: list[str]) -> Html:
    if not lines[0].startswith("|"):
        return element("p", _spans(" ".join(lines)))
    head, _, *rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]
    return _table(head, rows)


def _spans(words: str) -> Html:
    """Return text in which ``code`` and **strong** are marked up."""
    parts, done = [], 0
    for found in _SPAN.finditer(words):
        parts.append(text(words[done : found.start()]))
        parts.append(element("code", found[1]) if found[1] else element("strong", _spans(found[2])))
        done = found.end()
    return join(*parts, text(words[done:]))
