"""Tell what a page of this site sent from what another site made the browser send, and where a sign-in may lead on."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from fastapi import Request

from ui.addresses import site_prefix

_PLACES = re.compile(r"/(?:admin|staff|account)(?:[/?][!-~]*)?")
"""Where a sign-in may lead on: pages for people who signed in, in ASCII without spaces or controls."""
MAX_NEXT_CHARS = 500


def sent_from_here(request: Request) -> bool:
    """Return whether a form was sent by a page of this site, by what the browser says and no script can.

    ``Sec-Fetch-Site`` where it is there (browsers leave it out over plain HTTP), else ``Origin``, else ``Referer``; a
    request that says nothing was not sent by a form of ours. Only host and port are compared: behind a proxy that
    ends the encryption the scheme may not be known here.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    said = request.headers.get("origin") or request.headers.get("referer") or ""
    return _host(said) is not None and _host(said) == request.headers.get("host", "").lower()


def safe_next(place: str | None) -> str | None:
    """Return a path of this site, without its prefix, that a sign-in may lead on to; None for anything else."""
    if place is None or len(place) > MAX_NEXT_CHARS or not _PLACES.fullmatch(place):
        return None
    # A backslash is a slash to browsers, and ".." would lead out of what was just checked.
    return None if "\\" in place or "//" in place.partition("?")[0] or ".." in place.partition("?")[0] else place


def place_of(request: Request) -> str | None:
    """Return where whoever signs in now wants to be: the page asked for, or the one a form was sent from."""
    if request.method in ("GET", "HEAD"):
        path, query = quote(request.scope["path"]), request.url.query
    elif _host(request.headers.get("referer", "")) == request.headers.get("host", "").lower():
        parts = urlsplit(request.headers["referer"])
        path, query = parts.path, parts.query
    else:
        return None
    return safe_next(path.removeprefix(site_prefix()) + (f"?{query}" if query else ""))


def _host(address: str) -> str | None:
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return parts.netloc.lower() if parts.scheme in ("http", "https") and parts.netloc else None
