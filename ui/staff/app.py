"""Put the pages of the desk on one application, which is mounted at ``/staff``.

It is for whoever sits at the telephone: roles staff, supervisor and admin. Each page module has
``build(parts: ConsoleParts) -> APIRouter`` as those of the console do (see ``ui.console.parts``), with paths relative to
``/staff``, ``parts.doors.require(Role.STAFF)`` or ``checked(Role.STAFF)`` on every route, and its page made by
:func:`ui.staff.frame.staff_page`.
"""

from __future__ import annotations

from fastapi import FastAPI

from ui.accounts.doors import install_doors
from ui.console.parts import ConsoleParts
from ui.console.problems import install_problems
from ui.staff import answer_page, approved, approved_propose, compare, hotline, saved_searches, search_page, tasks_page
from ui.staff.frame import staff_problem_page


def build_staff(parts: ConsoleParts) -> FastAPI:
    """Return the application with every page of the desk; errors become pages of it, in words."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    modules = (search_page, answer_page, saved_searches, compare, approved_propose, approved, tasks_page, hotline)
    for module in modules:
        app.include_router(module.build(parts))
    app.state.open_tasks = tasks_page.counting(parts)
    install_doors(app, parts.settings.help)
    install_problems(app, parts, staff_problem_page, ("staff", "console"))
    return app
