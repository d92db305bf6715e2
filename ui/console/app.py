"""Put the pages of the console on one application, which is mounted at ``/admin``."""

from __future__ import annotations

from fastapi import FastAPI

from ui.accounts.doors import install_doors
from ui.console import (
    audit_page,
    changing,
    document_page,
    document_versions,
    documents,
    evaluation,
    feedback_page,
    generations,
    held_page,
    marking,
    overview,
    quality,
    rebuilding,
    restoring,
    schedules,
    settings_page,
    uploads,
    use_page,
    work_page,
)
from ui.console.frame import problem_page
from ui.console.parts import ConsoleParts
from ui.console.problems import install_problems


def build_admin(parts: ConsoleParts) -> FastAPI:
    """Return the application with every page of the console; errors become pages of it, in words."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    modules = (
        overview,
        documents,
        changing,
        document_page,
        document_versions,
        marking,
        restoring,
        rebuilding,
        uploads,
        schedules,
        work_page,
        generations,
        held_page,
        quality,
        evaluation,
        use_page,
        feedback_page,
        audit_page,
        settings_page,
    )
    for module in modules:
        app.include_router(module.build(parts))
    install_doors(app, parts.settings.help)
    install_problems(app, parts, problem_page)
    return app
