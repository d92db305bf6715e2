from __future__ import annotations

import pytest
from starlette.requests import Request

from ui.accounts.same_site import MAX_NEXT_CHARS, place_of, safe_next, sent_from_here
from ui.addresses import served_under


def request(method: str = "POST", path: str = "/admin/x", query: str = "", **headers: str) -> Request:
    named = {"host": "site.example:8000", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return Request(
        {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "scheme": "http",
            "server": ("site.example", 8000),
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in named.items()],
        }
    )


@pytest.mark.parametrize(
    ("headers", "from_here"),
    [
        ({}, False),
        ({"origin": "http://site.example:8000"}, True),
        ({"origin": "https://site.example:8000"}, True),
        ({"origin": "HTTP://SITE.example:8000"}, True),
        ({"origin": "null"}, False),
        ({"origin": "http://site.example"}, False),
        ({"origin": "http://site.example:8000.evil.example"}, False),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "http://evil.example", "referer": "http://site.example:8000/"}, False),
        ({"referer": "http://site.example:8000/sign-in"}, True),
        ({"referer": "http://evil.example/http://site.example:8000/"}, False),
        ({"referer": "http://site.example:8000@evil.example/"}, False),
        ({"referer": "http://[broken"}, False),
        ({"sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "same-site", "origin": "http://site.example:8000"}, False),
        ({"sec_fetch_site": "cross-site", "origin": "http://site.example:8000"}, False),
        ({"sec_fetch_site": "none", "origin": "http://site.example:8000"}, False),
    ],
)
def test_a_form_counts_only_if_a_page_of_this_site_sent_it(headers: dict[str, str], from_here: bool) -> None:
    assert sent_from_here(request(**headers)) is from_here


@pytest.mark.parametrize(
    "place",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/admin",
        "javascript:alert(1)",
        "/admin.evil.example",
        "/administrator",
        "/admin//evil.example",
        "/admin/../..//evil.example",
        "/admin/\\..\\evil",
        "/admin/\r\nSet-Cookie: a=b",
        "/admin/\nx",
        "/admin/\tx",
        "/admin/ x",
        "/admin\x00",
        "/admin/\u2028",
        "/\uff0fevil.example",
        " /admin",
        "admin",
        "/",
        "/ask",
        "/sign-out",
        "",
        "/admin/" + "x" * MAX_NEXT_CHARS,
        None,
    ],
)
def test_a_sign_in_leads_nowhere_but_to_pages_for_people_who_signed_in(place: str | None) -> None:
    assert safe_next(place) is None


@pytest.mark.parametrize(
    "place", ["/admin", "/admin/", "/admin?x=1", "/admin/documents?q=%E7%96%AB%E8%8B%97&page=2", "/staff/x", "/account"]
)
def test_a_sign_in_leads_on_to_where_somebody_wanted_to_be(place: str) -> None:
    assert safe_next(place) == place


def test_the_page_asked_for_is_where_a_sign_in_leads_on_to() -> None:
    assert place_of(request("GET", "/admin/青", "q=%E7")) == "/admin/%E9%9D%92?q=%E7"
    assert place_of(request("GET", "/admin//evil.example")) is None
    with served_under("/policy"):
        assert place_of(request("GET", "/policy/admin/x")) == "/admin/x"


def test_a_form_leads_back_to_the_page_it_stood_on() -> None:
    assert place_of(request("POST", referer="http://site.example:8000/admin/documents?page=2")) == (
        "/admin/documents?page=2"
    )
    assert place_of(request("POST", referer="http://evil.example/admin/x")) is None
    assert place_of(request("POST")) is None
