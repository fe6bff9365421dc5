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
