"""The real engine takes every document we make, whatever the profile holds, and means the same."""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import aiohttp
import pytest

from service.documents.document import DeletionMode, Document, to_document
from service.documents.exclusion import Exclusions
from service.documents.fields import MISFIT, TYPED_FIELDS, date
from service.events.event import parse_event
from service.events.json_text import dump, parse
from service.events.json_value import JsonValue
from service.index.names import IndexNames
from tests.conftest import Engine
from tests.unit.documents.test_fields import DATES, IPS, NO_DATES, NO_IPS
from tests.unit.documents.test_free_form import BEYOND, WITHIN, nested

NOW_US = 1_800_000_000_000_000
WIDE = json.dumps({f"k{index}": index for index in range(5_000)})
MEGABYTE = json.dumps("é" * 500_000)

VALUES: dict[str, str] = {
    **{f"within {text[:20]} {len(text)}": text for text in WITHIN},
    **{f"beyond {text[:20]} {len(text)}": text for text in BEYOND},
    "null": "null",
    "empty string": '""',
    "NUL": '"a\\u0000b"',
    "lone surrogates": '"\\udc00 \\ud800"',
    "line breaks": '"a\\nb\\r\\u2028"',
    "long string": json.dumps("x" * 40_000),
    "long string of four-byte characters": json.dumps("😀" * 10_000, ensure_ascii=False),
    "keys with dots": '{"a..b":1,".":2,"..":3,"a.":4,".a":5,"a.b":6,"a":{"b":7}}',
    "blank keys": '{"":1," ":2,"  ":3,"\\u0000":4,"\\t":5}',
    "repeated keys": '{"a":1,"a":{"a":2,"a":3}}',
    "mixed array": '[1,"a",null,true,{"a":1},[["b"]],1e400]',
    "array of arrays": "[[1,[2]],[[[]]]]",
    "numbers": "[1e400,-0.0,1e-400,-0,1E5,18446744073709551616,3.141592653589793238462643]",
    "not JSON numbers": "[NaN,Infinity,-Infinity]",
    "60 arrays": nested(60, arrays=True),
    "60 objects": nested(60),
    "249 arrays": nested(249, arrays=True),
    "2,000 objects": nested(2_000),
    "10,000 brackets": nested(10_000, arrays=True),
    "20,000 objects": nested(20_000),
    "5,000 keys": WIDE,
}
PLACES: dict[str, str] = {
    "metadata": '{"app_metadata":VALUE}',
    "in metadata": '{"user_metadata":{"a":VALUE}}',
    "in an array in metadata": '{"user_metadata":{"a":[[VALUE]]}}',
    "profileData": '{"identities":[{"user_id":"1","profileData":VALUE}]}',
    "in profileData": '{"identities":[{"user_id":"1","profileData":{"a":VALUE}}]}',
    "identity's field": '{"identities":[{"user_id":VALUE}]}',
    "identity's unknown field": '{"identities":[{"user_id":"1","x":VALUE}]}',
    "identity": '{"identities":[{"user_id":"1"},VALUE]}',
    "identities": '{"identities":VALUE}',
    "unknown field": '{"custom":VALUE}',
    "every typed field": "{" + ",".join(f'"{name}":VALUE' for name in TYPED_FIELDS) + "}",
}
LARGE: dict[str, str] = {
    "a megabyte in metadata": f'{{"app_metadata":{{"a":{MEGABYTE}}}}}',
    "a megabyte of metadata": f'{{"app_metadata":{MEGABYTE}}}',
    "a megabyte of name and e-mail": f'{{"name":{MEGABYTE},"email":{MEGABYTE}}}',
    "a megabyte of phone and ids": (
        f'{{"phone_number":{MEGABYTE},"identities":[{{"user_id":{MEGABYTE}}}]}}'
    ),
    "a megabyte in an unknown field": f'{{"custom":{MEGABYTE},"blocked":{MEGABYTE}}}',
    "5,000 unknown fields": WIDE,
    "5,000 factors": f'{{"multifactor":{json.dumps(["sms"] * 5_000)}}}',
    "5,000 identities": f'{{"identities":{json.dumps([{"user_id": 1}] * 5_000)}}}',
    "50,000 factors": f'{{"multifactor":{json.dumps(["sms"] * 50_000)}}}',
    "50,000 identities": f'{{"identities":{json.dumps([{"user_id": 1}] * 50_000)}}}',
}


def in_every_place() -> dict[str, str]:
    return LARGE | {
        f"{value} as {place}": template.replace("VALUE", text)
        for value, text in VALUES.items()
        for place, template in PLACES.items()
    }


def make_documents(
    profiles: Mapping[str, str], *, exclude: tuple[str, ...] = (), event_id: str = "evt_1"
) -> dict[str, Document]:
    """A document for each profile, the way an event comes: as JSON text. User ids are numbers."""
    documents: dict[str, Document] = {}
    for number, (label, profile) in enumerate(profiles.items()):
        user = f'{{"user_id":"auth0|{number}"' + (
            profile[1:] if profile == "{}" else f",{profile[1:]}"
        )
        body = (
            f'{{"specversion":"1.0","type":"user.updated","source":"urn:auth0:acme","id":"{event_id}",'
            f'"time":"2025-02-01T12:34:56.789Z","a0tenant":"acme","data":{{"object":{user}}}}}'
        )
        documents[label] = to_document(
            parse_event(body.encode(), now_us=NOW_US, future_tolerance_us=0),
            indexed_at_us=NOW_US,
            exclusions=Exclusions.parse(exclude),
            deletion_mode=DeletionMode.TOMBSTONE,
        )
    return documents


class Index:
    """An index, spoken to without a client that would read numbers and texts its own way."""

    def __init__(self, session: aiohttp.ClientSession, names: IndexNames) -> None:
        self._session = session
        self._names = names

    async def write(self, documents: Mapping[str, Document]) -> dict[str, str]:
        """Index in one request; what was refused, with OpenSearch's reason."""
        lines: list[bytes] = []
        for document in documents.values():
            assert document.source is not None
            action: dict[str, JsonValue] = {
                "_id": document.id,
                "version": document.version,
                "version_type": "external",
            }
            lines += (dump({"index": action}), document.source)
        items = await self.write_lines(lines)
        return {
            label: json.dumps(item.get("error"))
            for label, item in zip(documents, items, strict=True)
            if item["status"] != 201
        }

    async def write_lines(self, lines: list[bytes]) -> list[Any]:
        async with self._session.post(
            f"/{self._names.writers}/_bulk?refresh=true",
            data=BytesIO(b"\n".join([*lines, b""])),
            headers={"content-type": "application/x-ndjson"},
        ) as answer:
            assert answer.status == 200, await answer.text()
            return [item["index"] for item in (await answer.json())["items"]]

    async def source(self, document: Document) -> bytes:
        async with self._session.get(
            f"/{self._names.readers}/_source/{document.id.replace('|', '%7C')}"
        ) as answer:
            return await answer.read()

    async def search(self, **body: Any) -> list[Any]:
        async with self._session.post(f"/{self._names.readers}/_search", json=body) as answer:
            assert answer.status == 200, await answer.text()
            found = parse(await answer.read())
        assert isinstance(found, dict)
        hits: Any = found["hits"]
        return list(hits["hits"])


@pytest.fixture
async def index(engine: Engine, names: IndexNames) -> AsyncIterator[Index]:
    timeout = aiohttp.ClientTimeout(total=120)
    async with aiohttp.ClientSession(engine.url, timeout=timeout) as session:
        yield Index(session, names)


async def test_every_hostile_profile_is_indexed_and_kept_as_sent(index: Index) -> None:
    documents = make_documents(in_every_place())
    assert await index.write(documents) == {}
    for label, document in documents.items():
        assert await index.source(document) == document.source, label


async def test_no_stored_profile_breaks_a_search_that_meets_it(index: Index) -> None:
    """Asking for a part of a document makes OpenSearch parse it and write it anew."""
    documents = make_documents(in_every_place())
    await index.write(documents)
    hits = await index.search(
        size=len(documents), _source={"excludes": ["event"]}, sort=[{"user_id": "asc"}]
    )
    assert len(hits) == len(documents)
    for document, hit in zip(
        sorted(documents.values(), key=lambda document: document.id), hits, strict=True
    ):
        assert document.source is not None
        sent = parse(document.source)
        assert isinstance(sent, dict)
        del sent["event"]
        assert hit["_source"] == sent


@pytest.mark.parametrize("event_id", ["\\ud800", "\\u0000", "x" * 40_000])
async def test_hostile_event_ids_are_indexed(index: Index, event_id: str) -> None:
    assert await index.write(make_documents({"": "{}"}, event_id=event_id)) == {}


async def test_documents_with_exclusions_are_indexed(index: Index) -> None:
    exclude = ("email", "identities.profileData", "app_metadata.a", "unknown_fields", "attributes")
    assert await index.write(make_documents(in_every_place(), exclude=exclude)) == {}


async def test_a_tombstone_is_indexed(index: Index) -> None:
    event = parse_event(
        b'{"specversion":"1.0","type":"user.deleted","source":"s","id":"evt_1","a0tenant":"acme",'
        b'"time":"2025-02-01T12:34:56Z","data":{"object":{"user_id":"auth0|1","email":"a@b.c"}}}',
        now_us=NOW_US,
        future_tolerance_us=0,
    )
    tombstone = to_document(
        event,
        indexed_at_us=NOW_US,
        exclusions=Exclusions(),
        deletion_mode=DeletionMode.TOMBSTONE,
    )
    assert await index.write({"tombstone": tombstone}) == {}
    assert await index.search() == [], "readers' alias hides it"


async def test_the_engine_reads_a_date_as_we_do(index: Index) -> None:
    """Every day that has a number in any month, in four kinds of year, and the unit's table."""
    days = [
        f"{year}-{month:02}-{day:02}T23:59:59.5-01:00"
        for year in (1900, 2000, 2023, 2024)
        for month in range(1, 13)
        for day in range(28, 32)
    ]
    dates = [value for value in [*DATES, *days] if date(value) is not MISFIT]
    documents = make_documents(
        {value: json.dumps({"last_login": value}) for value in [*dates, *map(str, NO_DATES)]}
    )
    assert await index.write(documents) == {}
    hits = await index.search(
        size=1_000,
        query={"exists": {"field": "last_login"}},
        docvalue_fields=[{"field": "last_login", "format": "epoch_millis"}],
    )
    read = {hit["_source"]["last_login"]: int(hit["fields"]["last_login"][0]) for hit in hits}
    assert read == {value: epoch_millis(value) for value in dates}


def epoch_millis(text: str) -> int:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return (datetime.fromisoformat(text) - epoch) // timedelta(milliseconds=1)


async def test_the_engine_reads_an_address_as_we_do(index: Index) -> None:
    profiles = {str(value): json.dumps({"last_ip": value}) for value in [*IPS, *NO_IPS]}
    assert await index.write(make_documents(profiles)) == {}
    hits = await index.search(size=100, query={"exists": {"field": "last_ip"}})
    assert {hit["_source"]["last_ip"] for hit in hits} == set(IPS)


@pytest.mark.parametrize(
    ("sent", "read"),
    [("9223372036854775807", 2**63 - 1), ("-9223372036854775808", -(2**63)), ("3.0", 3)],
)
async def test_the_engine_reads_a_count_as_we_do(index: Index, sent: str, read: int) -> None:
    assert await index.write(make_documents({"count": f'{{"logins_count":{sent}}}'})) == {}
    [hit] = await index.search(docvalue_fields=["logins_count"])
    assert hit["fields"]["logins_count"] == [read]


async def test_tokens_are_compared_whole(index: Index) -> None:
    """As long as a token may be, with characters that an analyser would take apart."""
    value = "É=\\ .\0" + "😀" * 480
    documents = make_documents({"user": json.dumps({"user_metadata": {"a=b": value}})})
    assert await index.write(documents) == {}
    source = parse(documents["user"].source or b"")
    assert isinstance(source, dict)
    assert isinstance(source["attributes"], list)
    longest = max(map(str, source["attributes"]), key=len)
    assert len(longest) > 500
    assert len(await index.search(query={"term": {"attributes": longest}})) == 1
    assert await index.search(query={"term": {"attributes": longest[:-1]}}) == []


@pytest.mark.parametrize(
    "metadata",
    [
        nested(1_000),
        '{"%s":1}' % ("k" * 50_001),
        '{"a":%s}' % ("9" * 1_001),
        '{"a":NaN}',
        '{"a":1,"a":2}',
        nested(21, arrays=True),
    ],
    ids=lambda text: text[:20],
)
async def test_the_engine_refuses_what_our_limits_keep_from_it(index: Index, metadata: str) -> None:
    source = f'{{"user_id":"1","app_metadata":{metadata}}}'
    [item] = await index.write_lines([b'{"index":{"_id":"1"}}', source.encode()])
    assert item["status"] == 400


async def test_the_engine_misreads_a_number_too_large_for_a_double(index: Index) -> None:
    """Why such a number is kept as text: in part of a document it reads as a word."""
    await index.write_lines(
        [b'{"index":{"_id":"1"}}', b'{"user_id":"1","app_metadata":{"a":1e400}}']
    )
    [hit] = await index.search(_source=["app_metadata"])
    assert hit["_source"]["app_metadata"] == {"a": "Infinity"}
