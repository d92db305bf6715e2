"""Turn the rows of a sheet into blocks: tables one below the other, and tables of questions with their answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

from ingest.blocks import Block, BlockKind
from ingest.loaders.tables import Cell, Table, blocks_of, one_line, read_table

_QUESTION = re.compile(
    r"^(?:常见|标准|主|用户|群众|市民|居民|具体)?(?:问题|問題|提问|提問|问|問|问句|咨询|諮詢)(?:内容|內容|描述|标题|標題)?$|^(?:q|question|faq)s?$"
)
_ANSWER = re.compile(
    r"^(?:标准|參考|参考|官方|政策|具体|详细)?(?:答案|答复|答覆|回答|解答|回复|回覆|答)(?:内容|內容|口径)?$|^(?:a|answer)s?$"
)
_ORDINAL = re.compile(r"^(?:序号|序號|编号|編號|号|no\.?|id|#)$", re.IGNORECASE)
_LONGEST_CAPTION = 60
_LABEL_NOISE = re.compile(r"[\s（(][^）)]*[）)]?$|[:：*]+$")


def title_of_tables(name: str, blocks: Sequence[Block]) -> str:
    """Return the title of a table file: the caption above its first row, else the name of the file.

    Without it the first row of a table would stand in as the title, and be missing from the text.
    """
    for block in blocks:
        if block.kind is BlockKind.TABLE_ROW or block.level > 1:
            break
        if block.kind is BlockKind.PARAGRAPH and len(block.text) <= _LONGEST_CAPTION:
            return block.text
    return PurePath(name).stem.strip()


def _named(names: Sequence[str], pattern: re.Pattern[str]) -> list[int]:
    cleaned = [_LABEL_NOISE.sub("", name.strip()).lower() for name in names]
    return [at for at, name in enumerate(cleaned) if pattern.match(name)]


def _lines(cell: Cell | None) -> list[str]:
    return [line for line in (" ".join(line.split()) for line in cell.text.split("\n")) if line] if cell else []


def question_blocks(table: Table, level: int) -> list[Block] | None:
    """Return each question as a heading with its answer and further columns below, None if it is no such table.

    A question that several rows share, or that is left empty below the first, is asked once.
    """
    asked, answered = _named(table.names, _QUESTION), _named(table.names, _ANSWER)
    if len(asked) != 1 or len(answered) != 1:
        return None
    further = [
        at
        for at, name in enumerate(table.names)
        if at not in (asked[0], answered[0]) and not _ORDINAL.match(name.strip())
    ]
    blocks = [Block(BlockKind.PARAGRAPH, one_line(caption.split("\n"))) for caption in table.captions]
    last: Cell | None = None
    for row in table.rows:
        question, answer = row[asked[0]], row[answered[0]]
        if question is answer and question is not None:
            blocks.append(Block(BlockKind.PARAGRAPH, one_line(_lines(question))))  # a line across the table
            continue
        text = one_line(_lines(question))
        if text and question is not last:
            blocks.append(Block(BlockKind.HEADING, text, level))
            last = question
        blocks += [Block(BlockKind.PARAGRAPH, line) for line in _lines(answer)]
        rest = [(table.names[at], one_line(_lines(row[at]))) for at in further]
        if line := "；".join(f"{name}: {value}" if name else value for name, value in rest if value):
            blocks.append(Block(BlockKind.PARAGRAPH, line))
    return blocks


def _filled(row: Sequence[Cell]) -> int:
    return sum(1 for cell in row if cell.text.strip())


def _tables(rows: Sequence[Sequence[Cell]]) -> list[list[Sequence[Cell]]]:
    """Split a sheet where an empty row is followed by a caption and more: there the next table begins."""
    tables: list[list[Sequence[Cell]]] = [[]]
    for at, row in enumerate(rows):
        begins = at > 0 and not _filled(rows[at - 1]) and _filled(row) == 1
        if begins and any(_filled(line) > 1 for line in rows[at + 1 : at + 3]):
            tables.append([])
        tables[-1].append(row)
    return [[row for row in table if _filled(row)] for table in tables]


def sheet_blocks(rows: Sequence[Sequence[Cell]], level: int = 1) -> list[Block]:
    """Return the blocks of one sheet; ``level`` is the heading level for questions.

    Cells may hold line breaks; an answer keeps its lines as paragraphs, a table row becomes one line.
    """
    blocks: list[Block] = []
    for part in _tables(rows):
        table = read_table(part)
        asked = question_blocks(table, level) if not table.pairs and table.names else None
        blocks += blocks_of(table) if asked is None else asked
    return blocks
