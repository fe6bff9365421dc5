"""An index that bootstrap can't bring up to date in place: named, and left as usable as it was."""

import pytest
from opensearchpy import AsyncOpenSearch

from service.index.bootstrap import bootstrap
from service.index.change import Change
from service.index.errors import IndexClosed, NeedsNewIndex
from service.index.names import IndexNames
from service.index.state import index_state
from service.index.templates import OWNER, load_templates
from tests.integration.test_bootstrap import done, make_index


async def test_what_needs_a_new_index_is_refused_and_named(
    client: AsyncOpenSearch, fresh: IndexNames
) -> None:
    await make_index(
        client,
        fresh,
        properties={"logins_count": {"type": "integer"}},
        without="multifactor",
        analysis={"filter": {"first_words": {"type": "limit", "max_token_count": "9"}}},
    )
    reported: list[Change] = []
    with pytest.raises(NeedsNewIndex) as refusal:
        await bootstrap(client, fresh, report=reported.append)
    assert f"index {fresh.first}: field multifactor" in {change.what for change in reported}
    assert {difference.what for difference in refusal.value.differences} == {
        "analysis filter first_words",
        "field logins_count: type",
        "field logins_count: ignore_malformed",
    }
    assert "~ field logins_count: type: integer → long" in str(refusal.value)
    # Documents with the release's new field are taken all the same.
    await client.index(index=fresh.writers, id="a", body={"multifactor": ["otp"]})
    # The next index is right, so there is somewhere to move to.
    second = f"{fresh.name}-000002"
    await client.indices.create(index=second)
    mapping = (await client.indices.get_mapping(index=second))[second]["mappings"]
    assert mapping == load_templates(fresh).mappings()


async def test_a_hand_made_index_takes_documents_after_the_refusal(
    client: AsyncOpenSearch, fresh: IndexNames
) -> None:
    """It has no analyser of ours, so none of the fields that others are copied to."""
    mappings = {
        "dynamic": "strict",
        "_meta": {"managed_by": OWNER},
        "properties": {"user_id": {"type": "keyword", "ignore_above": 8191}},
    }
    await client.indices.create(index=fresh.first, body={"mappings": mappings})
    with pytest.raises(NeedsNewIndex) as refusal:
        await bootstrap(client, fresh)
    named = {difference.what for difference in refusal.value.differences}
    assert {"field user_id: copy_to", "field search"} <= named
    await client.index(index=fresh.writers, id="a", body={"user_id": "a"})


async def test_a_field_of_another_type_is_refused_and_left_as_it_is(
    client: AsyncOpenSearch, fresh: IndexNames
) -> None:
    await make_index(client, fresh, properties={"name": {"type": "keyword"}})
    with pytest.raises(NeedsNewIndex, match="~ field name: type: keyword → text"):
        await bootstrap(client, fresh)
    await client.index(index=fresh.writers, id="a", body={"name": "Ada"})


async def test_a_closed_index_is_refused_until_it_is_open(
    client: AsyncOpenSearch, fresh: IndexNames
) -> None:
    await bootstrap(client, fresh)
    await client.indices.close(index=fresh.first)
    with pytest.raises(IndexClosed, match=f"POST /{fresh.first}/_open"):
        await bootstrap(client, fresh)
    state = await index_state(client, fresh)
    assert f"POST /{fresh.first}/_open" in state.problem
    await client.indices.open(index=fresh.first)
    assert await done(client, fresh) == []
    assert not (await index_state(client, fresh)).problem
