"""What a document holds of its profile can be read again, wherever it had to be put."""

import pytest

from service.documents.received import as_received
from service.events.json_value import JsonValue
from tests.unit.documents.making import source_of

DEEP: JsonValue = "x"
for _ in range(220):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    "profile",
    [
        {"email": "a@b.c", "blocked": False, "logins_count": 3},
        {"email": 5, "blocked": "yes"},
        {"whatever": {"a": [1]}, "deep": DEEP, "k" * 1_001: 1},
        {"app_metadata": {"plan": "pro"}, "user_metadata": "no object"},
        {"app_metadata": {"deep": DEEP}},
        {"identities": [{"provider": "p", "user_id": "1", "odd": 1, "profileData": {"n": 1}}]},
        {"identities": [{"provider": 5, "deep": DEEP, "profileData": [1]}, "none", 7]},
        {"identities": "none at all"},
    ],
    ids=lambda profile: " ".join(name[:20] for name in profile),
)
def test_it_is_as_it_was(profile: dict[str, JsonValue]) -> None:
    assert as_received(source_of(profile)) == profile
