from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import ValidationError
from starlette.types import Message, Receive, Scope, Send

from rag.settings import ServerSettings
from ui.proxies import BehindProxies

TRUSTED = ("127.0.0.1", "10.1.0.0/16", "fd00::/8")


def told(client: str | None, headers: dict[str, str] | list[tuple[str, str]], kind: str = "http") -> dict[str, Any]:
    """Return the scope that arrives inside, with its headers as a dictionary."""
    seen: dict[str, Any] = {}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        del receive, send
        seen.update(scope)

    async def nothing() -> Message:
        return {"type": "http.request"}

    async def nowhere(message: Message) -> None:
        del message

    pairs = list(headers.items()) if isinstance(headers, dict) else headers
    scope: Scope = {
        "type": kind,
        "scheme": "http" if kind == "http" else "ws",
        "client": (client, 40000) if client else None,
        "headers": [(b"host", b"inner:7860"), *((name.encode(), value.encode()) for name, value in pairs)],
    }
    asyncio.run(BehindProxies(app, TRUSTED)(scope, nothing, nowhere))
    seen["headers"] = {name.decode(): value.decode() for name, value in seen["headers"]}
    return seen


def test_a_trusted_proxy_tells_scheme_host_and_client() -> None:
    headers = {
        "x-forwarded-proto": "https",
        "x-forwarded-host": "bureau.example:8443",
        "x-forwarded-for": "203.0.113.9",
    }
    seen = told("10.1.2.3", headers)
    assert seen["scheme"] == "https"
    assert seen["headers"] == {"host": "bureau.example:8443"}
    assert seen["client"] == ("203.0.113.9", 0)


@pytest.mark.parametrize("client", ["203.0.113.9", "10.2.0.1", "::1", "testclient", None])
def test_from_anybody_else_they_are_not_believed_and_do_not_get_in(client: str | None) -> None:
    headers = {
        "x-forwarded-proto": "https",
        "x-forwarded-host": "evil.example",
        "x-forwarded-for": "1.2.3.4",
        "forwarded": "host=evil.example",
        "x-gradio-server": "http://evil.example",
        "x-real-ip": "1.2.3.4",
    }
    seen = told(client, headers)
    assert seen["scheme"] == "http"
    assert seen["headers"] == {"host": "inner:7860"}
    assert seen["client"] == ((client, 40000) if client else None)


def test_an_ipv4_proxy_is_known_on_a_socket_of_both_families() -> None:
    assert told("::ffff:127.0.0.1", {"x-forwarded-proto": "https"})["scheme"] == "https"
    assert told("fd00::7", {"x-forwarded-proto": "https"})["scheme"] == "https"


@pytest.mark.parametrize(
    ("hops", "caller"),
    [
        ("1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9, 10.1.0.4", "203.0.113.9"),
        ("10.1.0.5, 10.1.0.4", "10.1.0.5"),
        ("<script>, 203.0.113.9, 10.1.0.4", "203.0.113.9"),
        ("203.0.113.9, nonsense, 10.1.0.4", "10.1.0.4"),
        ("2001:db8::1", "2001:db8::1"),
    ],
)
def test_the_caller_is_the_nearest_hop_that_is_no_proxy_of_ours(hops: str, caller: str) -> None:
    assert told("10.1.2.3", {"x-forwarded-for": hops})["client"][0] == caller


def test_a_chain_of_words_leaves_the_client_as_it_is() -> None:
    assert told("10.1.2.3", {"x-forwarded-for": "unknown, _hidden"})["client"] == ("10.1.2.3", 40000)


@pytest.mark.parametrize(
    "host", ["a b", "evil.example/path", "x@evil.example", "a\"onload='", "host:", "evil.example:123456"]
)
def test_a_host_that_is_none_is_left_out(host: str) -> None:
    assert told("127.0.0.1", {"x-forwarded-host": host})["headers"]["host"] == "inner:7860"


def test_what_the_nearest_proxy_says_counts() -> None:
    headers = [("x-forwarded-host", "evil.example"), ("x-forwarded-host", "bureau.example")]
    assert told("127.0.0.1", headers)["headers"]["host"] == "bureau.example"
    assert told("127.0.0.1", {"x-forwarded-proto": "https, http"})["scheme"] == "http"


def test_an_unknown_scheme_is_left_out() -> None:
    assert told("127.0.0.1", {"x-forwarded-proto": "javascript"})["scheme"] == "http"


def test_a_web_socket_gets_the_scheme_of_web_sockets() -> None:
    assert told("127.0.0.1", {"x-forwarded-proto": "https"}, kind="websocket")["scheme"] == "wss"


@pytest.mark.parametrize("wrong", ["*", "proxy.example", "10.0.0.0/40", "10.0.0"])
def test_a_proxy_that_is_no_address_is_refused_with_its_value(wrong: str) -> None:
    with pytest.raises(ValidationError, match="neither an IP address nor a network"):
        ServerSettings(trusted_proxies=(wrong,))
