"""The settings that hold: what the file says, and over it what admins changed, judged together by the same models.

A change that the file or a later version of the program no longer allows is set aside with its reason and keeps nobody
from an answer; every other one holds.
"""

from __future__ import annotations

import copy
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from rag.catalogue import open_catalogue
from rag.errors import ConfigError
from rag.setting_fields import is_changeable, plain_value, setting_fields
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.catalogue import Catalogue
    from rag.catalogue.settings_changes import ChangesHeld, SettingChange

_LOG = logging.getLogger(__name__)

_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,80}_(?:API_KEY|SECRET)")
"""Variables that a change may name. The page could otherwise send any secret of the server's to any address."""


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """What is wrong with one setting; ``key`` is a section's name where several do not go together.

    ``detail`` is the model's own words, in English, where they say more than the bounds.
    """

    key: str
    detail: str = ""


class SettingsRefusedError(ConfigError):
    """A change that the models do not allow; nothing was stored."""

    def __init__(self, problems: tuple[SettingProblem, ...]) -> None:
        super().__init__("; ".join(f"{one.key}: {one.detail or 'not allowed'}" for one in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Effective:
    """The settings that hold, and how they came about."""

    settings: Settings
    number: int
    """Of the newest change that was looked at; 0 where there is none."""
    changed: Mapping[str, Any]
    """The changes that hold, by key, as JSON."""
    ignored: Mapping[str, str]
    """The changes that are no longer allowed, by key, with the reason in English."""


def effective_settings(configured: Settings) -> Settings:
    """Return the settings that hold: those of the file with the changes of the catalogue.

    A catalogue that does not exist yet holds no changes, and is not made.

    Raises:
        ConfigError: ``catalogue.url`` cannot be understood.
        NotAvailableError: the catalogue cannot be opened; without it nobody knows what holds.
    """
    effective = read_effective(configured)
    for key, reason in effective.ignored.items():
        _LOG.warning("the change of setting %s is not used: %s", key, reason)
    return effective.settings


def read_effective(configured: Settings) -> Effective:
    """Return the settings that hold and how they came about. Raises as :func:`effective_settings` does."""
    if not has_catalogue(configured):
        return Effective(configured, 0, MappingProxyType({}), MappingProxyType({}))
    with open_catalogue(configured) as catalogue:
        return effective(configured, catalogue.settings.held())


def has_catalogue(configured: Settings) -> bool:
    """Return whether there is a catalogue to look into; one on a server counts as there.

    Raises:
        ConfigError: ``catalogue.url`` cannot be understood.
    """
    url, data = configured.catalogue.url, configured.paths.data
    if url is None:
        return Path(data, "catalogue.sqlite").exists()
    from rag.catalogue.engine import is_there

    return is_there(url, data)


def effective(configured: Settings, held: ChangesHeld) -> Effective:
    """Return the settings that hold with these changes over the file's; what is not allowed any more is set aside."""
    changed = {key: value for key, value in held.values.items() if is_changeable(key)}
    ignored = {key: "no setting that can be changed here" for key in held.values if key not in changed}
    while True:
        try:
            settings = _with(configured, changed)
        except SettingsRefusedError as error:
            for problem in error.problems:
                for key in [key for key in changed if key == problem.key or key.startswith(f"{problem.key}.")]:
                    ignored[key] = problem.detail
                    del changed[key]
        else:
            return Effective(settings, held.number, MappingProxyType(changed), MappingProxyType(ignored))


def checked_settings(configured: Settings, held: ChangesHeld, wanted: Mapping[str, Any]) -> Settings:
    """Return what would hold with these values as well; a ``Withdrawn`` takes a change back.

    Raises:
        SettingsRefusedError: a key cannot be changed, a value is not allowed, or several do not go together.
    """
    from rag.catalogue.settings_changes import Withdrawn

    # What may not be changed any more can still be taken back.
    given = [key for key, value in wanted.items() if not isinstance(value, Withdrawn)]
    fixed = tuple(SettingProblem(key, _why_fixed(key)) for key in given if not is_changeable(key))
    secrets = tuple(problem for key, value in wanted.items() if (problem := _hides_a_secret(key, value)))
    if fixed or secrets:
        raise SettingsRefusedError((*fixed, *secrets))
    changed = {**effective(configured, held).changed, **wanted}
    return _with(configured, {key: value for key, value in changed.items() if not isinstance(value, Withdrawn)})


def change_settings(
    configured: Settings, catalogue: Catalogue, wanted: Mapping[str, Any], *, by: str, reason: str
) -> tuple[SettingChange, ...]:
    """Change settings, or withdraw changes (``Withdrawn``): all of it is judged together and stored, or nothing.

    Returns what changed, audited; a value that holds already is not written again.

    Raises:
        SettingsRefusedError: as :func:`checked_settings`.
        UsageError: there is no reason, or it is too long.
    """
    from rag.catalogue.settings_changes import ChangesHeld, Withdrawn

    def decide(values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
        held = ChangesHeld(values, 0)
        before = effective(configured, held).settings.model_dump(mode="json")
        after = checked_settings(configured, held, wanted).model_dump(mode="json")
        decided = {}
        for key, value in wanted.items():
            if isinstance(value, Withdrawn):
                if key in values:
                    decided[key] = (value, plain_value(before, key) if is_changeable(key) else values[key])
            elif (was := plain_value(before, key)) != (now := plain_value(after, key)):
                decided[key] = (now, was)
        return decided

    return catalogue.settings.change(decide, by=by, reason=reason)


def _with(configured: Settings, changed: Mapping[str, Any]) -> Settings:
    """Return the file's settings with values put in. Raises SettingsRefusedError."""
    values = copy.deepcopy(configured.model_dump())
    for key, value in changed.items():
        *path, last = key.split(".")
        place = values
        for part in path:
            place = place[part]
        place[last] = value
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsRefusedError(_problems(error)) from error
    return settings.model_copy(update={"paths": configured.paths})


def _problems(error: ValidationError) -> tuple[SettingProblem, ...]:
    found: dict[str, SettingProblem] = {}
    for problem in error.errors():
        parts = [str(part) for part in problem["loc"]]
        # An entry of a list is named by its number, a group of settings as a whole by the group.
        keys = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
        key = next((key for key in keys if key in setting_fields()), ".".join(parts))
        found.setdefault(key, SettingProblem(key, problem["msg"].removeprefix("Value error, ")))
    return tuple(found.values())


def _why_fixed(key: str) -> str:
    if key not in setting_fields():
        return "there is no such setting"
    return "this is set in config.yaml only"


def _hides_a_secret(key: str, value: Any) -> SettingProblem | None:
    """Refuse what would put a secret where it is shown, or send one to a place that it is not for."""
    if not isinstance(value, str):
        return None
    if key.endswith("_env") and not _VARIABLE.fullmatch(value):
        return SettingProblem(key, "expected the name of an environment variable that ends in _API_KEY or _SECRET")
    try:
        parts = urlsplit(value)
        has_password = bool(parts.scheme and parts.password)
    except ValueError:
        return None
    return SettingProblem(key, "expected an address without a password in it") if has_password else None
