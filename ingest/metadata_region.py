"""Find the place that a document is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from ingest.blocks import BlockKind
from ingest.metadata_issuer import is_national, is_public_body
from ingest.metadata_page import Page
from rag.regions import COUNTRY_CODE, Gazetteer, Region, RegionLevel

_MIN_NAMING_BLOCKS = 3
_MIN_SHARE = 0.6
_MIN_SPREAD = 0.25


def region_of(
    page: Page, title: str, issuer: str | None, origins: Mapping[str, str], gazetteer: Gazetteer
) -> tuple[Region, str] | None:
    """Return the place that a document is about and where that was read, ``None`` if nothing says it.

    ``origins`` says where title and issuer were read.
    """
    declared = page.declared.get("region")
    if declared:
        region = gazetteer.resolve(declared)
        return (region or Region(f"x:{declared}", declared, declared, RegionLevel.OTHER, None)), page.declared_origin
    # A title that is only the opening of the text names its place no more surely than the text does.
    title_origin = "title" if origins["title"] not in ("file_name", "body") else origins["title"]
    headed = title if title_origin != "body" else None
    for name, origin in ((headed, title_origin), (issuer, origins.get("issuer", ""))):
        region = gazetteer.resolve(name) if name else None
        if region is not None and (region.code != COUNTRY_CODE or issuer is None or is_national(issuer)):
            return region, origin
    if issuer is not None and is_national(issuer) and is_public_body(issuer):
        return gazetteer.country, origins["issuer"]
    for name, origin in ((page.labelled.get("source"), "source_line"), (page.stem, "file_name")):
        region = gazetteer.resolve(name) if name else None
        if region is not None and region.code != COUNTRY_CODE:
            return region, origin
    region = _region_of_body(page, gazetteer)
    return (region, "body") if region is not None else None


def _region_of_body(page: Page, gazetteer: Gazetteer) -> Region | None:
    """Return the place that the text speaks about throughout, ``None`` if it only touches on places.

    Such a place is named in at least three blocks, or in two of which one is the opening or a heading, makes
    up most of the places named, and does not occur in one part of the text only.
    """
    named = [
        (position, mention.region)
        for position, block in enumerate(page.blocks)
        for mention in gazetteer.mentions(block.text)
        if mention.region.code != COUNTRY_CODE
    ]
    if not named:
        return None
    place, count = Counter(region for _, region in named).most_common(1)[0]
    # A province named beside its city speaks for the city, not against it.
    rivals = sum(
        1 for _, region in named if not gazetteer.is_within(place, region) and not gazetteer.is_within(region, place)
    )
    at = sorted({position for position, region in named if region == place})
    prominent = at[0] == 0 or any(page.blocks[position].kind is BlockKind.HEADING for position in at)
    spread = at[-1] - at[0] >= len(page.blocks) * _MIN_SPREAD
    enough = len(at) >= _MIN_NAMING_BLOCKS or (len(at) >= _MIN_NAMING_BLOCKS - 1 and prominent)
    return place if enough and spread and count >= _MIN_SHARE * (count + rivals) else None
