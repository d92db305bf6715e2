"""All pages of calls, waiting questions and cases."""

from __future__ import annotations

from fastapi import APIRouter

from ui.console.parts import ConsoleParts
from ui.staff import call_form, call_page, calls, case_form, case_letter, case_page, cases, queue, queue_page


def build(parts: ConsoleParts) -> APIRouter:
    """Return their routes; those of ``new`` come before those of numbers."""
    router = APIRouter(include_in_schema=False)
    for module in (calls, call_form, call_page, queue, queue_page, cases, case_form, case_page, case_letter):
        router.include_router(module.build(parts))
    return router
