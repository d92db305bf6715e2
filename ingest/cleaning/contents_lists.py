"""Find tables of contents: lists of headings that the text repeats further down."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.folding import fold

_TITLE = re.compile(r"(?:本文|文章|内容|全文)?(?:目[录次](?:导[读航])?|导[读航]目录|内容导[读航])[::]?|contents:?")
_NUMBER = re.compile(r"^(?:\d{1,3}[.、,)]|[(]?[一二三四五六七八九十]{1,3}[)、.])")
_LEADERS = re.compile(r"(?:[.…·]{2,})?\d{0,4}$")
_MAX_ITEM_CHARS = 60


def _key(text: str) -> str:
    return re.sub(r"\s+", "", fold(text))


def _bare(key: str) -> str:
    return _LEADERS.sub("", _NUMBER.sub("", key))


def find_contents_lists(lines: Sequence[str]) -> set[int]:
    """Return the indexes of the lines that make up tables of contents.

    A list goes on as long as its lines are short and stand again below. Under a title that says what follows
    (``本文目录导读``) numbered short lines are enough, since such lists are made by a site and may be wrong.
    """
    keys = [_key(line) for line in lines]
    last_seen: dict[str, int] = {}
    for at, key in enumerate(keys):
        last_seen[key] = at
        last_seen[_bare(key)] = at
    found: set[int] = set()
    for at, key in enumerate(keys):
        if at in found or not _TITLE.fullmatch(key):
            continue
        announced = "导" in key or "本文" in key
        end = at + 1
        while end < len(lines) and len(keys[end]) <= _MAX_ITEM_CHARS and not keys[end].endswith(("。", ";")):
            repeated = max(last_seen.get(keys[end], 0), last_seen.get(_bare(keys[end]), 0)) > end
            if not repeated and not (announced and _NUMBER.match(keys[end])):
                break
            end += 1
        if end > at + 1 or announced:
            found.update(range(at, end))
    return found
