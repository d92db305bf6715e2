"""``GET /api/v1/admin/audit``: the audit log for programs that keep logs, with a token of the scope ``admin``."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse, Response

from rag.catalogue import open_catalogue
from rag.settings import Settings
from ui.accounts.audit_table import entry_to_json
from ui.accounts.doors import NO_STORE, Doors
from ui.accounts.roles import Scope

MOST_ENTRIES = 500
_Below = Annotated[int | None, Query(ge=1, le=2**31 - 1)]


def build_audit_api(settings: Settings, doors: Doors) -> APIRouter:
    """Return the route."""
    router = APIRouter(include_in_schema=False, dependencies=[Depends(doors.program(Scope.ADMIN))])

    @router.get("/api/v1/admin/audit")
    def audit(below: _Below = None, limit: Annotated[int, Query(ge=1, le=MOST_ENTRIES)] = 100) -> Response:
        with open_catalogue(settings) as catalogue:
            entries = catalogue.audit.entries(below=below, limit=limit)
        values: dict[str, Any] = {"entries": [entry_to_json(entry) for entry in entries]}
        # Where to go on reading; null when this was the oldest.
        values["below"] = entries[-1].number if len(entries) == limit else None
        return JSONResponse(values, headers=NO_STORE)

    return router
