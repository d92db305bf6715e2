"""Join the lines of a page into paragraphs, the way a reader of Chinese would."""

from __future__ import annotations

import re

_ITEM_START = re.compile(
    r"""^\s*(?:
        第[〇零一二三四五六七八九十百千\d]{1,7}[编篇章节](?:\s|$)
      | 第[〇零一二三四五六七八九十百千\d]{1,7}条(?:之[一二三四五六七八九十])?\s
      | [一二三四五六七八九十百]{1,4}、
      | [（(][一二三四五六七八九十百\d]{1,4}[）)]
      | \d{1,3}(?:[、．]|\.(?!\d))
      | [①-⑳●■◆▲•]
      | (?:附件|附录|附表)\s*\d*\s*[:：.]?
      | 目\s*[录次]\s*$
      | [\u4e00-\u9fff]{1,3}\s?[\u4e00-\u9fff]{1,3}：\S
    )""",
    re.VERBOSE,
)
_SENTENCE_END = re.compile(r"[。！？!?；;：:…][”’\"」』）)》]*\s*$")
_WORD = re.compile(r"[A-Za-z0-9]")


def starts_item(line: str) -> bool:
    """Tell whether a line opens a numbered heading, an article, a list item, an attachment or a ``label：value``."""
    return _ITEM_START.match(line) is not None


def ends_sentence(line: str) -> bool:
    """Tell whether a line ends with the end of a sentence or of a clause that announces a list."""
    return _SENTENCE_END.search(line) is not None


def display_width(line: str) -> int:
    """Return the width of a line in half-width columns: 2 for a Chinese character, 1 for a Latin letter."""
    return sum(1 if character < "\u2000" else 2 for character in line)


def join(first: str, second: str) -> str:
    """Return two halves of a broken line as one; a space is put between Latin words only."""
    left, right = first.rstrip(), second.lstrip()
    if (
        left
        and right
        and left[-1] < "\u2000"
        and right[0] < "\u2000"
        and _WORD.match(left[-1])
        and _WORD.match(right[0])
    ):
        return f"{left} {right}"
    return left + right
