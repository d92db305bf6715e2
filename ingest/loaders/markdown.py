"""Read Markdown: headings, paragraphs, list items with their numbers, pipe tables; markup becomes plain text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from ingest.blocks import MAX_SAMPLES, Block, BlockKind, LoadedFile, sample
from ingest.loaders.encoding import decoded
from ingest.loaders.front_matter import split_front_matter
from ingest.loaders.html_blocks import fragment_blocks
from ingest.loaders.html_unshown import drop_hidden_markup, prose_in
from ingest.loaders.lines import ends_sentence, join, starts_item
from ingest.loaders.tables import Cell, table_blocks

MEDIA_TYPE = "text/markdown"

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_SCRIPT = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_HTML_TABLE = re.compile(r"(<table\b(?:(?!<table\b).)*?</table\s*>)", re.DOTALL | re.IGNORECASE)
_ATX = re.compile(r"^ {0,3}(#{1,6})(?:[ \t]+|$)(.*?)(?:[ \t]+#+)?[ \t]*$")
_SETEXT = re.compile(r"^ {0,3}(=+|-{2,})[ \t]*$")
_RULE = re.compile(r"^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)")
_QUOTE = re.compile(r"^(?: {0,3}>[ \t]?)+")
_BULLET = re.compile(r"^[ \t]*[-*+][ \t]+(?:\[[ xX]\][ \t]+)?")
_ORDERED = re.compile(r"^[ \t]*(\d{1,9}[.)])[ \t]+")
_LINK_TARGET = re.compile(r"^ {0,3}\[[^\]\n]+\]:[ \t]*\S+")
_DELIMITER = re.compile(r"^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_UNESCAPED_PIPE = re.compile(r"(?<!\\)\|")

_INLINE = (
    (re.compile(r"!\[([^\[\]]*)\](?:\([^)\s]*(?:[ \t]+\"[^\"]*\")?\)|\[[^\]]*\])"), r"\1"),
    (re.compile(r"\[([^\[\]]+)\]\([^)\s]*(?:[ \t]+\"[^\"]*\")?\)"), r"\1"),
    (re.compile(r"\[([^\[\]]+)\]\[[^\]]*\]"), r"\1"),
    (re.compile(r"<((?:https?|mailto|ftp):[^<>\s]+)>"), r"\1"),
    (re.compile(r"</?[a-zA-Z][^<>]*>"), ""),
    (re.compile(r"(`+)(.+?)\1"), r"\2"),
    (re.compile(r"(?<!\\)\*\*(?=\S)(.+?)(?<=[^\s\\])\*\*"), r"\1"),
    (re.compile(r"(?<![\w\\])__(?=[^\s_])(.+?)(?<=[^\s_\\])__(?!\w)"), r"\1"),
    (re.compile(r"(?<![\w*\\])\*(?=[^\s*])([^*]+?)(?<=[^\s\\])\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<![\w\\])_(?=[^\s_])([^_]+?)(?<=[^\s\\])_(?!\w)"), r"\1"),
    (re.compile(r"~~(?=\S)(.+?)(?<=\S)~~"), r"\1"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!|~>-])"), r"\1"),
)
_HAS_MARKUP = re.compile(r"[\[<`*_~\\&]")
"""Most lines hold no mark of inline markup and are their own plain text."""
_BREAK = re.compile(r"(?i)<br\s*/?>")
_MAY_BE_BLOCK = re.compile(r"[\s>#=\-_*+\[`~\d]")
"""A line that begins with anything else is prose; ``\\s`` and ``\\d`` as in the patterns of blocks."""


def _plain(text: str) -> str:
    if _HAS_MARKUP.search(text):
        for pattern, replacement in _INLINE:
            text = pattern.sub(replacement, text)
        text = html.unescape(text)
    return " ".join(text.split())


def _cells(line: str, *, header: bool = False) -> list[Cell]:
    inner = re.sub(r"(?<!\\)\|[ \t]*$", "", line.strip().removeprefix("|"))
    return [Cell(_plain(part.replace(r"\|", "|")), header=header) for part in _UNESCAPED_PIPE.split(inner)]


class _Reader:
    """Walks over the lines of one file, holding the paragraph that is still open."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._open = ""

    def close(self) -> None:
        """End the open paragraph."""
        self._add(BlockKind.PARAGRAPH, self._open)
        self._open = ""

    def heading(self, text: str, level: int) -> None:
        """End the paragraph and add a heading; one without text is nothing."""
        self.close()
        self._add(BlockKind.HEADING, text, level)

    def underline(self, level: int) -> bool:
        """Make the open paragraph a heading; False if there is none."""
        if not self._open:
            return False
        text, self._open = self._open, ""
        self._add(BlockKind.HEADING, text, level)
        return True

    def table(self, rows: list[list[Cell]]) -> None:
        """End the paragraph and add the rows of a table."""
        self.close()
        self.blocks.extend(table_blocks(rows))

    def line(self, text: str, *, new: bool) -> None:
        """Add a line of prose; a soft break inside a sentence is joined, as a browser would show it."""
        if new or (self._open and (ends_sentence(self._open) or starts_item(text))):
            self.close()
        self._open = join(self._open, text) if self._open else text.strip()
        if text.endswith(("  ", "\\")):
            self._open = self._open.removesuffix("\\")
            self.close()

    def _add(self, kind: BlockKind, text: str, level: int = 0) -> None:
        for part in _BREAK.split(text) if "<" in text else (text,):
            if plain := _plain(part):
                self.blocks.append(Block(kind, plain, level))


def _table_rows(lines: list[str], at: int) -> int:
    """Return how many lines from ``at`` on are a pipe table, 0 if none starts there."""
    if "|" not in lines[at] or at + 1 >= len(lines) or "|" not in lines[at + 1] or not _DELIMITER.match(lines[at + 1]):
        return 0
    end = at + 2
    while end < len(lines) and "|" in lines[end]:
        end += 1
    return end - at


def _read_line(reader: _Reader, raw: str) -> None:
    if not raw:
        reader.close()
        return
    if not _MAY_BE_BLOCK.match(raw):
        reader.line(raw, new=False)
        return
    line = _QUOTE.sub("", raw)
    if not line.strip() or _LINK_TARGET.match(line):
        reader.close()
    elif match := _ATX.match(line):
        reader.heading(match[2], len(match[1]))
    elif (match := _SETEXT.match(line)) and reader.underline(1 if match[1].startswith("=") else 2):
        return
    elif _RULE.match(line) or _SETEXT.match(line):
        reader.close()
    elif match := _BULLET.match(line):
        reader.line(line[match.end() :], new=True)
    else:
        reader.line(line, new=_ORDERED.match(line) is not None)


def _prose_blocks(text: str) -> Iterator[Block]:
    reader = _Reader()
    lines = text.split("\n")
    at = 0
    fenced = False
    while at < len(lines):
        if lines[at].lstrip(" ").startswith(("```", "~~~")) and _FENCE.match(lines[at]):
            fenced = not fenced
            reader.close()
        elif fenced:
            reader.line(lines[at], new=True)
        elif rows := _table_rows(lines, at):
            reader.table([_cells(lines[at], header=True), *(_cells(line) for line in lines[at + 2 : at + rows])])
            at += rows - 1
        else:
            _read_line(reader, lines[at])
        at += 1
    reader.close()
    yield from reader.blocks


def _visible(body: str) -> tuple[str, list[str]]:
    """Return a text without comments, scripts and hidden inline HTML, and the hidden sentences."""
    if "<" not in body:
        return body, []
    comments = [prose for comment in _COMMENT.findall(body) if (prose := prose_in(comment[4:].removesuffix("-->")))]
    shown, hidden = drop_hidden_markup(_SCRIPT.sub("", _COMMENT.sub("", body)))
    return shown, [*comments, *hidden]


def load_markdown(name: str, data: bytes) -> LoadedFile:
    """Return the blocks of a Markdown file and the facts of its front matter, ``ingest`` among them.

    Raises:
        SourceError: the bytes are not text or the front matter is malformed.
    """
    read = decoded(name, data)
    metadata, body = split_front_matter(name, read.text.replace("\r\n", "\n").replace("\r", "\n"))
    body, hidden = _visible(body)
    blocks: list[Block] = []
    for part in _HTML_TABLE.split(body) if "<" in body else (body,):
        blocks.extend(fragment_blocks(part) if _HTML_TABLE.fullmatch(part) else _prose_blocks(part))
    repairs, samples = dict(read.repairs), dict(read.samples)
    if hidden:
        repairs["hidden_text"] = len(hidden)
        samples["hidden_text"] = tuple(map(sample, hidden[:MAX_SAMPLES]))
    return LoadedFile(
        MEDIA_TYPE,
        tuple(blocks),
        title=metadata.get("title") or None,
        metadata=metadata,
        repairs=repairs,
        samples=samples,
    )
