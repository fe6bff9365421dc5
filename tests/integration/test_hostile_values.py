"""No value, however long or strange, gets a document rejected or a search broken."""

import random
import sys
from typing import Any

import orjson
import pytest
from opensearchpy import AsyncOpenSearch

from service.index.names import IndexNames

TEXT_FIELDS = (
    "name",
    "given_name",
    "family_name",
    "nickname",
    "username",
    "email",
    "phone_number",
    "picture",
)
MEGABYTE = 1_000_000

LONG: dict[str, str] = {
    "one word": "x" * MEGABYTE,
    "100,000 words": " ".join(f"word{number}" for number in range(100_000)),
    "dots and apostrophes": "a.b'c_" * (MEGABYTE // 6),
    "e-mail signs": "a@b." * (MEGABYTE // 4),
    "pipes": "|" * MEGABYTE,
    "digits": "1234567890" * (MEGABYTE // 10),
    "CJK": "山田" * (MEGABYTE // 6),
    "combining marks": "e\u0301" * (MEGABYTE // 3),
    "characters of four bytes": "😀" * (MEGABYTE // 4),
    "NUL characters": "\0" * MEGABYTE,
    "characters that fold to four": "⒇" * (MEGABYTE // 3),
}
# At the limits of ignore_above: nothing may exceed a term's 32,766 bytes there.
AT_LIMITS: dict[str, str] = {
    f"{length} of {text!r}": text * length
    for length in (1_024, 8_191)
    for text in ("x", "山", "⒇", "é", "ﷺ")
} | {"8,190 UTF-16 units of four bytes": "😀" * 4_095}


def user(value: str) -> dict[str, Any]:
    """A document with the value in every field that takes text."""
    return {
        **dict.fromkeys(TEXT_FIELDS, value),
        "multifactor": [value],
        "attributes": [value],
        "misfit_fields": [value],
        "identities": [{"connection": value, "provider": value, "user_id": value}],
        "event": {"id": value, "type": value, "stream": value, "tenant": value},
    }


async def bulk(
    client: AsyncOpenSearch, names: IndexNames, documents: dict[str, dict[str, Any]]
) -> None:
    lines = [
        orjson.dumps(line)
        for key, document in documents.items()
        for line in ({"index": {"_id": key}}, document)
    ]
    body = b"\n".join([*lines, b""])
    answer = await client.bulk(body=body, index=names.writers, params={"refresh": True})
    assert not answer["errors"], [
        item["index"]["error"]["reason"][:300]
        for item in answer["items"]
        if "error" in item["index"]
    ]


@pytest.mark.parametrize("kind", LONG)
async def test_a_megabyte_in_every_field(
    client: AsyncOpenSearch, names: IndexNames, kind: str
) -> None:
    for field, value in user(LONG[kind]).items():
        await bulk(client, names, {field: {"user_id": field, field: value}})
    assert (await client.count(index=names.readers))["count"] == len(user(""))


async def test_values_at_the_limits(client: AsyncOpenSearch, names: IndexNames) -> None:
    await bulk(client, names, {kind: user(value) for kind, value in AT_LIMITS.items()})


async def test_a_thousand_attributes_and_five_thousand_identities(
    client: AsyncOpenSearch, names: IndexNames
) -> None:
    attributes = [f"app_metadata.key{number}={'é' * 490}" for number in range(1_000)]
    identities = [{"connection": "c", "user_id": "a|" * 250} for _ in range(5_000)]
    await bulk(client, names, {"a": {"attributes": attributes, "identities": identities}})
    body = {"query": {"term": {"attributes": attributes[999]}}}
    assert (await client.count(index=names.readers, body=body))["count"] == 1


async def test_strange_text(client: AsyncOpenSearch, names: IndexNames) -> None:
    """Analysers that give out offsets or positions in a wrong order get a document rejected."""
    generator = random.Random(7)
    alphabets = (
        "abcXYZ019",
        "'’.-_@+|/ \t\n()",
        "ßẞøÆıİğłÐþﬁ⒇℡㍿Ａ１ﾔﾞﾟー・",
        "\u0301\u0345\u05b0\u064b\u0e31\u200b\u200d\u00ad\ufeff\0\x7f\u2028",
        "山田やタ김각ΣςЁйمש",
        "นကខ😀👨‍👩‍👧🇩🇪𝔄𐐀०१٣\ue000\uffff",
    )

    def text() -> str:
        alphabet = "".join(generator.sample(alphabets, generator.randint(1, 4)))
        length = generator.choice((5, 40, 300))
        characters = generator.choices(alphabet, k=length)
        anything = chr(generator.choice((generator.randrange(0xD800), sys.maxunicode)))
        return "".join([*characters, anything])

    await bulk(client, names, {str(number): user(text()) for number in range(2_000)})


async def test_a_search_that_marks_matches_survives_a_giant_name(
    client: AsyncOpenSearch, names: IndexNames
) -> None:
    """Beyond a million characters the engine refuses to look for marks unless given a limit."""
    await bulk(client, names, {"a": {"name": f"Ann {'x ' * MEGABYTE}"}})
    fields = {"name": {"number_of_fragments": 1}}
    body = {
        "query": {"match": {"name": "ann"}},
        "_source": False,
        "highlight": {"fields": fields, "max_analyzer_offset": 10_000},
    }
    hit = (await client.search(index=names.readers, body=body))["hits"]["hits"][0]
    assert "<em>Ann</em>" in hit["highlight"]["name"][0]


async def test_instants_are_kept_to_the_microsecond(
    client: AsyncOpenSearch, names: IndexNames
) -> None:
    times = [f"2026-01-01T00:00:00.00000{digit}Z" for digit in (3, 1, 2)]
    for time in times:
        await client.index(index=names.writers, body={"event": {"time": time}})
    await client.indices.refresh(index=names.writers)
    body = {"sort": [{"event.time": "asc"}]}
    answer = await client.search(index=names.readers, body=body)
    assert [hit["_source"]["event"]["time"] for hit in answer["hits"]["hits"]] == sorted(times)
