from __future__ import annotations

from urllib.parse import quote

import pytest
from starlette.types import Scope

from ui.addresses import served_under
from ui.reader import Edition, Reader, kept_choices, reader_of
from ui.wording import Language


def scope(query: str = "", **headers: str) -> Scope:
    sent = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": "http", "query_string": query.encode(), "headers": sent}


def test_the_address_comes_before_the_cookie_and_the_cookie_before_the_browser() -> None:
    asked = scope("lang=en", cookie="lang=zh-Hant", accept_language="zh-CN")
    assert reader_of(asked).language is Language.EN
    assert reader_of(scope("", cookie="lang=zh-Hant", accept_language="en")).language is Language.ZH_HANT
    assert reader_of(scope("", accept_language="en")).language is Language.EN


def test_a_place_is_kept_in_a_cookie_and_an_empty_one_in_the_address_takes_it_back() -> None:
    kept = f"region={quote('白河市')}; edition=elder"
    assert reader_of(scope("", cookie=kept)) == Reader(Language.ZH_HANS, Edition.ELDER, "白河市")
    assert reader_of(scope(f"region={quote('青石县')}", cookie=kept)).region == "青石县"


@pytest.mark.parametrize("cookie", ["", "=", "lang", "lang=\x01;;;", "edition=<script>", "lang=" + "x" * 9000])
def test_a_cookie_that_is_none_changes_nothing(cookie: str) -> None:
    assert reader_of(scope("", cookie=cookie)) == Reader(Language.ZH_HANS)


def test_only_known_choices_are_kept() -> None:
    assert kept_choices(scope("lang=en&edition=elder")) == [
        "lang=en; Path=/; Max-Age=31536000; SameSite=Lax",
        "edition=elder; Path=/; Max-Age=31536000; SameSite=Lax",
    ]
    assert kept_choices(scope("lang=x;%20Domain=a&edition=big")) == []
    with served_under("/policy"):
        assert "Path=/policy;" in kept_choices(scope("lang=en"))[0]
