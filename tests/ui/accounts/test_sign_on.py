"""Single sign-on against a real provider over HTTP: who gets in, who does not, and what a bad provider cannot do."""

from __future__ import annotations

import http.client
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient

from rag.catalogue import Catalogue
from rag.settings import OidcSettings, Settings
from tests.oidc_provider import CLIENT, SECRET, Fault, OidcProvider, Person, oidc_provider
from tests.ui.accounts.conftest import HOME, PASSWORD, Browser, site
from ui.accounts.sign_on_flow import COOKIE
from ui.wording import Language, Wording

SECRET_NAME = "POLICYCHAT_TEST_OIDC_SECRET"


@pytest.fixture(scope="module")
def running() -> Iterator[OidcProvider]:
    with oidc_provider() as provider:
        yield provider


@pytest.fixture
def provider(running: OidcProvider, monkeypatch: pytest.MonkeyPatch) -> OidcProvider:
    """Return the provider as it was at first, known to the site by its secret."""
    running.person, running.fault, running.skew_s, running.secret = Person(), Fault.OK, 0, SECRET
    running.complaints.clear()
    monkeypatch.setenv(SECRET_NAME, SECRET)
    return running


def with_oidc(settings: Settings, provider: OidcProvider, **more: Any) -> Settings:
    known: dict[str, Any] = {"issuer": provider.issuer, "client_id": CLIENT, "client_secret_env": SECRET_NAME}
    return settings.model_copy(update={"oidc": OidcSettings(**known, **more)})


@contextmanager
def visiting(settings: Settings) -> Iterator[TestClient]:
    with TestClient(site(settings), follow_redirects=False, headers={"Accept-Language": "en"}) as client:
        yield client


def at_provider(address: str) -> str:
    """Sign in at the provider, whose page asks for nothing, and return where it sends the browser."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        answer = connection.getresponse()
        assert answer.status == 302, answer.read()
        return str(answer.headers["Location"])
    finally:
        connection.close()


def go(client: TestClient, place: str | None = None) -> httpx.Response:
    left = client.get("/sign-in/sso", params={"next": place} if place else {})
    return client.get(at_provider(left.headers["location"])) if left.status_code == 303 else left


def told(answer: httpx.Response) -> str:
    found = re.search(r'<p class="message" role="alert">(.*?)</p>', answer.text)
    return unescape(found[1]) if found else ""


def words(reason: str, settings: Settings) -> str:
    return Wording(Language.EN, settings.help).text(f"account.sso.{reason}")


def who(client: TestClient) -> tuple[str, str] | None:
    answer = client.get("/admin/staff/x")
    return (answer.json()["user"], answer.json()["role"]) if answer.status_code == 200 else None


def test_a_linked_person_signs_in_with_their_own_account_and_is_led_on(
    settings: Settings, catalogue: Catalogue, provider: OidcProvider
) -> None:
    catalogue.links.add("supervisor", provider.issuer, provider.person.subject, by="test")
    with visiting(with_oidc(settings, provider)) as client:
        assert 'href="/sign-in/sso?next=%2Fadmin%2Fstaff%2Fa"' in client.get("/sign-in?next=/admin/staff/a").text
        answer = go(client, "/admin/staff/a")
        assert (answer.status_code, answer.headers["location"]) == (303, "/admin/staff/a")
        assert who(client) == ("supervisor", "supervisor")
        assert COOKIE not in client.cookies
        assert client.get("/account").text.count("Your work account leads to this account.") == 1
        csrf = client.get("/admin/staff/x").json()["csrf"]
        assert client.post("/sign-out", data={"csrf": csrf}, headers=HOME).status_code == 303
        assert who(client) is None
        # And the password goes on working.
        assert Browser(client).sign_in("supervisor", PASSWORD).status_code == 303
    assert provider.complaints == []
    entry = catalogue.audit.entries()[1]
    assert (entry.who, entry.action, entry.after) == ("supervisor", "account.sign_in", {"by": provider.issuer})


def test_what_leaves_with_the_browser_is_bound_to_it_and_tells_no_secret(
    settings: Settings, catalogue: Catalogue, provider: OidcProvider
) -> None:
    catalogue.links.add("admin", provider.issuer, provider.person.subject, by="test")
    chosen = with_oidc(settings, provider)
    with visiting(chosen) as client, visiting(chosen) as other:
        left = client.get("/sign-in/sso")
        cookie = left.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "path=/sign-in/sso;" in cookie
        asked = parse_qs(urlsplit(left.headers["location"]).query)
        assert asked["code_challenge_method"] == ["S256"]
        assert not {SECRET, "code_verifier"} & asked.keys()
        back = at_provider(left.headers["location"])
        other.get("/sign-in/sso")
        for stranger in (other, other):  # with the cookie of another sign-in, then without any
            assert told(stranger.get(back)) == words("stale", settings)
            assert who(stranger) is None
        assert told(client.get(back.replace("state=", "state=x"))) == words("stale", settings)
        assert told(client.get(back)) == words("stale", settings), "a sign-in is good for one return"
        assert who(client) is None


@pytest.mark.parametrize(
    ("fault", "reason", "status"),
    [
        (Fault.WRONG_NONCE, "wrong", 403),
        (Fault.NO_NONCE, "wrong", 403),
        (Fault.WRONG_AUDIENCE, "wrong", 403),
        (Fault.WRONG_ISSUER, "wrong", 403),
        (Fault.EXPIRED, "wrong", 403),
        (Fault.FROM_THE_FUTURE, "wrong", 403),
        (Fault.UNKNOWN_KEY, "wrong", 403),
        (Fault.UNSIGNED, "wrong", 403),
        (Fault.SIGNED_WITH_THE_PUBLIC_KEY, "wrong", 403),
        (Fault.NO_TOKEN, "wrong", 403),
        (Fault.DECLINES, "refused", 403),
        (Fault.SERVER_ERROR, "away", 503),
        (Fault.HTML, "away", 503),
        (Fault.SLOW, "away", 503),
        (Fault.ANOTHER_NAME, "setup", 503),
    ],
)
def test_a_provider_that_misbehaves_lets_nobody_in_and_the_page_says_so(
    settings: Settings,
    catalogue: Catalogue,
    provider: OidcProvider,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
    reason: str,
    status: int,
) -> None:
    catalogue.links.add("admin", provider.issuer, provider.person.subject, by="test")
    provider.fault = fault
    # Only who is slow is given little time: the machine that runs the tests may be busy.
    patience = 0.5 if fault is Fault.SLOW else 60.0
    chosen = with_oidc(settings, provider, timeout_s=patience)
    with visiting(chosen) as client, caplog.at_level(logging.WARNING):
        answer = go(client)
        assert (answer.status_code, told(answer)) == (status, words(reason, settings))
        assert who(client) is None
    provider.fault = Fault.OK
    with visiting(with_oidc(settings, provider, timeout_s=60.0)) as client:
        assert go(client).status_code == 303, "it is well again, and so is the sign-in"
        assert who(client) == ("admin", "admin")
    assert provider.person.subject not in caplog.text
    assert "by name" not in caplog.text


@pytest.mark.parametrize("fault", [Fault.SLOW, Fault.SERVER_ERROR])
def test_a_provider_that_fails_between_the_two_ways_is_told_of_in_time(
    settings: Settings, catalogue: Catalogue, provider: OidcProvider, fault: Fault
) -> None:
    assert catalogue.accounts.has_admin()
    with visiting(with_oidc(settings, provider, timeout_s=2.0 if fault is Fault.SLOW else 60.0)) as client:
        back = at_provider(client.get("/sign-in/sso").headers["location"])
        provider.fault = fault
        answer = client.get(back)
        assert (answer.status_code, told(answer)) == (503, words("away", settings))


def test_keys_may_change_at_any_moment_and_are_else_fetched_once(
    settings: Settings, catalogue: Catalogue, provider: OidcProvider
) -> None:
    catalogue.links.add("admin", provider.issuer, provider.person.subject, by="test")
    with visiting(with_oidc(settings, provider)) as client:
        provider.paths.clear()
        for _ in range(3):
            assert go(client).status_code == 303
        assert provider.paths.count("/keys") == 1
        provider.rotate()
        provider.paths.clear()
        assert go(client).status_code == 303
        assert provider.paths.count("/keys") == 1


def test_clocks_may_differ_by_as_much_as_the_settings_say(
    settings: Settings, catalogue: Catalogue, provider: OidcProvider
) -> None:
    catalogue.links.add("admin", provider.issuer, provider.person.subject, by="test")
    for skew_s, status in ((45, 303), (-345, 303), (90, 403), (-400, 403)):
        provider.skew_s = skew_s
        with visiting(with_oidc(settings, provider, clock_skew_s=60)) as client:
            assert go(client).status_code == status, skew_s


def test_a_wrong_secret_is_a_matter_of_the_settings_and_a_public_client_needs_none(
    settings: Settings, catalogue: Catalogue, provider: OidcProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue.links.add("admin", provider.issuer, provider.person.subject, by="test")
    provider.secret = "another"
    with visiting(with_oidc(settings, provider)) as client:
        answer = go(client)
        assert (answer.status_code, told(answer)) == (503, words("setup", settings))
    assert provider.complaints == ["invalid_client"]
    monkeypatch.delenv(SECRET_NAME)
    provider.secret = None
    with visiting(with_oidc(settings, provider)) as client:
        assert go(client).status_code == 303


def test_a_person_without_an_account_is_refused_and_an_admin_finds_them_in_the_audit_log(
    settings: Settings, catalogue: Catalogue, provider: OidcProvider
) -> None:
    provider.person = Person("stranger-7", {"preferred_username": "admin", "email": "admin@example.com"})
    before = catalogue.accounts.list()
    with visiting(with_oidc(settings, provider)) as client:
        answer = go(client)
        assert (answer.status_code, told(answer)) == (403, words("unknown", settings))
        assert who(client) is None, "being called like an account is no account"
    assert catalogue.accounts.list() == before
    entry = catalogue.audit.entries(limit=1)[0]
    assert (entry.who, entry.action, entry.object_) == ("single sign-on", "account.sign_on_refuse", "stranger-7")
    assert entry.after == {"issuer": provider.issuer, "reason": "unknown", "name": "admin"}


def test_newcomers_get_the_role_that_the_provider_s_word_gives_today(
    settings: Settings, catalogue: Catalogue, provider: OidcProvider
) -> None:
    chosen = with_oidc(
        settings, provider, newcomers="mapped", role_claim="realm.roles", roles={"desk": "staff", "heads": "supervisor"}
    )

    def comes_with(*groups: str) -> tuple[str, str] | None:
        provider.person = Person("new-1", {"preferred_username": "staff", "realm": {"roles": [*groups, "others"]}})
        with visiting(chosen) as client:
            go(client)
            return who(client)

    assert comes_with() is None
    assert comes_with("desk") == ("staff 2", "staff"), "the name was taken"
    assert comes_with("desk", "heads") == ("staff 2", "supervisor")
    assert comes_with("desk") == ("staff 2", "staff")
    assert comes_with() is None, "who lost the role at the provider lost it here"
    assert [account.name for account in catalogue.accounts.list()].count("staff 2") == 1
    noted = {(entry.who, entry.action) for entry in catalogue.audit.entries() if entry.object_ == "staff 2"}
    assert noted >= {("single sign-on", action) for action in ("account.add", "account.link", "account.role")}


def test_an_account_without_a_password_is_entered_by_no_password_and_closed_like_any_other(
    settings: Settings, catalogue: Catalogue, provider: OidcProvider
) -> None:
    with visiting(with_oidc(settings, provider, newcomers="staff")) as client:
        assert go(client).status_code == 303
        assert who(client) == ("li.wei", "staff")
        assert 'name="old"' not in client.get("/account").text, "there is no password to change"
        catalogue.accounts.set_disabled("li.wei", True, by="admin")
        assert who(client) is None
        assert told(go(client)) == words("closed", settings)
        catalogue.accounts.set_disabled("li.wei", False, by="admin")
        for written in ("", " ", "clear:", PASSWORD):
            assert Browser(client).sign_in("li.wei", written).status_code == 401


def test_the_last_admin_is_not_made_less_by_the_provider(
    settings: Settings, catalogue: Catalogue, provider: OidcProvider
) -> None:
    catalogue.links.add("admin", provider.issuer, provider.person.subject, by="test")
    with visiting(with_oidc(settings, provider, roles={"desk": "staff"})) as client:
        assert told(go(client)) == words("role", settings)
    assert catalogue.accounts.has_admin()


def test_what_the_token_leaves_out_is_asked_for_and_must_be_of_the_same_person(
    settings: Settings, catalogue: Catalogue, provider: OidcProvider
) -> None:
    assert catalogue.accounts.has_admin()
    later = {"preferred_username": "wang.fang", "roles": "heads"}
    provider.person = Person("later-1", {}, later)
    chosen = with_oidc(settings, provider, newcomers="mapped", roles={"heads": "supervisor"})
    with visiting(chosen) as client:
        provider.fault = Fault.ANOTHER_PERSON
        assert told(go(client)) == words("wrong", settings)
        provider.fault = Fault.OK
        go(client)
        assert who(client) == ("wang.fang", "supervisor")
    assert provider.complaints == []


def test_an_own_account_is_linked_by_its_own_session_only(
    settings: Settings, catalogue: Catalogue, provider: OidcProvider
) -> None:
    chosen = with_oidc(settings, provider)
    with visiting(chosen) as client, visiting(chosen) as other:
        Browser(client).sign_in("staff")
        assert client.post("/account/sso", headers=HOME).status_code == 403
        csrf = client.get("/admin/staff/x").json()["csrf"]
        page = client.post("/account/sso", data={"csrf": csrf}, headers=HOME)
        assert page.status_code == 200, "a form may lead to no other site, a page may"
        away = unescape(re.search(r'<a href="(http://127[^"]*)"', page.text)[1])  # type: ignore[index]
        back = at_provider(away)
        # Another session with the same cookie: somebody else's sign-in must not become theirs.
        Browser(other).sign_in("admin")
        other.cookies.set(COOKIE, client.cookies[COOKIE], path="/sign-in/sso", domain="testserver.local")
        assert "linked" not in other.get(back).headers.get("location", "")
        answer = client.get(back)
        assert (answer.status_code, answer.headers["location"]) == (303, "/account?linked=1")
        assert told(client.get("/account?linked=1")) == words("linked", settings)
    assert [link.subject for link in catalogue.links.of("staff")] == [provider.person.subject]
    assert catalogue.links.of("admin") == ()
    with visiting(chosen) as client:
        go(client)
        assert who(client) == ("staff", "staff")
        Browser(client).sign_in("supervisor")
        csrf = client.get("/admin/staff/x").json()["csrf"]
        page = client.post("/account/sso", data={"csrf": csrf}, headers=HOME)
        away = unescape(re.search(r'<a href="(http://127[^"]*)"', page.text)[1])  # type: ignore[index]
        answer = client.get(at_provider(away))
        assert answer.headers["location"] == "/account?sso=taken"
        assert told(client.get("/account?sso=taken")) == words("taken", settings)


def test_without_a_provider_there_is_no_button_and_no_page(browser: Browser) -> None:
    assert "/sign-in/sso" not in browser.client.get("/sign-in").text
    assert browser.client.get("/sign-in/sso").status_code == 404
    assert browser.client.get("/sign-in/sso/back?code=x&state=y").status_code == 404
    assert browser.sign_in("staff").status_code == 303
    assert "/account/sso" not in browser.client.get("/account").text
    assert browser.client.post("/account/sso", data={"csrf": browser.csrf()}, headers=HOME).status_code == 404


def test_a_site_that_nobody_administers_shows_no_way_in(settings: Settings, provider: OidcProvider) -> None:
    with visiting(with_oidc(settings, provider, newcomers="staff")) as client:
        assert client.get("/sign-in/sso").status_code == 404


def test_an_issuer_without_encryption_is_refused_unless_it_is_on_this_machine() -> None:
    assert OidcSettings(issuer="http://127.0.0.1:8080/realms/x").issuer == "http://127.0.0.1:8080/realms/x"
    for written in ("http://login.example.com", "http://127.0.0.1.example.com/", "login.example.com", "https://a b"):
        with pytest.raises(ValueError, match="issuer"):
            OidcSettings(issuer=written)
