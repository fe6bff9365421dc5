"""Every setting says its unit, its default and its meaning, and shows no secret."""

import pytest

from service.settings import load_settings
from service.settings.catalogue import BY_VARIABLE, ENTRIES, Entry
from service.settings.field import MASK

each_entry = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.variable)


@each_entry
def test_every_setting_is_described(entry: Entry) -> None:
    assert entry.variable.startswith("USER_SYNC_")
    assert entry.kind.unit
    assert entry.kind.example
    assert entry.meaning
    assert not entry.meaning.endswith(".")


@each_entry
def test_every_default_is_what_its_text_says(entry: Entry) -> None:
    settings = load_settings({entry.variable: entry.default})
    assert entry.is_default(settings)
    assert not (entry.kind.secret and entry.default)


def test_variables_are_unique() -> None:
    assert len(BY_VARIABLE) == len(ENTRIES)


def test_a_secret_is_masked_whatever_its_length() -> None:
    secrets = {
        "USER_SYNC_OPENSEARCH_USERNAME": "x",
        "USER_SYNC_OPENSEARCH_PASSWORD": "hush",
        "USER_SYNC_WEBHOOK_TOKENS": "hush-1,hush-22",
        "USER_SYNC_WEBHOOK_BASIC": "hush-user:hush",
        "USER_SYNC_WEBHOOK_HEADER": "X-Key: hush",
        "USER_SYNC_SEARCH_TOKENS": "hush-3",
        "USER_SYNC_ADMIN_TOKENS": "anna:hush-4",
    }
    settings = load_settings(secrets)
    shown = {entry.variable: entry.value(settings) for entry in ENTRIES if entry.kind.secret}
    assert not any("hush" in value for value in shown.values())
    assert shown["USER_SYNC_WEBHOOK_TOKENS"] == f"{MASK},{MASK}"
    assert shown["USER_SYNC_OPENSEARCH_PASSWORD"] == MASK
    assert "hush" not in repr(settings).replace("hush-user", "")


def test_values_are_shown_as_they_would_be_written() -> None:
    settings = load_settings(
        {"USER_SYNC_DUPLICATE_WINDOW": "90", "USER_SYNC_BODY_LIMIT": "1048576"}
    )
    assert BY_VARIABLE["USER_SYNC_DUPLICATE_WINDOW"].value(settings) == "90s"
    assert BY_VARIABLE["USER_SYNC_BODY_LIMIT"].value(settings) == "1MiB"
    assert BY_VARIABLE["USER_SYNC_TENANT"].value(settings) == ""
    assert BY_VARIABLE["USER_SYNC_BOOTSTRAP"].value(settings) == "on"
