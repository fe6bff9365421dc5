"""A user's page stays as its reader left it while the user changes."""

import pytest
from playwright.async_api import expect

from tests.acceptance.auth0 import new_user_id
from tests.acceptance.console.browser import Window
from tests.acceptance.console.posting import new_word, post

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_change_leaves_open_what_is_open_and_focused_what_is_focused(
    window: Window,
) -> None:
    user_id, word, page = new_user_id(), new_word(), window.page
    metadata = {"many": {f"key{n}": n for n in range(40)}}
    await post(window, "created", user_id, f"Ada {word}", app_metadata=metadata)
    await window.service.drained()
    await page.goto(f"{window.service.private_url}/#/users/{user_id}")
    branch = page.locator("summary").filter(has_text="many")
    await branch.click()
    await expect(page.get_by_text("key39")).to_be_visible()
    await expect(branch).to_be_focused()

    await post(window, "updated", user_id, f"Bea {word}", app_metadata=metadata)
    await expect(page.get_by_role("heading", name=f"Bea {word}")).to_be_visible()
    await expect(page.get_by_text("key39")).to_be_visible()
    await expect(branch).to_be_focused()

    button = page.get_by_role("button", name="Copy as JSON")
    await button.focus()
    metadata["many"]["key39"] = 390
    await post(window, "updated", user_id, f"Cy {word}", app_metadata=metadata)
    await expect(page.get_by_role("heading", name=f"Cy {word}")).to_be_visible()
    await expect(button).to_be_focused()
    await branch.click()
    await expect(page.get_by_text("key39: 390")).to_be_visible()
