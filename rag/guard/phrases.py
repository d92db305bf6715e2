"""Turn the guard's tables of phrases into patterns.

A table is plain text that a clinician can read and change; ``docs/guard.md`` describes its few signs. Every pattern
made of it looks a bounded number of characters ahead, so that the time for a question grows with its length alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from rag.word_tables import table_lines

TABLES = (
    "guard_framing.txt",
    "guard_emergency.txt",
    "guard_crisis.txt",
    "guard_advice.txt",
    "guard_attack.txt",
    "guard_talk.txt",
)

_SIGN = re.compile(
    r"<(?P<list>[a-z_]+)>|(?P<gap>…)|(?P<space>_)|(?P<not_before>~\()|(?P<not_after>\^\((?P<words>[^()]*)\))"
)
_PLAIN = {"gap": r"[^,!?;。\n]{0,6}?", "space": r"[ '’-]?", "not_before": "(?!"}
_KEPT = frozenset("()|?$")
"""Signs that mean in a pattern what they mean in a table. ``?`` stands behind a bracket only."""
_DIGITS = r"\d"


class TableError(ValueError):
    """A table of phrases that cannot be read; the message says which list and phrase."""


@cache
def lists() -> Mapping[str, tuple[str, ...]]:
    """Return the phrases of every list.

    Raises:
        TableError: two lists have one name, or words stand before the first list.
    """
    found: dict[str, tuple[str, ...]] = {}
    for table in TABLES:
        name = ""
        for line in table_lines(table):
            if header := re.fullmatch(r"\[([a-z_]+)\]", line.strip()):
                name = header[1]
                if name in found:
                    raise TableError(f"{table}: a second list named {name!r}")
                found[name] = ()
            elif not name:
                raise TableError(f"{table}: {line[:40]!r} stands in no list")
            else:
                found[name] += tuple(line.partition(" # ")[0].split())
    return found


@cache
def pattern(name: str) -> re.Pattern[str]:
    """Return what finds a phrase of a list in folded text; of several at one place, the longest spelling comes first.

    Raises:
        TableError: there is no such list, or a phrase of it is not well formed.
    """
    try:
        return re.compile(_alternatives(name, ()))
    except re.error as error:
        raise TableError(f"list {name!r} is not well formed: {error}") from error


def literal(name: str) -> re.Pattern[str]:
    """Return what finds the words of a list taken letter by letter, signs and all; ``_`` is still a space.

    Raises:
        TableError: there is no such list.
    """
    return _literal(name)


@cache
def _literal(name: str) -> re.Pattern[str]:
    words = sorted(_phrases(name), key=len, reverse=True)
    return re.compile("|".join(re.escape(word).replace("_", r"\s*") for word in words))


def _phrases(name: str) -> tuple[str, ...]:
    if not lists().get(name):
        raise TableError(f"there is no list {name!r}")
    return lists()[name]


def _alternatives(name: str, within: tuple[str, ...]) -> str:
    if name in within:
        raise TableError(f"list {name!r} is part of itself: {' > '.join(within)}")
    phrases = sorted(_phrases(name), key=len, reverse=True)
    return "|".join(_expression(phrase, (*within, name)) for phrase in phrases)


def _expression(phrase: str, within: tuple[str, ...]) -> str:
    parts: list[str] = []
    end = 0
    for sign in _SIGN.finditer(phrase):
        parts.append(_letters(phrase[end : sign.start()]))
        end = sign.end()
        if sign["list"]:
            parts.append(f"(?:{_alternatives(sign['list'], within)})")
        elif sign["not_after"]:
            parts += [f"(?<!{re.escape(word)})" for word in sign["words"].split("|")]
        else:
            parts.append(_PLAIN[str(sign.lastgroup)])
    parts.append(_letters(phrase[end:]))
    first, last = phrase[0], phrase[-1]
    before = "(?<![a-z])" if first.isascii() and first.isalpha() else ""
    after = "(?![a-z])" if last.isascii() and last.isalpha() else ""
    return before + "".join(parts) + after


def _letters(text: str) -> str:
    """Escape what stands between signs; brackets group without being remembered."""
    escaped = "".join(c if c in _KEPT else re.escape(c) for c in text.replace(_DIGITS, "\0")).replace("\0", _DIGITS)
    return re.sub(r"\((?!\?)", "(?:", escaped)
