"""`user-sync bootstrap`: says what it changed, changes nothing twice, refuses in plain words."""

from service.index.templates import OWNER
from tests.acceptance.conftest import StartService


async def test_bootstrap_creates_and_then_has_nothing_to_do(service: StartService) -> None:
    one = await service(started=False)
    first = await one.user_sync("bootstrap")
    assert first.code == 0
    assert f"{one.index}-000001" in first.out
    aliases = await one.engine("GET", f"/{one.index}-000001/_alias")
    assert aliases[f"{one.index}-000001"]["aliases"].keys() == {one.index, f"{one.index}-write"}

    before = await one.engine("GET", f"/{one.index}-000001")
    again = await one.user_sync("bootstrap")
    assert again.code == 0
    assert "Nothing to change" in again.out
    assert await one.engine("GET", f"/{one.index}-000001") == before


async def test_a_refusal_too_tells_what_was_changed(service: StartService) -> None:
    """The templates for the next index are written by then."""
    one = await service(started=False)
    mappings = {"_meta": {"managed_by": OWNER}, "properties": {"name": {"type": "keyword"}}}
    await one.engine("PUT", f"/{one.index}-000001", {"mappings": mappings})
    result = await one.user_sync("bootstrap")
    assert result.code == 1
    assert "~ field name: type: keyword → text" in result.err
    assert f"+ index template {one.index}: version 1" in result.out
    assert f"+ index {one.index}-000001: field multifactor: " in result.out


async def test_bootstrap_without_opensearch_says_why(service: StartService) -> None:
    one = await service(started=False, opensearch_url="http://127.0.0.1:1")
    result = await one.user_sync("bootstrap")
    assert result.code == 1
    assert "can't be reached" in result.err
    assert "Traceback" not in result.err


async def test_serve_bootstraps_by_itself(service: StartService) -> None:
    one = await service()
    await one.post(b"[]")
    result = await one.user_sync("bootstrap")
    assert "Nothing to change" in result.out
