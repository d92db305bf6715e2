"""Say in the reader's words why a file was not taken; the program's own words, in English, stay for who looks after it."""

from __future__ import annotations

import re

from ui.markup import Html, element, join
from ui.wording import Wording

_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (key, re.compile(pattern))
    for key, pattern in (
        ("answered", r"the server answered (?P<code>\d{3})"),
        ("other_type", r"the address gives a (?P<now>\.\w+) file now and gave a (?P<was>\.\w+) file before"),
        ("slow_site", r"not complete after"),
        ("not_public", r"not on the public internet|not a name of the public internet|must be a plain IP address"),
        ("redirects", r"more than \d+ redirects|a redirect|the redirect"),
        ("site_type", r"files of type|neither a type nor an extension"),
        ("empty", r"(page|file) is empty"),
        ("scanned", r"scanned pages and no text"),
        ("no_text", r"holds no text|no text in this file|shows nothing that could be read|no HTML page"),
        ("unreachable", r"^https?://\S+: cannot be read|^cannot be read \(|compressed body is cut short"),
        ("no_folder", r"no such (file or )?folder|no such file"),
        ("empty_folder", r"no document in folder"),
        ("large", r"larger than|allowed are \d+ \(ingest|more than \d+ (MB|rows)|longer than \d+|at most \d+ are read"),
        ("format", r"unknown format|old office format"),
        ("locked", r"encrypted"),
        ("same_name", r"has the same name|would both be called"),
        ("heavy", r"took longer than|needs more than|crashed the program"),
        ("original", r"original is lost|original cannot be read"),
        ("broken", r"damaged|truncated|cannot be read|cannot be opened|not readable as text"),
    )
)


def reason_words(wording: Wording, reason: str) -> str:
    """Return a reason in the reader's language."""
    for key, pattern in _RULES:
        found = pattern.search(reason)
        if found:
            return wording.text(f"console.reason.of.{key}", **found.groupdict())
    return wording.text("console.reason.of.other")


def render_reason(wording: Wording, reason: str) -> Html:
    """Return a reason in words, with the program's own below."""
    own = element(
        "details",
        element("summary", wording.text("console.work.detail")),
        element("span", reason, lang="en", class_="source"),
    )
    return join(reason_words(wording, reason), own)
