"""Names for the same person."""

from service.search import short_names
from service.search.query_text import folded_letters
from service.search.short_names import also_called


def test_short_and_long_names_lead_to_each_other() -> None:
    assert "robert" in also_called("Bob")
    assert "bob" in also_called("Robert")
    assert "rob" in also_called("Bob")
    assert {"александр", "александра"} <= set(also_called("Саша"))
    assert also_called("Quentin") == []
    assert also_called("") == []


def test_none_leads_to_itself() -> None:
    assert all(name not in others for name, others in short_names._BY_NAME.items())


def test_they_stand_as_the_index_folds_them() -> None:
    assert all(name == folded_letters(name) for name in short_names._BY_NAME)
