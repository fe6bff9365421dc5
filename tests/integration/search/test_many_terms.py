"""The engine refuses queries of over 1,024 clauses: nothing that can be typed becomes one."""

import random
from collections.abc import AsyncIterator
from itertools import pairwise
from string import ascii_lowercase
from typing import Any

import pytest
import pytest_asyncio

from service.search.filter_query import MAX_FILTERS
from service.search.query_text import MAX_TERMS, MAX_WORDS
from tests.integration.search.conftest import Api, ids, index
from tests.integration.search.directory import person

pytestmark = pytest.mark.asyncio(loop_scope="module")

_WORDS = (
    "margaret johnathan christina alexander elizabeth katherine frederick stephanie gabriella "
    "sebastian valentina maximilian"
)
WORDS = _WORDS.split()
MISTYPED = [f"{word[:-3]}{word[-2]}{word[-3]}{word[-1]}" for word in WORDS]


def similar(count: int) -> list[dict[str, Any]]:
    """People whose names are a letter off, in every field that is searched for typing errors."""
    draw = random.Random(3)

    def name() -> str:
        word = draw.choice(WORDS)
        place = draw.randrange(1, len(word))
        return word[:place] + draw.choice(ascii_lowercase) + word[place + 1 :]

    fields = ("name", "given_name", "family_name", "nickname", "username")
    return [
        person(
            f"similar-{number}",
            **{field: name() for field in fields},
            email=f"{name()}@{name()}.example",
        )
        for number in range(count)
    ]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def crowd(api: Api) -> AsyncIterator[Api]:
    people = [person("all", name=_WORDS), *similar(4_000)]
    await index(api.client, api.names.writers, people)
    yield api


@pytest.mark.parametrize("count", [1, 2, 4, 8, len(WORDS)])
async def test_many_mistyped_words_among_many_similar_names(crowd: Api, count: int) -> None:
    found = await crowd.find(" ".join(MISTYPED[:count]), highlight="true")
    assert found["forgiving"] is True
    if count > 2:
        assert ids(found["users"]) == ["auth0|all"]
        assert found["highlights"][0]["name"].count("<mark>") == count


@pytest.mark.parametrize("count", [1, 5, len(WORDS)])
async def test_many_possessives(crowd: Api, count: int) -> None:
    full = ("filter", f"email={','.join(str(number) for number in range(200))}")
    await crowd.find(" ".join(f"{word}'s" for word in MISTYPED[:count]), full, highlight="true")


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
async def test_many_labels_and_parts(crowd: Api, count: int) -> None:
    full = ("filter", f"email={','.join(str(number) for number in range(200))}")
    labelled = [f"name={one}.{two}-{one}" for one, two in pairwise(MISTYPED)]
    parted = ["-".join(pair) for pair in pairwise(MISTYPED)]
    for words in (labelled, parted):
        texts = [" ".join(words[:count]), " ".join([*words[: count - 1], "ann@acme.example"])]
        for q in texts:
            await crowd.find(q, full, highlight="true")


@pytest.mark.parametrize("parts", [1, 2, 5, 12, 60])
async def test_many_umlauts(crowd: Api, parts: int) -> None:
    terms = [f"{word[0]}ü{letter}" for letter in "rstnl" for word in WORDS]
    words = ["-".join(terms[at : at + parts]) for at in range(0, 60, parts)][:MAX_WORDS]
    full = ("filter", f"email={','.join(str(number) for number in range(200))}")
    for count in range(1, len(words) + 1):
        await crowd.find(" ".join(words[:count]), full, highlight="true")


@pytest.mark.parametrize("count", [2, 3, 4, 5])
async def test_names_of_many_parts(crowd: Api, count: int) -> None:
    """Each is tried together with its neighbours, too."""
    parts = MISTYPED * 5
    mixed = [f"{part[:2]}山{part[2]}" for part in parts]
    full = [("filter", f"email={','.join(WORDS * 16)}")]
    spelt = [f"{part[0]}ü{part[2]}" for part in parts]
    for each in ([part[:3] for part in parts], mixed, spelt):
        words = ["-".join(each[start : start + 60 // count]) for start in range(0, 60, 60 // count)]
        q = " ".join(words[:count])[:250]
        status, _, body = await crowd.request(
            "GET", "/users", params=[("q", q), ("highlight", "true"), *full]
        )
        assert status == 200 or b"parts of words" in body, body


@pytest.mark.parametrize("first", ["\u4e00", "\uac00", "\u3041", "\U00020000"])
async def test_characters_written_without_blanks(crowd: Api, first: str) -> None:
    text = "".join(chr(ord(first) + number) for number in range(MAX_TERMS + 1))
    blanks = " ".join(text[start : start + 5] for start in range(0, MAX_TERMS, 5))
    full = [("filter", f"email={','.join(WORDS * 16)}")]
    for q in (text[:-1], blanks):
        await crowd.find(q, *full, highlight="true")
    problem = await crowd.problem(400, q=text)
    assert problem["parameter"] == "q"
    assert "at most 60" in problem["detail"]


async def test_many_words_in_filters(crowd: Api) -> None:
    words = " ".join(f"w{number}" for number in range(200))
    await crowd.find(" ".join(MISTYPED), ("filter", f'name~="{words}"'), highlight="true")
    pairs = [("filter", f'{field}~="{words}"') for field in ("name", "nickname")]
    status, _, body = await crowd.request("GET", "/users", params=pairs * (MAX_FILTERS // 2))
    assert status == 400, body
