"""Names typed in another script than they are written in."""

import re

import pytest

from service.search.pattern import LONGEST
from service.search.query_text import folded_letters
from service.search.transliteration import otherwise_written


def matches(typed: str, name: str) -> bool:
    found = otherwise_written(typed)
    return any(re.fullmatch(f"{one}.*", folded_letters(name)) for one in found)


NAMES = [
    ("Ivanov", "Иванов"),
    ("Aleksandr", "Александр"),
    ("Alexander", "Александр"),
    ("Yevgeny", "Евгений"),
    ("Evgenij", "Евгений"),
    ("Sergei", "Сергей"),
    ("Sergey", "Сергей"),
    ("Natalia", "Наталья"),
    ("Natalya", "Наталья"),
    ("Tatiana", "Татьяна"),
    ("Julia", "Юлия"),
    ("Tchaikovsky", "Чайковский"),
    ("Khrushchev", "Хрущёв"),
    ("Shchukin", "Щукин"),
    ("Fyodor", "Фёдор"),
    ("Soloviev", "Соловьёв"),
    ("Solovyov", "Соловьёв"),
    ("Mykhailo", "Михайло"),
    ("Hryhorii", "Григорій"),
    ("Dimitar", "Димитър"),
    ("Xenia", "Ксения"),
    ("Papadopoulos", "Παπαδόπουλος"),
    ("Giorgos", "Γιώργος"),
    ("Georgios", "Γεώργιος"),
    ("Yannis", "Γιάννης"),
    ("Evangelos", "Ευάγγελος"),
    ("Dimitris", "Δημήτρης"),
    ("Christos", "Χρήστος"),
    ("Hlias", "Ηλίας"),
]


@pytest.mark.parametrize(("latin", "other"), NAMES)
def test_latin_for_another_script(latin: str, other: str) -> None:
    """And all the while it is typed."""
    for end in range(3, len(latin) + 1):
        assert matches(latin[:end], other), latin[:end]


@pytest.mark.parametrize(
    ("other", "latin"),
    [
        ("Иванов", "Ivanov"),
        ("Александр", "Alexander"),
        ("Юлия", "Yulia"),
        ("Татьяна", "Tatiana"),
        ("Чайковский", "Tchaikovsky"),
        ("Щукин", "Shchukin"),
        ("Дмитрий", "Dmitry"),
        ("Фёдор", "Fyodor"),
        ("Παπαδόπουλος", "Papadopoulos"),
        ("Γιώργος", "Giorgos"),
        ("Γεωργίου", "Georgiou"),
    ],
)
def test_another_script_for_latin(other: str, latin: str) -> None:
    for end in range(3, len(other) + 1):
        assert matches(other[:end], latin), other[:end]


@pytest.mark.parametrize(
    ("typed", "name"), [("Petrov", "Иванов"), ("Ivanova", "Иванов"), ("Иванов", "Petrov")]
)
def test_another_name_is_another(typed: str, name: str) -> None:
    assert not matches(typed, name)


@pytest.mark.parametrize("typed", ["", "iv", "ан", "山田", "ivan1", "ivanи", "a.b", "محمد", "xxx"])
def test_what_is_not_tried(typed: str) -> None:
    assert otherwise_written(typed) == []


def test_of_long_names_the_beginning_is_enough() -> None:
    assert matches("Papachristodoulopoulos", "Παπαχριστοδουλόπουλος")
    assert matches("Papachristodoulopoulou", "Παπαχριστοδουλόπουλος")


@pytest.mark.parametrize("typed", ["shch" * 8, "ий" * 16, "αυ" * 16])
def test_no_expression_is_longer_than_the_engine_takes(typed: str) -> None:
    assert all(len(one) <= LONGEST for one in otherwise_written(typed))
