"""Every setting is described, bounded, read, and refused with a reason where it is wrong."""

from __future__ import annotations

import re
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from rag.errors import ConfigError
from rag.settings import Settings, load_settings

ROOT = Path(__file__).parents[1]
SECTIONS: dict[str, type[BaseModel]] = {
    name: field.annotation for name, field in Settings.model_fields.items() if isinstance(field.annotation, type)
}
KEYS = [(section, key) for section, model in SECTIONS.items() for key in model.model_fields]
CODE = "\n".join(
    path.read_text(encoding="utf-8")
    for package in ("ingest", "rag", "ui")
    for path in sorted((ROOT / package).rglob("*.py"))
    if path.name != "settings.py"
)


def field_of(section: str, key: str) -> FieldInfo:
    return SECTIONS[section].model_fields[key]


def bounds_of(field: FieldInfo) -> set[str]:
    names = ("ge", "gt", "le", "lt", "min_length", "max_length")
    return {name for item in field.metadata for name in names if getattr(item, name, None) is not None}


def kinds_of(annotation: Any) -> set[Any]:
    if get_origin(annotation) is UnionType:
        return set(get_args(annotation)) - {type(None)}
    return {annotation}


def test_every_section_is_a_model_and_none_is_missed() -> None:
    assert SECTIONS.keys() == Settings.model_fields.keys()
    assert all(issubclass(model, BaseModel) for model in SECTIONS.values())
    assert len(KEYS) > 30


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_is_described(section: str) -> None:
    assert str(Settings.model_fields[section].description).endswith(".")


@pytest.mark.parametrize(("section", "key"), KEYS)
def test_every_setting_is_described_in_a_sentence(section: str, key: str) -> None:
    description = str(field_of(section, key).description)
    assert description.endswith(".")
    assert len(description) >= 10


@pytest.mark.parametrize(("section", "key"), KEYS)
def test_every_number_has_a_lower_and_an_upper_bound(section: str, key: str) -> None:
    field = field_of(section, key)
    if kinds_of(field.annotation) & {int, float}:
        assert bounds_of(field) & {"ge", "gt"}
        assert bounds_of(field) & {"le", "lt"}


@pytest.mark.parametrize(("section", "key"), KEYS)
def test_every_default_passes_its_own_bounds(section: str, key: str) -> None:
    default = field_of(section, key).get_default(call_default_factory=True)
    assert getattr(SECTIONS[section].model_validate({key: default}), key) == default


@pytest.mark.parametrize(("section", "key"), KEYS)
def test_every_setting_is_read_somewhere(section: str, key: str) -> None:
    assert re.search(rf"\.{key}\b", CODE), f"nothing reads {section}.{key}"


def test_a_unit_stands_in_the_name_of_a_time_and_a_size() -> None:
    for section, key in KEYS:
        description = str(field_of(section, key).description).lower()
        for word, ending in (
            ("seconds", "_s"),
            ("megabytes", "_mb"),
            ("in characters", "_chars"),
            ("in days", "_days"),
        ):
            if word in description:
                assert key.endswith(ending), f"{section}.{key}"


def test_the_configuration_that_ships_loads_and_says_what_the_defaults_say() -> None:
    settings = load_settings(ROOT / "config.yaml")
    assert settings.paths.data == ROOT / "data"
    assert settings.model_dump(exclude={"paths"}) == Settings().model_dump(exclude={"paths"})


def test_a_target_above_the_maximum_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("chunking: {target_chars: 600, max_chars: 500}", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"chunking.*target_chars \(600\).*max_chars \(500\)"):
        load_settings(path)
