"""Build HTML in which nothing that came from outside can be anything but text.

:func:`element` escapes every child and every attribute; only another element's result passes as it is.
Texts of documents, questions and models are hostile until they have gone through here.
"""

from __future__ import annotations

from html import escape
from typing import NewType
from urllib.parse import quote, urlsplit

from ui.addresses import at

Html = NewType("Html", str)
"""Markup made by this module."""

_BIDI_CONTROLS = dict.fromkeys(
    [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)],
)
"""Invisible characters that reverse the order of what follows: a title could disguise itself with them."""

_VOID = frozenset({"br", "hr", "input", "link", "meta"})


class _Markup(str):
    """A string that :func:`element` and :func:`text` made; its own class tells it from a plain string."""

    __slots__ = ()


def text(value: str) -> Html:
    """Return plain text as markup. A carriage return is kept as a character of its own, so offsets stay true."""
    if isinstance(value, _Markup):
        return Html(value)
    return Html(_Markup(escape(value, quote=True).replace("\r", "&#13;").replace("\x00", "\ufffd")))


def join(*parts: str) -> Html:
    """Return the parts one after the other, each escaped unless it is markup."""
    return Html(_Markup("".join(text(part) for part in parts)))


def element(tag: str, *children: str, **attributes: str | int | bool | None) -> Html:
    """Return ``<tag …>children</tag>``, everything escaped.

    ``class_`` and ``for_`` lose their underscore, ``data_x`` becomes ``data-x``. ``None`` and ``False`` leave an
    attribute out, ``True`` writes its bare name. Tag and attribute names are the caller's own words.
    """
    written = [tag]
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        plain = name.rstrip("_").replace("_", "-")
        written.append(plain if value is True else f'{plain}="{text(str(value))}"')
    opening = f"<{' '.join(written)}>"
    if tag in _VOID:
        return Html(_Markup(opening))
    return Html(_Markup(f"{opening}{join(*children)}</{tag}>"))


def with_key(value: str, key: tuple[int, int] | None) -> Html:
    """Return a text with the stretch ``key`` set off; as it is where nothing but punctuation stands outside."""
    if key is None or not any(map(str.isalnum, value[: key[0]] + value[key[1] :])):
        return text(value)
    start, end = key
    return join(value[:start], element("mark", value[start:end], class_="key"), value[end:])


def line(value: str) -> str:
    """Return a title or name on one line, without characters that reverse the writing direction."""
    return " ".join(value.translate(_BIDI_CONTROLS).split())


def web_address(url: str | None) -> str | None:
    """Return the address if it is a plain web address, else None (``javascript:``, ``data:`` and the like)."""
    try:
        parts = urlsplit((url or "").strip())
    except ValueError:
        return None
    return (url or "").strip() if parts.scheme.lower() in ("http", "https") and parts.netloc else None


def document_address(document_id: str, start: int | None = None, end: int | None = None, language: str = "") -> str:
    """Return the viewer's address of a document, at a passage where one is given.

    The passage stands in the query, where the server marks it, and in the fragment, which other pages link with.
    """
    path = f"/documents/{quote(document_id, safe='')}"
    query = [f"start={start}", f"end={end}"] if start is not None and end is not None else []
    query += [f"lang={quote(language)}"] if language else []
    fragment = f"#char={start},{end}" if start is not None and end is not None else ""
    return at(path) + (f"?{'&'.join(query)}" if query else "") + fragment
