"""One Chromium and one running service for a module of browser tests."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.acceptance.console.browser import FLAGS, MISSING, SETTINGS, Window, chromium
from tests.acceptance.service_process import Service
from tests.conftest import Engine

OpenWindow = Callable[..., Awaitable[Window]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Skips where no Chromium is installed, saying how to get one."""
    path = chromium()
    if path is None:
        pytest.skip(MISSING)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(
    browser: Browser, engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Service]:
    """The module's service: each test keeps to users of its own."""
    one = Service(tmp_path_factory.mktemp("service"), engine.url, SETTINGS)
    await one.start()
    yield one
    await one.clean_up()


@pytest_asyncio.fixture(loop_scope="module")
async def open_window(browser: Browser, running: Service) -> AsyncIterator[OpenWindow]:
    """Opens windows on the module's service, or another. Closed after the test, which fails if
    any of them complained of anything but a refused request."""
    opened: list[Window] = []

    async def open_one(service: Service = running, **options: object) -> Window:
        window = await Window.open(browser, service, **options)
        opened.append(window)
        return window

    yield open_one
    for window in opened:
        await window.context.close()
    complaints = [error for window in opened for error in window.errors]
    assert [text for text in complaints if "Failed to load resource" not in text] == []


@pytest_asyncio.fixture(loop_scope="module")
async def window(open_window: OpenWindow) -> Window:
    """A window with both tokens."""
    window = await open_window()
    await window.sign_in()
    return window
