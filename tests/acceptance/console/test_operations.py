"""Seeing the sync and mending dead letters in the console, in a real browser."""

import asyncio
from collections.abc import Callable

import pytest
from playwright.async_api import Page, Route, expect

from service.clock import clock_us
from service.engine import Node
from tests.acceptance.auth0 import at, event, new_user_id
from tests.acceptance.conftest import StartService
from tests.acceptance.console.browser import ADMIN_TOKEN, SEARCH_TOKEN, SETTINGS, Window
from tests.acceptance.console.conftest import OpenWindow

pytestmark = pytest.mark.asyncio(loop_scope="module")

TIME = "2025-02-01T12:34:56.789Z"
HOUR_US = 3_600_000_000


def in_hours(hours: float) -> str:
    return at(clock_us() + int(hours * HOUR_US))


async def post_poison(window: Window, count: int = 1, **fields: object) -> None:
    """Dead letters of reason data_invalid."""
    for _ in range(count):
        body = event("created", new_user_id(), TIME) | {"data": 5} | fields
        assert await window.service.post(body) == 204
    await window.service.drained()


async def test_a_link_hands_the_tokens_over_and_forgets_them(open_window: OpenWindow) -> None:
    window = await open_window()
    await window.sign_in()
    await expect(window.page.locator(".count")).to_contain_text("user")
    assert SEARCH_TOKEN not in window.page.url
    assert ADMIN_TOKEN not in window.page.url
    assert await window.page.evaluate("history.length") <= 2
    assert ADMIN_TOKEN in await window.page.evaluate("Object.values(sessionStorage).join()")
    assert await window.page.evaluate("localStorage.length + document.cookie.length") == 0


async def sync_beside(window: Window) -> Page:
    """A tab that was opened from a window's; it shows the sync."""
    async with window.context.expect_page() as opened:
        await window.page.get_by_role("link", name="Sync").click(modifiers=["ControlOrMeta"])
    beside = await opened.value
    await expect(beside.get_by_role("heading", name="Checks")).to_be_visible()
    return beside


async def test_a_tab_opened_beside_another_needs_no_token_anew(window: Window) -> None:
    page = window.page
    beside = await sync_beside(window)
    await page.close()
    await beside.reload()
    await expect(beside.get_by_role("heading", name="Checks")).to_be_visible()


async def test_tokens_that_are_cleared_are_gone_from_every_tab(window: Window) -> None:
    page = window.page
    beside = await sync_beside(window)
    await page.get_by_role("button", name="Tokens").click()
    await page.get_by_label("Search token").clear()
    await page.get_by_label("Admin token").clear()
    await page.get_by_role("button", name="Use them").click()
    await expect(beside.get_by_text("This needs a valid admin token")).to_be_visible()
    for tab in (page, beside):
        assert await tab.evaluate("Object.values(sessionStorage).join('')") == ""


async def test_without_a_token_it_asks_for_one(open_window: OpenWindow) -> None:
    window = await open_window()
    page = window.page
    await window.sign_in(search="wrong", admin="wrong")
    await page.get_by_role("button", name="Enter token").click()
    await page.get_by_label("Search token").fill(SEARCH_TOKEN)
    await page.get_by_label("Admin token").fill(ADMIN_TOKEN)
    await page.get_by_role("button", name="Use them").click()
    await expect(page.locator(".count")).to_contain_text("user")
    await page.get_by_role("link", name="Sync").click()
    await expect(page.get_by_role("heading", name="Checks")).to_be_visible()


async def test_a_link_may_hold_a_token_with_a_plus_as_it_is(open_window: OpenWindow) -> None:
    window = await open_window()
    await window.page.goto(f"{window.service.private_url}/#token=sek+ret%2B1&admin=a%2Fb")
    await expect(window.page.get_by_text("This needs a valid search token")).to_be_visible()
    kept = "['search', 'admin'].map((room) => sessionStorage.getItem(`user-sync.${room}`))"
    assert await window.page.evaluate(kept) == ["sek+ret+1", "a/b"]


async def test_a_token_that_no_header_can_hold_is_a_wrong_one(open_window: OpenWindow) -> None:
    window = await open_window()
    page = window.page
    await window.sign_in(search=f"“{SEARCH_TOKEN}”", admin=f"{ADMIN_TOKEN}’")
    await expect(page.get_by_text("This needs a valid search token")).to_be_visible()
    await expect(page.locator("#offline")).to_be_hidden()
    await page.get_by_role("link", name="Sync").click()
    await page.get_by_role("button", name="Enter token").click()
    await page.get_by_label("Search token").fill(f"\u200b {SEARCH_TOKEN}\u00a0")
    await page.get_by_label("Admin token").fill(f" {ADMIN_TOKEN}\u200b")
    await page.get_by_role("button", name="Use them").click()
    await expect(page.get_by_role("heading", name="Checks")).to_be_visible()
    await page.get_by_role("link", name="Users").click()
    await expect(page.locator(".count")).to_contain_text("user")


async def test_the_sync_view_tells_what_came_and_what_was_lost(window: Window) -> None:
    service, page = window.service, window.page
    test_event = event("created", new_user_id(), TIME) | {"a0purpose": "test"}
    await service.post(test_event)
    assert await service.post(b"no json") == 400
    await page.get_by_role("link", name="Sync").click()
    await expect(page.get_by_text("400 not json")).to_be_visible()
    lost = page.get_by_text("refused for good since the start. If Auth0’s")
    await expect(lost).to_be_visible()
    await expect(page.get_by_text("failing", exact=False).first).to_be_visible()
    await expect(page.get_by_role("row", name="Received")).to_be_visible()
    await expect(page.get_by_text("Nothing is missing")).to_be_visible()
    await expect(page.get_by_role("img", name="Received, now")).to_be_visible()


async def test_nothing_is_said_to_be_well_while_nobody_can_tell(window: Window) -> None:
    async def refuse(route: Route) -> None:
        await route.fulfill(status=503, json={"detail": "The journal does not answer."})

    page = window.page
    await page.get_by_role("link", name="Sync").click()
    state = page.get_by_text("version")
    await expect(state).to_be_visible()
    await expect(page.locator("#health")).to_be_visible()
    await page.route("**/admin/status", refuse)
    old = page.get_by_role("alert").filter(has_text="What is shown may be old")
    await expect(old).to_be_visible()
    await expect(state).to_be_hidden()
    await expect(page.locator("#health")).to_be_hidden()
    await page.unroute_all()
    await expect(state).to_be_visible()
    await expect(old).to_be_hidden()


async def test_a_dead_letters_body_is_hidden_until_asked_for(window: Window) -> None:
    secret = new_user_id()
    await post_poison(window, note=f"<img src=x onerror=alert(1)> {secret}")
    page = window.page
    await page.get_by_role("link", name="Dead letters").click()
    await page.get_by_role("link", name="data invalid").click()
    row = page.get_by_label("Dead letters", exact=True).get_by_role("listitem").last
    await row.get_by_role("button", name="data invalid").click()
    await expect(row.get_by_role("button", name="Show body")).to_be_visible()
    assert secret not in await page.content()
    await row.get_by_role("button", name="Show body").click()
    await expect(row.locator("pre")).to_contain_text(secret)
    await expect(row.locator("pre")).to_contain_text("<img src=x")
    await row.get_by_role("button", name="Hide body").click()
    await expect(row.locator("pre")).to_be_hidden()
    reads = [line for line in window.service.log_lines() if line["action"] == "dead_letter_read"]
    assert reads[-1]["who"] == "anna"
    assert secret not in await asyncio.to_thread(window.service.log.read_text)


async def test_what_stays_unusable_is_said_to_be_a_dead_letter_again(window: Window) -> None:
    await post_poison(window, 2)
    page = window.page
    await page.goto(f"{window.service.private_url}/#/dead-letters?reason=data_invalid")
    await page.get_by_role("button", name="Replay all").click()
    await page.get_by_role("dialog").get_by_role("button", name="Replay").click()
    told = page.locator(".flag").filter(has_text="again a dead letter (data invalid)")
    await expect(told).to_be_visible()
    await expect(page.locator("#said")).to_contain_text("again a dead letter")
    await page.get_by_role("button", name="Put away").click()
    await expect(told).to_be_hidden()


async def test_dropping_asks_first(window: Window) -> None:
    await post_poison(window, data={"object": {"user_id": ""}})
    page, service = window.page, window.service
    before = await service.metric("user_sync_dead_letters")
    await page.get_by_role("link", name="Dead letters").click()
    row = page.get_by_label("Dead letters", exact=True).get_by_role("listitem").last
    await row.get_by_role("button").first.click()
    await row.get_by_role("button", name="Drop").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    assert await service.metric("user_sync_dead_letters") == before
    await row.get_by_role("button", name="Drop").click()
    await dialog.get_by_role("button", name="Drop").click()
    await expect(page.locator("#said")).to_have_text("1 dead letter dropped")
    assert await service.metric("user_sync_dead_letters") == before - 1


async def test_only_what_was_counted_is_dropped(
    service: StartService, open_window: OpenWindow
) -> None:
    window = await open_window(await service(**SETTINGS))
    page = window.page
    await post_poison(window, 3)
    await window.sign_in(path="/dead-letters?reason=data_invalid")
    await page.get_by_role("button", name="Drop all").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Drop 3 dead letters for good?")
    await post_poison(window, 4)
    await expect(page.locator("#dead")).to_have_text("7")
    await dialog.get_by_role("button", name="Drop").click()
    await expect(page.locator("#said")).to_have_text("3 dead letters dropped")
    await expect(page.get_by_role("button", name="Replay all 4")).to_be_visible()
    await expect(page.get_by_role("button", name="Drop all")).to_be_focused()
    await page.keyboard.press("Enter")
    await dialog.get_by_role("button", name="Drop").click()
    await expect(page.get_by_text("No more of “data invalid”")).to_be_visible()
    await expect(page.locator("main")).to_be_focused()


async def test_a_bar_with_many_dead_letters_fits_the_narrowest_window(
    open_window: OpenWindow,
) -> None:
    window = await open_window(viewport={"width": 320, "height": 640})

    async def many(route: Route) -> None:
        reply = await route.fetch()
        status = await reply.json()
        status["accounting"]["dead_letters"] = 88_888
        await route.fulfill(response=reply, json=status)

    await window.page.route("**/admin/status", many)
    await window.sign_in(path="/sync")
    await expect(window.page.locator("#dead")).to_have_text("88,888")
    assert await window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_a_replay_works_and_a_restart_needs_no_reload(
    service: StartService, open_window: OpenWindow
) -> None:
    one = await service(**SETTINGS)
    user_id = new_user_id()
    assert await one.post(event("created", user_id, in_hours(2), name="Margaret Early")) == 204
    await one.drained()
    window = await open_window(one)
    page = window.page
    await window.sign_in(path="/dead-letters")
    await page.get_by_role("button", name="time in future").click()
    one.settings["FUTURE_TOLERANCE"] = "1d"
    await one.stop()
    await expect(page.locator("#offline")).to_be_visible()
    await one.start()
    await expect(page.locator("#offline")).to_be_hidden()
    if not await page.get_by_role("button", name="Replay", exact=True).is_visible():
        await page.get_by_role("button", name="time in future").click()
    await page.get_by_role("button", name="Replay", exact=True).click()
    await expect(page.get_by_text("Replayed #1: 1 applied")).to_be_visible()
    await expect(page.get_by_text("No dead letters")).to_be_visible()
    await page.keyboard.press("/")
    await page.get_by_label("Search users").fill("margaret early")
    await expect(page.get_by_role("link", name="Margaret Early")).to_be_visible()
    replayed = [line for line in one.log_lines() if line["action"] == "dead_letters_replayed"]
    assert (replayed[0]["who"], replayed[0]["seqs"]) == ("anna", "1")


async def test_a_stopped_engine_shows_and_recovers_without_a_reload(
    own_engine: Callable[..., Node], service: StartService, open_window: OpenWindow
) -> None:
    node = await asyncio.to_thread(own_engine)
    one = await service(opensearch_url=node.url, **SETTINGS)
    await one.post(event("created", new_user_id(), TIME, name="Radia Perlman"))
    await one.drained()
    users, sync = await open_window(one), await open_window(one)
    await users.sign_in()
    await sync.sign_in(path="/sync")
    row = users.page.get_by_role("link", name="Radia Perlman")
    await expect(row).to_be_visible()
    await expect(sync.page.locator("main").get_by_text("All is well")).to_be_visible()

    await asyncio.to_thread(node.stop)
    await expect(users.page.get_by_text("OpenSearch can’t be searched now")).to_be_visible()
    await expect(sync.page.get_by_text("check that OpenSearch runs").first).to_be_visible()
    assert await one.post(event("created", new_user_id(), TIME, name="Frances Allen")) == 204
    await expect(
        sync.page.get_by_role("row", name="Journal").get_by_text("1", exact=True)
    ).to_be_visible()

    await asyncio.to_thread(node.restart)
    waits = 40_000
    await expect(row).to_be_visible(timeout=waits)
    await expect(users.page.get_by_role("link", name="Frances Allen")).to_be_visible(timeout=waits)
    await expect(sync.page.locator("main").get_by_text("All is well")).to_be_visible(timeout=waits)


async def test_apis_that_are_off_are_said_to_be(
    service: StartService, open_window: OpenWindow
) -> None:
    window = await open_window(await service())
    await window.sign_in()
    await expect(window.page.get_by_text("The search API is off")).to_be_visible()
    await window.page.get_by_role("link", name="Sync").click()
    await expect(window.page.get_by_text("The admin API is off")).to_be_visible()
