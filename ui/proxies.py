"""Believe what a reverse proxy says of a request only where it comes from one of ours.

``X-Forwarded-For``, ``-Proto`` and ``-Host`` are words that anybody can send. From a trusted proxy they become the
client, scheme and host of the request; from anybody else, and afterwards in any case, they are taken away, because
Gradio reads them on its own and would write a foreign host into its page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from starlette.types import ASGIApp, Receive, Scope, Send

_TOLD = frozenset(
    {
        b"forwarded",
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-forwarded-port",
        b"x-forwarded-prefix",
        b"x-forwarded-proto",
        b"x-forwarded-server",
        b"x-gradio-server",
        b"x-real-ip",
    }
)

_HOST = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
_MOST_HOPS = 20
"""More proxies in a row than that are no chain but somebody's attempt to keep us busy."""


class BehindProxies:
    """Applies the forwarded headers of trusted proxies, and removes those of everybody.

    ``trusted`` are addresses or networks, ``10.0.0.0/8``; validated by the settings.
    """

    def __init__(self, app: ASGIApp, trusted: Iterable[str]) -> None:
        self._app = app
        self._networks = tuple(ip_network(one, strict=False) for one in trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] in ("http", "websocket"):
            scope = self._told(scope)
        await self._app(scope, receive, send)

    def _told(self, scope: Scope) -> Scope:
        client = scope.get("client")
        headers = [(name, value) for name, value in scope["headers"] if name not in _TOLD]
        changed: Scope = {**scope, "headers": headers}
        if client is None or not self._trusts(client[0]):
            return changed
        scheme = _last(scope, b"x-forwarded-proto").lower()
        if scheme in ("http", "https"):
            changed["scheme"] = scheme.replace("http", "ws") if scope["type"] == "websocket" else scheme
        host = _last(scope, b"x-forwarded-host")
        if _HOST.fullmatch(host):
            changed["headers"] = [*((n, v) for n, v in headers if n != b"host"), (b"host", host.encode("ascii"))]
        if caller := self._caller(_all(scope, b"x-forwarded-for")):
            changed["client"] = (caller, 0)
        return changed

    def _caller(self, hops: list[str]) -> str | None:
        """Return the nearest hop that is not one of our proxies: what stands before it, anybody may have written."""
        caller = None
        for hop in reversed(hops[-_MOST_HOPS:]):
            if not _is_address(hop):
                break
            caller = hop
            if not self._trusts(hop):
                break
        return caller

    def _trusts(self, address: str) -> bool:
        if not _is_address(address):
            return False
        found = ip_address(address)
        # A socket that listens on both families tells an IPv4 client as ::ffff:127.0.0.1.
        found = getattr(found, "ipv4_mapped", None) or found
        return any(found in network for network in self._networks if _same_family(found.version, network))


def _same_family(version: int, network: IPv4Network | IPv6Network) -> bool:
    return version == network.version


def _is_address(word: str) -> bool:
    try:
        ip_address(word)
    except ValueError:
        return False
    return True


def _all(scope: Scope, wanted: bytes) -> list[str]:
    lines = [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]
    return [part.strip() for part in ",".join(lines).split(",") if part.strip()]


def _last(scope: Scope, wanted: bytes) -> str:
    """Return what the nearest proxy said: it appends, so its own word stands last."""
    return next(iter(reversed(_all(scope, wanted))), "")
