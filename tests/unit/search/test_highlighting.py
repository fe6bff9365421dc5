"""Marks: what was typed where it stands, the engine's whole word elsewhere, all escaped."""

from typing import Any

import pytest

from service.search.highlighting import Highlighter
from service.search.query_text import read_query_text


def marked(
    typed: str,
    source: dict[str, Any],
    found: dict[str, str] | None = None,
    *,
    forgiving: bool = False,
) -> dict[str, str]:
    text = read_query_text(typed)
    assert text is not None
    engines = {name: [value] for name, value in (found or {}).items()}
    return Highlighter(text, forgiving=forgiving).of(source, engines)


@pytest.mark.parametrize(
    ("typed", "name", "found", "expected"),
    [
        pytest.param(
            "ann sm",
            "Ann Smith",
            "\ue000Ann\ue001 Smith",
            "<mark>Ann</mark> <mark>Sm</mark>ith",
            id="two letters",
        ),
        pytest.param("ann", "Joanne Ann", None, "Joanne <mark>Ann</mark>", id="beginnings only"),
        pytest.param(
            "(ann),", "Ann Smith", None, "<mark>Ann</mark> Smith", id="punctuation around"
        ),
        pytest.param("ann", "Mary-Ann", None, "Mary-<mark>Ann</mark>", id="behind a hyphen"),
        pytest.param("brad", "Bräd", "\ue000Bräd\ue001", "<mark>Bräd</mark>", id="accents"),
        pytest.param("muñ", "MUNOZ", "\ue000MUNOZ\ue001", "<mark>MUN</mark>OZ", id="accents typed"),
        pytest.param(
            "strasse",
            "Straße",
            "\ue000Straße\ue001",
            "<mark>Straße</mark>",
            id="only the engine folds it",
        ),
        pytest.param(
            "smiht", "Smith", "\ue000Smith\ue001", "<mark>Smith</mark>", id="a typing error"
        ),
        pytest.param(
            "ann", "İnci Ann", None, "İnci <mark>Ann</mark>", id="two characters when lowered"
        ),
        pytest.param(
            "ann",
            '<Ann> & "co"',
            None,
            "&lt;<mark>Ann</mark>&gt; &amp; &quot;co&quot;",
            id="markup",
        ),
        pytest.param(
            "ann",
            "\ue000Ann\ue001",
            "\ue000\ue000Ann\ue001\ue001",
            "\ue000<mark>Ann</mark>\ue001",
            id="our own signs",
        ),
        pytest.param("김민", "김민수 강미나", None, "<mark>김민</mark>수 강미나", id="syllables"),
        pytest.param("か", "がか", None, None, id="a voiced letter is another"),
        pytest.param(
            "secret",
            "Ab\0Secret Person",
            "Ab \ue000Secret\ue001",
            "Ab\0<mark>Secret</mark> Person",
            id="the engine has lost some",
        ),
        pytest.param(".*", "Ann", None, None, id="no expression"),
        pytest.param("x", "Xenia", None, None, id="one letter"),
    ],
)
def test_names(typed: str, name: str, found: str | None, expected: str | None) -> None:
    by_engine = {} if found is None else {"name": found}
    assert marked(typed, {"name": name}, by_engine).get("name") == expected


@pytest.mark.parametrize(
    ("typed", "name", "plainly", "forgivingly"),
    [
        ("obrien", "Fergal O Brien", "Fergal <mark>O Brien</mark>", None),
        ("obrien", "Oisín O-Brien", "Oisín <mark>O-Brien</mark>", None),
        ("vander berg", "van der Berg", "<mark>van der</mark> <mark>Berg</mark>", None),
        ("jeanluc", "Jean-Luc", "<mark>Jean-Luc</mark>", None),
        ("mcall", "Mc Allister", None, "<mark>Mc All</mark>ister"),
        ("mc donald", "McDonald", "<mark>Mc</mark>Donald", "<mark>McDonald</mark>"),
        ("mc-dona", "McDonald", None, "<mark>McDona</mark>ld"),
        (
            "hamish mc dona",
            "Hamish McDonald",
            "<mark>Hamish</mark> <mark>Mc</mark>Donald",
            "<mark>Hamish</mark> <mark>McDona</mark>ld",
        ),
        ("van den ber", "Vandenberghe", "<mark>Van</mark>denberghe", "<mark>Vandenber</mark>ghe"),
        ("ann sm", "Ann Smith", "<mark>Ann</mark> <mark>Sm</mark>ith", None),
        ("ann", "An Nguyen", None, "<mark>An N</mark>guyen"),
        ("li", "L I", None, None),
        ("a@nn", "Ann", None, None),
    ],
)
def test_words_written_together_or_apart(
    typed: str, name: str, plainly: str | None, forgivingly: str | None
) -> None:
    """forgivingly: None for the same."""
    found = [marked(typed, {"name": name}, forgiving=how).get("name") for how in (False, True)]
    expected = [plainly, forgivingly or plainly]
    assert found == expected


def test_a_name_that_is_not_shown_is_marked_as_the_engine_has_it() -> None:
    assert marked("ann", {}, {"name": "\ue000Anne\ue001 Li"}) == {"name": "<mark>Ann</mark>e Li"}


def test_a_very_long_name_is_shown_unmarked() -> None:
    assert marked("ann", {"name": "Ann " * 5_000}) == {}


def test_what_is_no_text_is_passed_over() -> None:
    assert marked("ann", {"name": 5, "email": None, "phone_number": ["1"]}) == {}


def test_addresses_and_ids_anywhere() -> None:
    assert marked("smith@ac", {"email": "ann.smith@acme.com"}) == {
        "email": "ann.<mark>smith@ac</mark>me.com"
    }


def test_a_number_is_marked_across_the_zero_in_brackets() -> None:
    found = marked("0049 30 5550147", {"phone_number": "+49 (0)30 5550147"})
    assert found == {"phone_number": "+<mark>49 (0)30 5550147</mark>"}
