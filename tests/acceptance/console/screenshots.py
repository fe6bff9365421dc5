"""The README's pictures of the console, light and dark, over the demo's data: `make screenshots`.

Plays `user-sync demo`, lets a little more happen so that the charts have something to show, and
ends it again.
"""

import asyncio
import itertools
import re
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import aiohttp
from playwright.async_api import Browser, Page, async_playwright

from service.clock import clock_us
from tests.acceptance.auth0 import at, event
from tests.acceptance.console.browser import FLAGS, MISSING, chromium

FOLDER = Path(__file__).parents[3] / "docs" / "screenshots"
SIZE = {"width": 1080, "height": 680}
WATCHED_S = 45
PLAYED_WITHIN_S = 600


class Demo(NamedTuple):
    """What the demo printed: the console's address with tokens, and how to post."""

    console: str
    webhook: str
    token: str


@asynccontextmanager
async def demo() -> AsyncIterator[Demo]:
    """A demo that has told its story."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "service", "demo"), stdin=DEVNULL, stdout=PIPE
    )
    try:
        async with asyncio.timeout(PLAYED_WITHIN_S):
            printed = await _printed(process)
        # What else it prints must not fill the pipe: it would wait for us, and we for its end.
        assert process.stdout
        rest = asyncio.create_task(process.stdout.read())
        yield Demo(*printed)
    finally:
        process.send_signal(signal.SIGINT)
        await process.wait()
    await rest


async def _printed(process: Process) -> list[str]:
    """The parts of a Demo, once all of them are there."""
    wanted = (
        re.compile(r"^(http://\S+/#token=\S+)$", re.MULTILINE),
        re.compile(r"(http://\S+/webhook)"),
        re.compile(r"Authorization: Bearer ([^']+)'"),
    )
    text = ""
    assert process.stdout
    async for line in process.stdout:
        text += line.decode()
        found = [match[1] for part in wanted if (match := part.search(text))]
        if len(found) == len(wanted):
            return found
    raise RuntimeError(f"the demo ended without its addresses: {text[-2000:]}")


async def post_for(seconds: float, to: Demo) -> None:
    """Events as they come on a working day: some, then more, then few."""
    headers = {"Authorization": f"Bearer {to.token}", "Content-Type": "application/json"}
    ends = time.monotonic() + seconds
    async with aiohttp.ClientSession(headers=headers) as session:
        for number in itertools.count():
            left = ends - time.monotonic()
            if left <= 0:
                return
            one = event("updated", f"auth0|{number % 40:024}", at(clock_us()))
            one["a0tenant"] = "acme"
            async with session.post(to.webhook, json=one) as reply:
                await reply.read()
            await asyncio.sleep(0.01 + 0.06 * abs((left / seconds) * 2 - 1))


async def take(browser: Browser, to: Demo, scheme: str) -> None:
    """Every picture in one colour scheme."""
    context = await browser.new_context(color_scheme=scheme, viewport=SIZE)  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto(to.console)
    home = to.console.partition("#")[0]

    search = page.get_by_label("Search users")
    for _ in range(10):  # a node just started takes half a second for its first searches
        await search.fill("")
        await search.press_sequentially("ann sm", delay=40)
    await page.locator(".users mark").first.wait_for()
    await page.keyboard.press("ArrowDown")
    await shoot(page, f"users-{scheme}")
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Profile").wait_for()
    await shoot(page, f"user-{scheme}")
    await page.goto(f"{home}#/sync")
    await page.get_by_role("heading", name="Checks").wait_for()
    await post_for(WATCHED_S, to)
    await shoot(page, f"sync-{scheme}")
    await page.goto(f"{home}#/dead-letters")
    await page.locator(".head").first.click()
    await shoot(page, f"dead-letters-{scheme}")
    await context.close()


async def shoot(page: Page, name: str) -> None:
    """Keep what is seen."""
    await page.mouse.move(0, 0)
    await page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")
    print(f"docs/screenshots/{name}.png")


async def main() -> None:
    """Take them all."""
    path = chromium()
    if path is None:
        sys.exit(MISSING)
    FOLDER.mkdir(parents=True, exist_ok=True)
    async with demo() as played, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        for scheme in ("light", "dark"):
            await take(browser, played, scheme)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
