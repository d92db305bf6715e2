"""Write words in the script of somebody's own words. For what is shown only: what is searched is folded anyway."""

from __future__ import annotations

from functools import cache
from typing import Any

from rag.folding import simplify


def is_traditional(text: str) -> bool:
    """True if a text has a character that only traditional script has."""
    return simplify(text) != text


def in_script_of(text: str, like: str) -> str:
    """Return ``text`` in the script that ``like`` is written in; as it is where that does not show.

    Characters that ``like`` has stay as they are: there are several ways to write traditional ones (裡, 裏).
    """
    if is_traditional(like):
        converted = _traditional(text)
        if len(converted) != len(text):
            return converted
        own = frozenset(like)
        return "".join(old if old in own else new for old, new in zip(text, converted, strict=True))
    plain = simplify(text)
    return plain if plain != text and _traditional(like) != like else text


def _traditional(text: str) -> str:
    converted: str = _converter().convert(text)
    return converted


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("s2tw")
