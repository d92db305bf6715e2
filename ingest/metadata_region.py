"""Find the place that a document is about, from the country down to a township."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from ingest.blocks import Block, BlockKind
from ingest.metadata_issuer import is_national, is_public_body
from ingest.metadata_page import Page
from rag.folding import simplify
from rag.regions import COUNTRY_CODE, Gazetteer, Region, RegionLevel

_MIN_NAMING_BLOCKS = 3
_MIN_SHARE = 0.6
_MIN_SPREAD = 0.25
_READ_CHARS = 12_000
"""Characters of the body that are searched for places, spread evenly; what a text is about is named all through it."""

_TOWNSHIP = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{1,8}?(?:民族乡|镇|乡|街道|苏木))"
    r"(?=(?:人民)?政府|办事处|党委|党工委|卫生院|社区卫生服务中心|公共服务办|便民服务|关于|(?:19|20)\d\d年|$)"
)
_NO_TOWNSHIP = re.compile(r"乡镇|城乡|城镇|村镇|集镇|[各全等与和及、县市区推进]")
"""Words in which 镇 and 乡 are no place, and what stands before a township where the match began too early."""


def region_of(
    page: Page, title: str, issuer: str | None, origins: Mapping[str, str], gazetteer: Gazetteer
) -> tuple[Region, str] | None:
    """Return the place that a document is about and where that was read, ``None`` if nothing says it.

    ``origins`` says where title and issuer were read. A township comes as a place below its county (澧县城头山镇).
    """
    declared = page.declared.get("region")
    if declared:
        own = gazetteer.declared(declared) if gazetteer.get(declared) is None else None
        region = own if own is not None and own.parent is not None else gazetteer.resolve(declared)
        return region or gazetteer.declared(declared), page.declared_origin
    # A title that is only the opening of the text names its place no more surely than the text does.
    title_origin = "title" if origins["title"] not in ("file_name", "body") else origins["title"]
    headed = title if title_origin != "body" else None
    found = _region(page, headed, title_origin, issuer, origins, gazetteer)
    if found is None or found[0].level.rank < RegionLevel.CITY.rank or found[0].level.rank > RegionLevel.COUNTY.rank:
        return found
    region, origin = found
    for name, where in ((headed, title_origin), (issuer, origins.get("issuer", ""))):
        own_name = _township_in(name, region, gazetteer) if name else None
        if own_name is not None:
            return gazetteer.township(region, own_name), where
    return region, origin


def _region(
    page: Page,
    headed: str | None,
    title_origin: str,
    issuer: str | None,
    origins: Mapping[str, str],
    gazetteer: Gazetteer,
) -> tuple[Region, str] | None:
    for name, origin in ((headed, title_origin), (issuer, origins.get("issuer", ""))):
        region = gazetteer.resolve(name) if name else None
        if region is not None and (region.code != COUNTRY_CODE or issuer is None or is_national(issuer)):
            return region, origin
    if issuer is not None and is_national(issuer) and is_public_body(issuer):
        return gazetteer.country, origins["issuer"]
    for name, origin in _hints(page):
        region = gazetteer.resolve(name)
        if region is not None and region.code != COUNTRY_CODE:
            return region, origin
    region = _region_of_body(page.blocks, gazetteer)
    return (region, "body") if region is not None else None


def _hints(page: Page) -> Iterator[tuple[str, str]]:
    """Yield the names beside the text that may hold its place, best evidence first."""
    hints = (
        (page.labelled.get("source"), "source_line"),
        (page.declared.get("site"), page.declared_origin),
        (page.stem, "file_name"),
        (page.property_title, "property"),
    )
    yield from ((name, origin) for name, origin in hints if name)


def _township_in(name: str, region: Region, gazetteer: Gazetteer) -> str | None:
    """Return the own name of the township that ``name`` opens with, behind its county or alone; ``None`` without one."""
    plain = simplify(name).strip()
    start = next((mention.end for mention in gazetteer.mentions(plain) if mention.region == region), 0)
    match = _TOWNSHIP.match(plain, start)
    return match["name"] if match and not _NO_TOWNSHIP.search(match["name"]) else None


def _spread(blocks: Sequence[Block]) -> Iterator[tuple[int, str]]:
    """Yield blocks of a text and their positions, not more than about `_READ_CHARS` characters from all over it."""
    step = sum(len(block.text) for block in blocks) // _READ_CHARS + 1
    yield from ((at, blocks[at].text) for at in range(0, len(blocks), step))


def _region_of_body(blocks: Sequence[Block], gazetteer: Gazetteer) -> Region | None:
    """Return the place that the text speaks about throughout, ``None`` if it only touches on places.

    Such a place is named in at least three blocks, or in two of which one is the opening or a heading, makes
    up most of the places named, and does not occur in one part of the text only.
    """
    named = [
        (position, mention.region)
        for position, text in _spread(blocks)
        for mention in gazetteer.mentions(text)
        if mention.region.code != COUNTRY_CODE
    ]
    if not named:
        return None
    counts = Counter(region for _, region in named)
    place, count = counts.most_common(1)[0]
    # A province named beside its city speaks for the city, not against it.
    rivals = sum(
        times
        for region, times in counts.items()
        if not gazetteer.is_within(place, region) and not gazetteer.is_within(region, place)
    )
    at = sorted({position for position, region in named if region == place})
    prominent = at[0] == 0 or any(blocks[position].kind is BlockKind.HEADING for position in at)
    spread = at[-1] - at[0] >= len(blocks) * _MIN_SPREAD
    enough = len(at) >= _MIN_NAMING_BLOCKS or (len(at) >= _MIN_NAMING_BLOCKS - 1 and prominent)
    return place if enough and spread and count >= _MIN_SHARE * (count + rivals) else None
