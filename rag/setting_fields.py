"""Every single setting as a form or a command sees it: its kind, its bounds, and a value out of what somebody typed.

Read from the models of :mod:`rag.settings`, so that a new setting is known here without another word.
"""

from __future__ import annotations

import json
import types
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from rag.settings import Settings


class SettingKind(StrEnum):
    """What a value looks like."""

    SWITCH = "switch"
    CHOICE = "choice"
    WHOLE = "whole"
    NUMBER = "number"
    DAY = "day"
    TEXT = "text"
    LIST = "list"
    """Texts, one a line."""
    FIELDS = "fields"
    """Anything by name, as a JSON object."""


@dataclass(frozen=True, slots=True)
class SettingField:
    """One setting. Bounds are None where there is none; ``least_open`` says that ``least`` itself is not allowed."""

    key: str
    kind: SettingKind
    optional: bool
    description: str
    least: float | None = None
    least_open: bool = False
    most: float | None = None
    shortest: int | None = None
    longest: int | None = None
    """Of a text in characters; of a list its entries."""
    choices: tuple[str, ...] = ()

    @property
    def section(self) -> str:
        """The first part of the key."""
        return self.key.partition(".")[0]


_FIXED_SECTIONS = ("paths", "catalogue", "vectors", "oidc")
_FIXED_KEYS = frozenset({"server.host", "server.port", "server.path_prefix", "server.trusted_proxies"})


def is_changeable(key: str) -> bool:
    """Return whether a setting may be changed on the page.

    Where things are kept, how the page itself is reached and who else vouches for admins stay in the file: a wrong value would shut out whoever
    wants to put it right.
    """
    return key in setting_fields() and key not in _FIXED_KEYS and key.partition(".")[0] not in _FIXED_SECTIONS


@lru_cache(maxsize=1)
def setting_fields() -> Mapping[str, SettingField]:
    """Return every setting by its key, in the order of the models."""
    return MappingProxyType({field.key: field for field in _fields(Settings, "")})


def _fields(model: type[BaseModel], prefix: str) -> Iterator[SettingField]:
    for name, info in model.model_fields.items():
        annotation = info.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from _fields(annotation, f"{prefix}{name}.")
        else:
            yield _field(prefix + name, info)


def _field(key: str, info: FieldInfo) -> SettingField:
    kind, optional, constraints = _kind(info.annotation)
    bounds: dict[str, Any] = {}
    for item in (*constraints, *info.metadata):
        for name in ("ge", "gt", "le", "min_length", "max_length"):
            if getattr(item, name, None) is not None:
                bounds[name] = getattr(item, name)
    choices = next((tuple(get_args(one)) for one in _choices(info.annotation) if get_origin(one) is Literal), ())
    return SettingField(
        key,
        kind,
        optional,
        str(info.description),
        bounds.get("gt", bounds.get("ge")),
        "gt" in bounds,
        bounds.get("le"),
        bounds.get("min_length"),
        bounds.get("max_length"),
        choices,
    )


def _choices(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)


def _kind(annotation: Any) -> tuple[SettingKind, bool, tuple[Any, ...]]:
    """Return the kind, whether nothing is allowed, and what an ``Annotated`` inside of it says of bounds."""
    given = _choices(annotation)
    optional = type(None) in given
    inner = next(one for one in given if one is not type(None))
    constraints: tuple[Any, ...] = getattr(inner, "__metadata__", ())
    if constraints:
        inner = get_args(inner)[0]
    origin = get_origin(inner)
    if origin is Literal:
        return SettingKind.CHOICE, optional, constraints
    if origin in (tuple, list):
        return SettingKind.LIST, optional, constraints
    if origin is dict:
        return SettingKind.FIELDS, optional, constraints
    kinds = {
        bool: SettingKind.SWITCH,
        int: SettingKind.WHOLE,
        float: SettingKind.NUMBER,
        date: SettingKind.DAY,
    }
    return kinds.get(inner, SettingKind.TEXT), optional, constraints


def plain_value(values: Mapping[str, Any], key: str) -> Any:
    """Return the value at ``key`` of settings as nested mappings, as JSON holds it. Raises KeyError."""
    found: Any = values
    for part in key.split("."):
        found = found[part]
    return found


def typed_value(field: SettingField, typed: str) -> Any:
    """Return what somebody typed as a value for the models to judge; what cannot be read is handed on as it is.

    Numbers may be in full-width digits, a list has one entry a line, nothing typed is nothing where that is allowed.
    """
    text = typed.replace("\r\n", "\n").strip()
    if field.kind is SettingKind.LIST:
        return [entry.strip() for entry in text.split("\n") if entry.strip()]
    if field.kind is SettingKind.FIELDS:
        return _fields_of(text)
    if not text and field.optional:
        return None
    if field.kind in (SettingKind.WHOLE, SettingKind.NUMBER, SettingKind.DAY):
        return unicodedata.normalize("NFKC", text).strip()
    return text


def shown_value(field: SettingField, value: Any) -> str:
    """Return a value as JSON holds it in the form in which it is typed."""
    if value is None:
        return ""
    if field.kind is SettingKind.SWITCH:
        return "true" if value else "false"
    if field.kind is SettingKind.LIST:
        return "\n".join(map(str, value))
    if field.kind is SettingKind.FIELDS:
        return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""
    if isinstance(value, float):
        return f"{value:.12g}"
    return str(value)


def _fields_of(text: str) -> Any:
    if not text:
        return {}
    try:
        return json.loads(text)
    except ValueError:
        return text
