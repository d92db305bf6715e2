"""Find tables of contents: lists of headings that the text repeats further down."""

from __future__ import annotations

import re
from collections.abc import Sequence

_TITLE = re.compile(r"(?:本文|文章|内容|全文)?(?:目[录次](?:导[读航])?|导[读航]目录|内容导[读航])[::]?|contents:?")
_NUMBER = re.compile(r"^(?:\d{1,3}[.、,)]|[(]?[一二三四五六七八九十]{1,3}[)、.])")
_LEADERS = re.compile(r"(?:[.…·]{2,})?\d{0,4}$")
_MAX_ITEM_CHARS = 60
_MAX_TITLE_CHARS = 12


def _bare(key: str) -> str:
    return _LEADERS.sub("", _NUMBER.sub("", key))


def find_contents_lists(keys: Sequence[str]) -> set[int]:
    """Return the indexes of the lines that make up tables of contents; ``keys`` are folded and without white space.

    A list goes on as long as its lines are short and stand again below. Under a title that says what follows
    (``本文目录导读``) numbered short lines are enough, since such lists are made by a site and may be wrong.
    """
    titles = [at for at, key in enumerate(keys) if len(key) <= _MAX_TITLE_CHARS and _TITLE.fullmatch(key)]
    if not titles:
        return set()
    last_seen: dict[str, int] = {}
    for at, key in enumerate(keys):
        last_seen[key] = at
        last_seen[_bare(key)] = at
    found: set[int] = set()
    for at in titles:
        if at in found:
            continue
        announced = "导" in keys[at] or "本文" in keys[at]
        end = at + 1
        while end < len(keys) and len(keys[end]) <= _MAX_ITEM_CHARS and not keys[end].endswith(("。", ";")):
            repeated = max(last_seen.get(keys[end], 0), last_seen.get(_bare(keys[end]), 0)) > end
            if not repeated and not (announced and _NUMBER.match(keys[end])):
                break
            end += 1
        if end > at + 1 or announced:
            found.update(range(at, end))
    return found
