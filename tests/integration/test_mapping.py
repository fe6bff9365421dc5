"""What the mapping finds, sorts and counts, on the real engine.

The queries are the plain ones that a search will be built of: a piece of text is matched against
the fields that people type, its last word as a prefix.
"""

import asyncio
import uuid
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from opensearchpy import AsyncOpenSearch

from service.index.bootstrap import bootstrap
from service.index.connection import connect
from service.index.names import IndexNames
from service.index.options import OpenSearchOptions
from tests.conftest import Engine

NAME_FIELDS = ("name", "given_name", "family_name", "nickname", "username")
TYPED_FIELDS = (*NAME_FIELDS, "email", "search.ids")

PEOPLE: dict[str, dict[str, Any]] = {
    "ann": {
        "user_id": "auth0|507f1f77bcf86cd799439020",
        "name": "Ann Smith",
        "given_name": "Ann",
        "family_name": "Smith",
        "nickname": "ann.smith",
        "email": "Ann.Smith+news@acme.com",
        "phone_number": "+447911123456",
        "logins_count": 3,
        "last_login": "2026-01-02T03:04:05.678Z",
        "blocked": False,
        "picture": "https://example.com/ann.png",
        "attributes": ["app_metadata", "app_metadata.plan", "app_metadata.plan=pro"],
        "identities": [
            {"connection": "Users", "provider": "auth0", "user_id": "507f1f77bcf86cd799439020"}
        ],
    },
    "anna": {
        "user_id": "google-oauth2|115015401343387192604",
        "name": "anna Smithson",
        "username": "a_smithson",
        "email": "anna@example.org",
        "phone_number": "+15552345678",
        "logins_count": 5_000_000_000,
        "last_login": "2025-12-31T23:59:59Z",
        "blocked": True,
        "identities": [
            {"connection": "google-oauth2", "provider": "google-oauth2", "user_id": "1150"},
            {"connection": "Users", "provider": "auth0", "user_id": "linked-99"},
        ],
    },
    "sean": {"name": "Seán O’Brien-Kelly", "email": "sean@mail.acme.co.uk"},
    "juergen": {"name": "Jürgen Straßer", "email": "juergen@example.de"},
    "soren": {"name": "Søren Østergård", "family_name": "ØSTERGÅRD"},
    "ipek": {"name": "İpek ILGIN"},
    "zoe": {"user_id": "samlp|corp|zoe", "name": "Zoë", "email": "z@corp.example"},
    "jose": {"name": "Jose\u0301 Garci\u0301a"},  # letters and accents apart, as some systems send
    "yamada": {"name": "山田太郎", "given_name": "太郎"},
    "tanaka": {"name": "田中花子"},
    "nakata": {"name": "中田英寿"},
    "kana": {"name": "ﾔﾏﾀﾞ ハナコ"},
    "kim": {"name": "김민준"},
    "giorgos": {"name": "Γιώργος Παπαδόπουλος"},
    "pyotr": {"name": "Пётр Ильич"},
    "fatima": {"name": "فاطمة الزهراء"},
    "somchai": {"name": "สมชาย ใจดี"},
    "wide": {"name": "Ｗｉｄｅ Ｎａｍｅ"},
}


@pytest.fixture(scope="module")
def people(engine: Engine) -> Iterator[IndexNames]:
    """An index with PEOPLE, each under its key as the id."""
    names = IndexNames(f"t-{uuid.uuid4().hex[:12]}")
    lines = [
        orjson.dumps(line)
        for key, person in PEOPLE.items()
        for line in ({"index": {"_id": key}}, {"user_id": f"auth0|{key}"} | person)
    ]

    async def prepare() -> None:
        client = connect(OpenSearchOptions(url=engine.url))
        await bootstrap(client, names)
        body = b"\n".join([*lines, b""])
        answer = await client.bulk(body=body, index=names.writers, params={"refresh": True})
        assert not answer["errors"], answer
        await client.close()

    async def remove() -> None:
        client = connect(OpenSearchOptions(url=engine.url))
        await client.indices.delete(index=names.first)
        await client.indices.delete_index_template(name=names.template)
        await client.cluster.delete_component_template(name=names.component("*"))
        await client.close()

    asyncio.run(prepare())
    yield names
    asyncio.run(remove())


def typed(text: str) -> dict[str, Any]:
    """Every word has to be found somewhere, as a word or the beginning of one."""
    return {"bool": {"must": [_in_any_field(piece) for piece in text.split()]}}


def _in_any_field(piece: str) -> dict[str, Any]:
    prefix = [
        {"match_bool_prefix": {field: {"query": piece, "operator": "and"}}}
        for field in TYPED_FIELDS
    ]
    return {"dis_max": {"queries": prefix}}


async def found(
    client: AsyncOpenSearch, names: IndexNames, query: dict[str, Any], **more: Any
) -> list[str]:
    """Keys of the people a query finds, best first."""
    body = {"query": query, "size": 50, "_source": False, **more}
    answer = await client.search(index=names.readers, body=body)
    return [hit["_id"] for hit in answer["hits"]["hits"]]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("an", "ann anna"),
        ("ann", "ann anna"),
        ("ann sm", "ann anna"),
        ("sm an", "ann anna"),
        ("SMITHS", "anna"),
        ("an smithson", "anna"),
        ("smith x", ""),
        ("a_smi", "anna"),
        ("obrien", "sean"),
        ("o'brien", "sean"),
        ("O’Br", "sean"),
        ("brien sean", "sean"),
        ("kelly", "sean"),
        ("brien-kel", "sean"),
        ("strasser", "juergen"),
        ("STRASS", "juergen"),
        ("Straße", "juergen"),
        ("jurgen", "juergen"),
        ("soren ostergard", "soren"),
        ("SØREN", "soren"),
        ("ipek ilgin", "ipek"),
        ("İPEK ılgın", "ipek"),
        ("jose garcia", "jose"),
        ("José", "jose"),
        ("山", "yamada"),
        ("山田", "yamada"),
        ("太郎", "yamada"),
        ("田太", "yamada"),
        ("田中", "tanaka"),
        ("中田", "nakata"),
        ("ヤマダ", "kana"),
        ("ﾊﾅ", "kana"),
        ("민준", "kim"),
        ("김", "kim"),
        ("γιωργος", "giorgos"),
        ("ΠΑΠΑΔΌΠ", "giorgos"),
        ("петр", "pyotr"),
        ("ПЁТР ИЛЬ", "pyotr"),
        ("فاطمة", "fatima"),
        ("สมช", "somchai"),
        ("wide name", "wide"),
        ("ann.smith+news@acme.com", "ann"),
        ("ANN.SMITH+NEWS@ACME.COM", "ann"),
        ("ann.sm", "ann"),
        ("ann.smith+news@ac", "ann"),
        ("smith@ac", ""),  # an address is one word, looked for from its beginning
        ("@acme.com", "ann"),
        ("acme.com", "ann"),
        ("acme", "ann sean"),
        ("mail.acme", "sean"),
        ("news", "ann"),
        ("auth0|507f1f77bcf86cd799439020", "ann"),
        ("507f1f", "ann"),
        ("AUTH0|507F", "ann"),
        ("115015401343387192604", "anna"),
        ("linked-99", "anna"),
        ("corp|zo", "zoe"),
        ("zoe", "zoe"),
        ("ann 507f", "ann"),
    ],
)
async def test_as_typed(client: AsyncOpenSearch, people: IndexNames, text: str, keys: str) -> None:
    assert set(await found(client, people, typed(text))) == set(keys.split())


@pytest.mark.parametrize("field", NAME_FIELDS)
async def test_each_name_is_searched_by_itself(
    client: AsyncOpenSearch, people: IndexNames, field: str
) -> None:
    hits = await found(client, people, {"exists": {"field": f"{field}.keyword"}})
    for key in hits:
        query = {"match": {field: {"query": PEOPLE[key][field], "operator": "and"}}}
        assert key in await found(client, people, query)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("+447911123456", "ann"),
        ("+44 (0)7911 123-456", "ann"),
        ("0044 7911 123456", "ann"),
        ("07911 123456", "ann"),
        ("7911.123.456", "ann"),
        ("3456", "ann"),
        ("(555) 234-5678", "anna"),
        ("1 555 234 5678", "anna"),
        ("555 234", ""),
        ("456", ""),
        ("no digits", ""),
    ],
)
async def test_phones_by_their_digits(
    client: AsyncOpenSearch, people: IndexNames, text: str, keys: str
) -> None:
    assert await found(client, people, {"match": {"phone_number": text}}) == keys.split()


@pytest.mark.parametrize(
    ("text", "keys"), [("+4479", "ann"), ("0791", "ann"), ("(555) 23", "anna"), ("5552", "anna")]
)
async def test_phones_while_they_are_typed(
    client: AsyncOpenSearch, people: IndexNames, text: str, keys: str
) -> None:
    query = {"match_bool_prefix": {"phone_number": text}}
    assert await found(client, people, query) == keys.split()


@pytest.mark.parametrize(
    ("field", "value", "keys"),
    [
        ("name.keyword", "Ann Smith", "ann"),
        ("name.keyword", "ann smith", ""),
        ("name.folded", "ANN SMITH", "ann"),
        ("name.folded", "zoe", "zoe"),
        ("email.keyword", "Ann.Smith+news@acme.com", "ann"),
        ("email.folded", "ann.smith+NEWS@acme.com", "ann"),
        ("email.domain", "ACME.com", "ann"),
        ("email.domain", "ann@acme.com", "ann"),
        ("phone_number.keyword", "+15552345678", "anna"),
        ("user_id", "auth0|507f1f77bcf86cd799439020", "ann"),
        ("identities.user_id", "linked-99", "anna"),
        ("identities.connection", "google-oauth2", "anna"),
        ("attributes", "app_metadata.plan=pro", "ann"),
        ("logins_count", 5_000_000_000, "anna"),
        ("blocked", True, "anna"),
        ("picture", "https://example.com/ann.png", "ann"),
    ],
)
async def test_exact_values(
    client: AsyncOpenSearch, people: IndexNames, field: str, value: object, keys: str
) -> None:
    assert await found(client, people, {"term": {field: value}}) == keys.split()


async def test_ranges_and_presence(client: AsyncOpenSearch, people: IndexNames) -> None:
    async def hits(query: dict[str, Any]) -> list[str]:
        return sorted(await found(client, people, query))

    assert await hits({"range": {"last_login": {"gte": "2026-01-01"}}}) == ["ann"]
    assert await hits({"range": {"logins_count": {"gt": 2**31}}}) == ["anna"]
    for field in ("picture", "username.keyword", "blocked", "email", "attributes"):
        name = field.removesuffix(".keyword")
        expected = sorted(key for key, person in PEOPLE.items() if name in person)
        assert await hits({"exists": {"field": field}}) == expected


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("smith", "ann"),
        ("Smithson", "anna"),
        ("acme.com", "ann"),
        ("507f1f77bcf86cd799439020", "ann"),
        ("07911123456", "ann"),
        ("pro", ""),
    ],
)
async def test_a_search_that_names_no_field(
    client: AsyncOpenSearch, people: IndexNames, text: str, keys: str
) -> None:
    answer = await client.search(index=people.readers, params={"q": text})
    assert [hit["_id"] for hit in answer["hits"]["hits"]] == keys.split()


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("name:ann", "ann"),
        ("name:JOSE", "jose"),
        ('name:"ann smith"', "ann"),
        ('name:"smith ann"', ""),
        ("name:(smith OR obrien)", "ann sean"),
        ('email:"Ann.Smith+news@ACME.com"', "ann"),
        ("email:ann@acme.com", ""),
        ("email:acme.com", "ann"),
        ("email:news", "ann"),
        ("email.domain:acme.com", "ann"),
        ('phone_number:"+44 7911 123456"', "ann"),
        ('name.keyword:"Ann Smith"', "ann"),
        ("blocked:true", "anna"),
    ],
)
async def test_queries_as_people_write_them_to_the_engine(
    client: AsyncOpenSearch, people: IndexNames, text: str, keys: str
) -> None:
    """Dashboards, `_search?q=`: a whole address finds that address, and no neighbour in its
    domain."""
    assert set(await found(client, people, {"query_string": {"query": text}})) == set(keys.split())


async def test_typing_errors(client: AsyncOpenSearch, people: IndexNames) -> None:
    async def hits(text: str) -> set[str]:
        query = {"multi_match": {"query": text, "fields": NAME_FIELDS, "fuzziness": "AUTO"}}
        return set(await found(client, people, query))

    assert "ann" in await hits("Smiht")
    assert "soren" in await hits("ostregard")
    assert "juergen" in await hits("Juergen")
    assert "giorgos" in await hits("Γιωργως")


async def test_exact_over_prefix_over_fuzzy(client: AsyncOpenSearch, names: IndexNames) -> None:
    for key, name in {"fuzzy": "Anne Lea", "prefix": "Annelie", "word": "Anna Lea"}.items():
        await client.index(index=names.writers, id=key, body={"name": name})
    body = {"name": "Anna"}
    await client.index(index=names.writers, id="whole", body=body, params={"refresh": True})
    ranked = [
        {"constant_score": {"filter": query, "boost": boost}}
        for query, boost in (
            ({"term": {"name.folded": "anna"}}, 8),
            ({"match": {"name": "anna"}}, 4),
            ({"match_bool_prefix": {"name": "ann"}}, 2),
            ({"match": {"name": {"query": "anna", "fuzziness": 1}}}, 1),
        )
    ]
    hits = await found(client, names, {"dis_max": {"queries": ranked}}, sort=["_score", "_id"])
    assert hits == ["whole", "word", "fuzzy", "prefix"]


async def test_sorting_ignores_case_and_accents(client: AsyncOpenSearch, names: IndexNames) -> None:
    in_order = ["  aaron", "Ábel", "abigail", "Ængus", "Émile", "emily", "Øyvind", "Zoë", "zoltán"]
    for name in reversed(in_order):
        await client.index(index=names.writers, body={"name": name, "user_id": name})
    await client.indices.refresh(index=names.writers)
    body = {"sort": ["name.folded", "user_id"], "size": 20}
    answer = await client.search(index=names.readers, body=body)
    assert [hit["_source"]["name"] for hit in answer["hits"]["hits"]] == in_order


async def test_facets(client: AsyncOpenSearch, people: IndexNames) -> None:
    fields = ("identities.connection", "blocked", "email.domain", "name.keyword")
    body = {"size": 0, "aggs": {field: {"terms": {"field": field}} for field in fields}}
    answer = await client.search(index=people.readers, body=body)

    def counts(field: str) -> dict[str, int]:
        buckets = answer["aggregations"][field]["buckets"]
        return {str(b.get("key_as_string", b["key"])): b["doc_count"] for b in buckets}

    assert counts("identities.connection") == {"Users": 2, "google-oauth2": 1}
    assert counts("blocked") == {"false": 1, "true": 1}
    assert counts("email.domain")["acme.com"] == 1
    assert counts("name.keyword")["Zoë"] == 1


async def test_matches_are_marked_where_they_stand(
    client: AsyncOpenSearch, people: IndexNames
) -> None:
    async def marked(query: dict[str, Any], field: str, **highlight: Any) -> list[str]:
        body = {"query": query, "highlight": {"fields": {field: {}}, **highlight}}
        answer = await client.search(index=people.readers, body=body)
        return [hit["highlight"][field][0] for hit in answer["hits"]["hits"]]

    assert await marked({"match": {"name": "obrien"}}, "name") == ["Seán <em>O’Brien</em>-Kelly"]
    assert await marked({"match": {"name": "山田"}}, "name") == ["<em>山田</em>太郎"]
    smi = {"match_bool_prefix": {"family_name": "smi"}}
    assert await marked(smi, "family_name") == ["<em>Smith</em>"]
    # One or two letters are found by an index of beginnings, which marks nothing: mark by pattern.
    s = {"match_bool_prefix": {"family_name": "s"}}
    pattern = {"wildcard": {"family_name": "s*"}}
    assert await marked(s, "family_name", highlight_query=pattern) == ["<em>Smith</em>"]


async def test_readers_do_not_see_tombstones(client: AsyncOpenSearch, names: IndexNames) -> None:
    await client.index(index=names.writers, id="a", body={"user_id": "a"})
    body = {"user_id": "b", "deleted_at": "2026-01-01T00:00:00.000001Z"}
    await client.index(index=names.writers, id="b", body=body, params={"refresh": True})
    assert await found(client, names, {"match_all": {}}) == ["a"]
