"""Who is found, and in which order: queries and expected answers among thousands of others."""

from typing import Any

import pytest

from tests.integration.search.conftest import Api
from tests.integration.search.directory import person

pytestmark = pytest.mark.asyncio(loop_scope="module")


PEOPLE = [
    person(
        "quill",
        name="Tamsin Quill",
        given_name="Tamsin",
        family_name="Quill",
        email="tq@quill.example",
    ),
    person("quillan", name="Tamsin Quillan", email="tamsin.quillan@elsewhere.example"),
    person("quiller", name="Quiller Tamsinson", email="q.t@elsewhere.example"),
    person("quilt", name="Tamsen Quilt", email="third@elsewhere.example"),
    person("mail", name="Zebedee Zim", email="tamsin@post.quill.example"),
    person(
        "vbq",
        name="Orsolya Vbq",
        email="orsolya+news@bigcorp.example",
        phone_number="+36 1 555 0199 23",
    ),
    person(
        "vbr", name="Orsolya Vbr", email="orsolya@bigcorp.example", phone_number="+36 1 777 0199 23"
    ),
    person("5f7c8ec7c33c6c004bbafe82", name="Nobody Special", nickname="special"),
    person(
        "linked",
        name="Linked Person",
        identities=[
            {
                "connection": "google-oauth2",
                "provider": "google-oauth2",
                "user_id": "103547991597142817347",
            }
        ],
    ),
    person("zoe", name="Zoë Ångström-Ñandú", email="zoe@nandu.example"),
    person("yamamoto", name="山本五十六", given_name="五十六", family_name="山本"),
    person("tchaik", name="Пётр Чайковский"),
    person("giorgos", name="Χρήστος Ξενάκης"),
    person("shorty", name="Xq"),
    person("login-x", name="Ada Byron", username="countess_99", email="ada@byron.example"),
    person("zeros", name="Zero Ending", phone_number="+442070000147"),
    person("handle", name="Handle Person", username="jdoe@corp.local"),
    person("hyphen", name="Hyphen Person", email="alice.bent-jonas@zeta.example"),
    person("mary", name="Mary Kate", email="mary.kate.olsen@rr.example"),
    person("longer", name="Longer Number", phone_number="+9115440199042"),
    person("number", name="Number Person", phone_number="+15440199042"),
    person("mailname", name="bart@simpson.example", email="bart@simpson.example"),
    person("a-within", name="Within Number", phone_number="+15905901333"),
    person("ends-so", name="Ending Number", phone_number="+15440590133"),
    person("written", name="Written Number", phone_number="+49 (0)30 5550147"),
    person("extension", name="Extension Number", phone_number="+1-800-555-0147 ext. 42"),
    person("a-wilma", name="Wilma Vbt", email="w.vbt@else.example"),
    person("wilma", name="W. Stone", nickname="ws", email="wilma@slate.example"),
    person(
        "acme|wilma.a@slate.example", name="W. Acorn", nickname="wa", email="wilma.a@slate.example"
    ),
    person("homer", name="Dashboard Link"),
    person(
        "a-address",
        name="hugo.zwick@cloudmail.example",
        given_name="Hugo",
        family_name="Zwick",
        nickname="hugo.zwick",
        email="hugo.zwick@cloudmail.example",
    ),
    person("cora", name="Cora Zwick", email="cora.zwick@else.example", nickname="cora.zwick"),
    person("cloud", name="Zita Cloudwin", family_name="Cloudwin", nickname="cz"),
    person("a-country", name="Sjoerdje van Dijkstra", email="sjd@corp.de"),
    person("particle", name="Sjoerdje van der Wal", email="sjw@corp.nl"),
    person("a-accent", name="Aria Évrardin"),
    person("own-accent", name="Émile Évrardin"),
    person("blank", name="渡辺 さくら"),
    person("blank-ko", name="남궁 민수"),
]


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        # whole name, then whole words elsewhere, then beginnings
        ("tamsin quill", "quill mail quillan quiller"),
        ("Quill Tamsin", "quill mail quillan quiller"),
        ("tamsin", "quill quillan mail quiller"),
        ("quill tamsin", "quill mail quillan quiller"),
        ("tam quilla", "quillan"),
        ("quil tams", "quill quillan quiller quilt mail"),
        ("tamsinson", "quiller"),
        # an address in a name's place
        ("C. Zwick", "cora a-address"),
        ("zwick, c", "cora a-address"),
        ("clou", "cloud a-address"),
        # the beginning of a name is not a country
        ("sjoerdje van de", "particle a-country"),
        # accents, case, scripts
        ("É. Evrardin", "own-accent a-accent"),
        ("zoe angstrom", "zoe"),
        ("ZOË ÅNGSTRÖM", "zoe"),
        ("nandu ang", "zoe"),
        ("山本", "yamamoto"),
        ("五十六", "yamamoto"),
        ("петр чайк", "tchaik"),
        ("χρηστος", "giorgos"),
        ("ξενα", "giorgos"),
        ("渡辺さくら", "blank"),
        ("남궁민수", "blank-ko"),
        # addresses and their parts
        ("orsolya@bigcorp.example", "vbr"),
        ("ORSOLYA@BigCorp.example", "vbr"),
        ("orsolya@big", "vbr"),
        ("orsolya+news@bigcorp.example", "vbq"),
        ("orsolya+n", "vbq"),
        ("<orsolya@bigcorp.example>", "vbr"),
        ("Orsolya Vbr <mailto:orsolya@bigcorp.example>,", "vbr"),
        ("@bigcorp.example", "vbq vbr"),
        ("@bigc", "vbq vbr"),
        ("orsolya @bigcorp.example", "vbq vbr"),
        ("bigcorp.example", "vbq vbr"),
        ("tamsin.quillan", "quillan"),
        ("bart@simpson.example", "mailname"),
        ("jdoe@corp", "handle"),
        ("jdoe@corp.lo", "handle"),
        ("jdoe@corp.local", "handle"),
        ("bent-jonas@zeta.example", "hyphen"),
        ("kate.olsen@rr.example", "mary"),
        ("kate.olsen", "mary"),
        ("wilma@", "wilma a-wilma acme"),
        ("wilma@slate", "wilma acme"),
        # phones
        ("+15440199042", "number longer"),
        ("+1 (544) 019-9042", "number longer"),
        ("15440199042", "number longer"),
        ("+36 1 555 0199 23", "vbq"),
        ("0036 (0)1/555-0199-23", "vbq"),
        ("5550199 23", "vbq"),
        ("01 555 01", "vbq"),
        ("019923", "vbq vbr"),
        ("\u202a+36 1 555 0199 23\u202c", "vbq"),
        ("tel:+361555019923", "vbq"),
        ("0000147", "zeros"),
        ("orsolya 555019923", "vbq"),
        ("90133", "ends-so a-within"),
        ("590 133", "ends-so a-within"),
        ("number 90133", "ends-so a-within"),
        ("+49 (0)30 5550147", "written"),
        ("+1-800-555-0147 ext. 42", "extension"),
        # ids
        ("auth0|5f7c8ec7c33c6c004bbafe82", "5f7c8ec7c33c6c004bbafe82"),
        ("5f7c8ec7c33c6c004bbafe82", "5f7c8ec7c33c6c004bbafe82"),
        ("auth0|5f7c8", "5f7c8ec7c33c6c004bbafe82"),
        ("Auth0|5F7c8", "5f7c8ec7c33c6c004bbafe82"),
        ("103547991597142817347", "linked"),
        ("google-oauth2|103547991597142817347", "linked"),
        ("google-oauth2%7C103547991597142817347", "linked"),
        ("sub: google-oauth2|103547991597142817347", "linked"),
        ("github|103547991597142817347", ""),
        ('"user_id": "auth0|5f7c8ec7c33c6c004bbafe82",', "5f7c8ec7c33c6c004bbafe82"),
        ("'sub': 'auth0|5f7c8ec7c33c6c004bbafe82'", "5f7c8ec7c33c6c004bbafe82"),
        ("5f7c8ec7c3", "5f7c8ec7c33c6c004bbafe82"),
        ("103547991597", "linked"),
        ("https://x.example/users/YXV0aDAlN0Nob21lcg", "homer"),
        ("countess_99", "login-x"),
        ("countess", "login-x"),
        # one letter, or two
        ("xq", "shorty"),
        # nobody as typed: typing errors
        ("tamsni quill", "quill mail quillan quiller quilt"),
        ("quilll", "quill mail quillan quiller quilt"),
        ("orsloya@bigcorp.example", "vbr"),
        ("quillan@else", "quillan"),
        ("tamsin.quillan@elsewhere.co.uk", "quillan"),
        ("tq@quill.org", "quill"),
        ("tq@quilt.org", ""),
        ("Quillan@Elsewhere.example", "quillan"),
        ("chaikovskij", "tchaik"),
        ("чайковскй", "tchaik"),
        # nobody at all
        ("xylophone zzzz", ""),
        ("?!", ""),
        ("\0", ""),
        ("\x1f", ""),
    ],
)
async def test_order(people: Api, q: str, expected: str) -> None:
    keys = await people.keys_of(q)
    assert keys[: len(expected.split()) + 1] == expected.split()


async def test_exact_above_beginnings_above_typing_errors(people: Api) -> None:
    """The tiers, each alone, then together: what matches worse never stands above."""
    exact = await people.find("quill")
    assert exact["forgiving"] is False
    beginnings = await people.find("quil")
    assert beginnings["forgiving"] is False
    errors = await people.find("quikl")
    assert errors["forgiving"] is True
    assert errors["users"]


async def test_every_word_counts_by_its_best_match(people: Api) -> None:
    for q in ("ann", "mar", "smith", "garcia jos", "müll", "юрий"):
        found = await people.find(q, limit="50")
        assert found["users"], q
        scores = [sum(_tier(word, user) for word in q.split()) for user in found["users"]]
        assert scores == sorted(scores, reverse=True), q


def _tier(word: str, user: dict[str, Any]) -> int:
    """1 when the word stands whole in a name, as far as plain letters tell."""
    folded = user["name"].casefold().replace("ü", "u").replace("é", "e").replace("í", "i")
    plain = word.replace("ü", "u")
    return int(plain in folded.replace("-", " ").replace("'", " ").split())


async def test_a_search_walks_on_through_typing_errors(people: Api) -> None:
    everybody = (await people.find("smiht", limit="1000"))["users"]
    walked: list[dict[str, Any]] = []
    page = await people.find("smiht", limit="7")
    while True:
        assert page["forgiving"] is True
        walked += page["users"]
        if page["next"] is None:
            break
        page = await people.find("smiht", limit="7", cursor=page["next"])
    assert walked == everybody
    assert len(everybody) > 20


@pytest.mark.parametrize(
    "q",
    [
        '"',
        "\\",
        "*",
        "a*",
        "?",
        "/.*/",
        "name:ann",
        "ann~",
        "a AND b",
        "(((",
        "{}",
        "[1 TO 2]",
        "<script>",
        "\u202e",
        "😀",
        "a" * 256,
        "x " * 12,
        "%",
        "'; drop",
        "\x07",
        "ann\0",
        "‘’",
        "@",
        "@@@",
        "|",
        "auth0|",
        "+",
        "....",
        "0000",
        "(0)",
        "１２３４５",
    ],
)
async def test_nothing_typed_is_syntax(people: Api, q: str) -> None:
    await people.find(q, highlight="true")
