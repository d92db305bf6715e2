"""Read the YAML block at the top of a Markdown file as plain facts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

import yaml

from rag.errors import SourceError

_OPENING = re.compile(r"---[ \t]*\n(?=[ \t]*[^\s:#][^\n:]*:(?:\s|$)|---[ \t]*(?:\n|$))")
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_MAX_CHARS = 64_000


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, list):
        return ", ".join(_plain(item) for item in value if item is not None)
    return " ".join(str(value).split())


def _flatten(mapping: Mapping[object, object], prefix: str = "") -> dict[str, str]:
    facts: dict[str, str] = {}
    for key, value in mapping.items():
        name = f"{prefix}{str(key).strip().lower()}"
        if isinstance(value, Mapping):
            facts.update(_flatten(value, f"{name}."))
        elif value is not None:
            facts[name] = _plain(value)
    return facts


def split_front_matter(name: str, text: str) -> tuple[dict[str, str], str]:
    """Return the facts of the front matter and the text below it; no front matter gives no facts.

    Keys are lower case, nested keys are joined by a dot, lists by a comma, dates are ISO 8601.

    Raises:
        SourceError: the block is not closed, not YAML, not a mapping, or uses aliases, which can blow up.
    """
    opening = _OPENING.match(text)
    if not opening:
        return {}, text
    closing = _CLOSING.search(text, opening.end())
    if not closing or closing.start() > _MAX_CHARS:
        raise SourceError(f"{name}: the front matter is not closed with ---")
    block = text[opening.end() : closing.start()]
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(block, Loader=yaml.SafeLoader)):
            raise SourceError(f"{name}: the front matter uses YAML aliases")
        facts = yaml.safe_load(block)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise SourceError(f"{name}: the front matter is not valid YAML: {reason}") from error
    if facts is None:
        facts = {}
    if not isinstance(facts, dict):
        raise SourceError(f"{name}: the front matter is not a list of key: value lines")
    return _flatten(facts), text[closing.end() :]
