from __future__ import annotations

import re
from html import unescape

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag.catalogue import Catalogue, open_catalogue
from rag.catalogue.account_records import Role
from rag.errors import BusyError
from rag.settings import Settings
from tests.ui.accounts.conftest import HOME, PASSWORD, Browser, CheapPasswords, site, standing_still, with_server
from ui.accounts.signing_in import MustWaitError, SignIns, WrongSignInError

COOKIE = "policychat_session"


def fresh(app: FastAPI, **options: str) -> TestClient:
    return TestClient(app, follow_redirects=False, **options)  # type: ignore[arg-type]


def told(page: str) -> str:
    found = re.search(r'<p class="message" role="alert">(.*?)</p>', page)
    return unescape(found[1]) if found else ""


def test_who_signs_in_is_led_to_where_they_wanted_to_be(browser: Browser) -> None:
    asked = browser.client.get("/admin/staff/a?page=2")
    assert asked.status_code == 303
    assert asked.headers["location"] == "/sign-in?next=%2Fadmin%2Fstaff%2Fa%3Fpage%3D2"
    page = browser.client.get(asked.headers["location"])
    assert page.status_code == 200
    assert '<input type="hidden" name="next" value="/admin/staff/a?page=2">' in page.text
    answer = browser.sign_in("staff", next="/admin/staff/a?page=2")
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/staff/a?page=2")
    assert browser.client.get("/admin/staff/a?page=2").json()["user"] == "staff"


@pytest.mark.parametrize(("name", "place"), [("admin", "/admin/"), ("supervisor", "/staff/"), ("staff", "/staff/")])
def test_who_says_no_place_begins_where_the_role_begins(browser: Browser, name: str, place: str) -> None:
    answer = browser.sign_in(name)
    assert answer.headers["location"] == "/sign-in"
    assert browser.client.get("/sign-in").headers["location"] == place


@pytest.mark.parametrize(
    "place", ["//evil.example", "https://evil.example", "/admin\r\nX: y", "/\\evil.example", "/ask"]
)
def test_a_sign_in_leads_to_no_other_site(browser: Browser, place: str) -> None:
    assert "evil" not in browser.client.get("/sign-in", params={"next": place}).text.split("<main")[1]
    answer = browser.sign_in("admin", next=place)
    assert answer.headers["location"] == "/sign-in"
    assert "x" not in answer.headers
    assert browser.client.get("/sign-in", params={"next": place}).headers["location"] == "/admin/"


def test_the_cookie_is_for_this_site_only_and_not_for_scripts(browser: Browser) -> None:
    cookie = browser.sign_in("admin").headers["set-cookie"]
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert attributes == {"httponly", "samesite=lax", "path=/", "max-age=43200"}


def test_the_cookie_is_sent_encrypted_only_where_the_site_is_and_below_its_prefix(
    settings: Settings, catalogue: Catalogue
) -> None:
    assert catalogue.accounts.has_admin()
    app = site(with_server(settings, path_prefix="/policy"))
    with fresh(app, base_url="https://testserver") as client:
        answer = client.post(
            "/policy/sign-in",
            data={"name": "admin", "password": PASSWORD, "next": "/admin/admin/x"},
            headers={"Origin": "https://testserver"},
        )
        attributes = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
        assert attributes == {"httponly", "samesite=lax", "secure", "path=/policy", "max-age=43200"}
        assert answer.headers["location"] == "/policy/admin/admin/x"
        assert client.get("/policy/admin/admin/x").json()["user"] == "admin"
        client.cookies.clear()
        assert client.get("/policy/admin/x").status_code == 404
        assert client.get("/policy/admin/admin/x").headers["location"] == "/policy/sign-in?next=%2Fadmin%2Fadmin%2Fx"


def test_a_wrong_name_and_a_wrong_password_are_told_apart_by_nothing(catalogue: Catalogue, browser: Browser) -> None:
    catalogue.accounts.add("closed", Role.STAFF, f"clear:{PASSWORD}", by="test")
    catalogue.accounts.set_disabled("closed", True, by="test")
    answers = [
        browser.sign_in("admin", "wrong wrong wrong"),
        browser.sign_in("nobody", "wrong wrong wrong"),
        browser.sign_in("closed"),
        browser.sign_in("", ""),
        browser.sign_in("admin", "x" * 2000),
        browser.sign_in("n" * 2000, "x"),
        browser.sign_in("admin\0", PASSWORD),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert all("set-cookie" not in answer.headers for answer in answers)


def test_names_that_nobody_has_are_counted_and_told_to_wait_like_others(browser: Browser) -> None:
    answers = {name: [browser.sign_in(name, "wrong") for _ in range(7)] for name in ("admin", "nobody")}
    for name, tried in answers.items():
        assert [answer.status_code for answer in tried] == [401] * 5 + [429] * 2, name
    last = [tried[-1] for tried in answers.values()]
    assert last[0].text == last[1].text
    assert 0 < int(last[0].headers["retry-after"]) <= 4
    # The right password does not help while one must wait, so it cannot be found out meanwhile either.
    assert browser.sign_in("admin").status_code == 429


def test_who_must_wait_is_not_told_whether_the_password_would_have_been_right(browser: Browser) -> None:
    for _ in range(6):
        browser.sign_in("admin", "wrong")
    right, wrong = browser.sign_in("admin"), browser.sign_in("admin", "wrong")
    assert right.status_code == wrong.status_code == 429
    assert right.text == wrong.text


def test_a_password_or_name_that_fills_the_memory_is_refused_before_it_is_read(browser: Browser) -> None:
    assert browser.sign_in("admin", "x" * 100_000).status_code == 413


def test_a_session_that_somebody_put_into_the_browser_is_never_taken_over(browser: Browser) -> None:
    browser.client.cookies.set(COOKIE, "planted")
    answer = browser.sign_in("admin")
    assert f"{COOKIE}=planted" not in answer.headers["set-cookie"]
    with TestClient(browser.client.app, follow_redirects=False) as other:
        other.cookies.set(COOKIE, "planted")
        assert other.get("/admin/staff/x").status_code == 303


def test_signing_in_again_ends_the_session_before(browser: Browser) -> None:
    browser.sign_in("admin")
    before = browser.client.cookies[COOKIE]
    browser.sign_in("staff")
    assert browser.client.cookies[COOKIE] != before
    with TestClient(browser.client.app, follow_redirects=False) as other:
        other.cookies.set(COOKIE, before)
        assert other.get("/admin/staff/x").status_code == 303


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "http://evil.example"}, {"Origin": "null"}, {**HOME, "Sec-Fetch-Site": "cross-site"}],
)
def test_another_site_can_sign_nobody_in(browser: Browser, headers: dict[str, str]) -> None:
    answer = browser.client.post("/sign-in", data={"name": "admin", "password": PASSWORD}, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_signing_out_ends_the_session_also_for_who_copied_the_cookie(browser: Browser) -> None:
    browser.sign_in("staff")
    copied = browser.client.cookies[COOKIE]
    answer = browser.client.post("/sign-out", data={"csrf": browser.csrf()}, headers=HOME)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert COOKIE not in browser.client.cookies
    browser.client.cookies.set(COOKIE, copied)
    assert browser.client.get("/admin/staff/x").status_code == 303


def test_a_link_signs_nobody_out(browser: Browser) -> None:
    browser.sign_in("staff")
    assert browser.client.get("/sign-out").status_code == 405
    assert browser.client.post("/sign-out", headers=HOME).status_code == 403
    assert browser.client.get("/admin/staff/x").status_code == 200


def change(
    browser: Browser, old: str = PASSWORD, new: str = "sieben wilde schwäne", again: str | None = None
) -> httpx.Response:
    fields = {"csrf": browser.csrf(), "old": old, "new": new, "again": new if again is None else again}
    return browser.client.post("/account/password", data=fields, headers=HOME)


def test_a_new_password_signs_out_everywhere_else(browser: Browser, catalogue: Catalogue) -> None:
    with TestClient(browser.client.app, follow_redirects=False) as client:
        other = Browser(client)
        other.sign_in("staff")
        browser.sign_in("staff")
        before = browser.client.cookies[COOKIE]
        answer = change(browser)
        assert (answer.status_code, answer.headers["location"]) == (303, "/account?changed=1")
        assert browser.client.cookies[COOKIE] != before
        assert "密码换好了" in told(browser.client.get("/account?changed=1").text)
        assert client.get("/admin/staff/x").status_code == 303
        assert other.sign_in("staff").status_code == 401
        assert other.sign_in("staff", "sieben wilde schwäne").status_code == 303
    noted = [entry.action for entry in catalogue.audit.entries() if entry.who == "staff"]
    assert noted == ["account.sign_in", "account.sign_in", "account.password", "account.sign_in", "account.sign_in"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"old": "wrong"}, "现在的密码不对"),
        ({"again": "other"}, "不一样"),
        ({"new": "kurz"}, "太短"),
        ({"new": "x" * 1001}, "太长"),
        ({"new": "staff2026staff"}, "太容易猜到"),
    ],
)
def test_a_password_stays_where_the_new_one_or_the_old_one_will_not_do(
    browser: Browser, fields: dict[str, str], said: str
) -> None:
    browser.sign_in("staff")
    answer = change(browser, **fields)
    assert answer.status_code == 422
    assert said in told(answer.text)
    assert browser.client.get("/admin/staff/x").status_code == 200
    assert browser.sign_in("staff").status_code == 303


def test_the_old_password_cannot_be_guessed_by_who_found_an_open_browser(browser: Browser) -> None:
    browser.sign_in("staff")
    assert [change(browser, old=f"guess {number}").status_code for number in range(8)][-1] == 429


def test_a_hostile_name_is_text_on_every_page(catalogue: Catalogue, browser: Browser) -> None:
    name = '"><script>alert(1)</script>'
    catalogue.accounts.add(name, Role.ADMIN, f"clear:{PASSWORD}", by="test")
    assert "<script>alert" not in browser.sign_in(name, "wrong").text
    browser.sign_in(name)
    page = browser.client.get("/account").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_no_page_for_who_signed_in_is_kept_by_anybody(browser: Browser) -> None:
    pages = [browser.client.get("/sign-in"), browser.sign_in("admin", "wrong"), browser.sign_in("admin")]
    pages += [browser.client.get("/account"), browser.client.get("/sign-in")]
    assert [page.headers["cache-control"] for page in pages] == ["no-store"] * 5
    assert all("default-src 'none'" in page.headers["content-security-policy"] for page in pages)


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_the_pages_speak_every_language(browser: Browser, language: str) -> None:
    page = browser.client.get("/sign-in", params={"lang": language, "next": "/admin/x"})
    assert f'<html lang="{language}"' in page.text
    assert "next=%2Fadmin%2Fx" in page.text
    browser.sign_in("admin")
    assert f'<html lang="{language}"' in browser.client.get("/account", params={"lang": language}).text


def test_until_there_is_an_admin_there_is_no_door(settings: Settings) -> None:
    with open_catalogue(settings) as catalogue:
        catalogue.accounts.add("staff", Role.STAFF, f"clear:{PASSWORD}", by="test")
    with fresh(site(settings)) as client:
        assert client.get("/sign-in").status_code == 404
        assert client.get("/account").status_code == 404
        assert client.get("/admin/staff/x").status_code == 404
        assert client.post("/admin/staff/x", headers=HOME).status_code == 404
        assert client.post("/sign-in", data={"name": "staff", "password": PASSWORD}, headers=HOME).status_code == 404


def test_a_busy_door_counts_nobody_s_try(settings: Settings, catalogue: Catalogue) -> None:
    passwords = CheapPasswords(at_once=1, waiting=0)
    sign_ins = SignIns(lambda: standing_still(settings), passwords)
    with passwords.place():
        for _ in range(10):
            with pytest.raises(BusyError):
                sign_ins.sign_in("admin", PASSWORD, "10.0.0.1")
    with standing_still(settings) as still:
        assert still.attempts.take("admin", "10.0.0.1") == 0
    assert catalogue.audit.count() == len(Role)
    assert sign_ins.sign_in("admin", PASSWORD, "10.0.0.1")


def test_a_household_s_addresses_count_as_one(settings: Settings, catalogue: Catalogue) -> None:
    assert catalogue.accounts.has_admin()
    sign_ins = SignIns(lambda: standing_still(settings), CheapPasswords())
    for number in range(5):
        with pytest.raises(WrongSignInError):
            sign_ins.sign_in("admin", "wrong", f"2001:db8:1:2::{number:x}")
    with pytest.raises(MustWaitError):
        sign_ins.sign_in("admin", "wrong", "2001:db8:1:2:ffff::1")
    assert sign_ins.sign_in("admin", PASSWORD, "2001:db8:1:3::1")
