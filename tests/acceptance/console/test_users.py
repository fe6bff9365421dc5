"""Finding a user in the console, in a real browser, through the service, on the real engine."""

import json
import re

import pytest
from playwright.async_api import Route, expect

from tests.acceptance.auth0 import event, new_user_id
from tests.acceptance.console.browser import Window
from tests.acceptance.console.conftest import OpenWindow
from tests.acceptance.console.posting import new_word, now, post, post_many
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = (
    "<img src=x onerror=\"document.title='owned'\"> <b>Bob</b> &amp; <script>alert(1)</script>"
)


async def test_typing_finds_a_user_posted_a_moment_before(window: Window) -> None:
    word = new_word()
    await post(window, "created", new_user_id(), f"Grace {word}")
    await window.service.drained()
    await window.page.get_by_label("Search users").press_sequentially(f"{word[:6]} gra", delay=20)
    row = window.page.get_by_role("listitem").filter(has_text=f"Grace {word}")
    await expect(row).to_be_visible()
    await expect(row.locator("mark").first).to_be_visible()
    await expect(window.page.locator(".count")).to_contain_text("1 user")
    await expect(window.page.locator("#said")).to_have_text("1 user")


async def test_a_deletion_disappears_by_itself(window: Window, open_window: OpenWindow) -> None:
    word, user_id = new_word(), new_user_id()
    await post(window, "created", user_id, f"Ada {word}")
    await window.service.drained()
    await window.page.get_by_label("Search users").fill(word)
    row = window.page.get_by_role("link", name=f"Ada {word}")
    await expect(row).to_be_visible()
    other = await open_window()
    await other.sign_in(path=f"/users/{user_id}")
    await expect(other.page.get_by_role("heading", name=f"Ada {word}")).to_be_visible()

    await post(window, "deleted", user_id, f"Ada {word}")
    await expect(row).to_be_hidden()
    await expect(window.page.get_by_text("No user found").first).to_be_visible()
    await expect(other.page.get_by_text("This user was deleted")).to_be_visible()


async def test_everything_by_keyboard(window: Window) -> None:
    word = new_word()
    for name in ("Alan", "Barbara"):
        await post(window, "created", new_user_id(), f"{name} {word}")
    await window.service.drained()
    page, keys = window.page, window.page.keyboard
    await page.get_by_role("link", name="Sync").click()
    await keys.press("/")
    box = page.get_by_label("Search users")
    await expect(box).to_be_focused()
    await keys.type(word)
    rows = page.get_by_label("Users", exact=True).get_by_role("link")
    await expect(rows).to_have_count(2)
    await keys.press("ArrowDown")
    await expect(rows.nth(0)).to_be_focused()
    await keys.press("ArrowDown")
    await expect(rows.nth(1)).to_be_focused()
    await keys.press("ArrowUp")
    await keys.press("ArrowUp")
    await expect(box).to_be_focused()
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name=word)).to_be_visible()
    await page.get_by_role("link", name="← Users").click()
    await expect(rows).to_have_count(2)
    await expect(box).to_be_focused()
    await keys.press("Escape")
    await expect(box).to_have_value("")


async def test_enter_waits_for_the_answer_to_what_was_typed(window: Window) -> None:
    word, user_id = new_word(), new_user_id()
    await post(window, "created", user_id, f"Edsger {word}")
    await window.service.drained()
    held = await window.hold_back(f"q={word}")
    await window.page.get_by_label("Search users").fill(word)
    await window.page.keyboard.press("Enter")
    await held.let_go()
    await expect(window.page.get_by_role("heading", name=f"Edsger {word}")).to_be_visible()


async def test_a_search_goes_on_where_the_address_may_not_change(window: Window) -> None:
    """Safari lets a page change it a hundred times in ten seconds, and then throws."""
    word = new_word()
    await post(window, "created", new_user_id(), f"Radia {word}")
    await window.service.drained()
    box = window.page.get_by_label("Search users")
    await expect(box).to_be_visible()
    await window.page.evaluate(
        "() => { history.replaceState = () => { throw new DOMException('', 'SecurityError') } }"
    )
    await box.fill(word)
    await expect(window.page.locator(".count")).to_contain_text("1 user")


async def test_an_answer_that_comes_late_overtakes_nothing(window: Window) -> None:
    early, late = new_word(), new_word()
    await post(window, "created", new_user_id(), f"Early {early}")
    await post(window, "created", new_user_id(), f"Late {late}")
    await window.service.drained()
    held = await window.hold_back(f"q={early}&")
    # Even if the browser could not take a question back.
    await window.page.evaluate("AbortController.prototype.abort = () => {}")
    box = window.page.get_by_label("Search users")
    await box.fill(early)
    await box.fill(late)
    shown = window.page.get_by_role("link", name=f"Late {late}")
    await expect(shown).to_be_visible()
    async with window.page.expect_response(lambda reply: f"q={early}&" in reply.url):
        await held.let_go()
    await window.page.evaluate("() => new Promise((done) => setTimeout(done))")
    await expect(shown).to_be_visible()
    await expect(window.page.get_by_role("link", name=f"Early {early}")).to_be_hidden()


async def test_the_address_holds_the_search(window: Window, open_window: OpenWindow) -> None:
    word = new_word()
    await post(window, "created", new_user_id(), f"Ken {word}", blocked=True)
    await post(window, "created", new_user_id(), f"Dennis {word}", blocked=False)
    await window.service.drained()
    page = window.page
    await page.get_by_label("Search users").fill(word)
    await page.get_by_role("group", name="Blocked").get_by_role("button", name="yes 1").click()
    written = page.get_by_label("Add a filter")
    await written.fill('connection="Username-Password-Authentication"')
    await written.press("Enter")
    await written.fill("app_metadata.plan=pro")
    await written.press("Enter")
    await expect(
        page.get_by_role("button", name="Remove filter app_metadata.plan=pro")
    ).to_be_visible()
    await expect(page.get_by_role("link", name=f"Dennis {word}")).to_be_hidden()

    other = await open_window()
    await other.sign_in()
    await other.page.goto(page.url)
    await expect(other.page.get_by_role("link", name=f"Ken {word}")).to_be_visible()
    await expect(
        other.page.get_by_label("Users", exact=True).get_by_role("listitem")
    ).to_have_count(1)
    await expect(other.page.get_by_role("button", name="yes 1")).to_have_attribute(
        "aria-pressed", "true"
    )
    assert word not in await other.page.evaluate("location.pathname + location.search")


async def test_a_filter_that_is_wrong_is_explained_and_can_be_taken_off(window: Window) -> None:
    written = window.page.get_by_label("Add a filter")
    await written.fill("blocked=perhaps")
    await written.press("Enter")
    await expect(window.page.get_by_text("This search can’t be understood")).to_be_visible()
    await window.page.get_by_role("button", name="perhaps").click()
    await expect(window.page.get_by_text("This search can’t be understood")).to_be_hidden()


async def test_a_hostile_profile_stays_text(window: Window) -> None:
    word, user_id = new_word(), f"auth0|<svg onload=alert(1)>{new_word()}"
    metadata = {"<script>": ["</script><script>document.title='owned'</script>", {"a": HOSTILE}]}
    name = f"{word} {HOSTILE}"
    await post(window, "created", user_id, name, nickname=HOSTILE, app_metadata=metadata)
    await window.service.drained()
    page = window.page
    await page.get_by_label("Search users").fill(word)
    row = page.get_by_label("Users", exact=True).get_by_role("listitem")
    await expect(row.locator("bdi").first).to_have_text(name)
    await row.get_by_role("link").click()
    await expect(page.get_by_role("heading", name=name)).to_be_visible()
    await expect(
        page.get_by_text("</script><script>document.title='owned'</script>")
    ).to_be_visible()
    assert await page.locator("main img, main script, main b, main svg").count() == 0
    assert await page.title() != "owned"


async def test_whose_name_is_only_the_address_is_shown_by_given_and_family_name(
    window: Window,
) -> None:
    word, address = new_word(), f"{new_word()}@example.com"
    parts = {"given_name": "Jane", "family_name": word}
    await post(window, "created", new_user_id(), address, email=address, **parts)
    await window.service.drained()
    page = window.page
    await page.get_by_label("Search users").fill(f"jane {word}")
    row = page.get_by_role("listitem").filter(has_text=address)
    await expect(row.locator(".name")).to_have_text(f"Jane {word}")
    await expect(row.locator(".name mark")).to_have_count(2)
    await expect(row.locator(".sub")).to_have_text(address)
    await row.get_by_role("link").click()
    await expect(page.get_by_role("heading", name=f"Jane {word}")).to_be_visible()


async def test_a_users_page_shows_where_its_state_comes_from(window: Window) -> None:
    word, user_id = new_word(), new_user_id()
    big = 123456789012345678901234567890
    posted = event("updated", user_id, now(), name=word, app_metadata={"big": big}, blocked="maybe")
    assert await window.service.post(json.dumps(posted).encode()) == 204
    await window.service.drained()
    await window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = window.page
    await page.goto(f"{window.service.private_url}/#/users/{user_id}")
    await expect(page.get_by_text(posted["id"])).to_be_visible()
    await expect(page.get_by_text(str(big))).to_be_visible()
    await expect(page.get_by_text("did not fit their fields")).to_contain_text("blocked")
    await page.get_by_role("button", name="Copy as JSON").click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert f'"big": {big}' in await page.evaluate("navigator.clipboard.readText()")

    await post(window, "updated", user_id, f"{word} anew")
    await expect(page.get_by_role("heading", name=f"{word} anew")).to_be_visible()


async def test_a_user_is_copied_without_a_clipboard_api_too(window: Window) -> None:
    """Chromium has none where the page comes over plain http from another host."""
    user_id = new_user_id()
    await post(window, "created", user_id, "Plain Http")
    await window.service.drained()
    page = window.page
    await page.evaluate("delete Navigator.prototype.clipboard")
    await page.goto(f"{window.service.private_url}/#/users/{user_id}")
    await page.get_by_role("button", name="Copy as JSON").click()
    copied = page.get_by_role("button", name="Copied")
    await expect(copied).to_be_focused()
    await page.keyboard.press("/")
    box = page.get_by_label("Search users")
    await expect(box).to_be_focused()
    await page.keyboard.press("ControlOrMeta+V")
    await expect(box).to_have_value(re.compile(rf'"user_id": "{re.escape(user_id)}"'))


@pytest.mark.parametrize("user_id", [".", ".."])
async def test_a_user_whose_id_is_a_step_in_paths_opens(window: Window, user_id: str) -> None:
    page, word = window.page, new_word()
    await post(window, "created", user_id, f"Dot {word}")
    await window.service.drained()
    await page.get_by_label("Search users").fill(word)
    await page.get_by_role("link", name=f"Dot {word}").click()
    await expect(page.get_by_role("heading", name=f"Dot {word}")).to_be_visible()
    await post(window, "updated", user_id, f"Dot {word} anew")
    await expect(page.get_by_role("heading", name=f"{word} anew")).to_be_visible()
    await post(window, "deleted", user_id, word)
    await expect(page.get_by_text("This user was deleted")).to_be_visible()


async def test_a_number_too_large_for_the_browser_hides_no_user(window: Window) -> None:
    user_id, many = new_user_id(), 2**53 + 1
    await post(window, "updated", user_id, "Many Times", logins_count=many)
    await window.service.drained()
    await window.page.goto(f"{window.service.private_url}/#/users/{user_id}")
    await expect(window.page.get_by_role("heading", name="Many Times")).to_be_visible()
    await expect(window.page.get_by_text(str(many), exact=True)).to_be_visible()


async def unavailable(route: Route) -> None:
    """What the service answers while OpenSearch doesn't."""
    problem = {"type": "urn:x:engine-unavailable", "detail": "OpenSearch does not answer."}
    await route.fulfill(status=503, content_type="application/problem+json", json=problem)


async def test_more_come_as_one_scrolls(window: Window) -> None:
    word = new_word()
    await post_many(window, word, 120)
    await window.page.get_by_label("Search users").fill(word)
    await expect(window.page.locator(".count")).to_contain_text("120 users")
    rows = window.page.get_by_label("Users", exact=True).get_by_role("listitem")
    for least in (51, 101, 120):
        await window.page.locator(".end").scroll_into_view_if_needed()
        await expect(rows.nth(least - 1)).to_be_attached()
    assert await rows.count() == 120


async def test_that_users_match_not_quite_as_typed_is_said(window: Window) -> None:
    word = new_word()
    await post(window, "created", new_user_id(), f"{word} Quillfeather")
    await window.service.drained()
    await window.page.get_by_label("Search users").fill(f"{word} Quillfaether")
    await expect(window.page.locator("#said")).to_have_text("1 user, not quite as typed")


async def test_nobody_found_is_said(window: Window) -> None:
    await window.page.get_by_label("Search users").fill(new_word() * 3)
    await expect(window.page.get_by_text("No user found").first).to_be_visible()


async def test_a_further_page_that_fails_leaves_what_is_there(window: Window) -> None:
    word, page = new_word(), window.page
    await post_many(window, word, 120)
    rows = page.get_by_label("Users", exact=True).get_by_role("listitem")
    await page.route(lambda url: "cursor=" in url, unavailable)
    await page.get_by_label("Search users").fill(word)
    await expect(page.locator(".count")).to_contain_text("120 users")
    await page.locator(".end").scroll_into_view_if_needed()
    await expect(page.get_by_text("OpenSearch does not answer.")).to_be_visible()
    await expect(rows).to_have_count(50)
    async with page.expect_response(lambda reply: "cursor=" in reply.url):
        await page.get_by_role("button", name="More").press("Enter")
    await page.evaluate("() => new Promise((done) => setTimeout(done))")
    await expect(page.get_by_role("button", name="More")).to_be_focused()
    await page.unroute_all()
    await page.get_by_role("button", name="More").click()
    await expect(rows.nth(50)).to_be_attached()
    await expect(page.get_by_text("OpenSearch does not answer.")).to_be_hidden()


async def test_a_long_list_stays_true_or_says_that_it_may_be_old(window: Window) -> None:
    word, page = new_word(), window.page
    ids = await post_many(window, word, 90)
    rows = page.get_by_label("Users", exact=True).get_by_role("listitem")
    await page.get_by_label("Search users").fill(word)
    await expect(page.locator(".count")).to_contain_text("90 users")
    await page.locator(".end").scroll_into_view_if_needed()
    await expect(rows).to_have_count(90)
    await post(window, "deleted", ids[70], word)
    await expect(rows).to_have_count(89, timeout=15_000)
    await expect(page.locator(".count")).to_contain_text("89 users")

    old = page.get_by_text("What is shown may be old")
    await page.route(lambda url: "/users?" in url, unavailable)
    await expect(old).to_be_in_viewport(timeout=15_000)
    await expect(rows).to_have_count(89)
    await page.unroute_all()
    await expect(old).to_be_hidden(timeout=15_000)


async def test_a_users_page_says_when_it_may_be_old(window: Window) -> None:
    user_id, page = new_user_id(), window.page
    await post(window, "created", user_id, "Karen Jones")
    await window.service.drained()
    await page.goto(f"{window.service.private_url}/#/users/{user_id}")
    await expect(page.get_by_role("heading", name="Karen Jones")).to_be_visible()
    await page.route(lambda url: "/users/" in url, unavailable)
    old = page.get_by_text("What is shown may be old")
    await expect(old).to_be_visible(timeout=15_000)
    await expect(page.get_by_role("heading", name="Karen Jones")).to_be_visible()
    await page.unroute_all()
    await expect(old).to_be_hidden(timeout=15_000)


async def test_the_way_back_from_a_users_page_survives_a_reload(window: Window) -> None:
    word, page = new_word(), window.page
    await post(window, "created", new_user_id(), f"Karen {word}")
    await window.service.drained()
    await page.get_by_label("Search users").fill(word)
    await page.get_by_role("link", name=word).click()
    heading = page.get_by_role("heading", name=word)
    await expect(heading).to_be_visible()
    await page.reload()
    await expect(heading).to_be_visible()
    await page.get_by_role("link", name="← Users").click()
    await expect(page.get_by_label("Search users")).to_have_value(word)
    await expect(page.locator(".count")).to_contain_text("1 user")


@pytest.mark.parametrize("how", ["link", "history"])
async def test_back_from_a_user_leads_to_where_one_was(window: Window, how: str) -> None:
    word, page = new_word(), window.page
    await post_many(window, word, 120)
    rows = page.get_by_label("Users", exact=True).get_by_role("link")
    await page.get_by_label("Search users").fill(word)
    await expect(page.locator(".count")).to_contain_text("120 users")

    async def all_are_loaded() -> bool:
        # Rows get their height in sight, so that the end moves away while one goes there.
        await page.locator(".end").scroll_into_view_if_needed()
        return await rows.count() == 120

    await eventually(all_are_loaded, what="all rows")
    opened = rows.nth(110)
    await opened.scroll_into_view_if_needed()
    name = await opened.locator(".name").inner_text()
    before = await opened.evaluate("row => row.getBoundingClientRect().top")
    await opened.click()
    await expect(page.get_by_role("heading", name=name)).to_be_visible()
    await expect(page.locator("main")).to_be_focused()
    assert await page.evaluate("scrollY") == 0
    if how == "link":
        await page.get_by_role("link", name="← Users").click()
    else:
        await page.go_back()
    await expect(rows).to_have_count(120)
    await expect(opened.locator(".name")).to_have_text(name)
    await expect(opened).to_be_focused()
    after = await opened.evaluate("row => row.getBoundingClientRect().top")
    assert after == pytest.approx(before, abs=1)

    await page.get_by_label("Search users").fill(f"{word} n110")
    await expect(rows).to_have_count(1)
    assert await page.evaluate("scrollY") == 0
    await page.get_by_label("Search users").fill(word)
    await expect(rows).to_have_count(50)
