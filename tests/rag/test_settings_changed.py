"""What admins changed holds over the file, judged by the same models; what is not allowed any more is set aside."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest

from rag.catalogue import open_catalogue
from rag.catalogue.settings_changes import WITHDRAWN, ChangesHeld
from rag.errors import ConfigError
from rag.setting_fields import SettingKind, is_changeable, plain_value, setting_fields, shown_value, typed_value
from rag.settings import AnsweringSettings, ChunkingSettings, HelpSettings, Settings
from rag.settings_changed import (
    SettingsRefusedError,
    change_settings,
    checked_settings,
    effective,
    effective_settings,
    read_effective,
)


def held(**values: Any) -> ChangesHeld:
    return ChangesHeld(MappingProxyType({key.replace("__", "."): value for key, value in values.items()}), 7)


def refused(settings: Settings, **wanted: Any) -> tuple[tuple[str, str], ...]:
    with pytest.raises(SettingsRefusedError) as error:
        checked_settings(settings, held(), {key.replace("__", "."): value for key, value in wanted.items()})
    return tuple((one.key, one.detail) for one in error.value.problems)


def test_a_change_holds_over_the_file_and_the_file_over_the_default(settings: Settings) -> None:
    configured = settings.model_copy(update={"help": HelpSettings(health="1", crisis="2")})
    found = effective(configured, held(help__health="3", answering__stale_after__plan=40))
    assert (found.settings.help.health, found.settings.help.crisis, found.settings.help.emergency) == ("3", "2", "120")
    assert found.settings.answering.stale_after.plan == 40
    assert found.settings.paths == configured.paths
    assert (found.number, dict(found.ignored)) == (7, {})


def test_without_a_catalogue_the_file_holds_and_none_is_made(settings: Settings) -> None:
    assert effective_settings(settings) is settings
    assert not settings.paths.data.exists()


def test_a_change_is_stored_normalised_and_one_that_holds_already_is_not(settings: Settings) -> None:
    with open_catalogue(settings) as catalogue:

        def change(**wanted: Any) -> list[tuple[str, Any, Any]]:
            named = {key.replace("__", "."): value for key, value in wanted.items()}
            made = change_settings(settings, catalogue, named, by="王主任", reason="试")
            return [(one.key, one.before, one.after) for one in made]

        assert change(answering__min_confidence="0.7") == [("answering.min_confidence", 0.6, 0.7)]
        assert change(answering__min_confidence="0.70", help__health="12320") == []
        assert change(banner__shown_until="2026-12-31", service__open="false") == [
            ("banner.shown_until", None, "2026-12-31"),
            ("service.open", True, False),
        ]
        assert change(help__health=WITHDRAWN, service__open=WITHDRAWN) == [("service.open", False, WITHDRAWN)]
    assert effective_settings(settings).answering.min_confidence == 0.7
    assert set(read_effective(settings).changed) == {"answering.min_confidence", "banner.shown_until"}


def test_what_is_wrong_is_named_by_its_key(settings: Settings) -> None:
    assert [key for key, _ in refused(settings, answering__min_confidence=7, regions__extra=["", "县"])] == [
        "answering.min_confidence",
        "regions.extra",
    ]
    ((section, detail),) = refused(settings, chunking__target_chars=600)
    assert section == "chunking"
    assert "must not exceed max_chars (500)" in detail
    assert refused(settings, no__such="x") == (("no.such", "there is no such setting"),)


@pytest.mark.parametrize(
    "key", ["paths.data", "server.host", "server.port", "catalogue.url", "vectors.server", "oidc.issuer"]
)
def test_where_things_are_and_who_may_come_in_is_set_in_the_file_only(settings: Settings, key: str) -> None:
    assert not is_changeable(key)
    with pytest.raises(ConfigError, match=rf"{key}: this is set in config.yaml only"):
        checked_settings(settings, held(), {key: "x"})
    assert dict(effective(settings, ChangesHeld({key: "x"}, 1)).ignored)


def test_no_change_can_send_another_secret_of_the_machine_or_show_one(settings: Settings) -> None:
    for name in ("HOME", "POLICYCHAT_DATABASE_PASSWORD", "x_API_KEY", "OPENAI_API_KEY "):
        assert "environment variable" in refused(settings, llm__api_key_env=name)[0][1], name
    assert "without a password" in refused(settings, llm__base_url="https://me:secret@models.example/v1")[0][1]
    assert checked_settings(settings, held(), {"llm.api_key_env": "OPENAI_API_KEY"}).llm.api_key_env == "OPENAI_API_KEY"


def test_a_change_that_no_longer_fits_is_set_aside_and_every_other_holds(settings: Settings) -> None:
    # Since the changes were made, the file was given a maximum that is smaller, and a setting went away.
    configured = settings.model_copy(update={"chunking": ChunkingSettings(target_chars=100, max_chars=150)})
    found = effective(
        configured, held(chunking__target_chars=400, help__health="9", answering__top_hits=0, gone__key=1)
    )
    assert set(found.ignored) == {"chunking.target_chars", "answering.top_hits", "gone.key"}
    assert (found.settings.chunking.target_chars, found.settings.help.health) == (100, "9")
    # A further change is judged beside those that hold, not beside those set aside.
    assert checked_settings(configured, held(chunking__target_chars=400), {"help.health": "8"}).help.health == "8"


def test_every_setting_is_typed_as_it_is_shown() -> None:
    values = Settings().model_dump(mode="json")
    for key, field in setting_fields().items():
        if is_changeable(key):
            value = plain_value(values, key)
            again = checked_settings(Settings(), held(), {key: typed_value(field, shown_value(field, value))})
            assert plain_value(again.model_dump(mode="json"), key) == value, key


def test_what_is_typed_is_read_as_people_write_it() -> None:
    fields = setting_fields()
    assert typed_value(fields["answering.min_confidence"], " ０．７ ") == "0.7"
    assert typed_value(fields["regions.extra"], "石桥镇\r\n\n 东街 ") == ["石桥镇", "东街"]
    assert typed_value(fields["llm.model"], " ") is None
    assert typed_value(fields["llm.request_fields"], '{"a": 1}') == {"a": 1}
    assert fields["llm.request_fields"].kind is SettingKind.FIELDS
    assert fields["answering.stale_after.plan"].least == 30
    assert (fields["llm.daily_cost"].least, fields["llm.daily_cost"].least_open) == (0.0, True)
    assert AnsweringSettings.model_fields.keys() <= {
        key.split(".")[1] for key in fields if key.startswith("answering.")
    }
