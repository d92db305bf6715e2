"""See that an address suddenly gives another kind of file: a notice where there was a PDF is seldom the same document.

Its source ends in another extension then, so it would become a second document beside the first, which nobody would
bring up to date any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import PurePosixPath

from ingest.loaders import SUPPORTED
from ingest.web_addresses import parse_address, source_for
from rag.errors import SourceError

WEB_ROOT = "web:"
"""How the roots of documents begin that came from an address."""


def possible_sources(address: str) -> frozenset[str]:
    """Return the sources that a page from this address can have, one for each type; none of a bad address."""
    try:
        parsed = parse_address(address)
    except SourceError:
        return frozenset()
    return frozenset(source_for(parsed, extension) for extension in SUPPORTED)


def other_types(addresses: Iterable[str], fresh: Collection[str], known: Collection[str]) -> dict[str, str]:
    """Return the reason, by source, of each downloaded page that is held as another type of file.

    ``fresh`` are the sources of what was downloaded, ``known`` those of the files that are held.
    """
    found = {}
    for address in addresses:
        possible = possible_sources(address)
        held = sorted(possible.intersection(known))
        for source in possible.intersection(fresh) - set(held):
            if held:
                now, was = PurePosixPath(source).suffix, PurePosixPath(held[0]).suffix
                found[source] = f"the address gives a {now} file now and gave a {was} file before, which is kept"
    return found
