"""Change values of a settings file and leave every other character, comments included, as it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from rag.errors import ConfigError
from rag.settings import load_settings

Value = str | int | float | None


def change_settings(path: Path, section: str, values: Mapping[str, Value]) -> None:
    """Set keys of a section, to nothing with None, in a YAML file that is made where it is missing.

    The file is written whole, with all of the values, or not at all.

    Raises:
        ConfigError: the file cannot be read or written, is not laid out as sections of keys, or the result is no valid
            settings file; it is left as it was.
    """
    _changed(path, section, values, keep=True)


def check_change(path: Path, section: str, values: Mapping[str, Value]) -> None:
    """Raise what ``change_settings`` would raise, and change nothing: for what is only written after long work."""
    _changed(path, section, values, keep=False)


def _changed(path: Path, section: str, values: Mapping[str, Value], *, keep: bool) -> None:
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        # A new key becomes the first of its section; from the last to the first they stand as they were given.
        for key in reversed(list(values)):
            text = with_setting(text, section, key, values[key])
        fresh = path.with_name(path.name + ".new")
        fresh.write_text(text, encoding="utf-8")
        try:
            load_settings(fresh)
            if keep:
                fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        names = ", ".join(f"{section}.{key}" for key in values)
        raise ConfigError(f"{path}: {names} cannot be changed: {error}") from error


def with_setting(text: str, section: str, key: str, value: Value) -> str:
    """Return YAML text in which ``section.key`` has a value.

    Raises:
        ConfigError: the text is not laid out as sections of keys, one a line.
    """
    written = yaml.safe_dump(value, allow_unicode=True, width=10_000).removesuffix("\n").removesuffix("...").strip()
    root = yaml.compose(text)
    if root is None:
        return f"{text}{_line_end(text)}{section}:\n  {key}: {written}\n"
    found = _pair(root, section)
    if found is None:
        if not isinstance(root, yaml.MappingNode) or root.flow_style:
            raise ConfigError(f"{section}.{key} cannot be put in: the settings are not one section under another")
        return f"{text}{_line_end(text)}\n{section}:\n  {key}: {written}\n"
    name, body = found
    old = _pair(body, key)
    if old is not None:
        # An empty value has no place of its own: it begins and ends behind the colon.
        begin, end = old[1].start_mark.index, old[1].end_mark.index
        gap = "" if begin < end else " "
        behind = "\n" if text[begin:end].endswith("\n") else ""  # a folded text reaches to the next line
        return text[:begin] + gap + written + behind + text[end:]
    if not isinstance(body, yaml.MappingNode) or body.flow_style or not body.value:
        raise ConfigError(f"{section}.{key} cannot be put in: {section} is not written as one key under another")
    # Above the remarks on the first key, which would otherwise be read as remarks on the new one.
    head = text.index("\n", name.end_mark.index) + 1
    return f"{text[:head]}{' ' * body.value[0][0].start_mark.column}{key}: {written}\n{text[head:]}"


def _line_end(text: str) -> str:
    return "" if not text or text.endswith("\n") else "\n"


def _pair(node: yaml.Node, key: str) -> tuple[yaml.Node, yaml.Node] | None:
    """Return a key of a mapping with its value."""
    if not isinstance(node, yaml.MappingNode):
        return None
    return next(((name, value) for name, value in node.value if name.value == key), None)
