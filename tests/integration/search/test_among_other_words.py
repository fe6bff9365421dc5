"""Whole names and ids among other words, as tickets, mails, chats, tables and logs have them."""

import pytest

from tests.integration.search.conftest import Api, ids
from tests.integration.search.test_ranking import person

pytestmark = pytest.mark.asyncio(loop_scope="module")

PEOPLE = [
    person("whit", name="Stewart Whitlock", email="stewart@whitlock.example"),
    person("a-more", name="Stewart-John Whitlock", email="sj@whitlock.example"),
    person("a-stewart", name="Stewart Elsewhere"),
    person("a-part", name="José Garzía Lópex"),
    person("turned", name="María José Garzía Lópex"),
    person("a-comma", name="Tiedtke, Ulla", given_name="Ulla", family_name="Tiedtke"),
    person("no-comma", name="Ulla Tiedtke", given_name="Ulla", family_name="Tiedtke"),
    person("address", name="Other Writer", email="other.writer@wherever.example"),
]


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("Kind regards, Stewart Whitlock", "whit"),
        ("Mit freundlichen Grüßen Stewart Whitlock", "whit"),
        ("Ticket #48213: Stewart Whitlock cannot log in", "whit"),
        ("Stewart Whitlock, Head of Sales, Acme Inc.", "whit"),
        ("On Tue, Nov 3, 2026 at 9:14 Stewart Whitlock wrote:", "whit"),
        ("Whitlock, Stewart 10:42 AM", "whit"),
        ("12;Whitlock;Stewart;US", "whit"),
        ("| Stewart Whitlock | Acme | US |", "whit"),
        ("P<D<<WHITLOCK<<STEWART<<<<<<<<<<<<<<", "whit"),
        ("Dear María José Garzía Lópex of Acme", "turned a-part"),
        # an address tells more than a name
        ("Stewart Whitlock on behalf of other.writer@wherever.example", "address whit"),
        # the half of a name is nobody's
        ("Regards, Stewart from Sales", ""),
    ],
)
async def test_order(people: Api, q: str, expected: str) -> None:
    found = await people.find(q)
    keys = [key.partition("|")[2] for key in ids(found["users"])]
    assert keys == expected.split()


@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("Stewart Whitlock (whitlock.example)", "whit"),
        ("Ulla Tiedtke", "no-comma"),
        ("Tiedtke, Ulla", "a-comma"),
    ],
)
async def test_the_whole_name_above_a_part(people: Api, q: str, first: str) -> None:
    assert ids((await people.find(q))["users"])[0] == f"auth0|{first}"
