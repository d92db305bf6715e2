"""Read the OpenAPI description of the HTTP interface into what a reference for people shows of each route."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a field of a body."""

    name: str
    place: str
    """``path``, ``query``, ``header``, ``body`` or ``answer``."""
    kind: str
    required: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a route may answer, by HTTP status."""

    status: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path; examples are JSON, ``""`` where there is none."""

    method: str
    path: str
    tag: str
    summary: str
    description: str
    taken: tuple[Field, ...]
    given: tuple[Field, ...]
    request: str
    response: str
    outcomes: tuple[Outcome, ...]


def routes_of(document: Schema) -> tuple[Route, ...]:
    """Return every route of an OpenAPI document, in its order."""
    return tuple(
        _route(method, path, operation, document)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    )


def _route(method: str, path: str, operation: Schema, document: Schema) -> Route:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    done = operation["responses"].get("200") or operation["responses"].get("201", {})
    good = done.get("content", {}).get("application/json", {})
    parameters = [
        Field(
            one["name"],
            one["in"],
            _kind(one["schema"], document),
            one.get("required", False),
            one.get("description", one["schema"].get("description", "")),
        )
        for one in operation.get("parameters", [])
    ]
    return Route(
        method.upper(),
        path,
        operation.get("tags", [""])[0],
        operation.get("summary", ""),
        operation.get("description", ""),
        (*parameters, *_fields(body.get("schema", {}), "body", document)),
        tuple(_fields(good.get("schema", {}), "answer", document)),
        _example(body),
        _example(good),
        tuple(Outcome(status, one.get("description", "")) for status, one in operation["responses"].items()),
    )


def _example(content: Schema) -> str:
    return json.dumps(content["example"], ensure_ascii=False, indent=2) if "example" in content else ""


def _fields(schema: Schema, place: str, document: Schema) -> Iterator[Field]:
    """Yield the fields of an object and, below those that hold objects, theirs; each kind of object once."""
    yield from _below("", schema, place, document, {})


def _below(path: str, schema: Schema, place: str, document: Schema, seen: dict[str, str]) -> Iterator[Field]:
    resolved = _resolved(schema, document)
    required = resolved.get("required", [])
    for name, one in resolved.get("properties", {}).items():
        inner, suffix = _inner(one, document)
        here = f"{path}{name}{suffix}"
        meaning = one.get("description") or _resolved({"$ref": inner} if inner else {}, document).get("description", "")
        if inner is None:
            yield Field(f"{path}{name}", place, _kind(one, document), name in required, meaning)
            continue
        known = seen.setdefault(inner, here)
        kind = _kind(one, document) if known == here else f"as `{known}`"
        yield Field(f"{path}{name}", place, kind, name in required, meaning)
        if known == here:
            yield from _below(f"{here}.", {"$ref": inner}, place, document, seen)


def _inner(schema: Schema, document: Schema) -> tuple[str | None, str]:
    """Return the reference to the object that a field holds, and ``[]`` where it holds a list of them."""
    for choice in schema.get("anyOf", (schema,)):
        if choice.get("type") == "array" and "$ref" in choice.get("items", {}):
            found, suffix = choice["items"]["$ref"], "[]"
        elif "$ref" in choice:
            found, suffix = choice["$ref"], ""
        else:
            continue
        if "properties" in _resolved({"$ref": found}, document):
            return found, suffix
    return None, ""


def _resolved(schema: Schema, document: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    found: Schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return found


def _kind(schema: Schema, document: Schema) -> str:
    """Return a type in words, with its bounds."""
    if "anyOf" in schema:
        return " or ".join(_kind(choice, document) for choice in schema["anyOf"])
    resolved = _resolved(schema, document)
    if "enum" in resolved:
        return ", ".join(f"`{value}`" for value in resolved["enum"])
    if "const" in resolved:
        return f"`{resolved['const']}`"
    kind = str(resolved.get("type", "any"))
    if kind == "array":
        inner = [_kind(resolved["items"], document)] if "items" in resolved else []
        inner = inner or list(dict.fromkeys(_kind(one, document) for one in resolved.get("prefixItems", [])))
        kind = f"list of ({', '.join(inner) or 'any'})"
    elif "properties" in resolved:
        kind = "object"
    bounds = {"maxLength": "at most {} characters", "minimum": "≥ {:g}", "maximum": "≤ {:g}", "maxItems": "at most {}"}
    limits = [words.format(resolved[name]) for name, words in bounds.items() if name in resolved]
    return ", ".join([kind, *limits])
