"""Mending one dead letter after another in the console, alone by keyboard or beside a colleague."""

import pytest
from playwright.async_api import Route, expect

from tests.acceptance.auth0 import event, new_user_id
from tests.acceptance.conftest import StartService
from tests.acceptance.console.browser import SETTINGS
from tests.acceptance.console.conftest import OpenWindow
from tests.acceptance.service_process import Service

pytestmark = pytest.mark.asyncio(loop_scope="module")

TIME = "2025-02-01T12:34:56.789Z"


async def poisoned(start: StartService, count: int) -> Service:
    """A service with so many dead letters of reason data_invalid."""
    one = await start(**SETTINGS)
    batch = [event("created", new_user_id(), TIME) | {"data": 5} for _ in range(count)]
    headers = {"Content-Type": "application/cloudevents-batch+json"}
    assert await one.post(batch, **headers) == 204
    await one.drained()
    return one


async def test_the_focus_goes_on_to_the_next(
    service: StartService, open_window: OpenWindow
) -> None:
    window = await open_window(await poisoned(service, 53))
    page, keys = window.page, window.page.keyboard
    await window.sign_in(path="/dead-letters?reason=data_invalid")
    heads = page.locator(".head")
    await expect(heads).to_have_count(50)
    await page.get_by_role("button", name="More of 53").focus()
    await keys.press("Enter")
    await expect(heads).to_have_count(53)
    await expect(heads.nth(50)).to_be_focused()

    async def drop_focused() -> None:
        for key in ("Enter", "Tab", "Tab", "Enter"):
            await keys.press(key)
        await page.get_by_role("dialog").get_by_role("button", name="Drop").press("Enter")

    following = await heads.nth(51).inner_text()
    await drop_focused()
    await expect(heads).to_have_count(52)
    await expect(page.locator(":focus")).to_have_text(following, use_inner_text=True)

    await heads.nth(51).focus()
    await drop_focused()
    await expect(heads).to_have_count(51)
    await expect(heads.nth(50)).to_be_focused()


async def test_what_a_colleague_took_before_is_told(
    service: StartService, open_window: OpenWindow
) -> None:
    one = await poisoned(service, 3)
    window, colleague = await open_window(one), await open_window(one)
    for each in (window, colleague):
        await each.sign_in(path="/dead-letters?reason=data_invalid")
        await expect(each.page.locator(".head")).to_have_count(3)
    await window.hold_back("admin/status")
    await colleague.page.locator(".head").first.click()
    row = colleague.page.locator(".letters li").first
    await row.get_by_role("button", name="Drop").click()
    await colleague.page.get_by_role("dialog").get_by_role("button", name="Drop").click()
    await expect(colleague.page.locator(".head")).to_have_count(2)

    page = window.page
    await page.locator(".head").first.click()
    await page.get_by_role("button", name="Replay", exact=True).click()
    gone = page.get_by_role("alert").filter(has_text="1 dead letter no longer there")
    await expect(gone).to_be_visible()
    await expect(page.locator(".head")).to_have_count(2)
    await page.get_by_role("button", name="Drop all").click()
    await page.get_by_role("dialog").get_by_role("button", name="Drop").click()
    await expect(page.get_by_text("No more of “data invalid”")).to_be_visible()
    await expect(gone).to_be_hidden()


async def test_an_act_that_fails_is_told_to_have_failed(
    service: StartService, open_window: OpenWindow
) -> None:
    window = await open_window(await poisoned(service, 1))
    page = window.page

    async def refuse(route: Route) -> None:
        await route.fulfill(status=503, json={"detail": "The journal is full."})

    await window.sign_in(path="/dead-letters")
    await page.locator(".head").click()
    await page.route("**/admin/dead-letters**", refuse)
    await page.get_by_role("button", name="Replay", exact=True).press("Enter")
    await expect(page.get_by_text("The replay failed: The journal is full.")).to_be_visible()
    await expect(page.get_by_text("The journal can’t be read now")).to_be_visible()
    await expect(page.locator("main")).to_be_focused()
