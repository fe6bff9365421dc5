"""Everything derives from one name."""

from fnmatch import fnmatchcase

import pytest

from service.index.names import IndexNames


def test_names_of_the_default() -> None:
    names = IndexNames()
    assert (names.readers, names.writers) == ("auth0-users", "auth0-users-write")
    assert names.first == "auth0-users-000001"
    assert names.template == "auth0-users"
    assert names.component("settings") == "auth0-users-settings"


@pytest.mark.parametrize("name", ["auth0-users", "a", "team.eu"])
def test_the_pattern_takes_numbered_indices_and_no_others(name: str) -> None:
    names = IndexNames(name)
    taken = [names.first, f"{name}-000002", f"{name}-012345"]
    strangers = [name, names.writers, f"{name}-archive", f"{name}-2026", f"other-{names.first}"]
    assert all(fnmatchcase(index, names.pattern) for index in taken)
    assert not any(fnmatchcase(index, names.pattern) for index in strangers)
