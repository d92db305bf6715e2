"""``/staff/searches``: keep the present search, or forget one."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import QueryParams

from rag.catalogue.saved_searches import MAX_QUERY_CHARS, MAX_SEARCH_NAME_CHARS
from rag.errors import UsageError
from rag.personal_data import mask
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.console.frame import go_to
from ui.console.parts import ConsoleParts
from ui.console.sent import number_of, text_of
from ui.staff.asked import Asked


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes; each leads back to the search that was there."""
    router = APIRouter(include_in_schema=False)
    sending = Depends(parts.doors.checked(Role.STAFF))

    @router.post("/searches")
    async def keep(request: Request, signed_in: SignedIn = sending) -> Response:
        sent = await request.form()
        asked = _asked(text_of(sent, "query", MAX_QUERY_CHARS))
        name = mask(text_of(sent, "name", MAX_SEARCH_NAME_CHARS)).text
        await asyncio.to_thread(_keep, parts, signed_in.user, name, asked)
        return go_to("/staff/", "search_kept", **asked.fields())

    @router.post("/searches/remove")
    async def remove(request: Request, signed_in: SignedIn = sending) -> Response:
        sent = await request.form()
        number = number_of(text_of(sent, "number"))
        if number is None:
            raise UsageError("no number of a search was sent")
        await asyncio.to_thread(_remove, parts, signed_in.user, number)
        return go_to("/staff/", "search_removed", **_asked(text_of(sent, "back", MAX_QUERY_CHARS)).fields())

    return router


def _asked(query: str) -> Asked:
    """Return the search of an address, its words without personal numbers: what is kept outlives the call."""
    fields = [(name, mask(value).text if name == "q" else value) for name, value in parse_qsl(query)]
    return Asked.of(QueryParams(urlencode(fields)))


def _keep(parts: ConsoleParts, user: str, name: str, asked: Asked) -> None:
    with parts.open_catalogue() as catalogue:
        saved = catalogue.saved_searches.put(user, name, asked.query())
        catalogue.audit.add(user, "search.keep", str(saved.number), None, {"name": saved.name})


def _remove(parts: ConsoleParts, user: str, number: int) -> None:
    with parts.open_catalogue() as catalogue:
        catalogue.saved_searches.remove(user, number)
        catalogue.audit.add(user, "search.remove", str(number), {"number": number}, None)
