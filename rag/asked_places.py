"""Decide which places a question is about.

A place that the question names wins over the one chosen on the page; without a named place the chosen one counts, and
so do the places above it. Several named places all count. A place that only says where another lies (湖北丹江口, 十堰的
丹江口) does not count beside it, and neither does one that is named to be ruled out (不是丹江口，是天门).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.regions import Gazetteer, Mention, Region

_BINDING = re.compile(r"[省市州县区]?[的·,，\s]?(?:下面|下属|下辖|所属)?的?")
"""What may stand between a place and one in it; 和, 与 and 、 join two places that are both meant."""
_RULED_OUT = re.compile("(?:(?<!是)不(?:是|在|去|问|要|说)|并非|没问|不光是问)[说问]?$")


def named_places(folded: str, mentions: Sequence[Mention], gazetteer: Gazetteer) -> tuple[Region, ...]:
    """Return the places that a folded question is about, of those that it mentions, in order."""
    # 全国 in a question is no place that a document could be for or against.
    told = [m for m in mentions if m.region.parent is not None or m.region.code.startswith("x:")]
    meant = [
        mention
        for n, mention in enumerate(told)
        if not any(_only_above(folded, mention, later, gazetteer) for later in told[n + 1 : n + 2])
    ]
    wanted = [mention for mention in meant if not _RULED_OUT.search(folded[: mention.start])] or meant
    return tuple({mention.region.code: mention.region for mention in wanted}.values())


def _only_above(folded: str, upper: Mention, lower: Mention, gazetteer: Gazetteer) -> bool:
    between = _BINDING.fullmatch(folded, upper.end, lower.start)
    return between is not None and upper.region != lower.region and upper.region in gazetteer.ancestors(lower.region)
