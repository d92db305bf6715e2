from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from rag.catalogue import Catalogue
from rag.catalogue.account_records import Role, Scope
from tests.ui.accounts.conftest import HOME, Browser

ROLES = tuple(Role)


@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize("needed", ROLES)
def test_a_page_is_for_its_role_and_those_above(browser: Browser, who: Role, needed: Role) -> None:
    browser.sign_in(who.value)
    csrf = browser.csrf()
    expected = 200 if ROLES.index(who) >= ROLES.index(needed) else 403
    assert browser.client.get(f"/admin/{needed.value}/x").status_code == expected
    form = {"csrf": csrf, "field": "值"}
    answer = browser.client.post(f"/admin/{needed.value}/x", data=form, headers=HOME)
    assert answer.status_code == expected
    if expected == 200:
        assert answer.json() == {"user": who.value, "field": "值"}
    else:
        assert "您的账户不能用这一页" in answer.text


def test_a_form_with_a_file_is_checked_and_then_read(browser: Browser) -> None:
    browser.sign_in("staff")
    form = {"csrf": browser.csrf(), "field": "值"}
    files = {"file": ("a.txt", b"text")}
    answer = browser.client.post("/admin/staff/x", data=form, files=files, headers=HOME)
    assert answer.json() == {"user": "staff", "field": "值"}


@pytest.mark.parametrize("csrf", [None, "", "0" * 64, "é", "\ud800"])
def test_a_form_without_the_word_of_this_session_changes_nothing(browser: Browser, csrf: str | None) -> None:
    browser.sign_in("staff")
    body = b"" if csrf is None else b"csrf=" + csrf.encode("utf-8", "surrogatepass")
    headers = {**HOME, "Content-Type": "application/x-www-form-urlencoded"}
    answer = browser.client.post("/admin/staff/x", content=body, headers=headers)
    assert answer.status_code == 403
    assert "开得太久" in answer.text


def test_the_word_of_another_session_or_a_file_in_its_place_is_none(browser: Browser) -> None:
    browser.sign_in("staff")
    old = browser.csrf()
    browser.sign_in("staff")
    assert browser.client.post("/admin/staff/x", data={"csrf": old}, headers=HOME).status_code == 403
    files = {"csrf": ("a.txt", browser.csrf().encode())}
    assert browser.client.post("/admin/staff/x", files=files, headers=HOME).status_code == 403
    assert browser.client.post(f"/admin/staff/x?csrf={browser.csrf()}", headers=HOME).status_code == 403


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "http://evil.example"}, {"Origin": "null"}, {**HOME, "Sec-Fetch-Site": "same-site"}]
)
def test_another_site_changes_nothing_even_with_the_right_word(browser: Browser, headers: dict[str, str]) -> None:
    browser.sign_in("staff")
    data = {"csrf": browser.csrf()}
    assert browser.client.post("/admin/staff/x", data=data, headers=headers).status_code == 403


def test_a_script_of_ours_may_send_the_word_in_a_header(browser: Browser) -> None:
    browser.sign_in("staff")
    headers = {**HOME, "X-CSRF-Token": browser.csrf()}
    assert browser.client.post("/admin/staff/x", headers=headers).status_code == 200
    assert browser.client.post("/admin/staff/x", headers={**HOME, "X-CSRF-Token": "x"}).status_code == 403


def test_who_was_signed_out_meanwhile_is_led_back_to_the_form(browser: Browser) -> None:
    headers = {**HOME, "Referer": "http://testserver/admin/staff/form?page=2"}
    answer = browser.client.post("/admin/staff/x", data={"csrf": "x"}, headers=headers)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fadmin%2Fstaff%2Fform%3Fpage%3D2"


def test_a_closed_account_is_out_at_its_next_click(browser: Browser, catalogue: Catalogue) -> None:
    browser.sign_in("staff")
    assert browser.client.get("/admin/staff/x").status_code == 200
    catalogue.accounts.set_disabled("staff", True, by="admin")
    assert browser.client.get("/admin/staff/x").status_code == 303


def test_a_new_role_holds_from_the_next_sign_in_on(browser: Browser, catalogue: Catalogue) -> None:
    browser.sign_in("supervisor")
    catalogue.accounts.set_role("supervisor", Role.STAFF, by="admin")
    assert browser.client.get("/admin/staff/x").status_code == 303
    browser.sign_in("supervisor")
    assert browser.client.get("/admin/supervisor/x").status_code == 403


@pytest.mark.parametrize("cookie", ["", "x", "x" * 3000, "%00", "a b", "'; DROP TABLE sessions; --"])
def test_a_cookie_that_is_no_session_is_nobody(client: TestClient, cookie: str) -> None:
    answer = client.get("/admin/staff/x", headers={"Cookie": f"policychat_session={cookie}"})
    assert answer.status_code == 303


def test_closed_doors_are_kept_by_no_cache(browser: Browser) -> None:
    assert browser.client.get("/admin/staff/x").headers["cache-control"] == "no-store"
    browser.sign_in("staff")
    assert browser.client.get("/admin/admin/x").headers["cache-control"] == "no-store"


def token(catalogue: Catalogue, user: str, *scopes: Scope) -> dict[str, str]:
    return {"Authorization": f"Bearer {catalogue.tokens.add(user, 'test', frozenset(scopes), 1, by='test')[1]}"}


@pytest.mark.parametrize("scope", Scope)
def test_a_program_gets_through_with_a_token_of_the_scope_only(
    client: TestClient, catalogue: Catalogue, scope: Scope
) -> None:
    headers = token(catalogue, "admin", scope)
    for needed in Scope:
        answer = client.get(f"/v1/{needed.value}", headers=headers)
        assert answer.status_code == (200 if needed is scope else 403), needed
        if needed is scope:
            assert answer.json() == {"user": "admin", "role": "admin", "csrf": ""}
        else:
            assert answer.json()["error"]["code"] == "token_scope"


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Bearer pct_wrong", "Basic YTpi", "Bearer sk-x", "pct_x"]
)
def test_without_a_token_that_holds_a_program_is_told_to_bring_one(client: TestClient, header: str | None) -> None:
    answer = client.get("/v1/ask", headers={} if header is None else {"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["error"]["code"] == "token"


def test_a_browser_s_session_is_no_token_and_a_token_no_session(browser: Browser, catalogue: Catalogue) -> None:
    headers = token(catalogue, "admin", *Scope)
    assert browser.client.get("/admin/admin/x", headers=headers).status_code == 303
    browser.sign_in("admin")
    assert browser.client.get("/v1/admin").status_code == 401


def test_an_open_route_asks_for_no_token_and_refuses_one_that_is_for_something_else(
    client: TestClient, catalogue: Catalogue
) -> None:
    search = token(catalogue, "staff", Scope.SEARCH)
    for path, with_search in (
        ("/api/v1/search", 200),
        ("/api/v1/documents/x", 403),
        ("/v1/chat/completions", 403),
        ("/api/v1/regions", 200),
    ):
        assert client.get(path).status_code == 200
        assert client.get(path, headers={"Authorization": "Bearer sk-anything"}).status_code == 200
        assert client.get(path, headers={"Authorization": "Bearer pct_ended"}).status_code == 401
        assert client.get(path, headers=search).status_code == with_search, path


def test_the_audit_log_is_read_by_programs_of_admins_page_by_page(client: TestClient, catalogue: Catalogue) -> None:
    assert client.get("/api/v1/admin/audit").status_code == 401
    assert client.get("/api/v1/admin/audit", headers=token(catalogue, "admin", Scope.ASK)).status_code == 403
    headers = token(catalogue, "admin", Scope.ADMIN)
    numbers = [entry.number for entry in catalogue.audit.entries()]
    seen, below = [], None
    while True:
        query = f"?limit=2&below={below}" if below else "?limit=2"
        answer = client.get(f"/api/v1/admin/audit{query}", headers=headers)
        assert answer.headers["cache-control"] == "no-store"
        seen += [entry["number"] for entry in answer.json()["entries"]]
        below = answer.json()["below"]
        if below is None:
            break
    assert seen == numbers
    for wrong in ("limit=0", "limit=501", "below=0", "below=x", f"below={2**40}"):
        assert client.get(f"/api/v1/admin/audit?{wrong}", headers=headers).status_code == 422
