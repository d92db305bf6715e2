"""Recognise who types without asking the catalogue at every letter.

Whoever types asks several times a second, and opening the catalogue takes as long as half a search. What is found is no
secret (``/api/v1/search`` finds it for everybody), so nothing is lost when a search still answers for some seconds after
somebody signed out. Pages and changes are not recognised here: they ask at every click.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from ui.accounts.cookies import session_token
from ui.accounts.doors import SignedIn

_HOLDS_S = 15.0
_MOST = 1000
"""Sessions remembered; the one recognised the longest time ago is forgotten first."""


def recognising(
    require: Callable[[Request], SignedIn], clock: Callable[[], float] = time.monotonic
) -> Callable[[Request], Awaitable[SignedIn]]:
    """Return a dependency that lets through whom ``require`` let through in the last seconds, and asks it else.

    Used from one event loop. Raises as ``require`` does.
    """
    known: OrderedDict[bytes, tuple[float, SignedIn]] = OrderedDict()

    async def recognised(request: Request) -> SignedIn:
        token = session_token(request)
        # Only a digest, as the catalogue keeps no token either.
        key = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest() if token else b""
        found = known.get(key)
        if found is not None and found[0] > clock() - _HOLDS_S:
            return found[1]
        signed_in = await run_in_threadpool(require, request)
        known[key] = (clock(), signed_in)
        known.move_to_end(key)
        if len(known) > _MOST:
            known.popitem(last=False)
        return signed_in

    return recognised
