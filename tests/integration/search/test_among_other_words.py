"""Whole names and ids among other words, as tickets, mails, chats, tables and logs have them."""

import pytest

from tests.integration.search.conftest import Api, ids
from tests.integration.search.directory import person

pytestmark = pytest.mark.asyncio(loop_scope="module")

PEOPLE = [
    person("whit", name="Stewart Whitlock", email="stewart@whitlock.example"),
    person("a-more", name="Stewart-John Whitlock", email="sj@whitlock.example"),
    person("a-stewart", name="Stewart Elsewhere"),
    person("a-part", name="José Garzía Lópex"),
    person("turned", name="María José Garzía Lópex"),
    person("a-comma", name="Tiedtke, Ulla", given_name="Ulla", family_name="Tiedtke"),
    person("no-comma", name="Ulla Tiedtke", given_name="Ulla", family_name="Tiedtke"),
    person("65f1d0ffee00112233445577", name="Plain Id"),
    person("guid", user_id="waad|7d9e6679-7425-40de-944b-e07fd1f90ae7", name="Gregor Guid"),
    person("escaped", name="Jürgena Mülhaupt"),
    person("a-seven", name="Seven Digits", phone_number="+4179771234567"),
    person("ten", name="Ten Digits", phone_number="+15771234567"),
    person("mari", name="Marit Steinkopf", email="marit.steinkopf@corp.example"),
    person("a-mari", name="Marit Ova", email="marit-ova.steinkopf@corp.example"),
    person("jpn", name="大山倫太郎"),
    person("krn", name="남궁수아"),
    person("es", name="María Zubizarrena"),
    person("al", name="Jalal Al-Rashidov"),
    person("fi", name="Philipp Strasbourger"),
    person("sr", name="Rupert Tablesworth Sr."),
    person("a-jr", name="Rupert Tablesworth Jr."),
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
        # what stands with a name where it is copied
        ("[10:42] Stewart Whitlock:", "whit a-more"),
        ("Last name: Whitlock First name: Stewart Phone:", "a-more whit"),
        ("First Name: Ulla Last Name: Tiedtke", "a-comma no-comma"),
        ("Whitlock.Example GmbH, Herr Whitlock", "a-more whit"),
        ("Whitlock from whitlock.example", "a-more whit"),
        ("Familie Steinkopf", "mari a-mari"),
        ("大山様", "jpn"),
        ("大山 様", "jpn"),
        ("남궁수아님", "krn"),
        # another name of the same person
        ("Marit Steinkopf-Weber", "mari"),
        ("Jalal El-Rashidov", "al"),
        ("Mª Zubizarrena", "es"),
        ("Filip Strasbourger", "fi"),
        ("Rupert Tablesworth Senior", "sr a-jr"),
        # a whole number tells more than what is the end of anybody's
        ("+1 (577) 123-4567 (work)", "ten a-seven"),
        ("whatsapp:+15771234567", "ten"),
        ("https://wa.me/15771234567", "ten"),
        ('="+15771234567"', "ten"),
        ("A B C D E F G H I J K L M N Tel. +1 577 123 4567", "ten"),
        # a character off is nearer than the same words
        ("marit_steinkopf@corp.example", "mari a-mari"),
        # the half of a name is nobody's
        ("Regards, Stewart from Sales", ""),
    ],
)
async def test_order(people: Api, q: str, expected: str) -> None:
    assert await people.keys_of(q) == expected.split()


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


PLAIN = "auth0|65f1d0ffee00112233445577"
GUID = "waad|7d9e6679-7425-40de-944b-e07fd1f90ae7"


@pytest.mark.parametrize(
    ("q", "first"),
    [
        # lines of logs, in JSON and otherwise
        (f'{{"sub":"{PLAIN}","email":"nobody@nowhere.example"}}', PLAIN),
        (f'{{\\"user_id\\":\\"{PLAIN}\\"}}', PLAIN),
        ('"user_id":"65f1d0ffee00112233445577"', PLAIN),
        ('"identities":[{"user_id":"65f1d0ffee00112233445577","provider":"auth0"}]', PLAIN),
        ("auth0\\u007c65f1d0ffee00112233445577", PLAIN),
        ("uid=65f1d0ffee00112233445577", PLAIN),
        ("id 65f1d0ffee00112233445577 failed", PLAIN),
        (f"user_id={PLAIN}&connection=db", PLAIN),
        ('ObjectId("65f1d0ffee00112233445577")', PLAIN),
        ('{\\"email\\":\\"other.writer@wherever.example\\"}', "auth0|address"),
        ('{"given_name":"J\\u00fcrgena","family_name":"M\\u00fclhaupt"}', "auth0|escaped"),
        ("urn:uuid:7d9e6679-7425-40de-944b-e07fd1f90ae7", GUID),
        # of a table that was too narrow
        ("auth0|65f1d0ff\u2026", PLAIN),
        ("auth0|65f1d0ff...", PLAIN),
    ],
)
async def test_ids(people: Api, q: str, first: str) -> None:
    assert ids((await people.find(q))["users"])[:1] == [first]


async def test_a_guid_stays_found_while_it_is_typed(people: Api) -> None:
    guid = GUID.partition("|")[2]
    for end in range(8, len(guid) + 1):
        assert ids((await people.find(guid[:end]))["users"]) == [GUID], guid[:end]
