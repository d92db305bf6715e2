"""Write a whole answer as plain JSON values and read it back, exactly.

The fields are read from the types of :mod:`rag.domain` themselves, so a field that is added there is kept here from then on;
one that is renamed or changes its type needs a new :data:`VERSION`. What equals its default is left out: most of an answer
does, and records travel with every receipt.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from rag.domain import Answer

VERSION = 1
_VERSION_KEY = "version"


def to_record(answer: Answer) -> dict[str, Any]:
    """Return an answer as values that JSON can hold; ``from_record(to_record(answer)) == answer``."""
    return {_VERSION_KEY: VERSION, **_written(answer)}


def from_record(record: object) -> Answer:
    """Return the answer that a record holds.

    Raises:
        ValueError: the record is of another version, has a field that is unknown, missing or of a wrong type, or
            describes an answer that cannot be, such as a statement without a citation.
    """
    if not isinstance(record, Mapping):
        raise ValueError(f"an answer's record is an object, not {type(record).__name__}")
    version = record.get(_VERSION_KEY)
    if version != VERSION or isinstance(version, bool):
        raise ValueError(f"an answer's record of version {version!r}; this is version {VERSION}")
    rest = {key: value for key, value in record.items() if key != _VERSION_KEY}
    answer: Answer = _read_object(Answer, rest, "answer")
    return answer


def _written(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_written(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _written(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        held = {field.name: (field, getattr(value, field.name)) for field in fields(value)}
        return {name: _written(own) for name, (field, own) in held.items() if not _is_default(field, own)}
    return value


def _is_default(field: Field[Any], value: object) -> bool:
    if field.default is not MISSING:
        # 0 and False are equal, and so are 1 and 1.0, but they would not be read back as the same.
        return type(value) is type(field.default) and value == field.default
    return field.default_factory is not MISSING and value == field.default_factory()


def _read(kind: Any, value: object, where: str) -> Any:
    """Return the value as the type ``kind``. Raises ValueError where it is none."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        if value is None and NoneType in get_args(kind):
            return None
        (inner,) = (choice for choice in get_args(kind) if choice is not NoneType)
        return _read(inner, value, where)
    if origin is tuple:
        return _read_tuple(get_args(kind), value, where)
    if origin is not None and issubclass(origin, Mapping):
        return _read_mapping(get_args(kind), value, where)
    if is_dataclass(kind):
        return _read_object(kind, value, where)
    return _read_plain(kind, value, where)


def _read_tuple(kinds: tuple[Any, ...], value: object, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise _wrong(where, "a list", value)
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        kinds = (kinds[0],) * len(value)
    if len(kinds) != len(value):
        raise ValueError(f"{where}: {len(value)} values, expected {len(kinds)}")
    return tuple(_read(kind, item, f"{where}[{n}]") for n, (kind, item) in enumerate(zip(kinds, value, strict=True)))


def _read_mapping(kinds: tuple[Any, ...], value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise _wrong(where, "an object", value)
    return MappingProxyType({key: _read(kinds[1], item, f"{where}.{key}") for key, item in value.items()})


def _read_object(kind: Any, value: object, where: str) -> Any:
    if not isinstance(value, Mapping):
        raise _wrong(where, "an object", value)
    kinds = _kinds_of(kind)
    unknown = [key for key in value if key not in kinds]
    if unknown:
        raise ValueError(f"{where}: unknown field {unknown[0]!r}")
    missing = _needed_by(kind) - value.keys()
    if missing:
        raise ValueError(f"{where}: field {min(missing)!r} is missing")
    return kind(**{key: _read(kinds[key], item, f"{where}.{key}") for key, item in value.items()})


def _read_plain(kind: Any, value: object, where: str) -> Any:
    reader = _READERS.get(kind)
    if reader is not None:
        return reader(value, where)
    if isinstance(kind, type) and issubclass(kind, Enum) and isinstance(value, str):
        try:
            return kind(value)
        except ValueError as error:
            raise ValueError(f"{where}: unknown value {value!r}") from error
    raise _wrong(where, getattr(kind, "__name__", str(kind)), value)


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise _wrong(where, "text", value)
    return value


def _whole(value: object, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong(where, "a whole number", value)
    return value


def _number(value: object, where: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _wrong(where, "a number", value)
    try:
        number = float(value)
    except OverflowError as error:
        raise ValueError(f"{where}: the number is too large") from error
    if not math.isfinite(number):
        raise ValueError(f"{where}: {value!r} is no number")
    return number


def _truth(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(where, "true or false", value)
    return value


def _day(value: object, where: str) -> date:
    try:
        return date.fromisoformat(_text(value, where))
    except ValueError as error:
        raise _wrong(where, "a date", value) from error


_READERS: Mapping[Any, Callable[[object, str], Any]] = MappingProxyType(
    {str: _text, int: _whole, float: _number, bool: _truth, date: _day}
)


@cache
def _kinds_of(kind: Any) -> Mapping[str, Any]:
    return get_type_hints(kind)


@cache
def _needed_by(kind: Any) -> frozenset[str]:
    return frozenset(
        field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING
    )


def _wrong(where: str, expected: str, value: object) -> ValueError:
    return ValueError(f"{where}: expected {expected}, found {type(value).__name__}")
