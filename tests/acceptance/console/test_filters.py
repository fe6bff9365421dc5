"""Filtering users in the console by chips."""

import pytest
from playwright.async_api import expect

from tests.acceptance.auth0 import new_user_id
from tests.acceptance.console.browser import Window
from tests.acceptance.console.posting import new_word, post

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_blocked_are_offered_where_nobody_is_said_not_to_be(window: Window) -> None:
    word, page = new_word(), window.page
    await post(window, "created", new_user_id(), f"Ken {word}", blocked=True)
    await post(window, "created", new_user_id(), f"Dennis {word}")
    await window.service.drained()
    await page.get_by_label("Search users").fill(word)
    blocked = page.get_by_role("group", name="Blocked").get_by_role("button", name="yes 1")
    await blocked.click()
    await expect(page.get_by_role("link", name=f"Dennis {word}")).to_be_hidden()
    await expect(page.get_by_role("link", name=f"Ken {word}")).to_be_visible()
    await blocked.click()
    await expect(page.get_by_role("link", name=f"Dennis {word}")).to_be_visible()

    await page.get_by_label("Search users").fill(f"Ken {word}")
    await expect(page.locator(".count")).to_contain_text("1 user")
    await expect(blocked).to_be_hidden()


async def test_a_filter_with_a_mistake_is_mended_where_it_was_written(window: Window) -> None:
    page = window.page
    written = page.get_by_label("Add a filter")
    await written.fill("blocked!=perhaps")
    await written.press("Enter")
    await page.get_by_role("button", name="Remove filter blocked!=perhaps").click()
    await expect(written).to_have_value("blocked!=perhaps")
    await expect(written).to_be_focused()
    await expect(page.get_by_text("This search can’t be understood")).to_be_hidden()

    await written.fill("blocked!=true")
    await written.press("Enter")
    await page.get_by_role("button", name="Remove filter blocked!=true").click()
    await expect(page.get_by_role("button", name="Remove filter")).to_be_hidden()
    await expect(written).to_have_value("")


async def test_a_written_filter_keeps_the_focus_until_it_is_taken_off(window: Window) -> None:
    page, written = window.page, window.page.get_by_label("Add a filter")
    for filter_ in ("blocked!=true", "missing(username)"):
        await written.fill(filter_)
        await written.press("Enter")
    chip = page.get_by_role("button", name="Remove filter missing(username)")
    await chip.focus()
    async with page.expect_response(lambda reply: "/users?" in reply.url):
        pass
    await page.evaluate("() => new Promise((done) => setTimeout(done))")
    await expect(chip).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(chip).to_be_hidden()
    await expect(page.get_by_role("button", name="Remove filter blocked!=true")).to_be_focused()
