"""The frame of every page of the desk: where one is, who is signed in, what just happened.

Forms, buttons, fields, tables and the way on after a change are those of the console (``ui.console.frame``: ``form``,
``button``, ``field``, ``table``, ``facts``, ``paging``, ``go_to``).
"""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import HTMLResponse

from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.frame import Area, area_page
from ui.markup import element
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


DESK = Area("staff", "/staff", NAVIGATION, ("console.css", "staff.css"), (_SCRIPT,), ("staff", "console"))


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
    is_admin = signed_in is not None and signed_in.role is Role.ADMIN
    waiting = _waiting(request, signed_in)
    return area_page(
        DESK,
        request,
        signed_in,
        wording,
        title,
        body,
        active=active,
        problem=problem,
        scripts=scripts,
        styles=styles,
        beside=element("a", wording.text("account.to_console"), href=at("/admin/")) if is_admin else "",
        counts={"tasks": wording.text("staff.tasks.count", count=waiting)} if waiting else {},
        class_="console staff",
        data_account=signed_in.user if signed_in else None,
        data_csrf=signed_in.csrf if signed_in else None,
    )


def staff_problem_page(request: Request, wording: Wording, words: str, status: int) -> HTMLResponse:
    """Return the page that stands in for one that could not be made."""
    back = element("p", element("a", wording.text("staff.back"), href=at("/staff/"), class_="button"))
    page = staff_page(request, None, wording, wording.text("console.problem"), back, problem=words)
    page.status_code = status
    return page


def _waiting(request: Request, signed_in: SignedIn | None) -> int:
    """Return how many tasks wait for whoever is signed in; the application of the desk knows how to count them."""
    counted = getattr(request.app.state, "open_tasks", None)
    return int(counted(signed_in.user)) if signed_in is not None and counted is not None else 0
