"""Times in the console: how long ago stays true for as long as it is shown."""

import pytest
from playwright.async_api import expect

from service.clock import clock_us
from tests.acceptance.auth0 import at, event, new_user_id
from tests.acceptance.console.conftest import OpenWindow
from tests.acceptance.console.posting import new_word

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOUR_US = 3_600_000_000


async def test_how_long_ago_grows_while_it_is_looked_at(open_window: OpenWindow) -> None:
    window, word, user_id = await open_window(), new_word(), new_user_id()
    page, service, now = window.page, window.service, clock_us()
    seen = at(now - 2 * HOUR_US)
    await service.post(event("created", user_id, at(now), name=f"Ada {word}", last_login=seen))
    await service.drained()
    await page.clock.install()
    await window.sign_in()
    await page.get_by_label("Search users").fill(word)
    row = page.get_by_role("listitem").filter(has_text=word)
    await expect(row).to_contain_text("seen 2 h ago")
    await page.clock.fast_forward("03:00:00")
    await expect(row).to_contain_text("seen 5 h ago")

    await row.get_by_role("link").click()
    login = page.get_by_text("Last login").locator("..")
    await expect(login).to_contain_text("UTC 5 h ago")
    await page.clock.fast_forward("01:00:00")
    await expect(login).to_contain_text("UTC 6 h ago")


async def test_a_time_to_come_is_not_told_as_past(open_window: OpenWindow) -> None:
    window, word = await open_window(), new_word()
    now = clock_us()
    ahead = at(now + 26 * HOUR_US)
    posted = event("created", new_user_id(), at(now), name=f"Bea {word}", last_login=ahead)
    await window.service.post(posted)
    await window.service.drained()
    await window.sign_in()
    await window.page.get_by_label("Search users").fill(word)
    row = window.page.get_by_role("listitem").filter(has_text=word)
    await expect(row).to_contain_text("seen in 26 h")
