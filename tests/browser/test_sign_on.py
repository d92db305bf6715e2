"""Single sign-on in a real browser: its rules for cookies and for forms decide whether anybody comes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from rag.catalogue import open_catalogue
from rag.catalogue.account_records import Role
from rag.settings import OidcSettings, PathSettings, Settings
from tests.oidc_provider import CLIENT, SECRET, OidcProvider, oidc_provider
from tests.servers import running
from tests.ui.accounts.conftest import PASSWORD, site

pytestmark = pytest.mark.browser
SECRET_NAME = "POLICYCHAT_TEST_OIDC_SECRET"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[OidcProvider]:
    monkeypatch.setenv(SECRET_NAME, SECRET)
    with oidc_provider() as started:
        yield started


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(locale="en")
    yield context.new_page()
    context.close()


def test_somebody_connects_the_work_account_and_comes_in_with_it_the_next_time(
    page: Page, provider: OidcProvider, tmp_path: Path
) -> None:
    known = OidcSettings(issuer=provider.issuer, client_id=CLIENT, client_secret_env=SECRET_NAME)
    settings = Settings(paths=PathSettings(data=tmp_path), oidc=known)
    with open_catalogue(settings) as catalogue:
        catalogue.accounts.add("li", Role.ADMIN, f"clear:{PASSWORD}", by="test")
    with running(site(settings)) as address:
        # The provider is at 127.0.0.1: for the browser that is another site, as in life.
        here = address.replace("127.0.0.1", "localhost")
        provider.redirect = f"{here}/sign-in/sso/back"
        page.goto(f"{here}/sign-in?next=/account")
        page.get_by_label("Name").fill("li")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_role("button", name="Connect work account").click()
        page.get_by_text("Connected.").wait_for()
        assert page.url == f"{here}/account?linked=1"
        page.get_by_role("button", name="Sign out").click()
        page.goto(f"{here}/admin/staff/x")
        page.get_by_role("link", name="Sign in with your work account").click()
        page.wait_for_url("**/admin/staff/x")
        assert '"user":"li"' in page.content()
    assert provider.complaints == []
    assert provider.paths.count("/token") == 2
