"""Who reads a page: the language, edition and place chosen in the address, kept by the browser, or asked for by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, unquote

from starlette.datastructures import Headers
from starlette.types import Scope

from rag.settings import HelpSettings
from ui.addresses import site_prefix
from ui.wording import Language, Wording, chosen_language

_LONGEST_COOKIE = 4096
_YEAR_S = 31_536_000


class Edition(StrEnum):
    """How large a page is set."""

    STANDARD = "standard"
    ELDER = "elder"
    """Larger type and targets, fewer choices (长辈版)."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What is known of the reader of one request; ``region`` is a name that came from outside, or None."""

    language: Language
    edition: Edition = Edition.STANDARD
    region: str | None = None

    def wording(self, numbers: HelpSettings) -> Wording:
        """Return the words of the reader's language."""
        return Wording(self.language, numbers)


def reader_of(scope: Scope) -> Reader:
    """Return the reader of a request: what the address says comes first, then what the browser kept."""
    headers = Headers(scope=scope)
    asked = parse_qs(scope["query_string"].decode("latin-1"))
    kept = _cookies(headers.get("cookie", ""))
    language = _first(asked, "lang") or kept.get("lang")
    edition = _first(asked, "edition") or kept.get("edition")
    region = _first(asked, "region") if "region" in asked else kept.get("region")
    return Reader(
        chosen_language(language, headers.get("accept-language")),
        Edition.ELDER if edition == Edition.ELDER else Edition.STANDARD,
        region or None,
    )


def kept_choices(scope: Scope) -> list[str]:
    """Return the cookies that keep what the address of a request chooses, so that the site's other pages go by it."""
    asked = parse_qs(scope["query_string"].decode("latin-1"))
    language, edition = _first(asked, "lang"), _first(asked, "edition")
    chosen = {
        "lang": language if language in tuple(Language) else None,
        "edition": edition if edition in tuple(Edition) else None,
    }
    path = site_prefix() or "/"
    return [f"{name}={value}; Path={path}; Max-Age={_YEAR_S}; SameSite=Lax" for name, value in chosen.items() if value]


def _first(asked: Mapping[str, list[str]], name: str) -> str | None:
    return asked.get(name, [None])[0]


def _cookies(header: str) -> dict[str, str]:
    """Return the cookies of a request; nothing of a header that is none."""
    try:
        jar = SimpleCookie(header[:_LONGEST_COOKIE])
    except CookieError:
        return {}
    return {name: unquote(morsel.value) for name, morsel in jar.items()}
