"""Nobody is shut out: axe-core finds nothing in any view, light, dark or narrow, and what changes
by itself is told once and takes no focus."""

from importlib import resources
from typing import Any

import pytest
from playwright.async_api import Route, expect

from tests.acceptance.auth0 import event, new_user_id
from tests.acceptance.console.browser import Window
from tests.acceptance.console.conftest import OpenWindow

pytestmark = pytest.mark.asyncio(loop_scope="module")

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text()
TIME, LATER = "2025-02-01T12:34:56.789Z", "2025-02-01T12:34:57.789Z"
WIDE, NARROW = {"width": 1200, "height": 900}, {"width": 390, "height": 800}


async def violations(window: Window) -> list[str]:
    """What axe-core found, as text."""
    await window.page.evaluate(AXE)
    found: Any = await window.page.evaluate("axe.run()")
    return [
        f"{one['id']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in found["violations"]
    ]


@pytest.mark.parametrize(
    ("scheme", "size"), [("light", WIDE), ("dark", WIDE), ("light", NARROW), ("dark", NARROW)]
)
async def test_no_view_has_a_violation(
    open_window: OpenWindow, scheme: str, size: dict[str, int]
) -> None:
    window = await open_window(color_scheme=scheme, viewport=size)
    page, service = window.page, window.service
    user_id = new_user_id()
    name = f"Hedy {user_id[-12:]}"
    fields: dict[str, Any] = {"email_verified": False, "blocked": "maybe", "multifactor": ["totp"]}
    await service.post(event("created", user_id, TIME, name=name, **fields))
    await service.post(event("created", user_id, TIME) | {"data": 5})
    await service.drained()
    found: dict[str, list[str]] = {}

    await window.sign_in()
    await page.get_by_label("Search users").fill(user_id)
    await expect(page.get_by_role("link", name=name)).to_be_visible()
    found["users"] = await violations(window)
    await page.get_by_label("Search users").fill("zzzzzzzzqqq")
    await expect(page.get_by_text("No user found").first).to_be_visible()
    found["nobody"] = await violations(window)
    await page.goto(f"{service.private_url}/#/users/{user_id}")
    await expect(page.get_by_role("heading", name=name)).to_be_visible()
    found["user"] = await violations(window)
    await page.get_by_role("link", name="Sync").click()
    await expect(page.get_by_role("heading", name="Checks")).to_be_visible()
    found["sync"] = await violations(window)
    await page.get_by_role("link", name="Dead letters").click()
    await page.get_by_label("Dead letters", exact=True).get_by_role("button").first.click()
    found["dead letters"] = await violations(window)
    await page.get_by_role("button", name="Drop").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    found["question"] = await violations(window)

    assert {view: what for view, what in found.items() if what} == {}
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_a_deletion_is_told_and_stays_told(open_window: OpenWindow) -> None:
    window, user_id = await open_window(), new_user_id()
    page, service = window.page, window.service
    await service.post(event("created", user_id, TIME, name=f"Lynn {user_id[-12:]}"))
    await service.drained()
    await window.sign_in(path=f"/users/{user_id}")
    await expect(page.get_by_role("heading", name="Lynn")).to_be_visible()
    await service.post(event("deleted", user_id, LATER))
    told = page.get_by_role("alert").filter(has_text="This user was deleted")
    await expect(told).to_be_visible()
    notice = await told.locator("p").element_handle()
    async with page.expect_response(lambda reply: reply.status == 404):
        pass
    await page.evaluate("() => new Promise((done) => setTimeout(done))")
    assert notice is not None
    assert await notice.evaluate("(one) => one.isConnected"), "an alert put in anew is read anew"
    await expect(told).to_be_visible()


@pytest.mark.parametrize("view", ["sync", "dead-letters"])
async def test_a_refusal_that_lasts_takes_no_focus(open_window: OpenWindow, view: str) -> None:
    window = await open_window()
    await window.sign_in(admin="wrong", path=f"/{view}")
    enter = window.page.get_by_role("button", name="Enter token")
    await enter.focus()
    async with window.page.expect_response(lambda reply: reply.status == 401):
        pass
    await window.page.evaluate("() => new Promise((done) => setTimeout(done))")
    await expect(enter).to_be_focused()


async def test_whose_name_is_blank_is_called_otherwise(window: Window) -> None:
    """A link needs a name. That no sign-in is known is not that there was none."""
    address = f"{new_user_id()[-12:]}@example.com"
    unnamed = event("created", new_user_id(), TIME, name="  ", nickname="", email=address)
    await window.service.post(unnamed)
    await window.service.drained()
    await window.page.get_by_label("Search users").fill(address)
    row = window.page.get_by_role("link", name=address)
    await expect(row.locator(".name")).to_have_text(address)
    await expect(row).to_contain_text("no sign-in known")


async def test_the_bar_tells_in_words_whether_all_is_well(window: Window) -> None:
    async def failing(route: Route) -> None:
        reply = await route.fetch()
        status = await reply.json()
        status["checks"] = [check | {"ok": False} for check in status["checks"][:2]]
        await route.fulfill(response=reply, json=status)

    await window.page.route("**/admin/status", failing)
    await expect(window.page.get_by_role("link", name="Sync 2 checks failing")).to_be_visible()


async def test_words_and_numbers_of_the_accounting_stay_whole_in_a_narrow_window(
    open_window: OpenWindow,
) -> None:
    window = await open_window(viewport={"width": 320, "height": 640})
    await window.sign_in(path="/sync")
    row = window.page.get_by_role("row", name="Superseded")
    await expect(row).to_be_visible()
    word = "cell => { const word = new Range(); word.selectNodeContents(cell); return "
    lines = "word.getBoundingClientRect().height / parseFloat(getComputedStyle(cell).lineHeight) }"
    assert await row.get_by_role("rowheader").evaluate(word + lines) < 1.5
    assert await window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_a_text_is_told_from_a_number_by_more_than_its_colour(window: Window) -> None:
    user_id, page = new_user_id(), window.page
    metadata = {"word": "true", "fact": True, "nothing": ""}
    posted = event("created", user_id, TIME, name="Quoted Words", app_metadata=metadata)
    await window.service.post(posted)
    await window.service.drained()
    await page.goto(f"{window.service.private_url}/#/users/{user_id}")
    leaf = page.locator(".leaf")
    await expect(leaf.filter(has_text="word")).to_match_aria_snapshot("- text: 'word: “true”'")
    await expect(leaf.filter(has_text="fact")).to_match_aria_snapshot("- text: 'fact: true'")
    await expect(leaf.filter(has_text="nothing")).to_match_aria_snapshot("- text: 'nothing: “”'")
    await expect(leaf.filter(has_text="word").locator(".str")).to_have_text("true")
