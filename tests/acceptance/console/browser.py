"""A real Chromium, and what a test does with the console in it."""

import shutil
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from playwright.async_api import Browser, BrowserContext, Page, Route

from tests.acceptance.service_process import Service

SEARCH_TOKEN = "search-token-of-the-tests"
ADMIN_TOKEN = "admin-token-of-the-tests"
SETTINGS = {"SEARCH_TOKENS": SEARCH_TOKEN, "ADMIN_TOKENS": f"anna:{ADMIN_TOKEN}"}

MISSING = (
    "no Chromium is installed, so the console was not tried: apt-get install chromium, "
    "or brew install --cask chromium"
)
# Nothing of Chromium's own may reach for the network.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str | None:
    """The path of an installed Chromium; None without one."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@dataclass
class Window:
    """A page of the console. errors: what its scripts or the browser complained of."""

    page: Page
    service: Service
    errors: list[str] = field(default_factory=list)

    @classmethod
    async def open(cls, browser: Browser, service: Service, **options: Any) -> "Window":
        """A window of its own, with its own session. options: of the browser's context."""
        context = await browser.new_context(
            **{"viewport": {"width": 1200, "height": 900}} | options
        )
        context.set_default_timeout(15_000)
        window = cls(await context.new_page(), service)
        window.page.on("pageerror", lambda error: window.errors.append(str(error)))
        window.page.on(
            "console",
            lambda message: (
                window.errors.append(message.text) if message.type in {"error", "warning"} else None
            ),
        )
        return window

    @property
    def context(self) -> BrowserContext:
        """Where the page lives."""
        return self.page.context

    async def sign_in(
        self, *, search: str = SEARCH_TOKEN, admin: str = ADMIN_TOKEN, path: str = ""
    ) -> None:
        """Follow a link with tokens, as `make demo` prints it, then go to a view's address."""
        tokens = urlencode({"token": search, "admin": admin})
        await self.page.goto(f"{self.service.private_url}/#{tokens}")
        if path:
            await self.page.goto(f"{self.service.private_url}/#{path}")

    async def hold_back(self, part: str) -> "Held":
        """From now on, requests whose address has this part wait until they are let go."""
        held = Held()
        await self.page.route(lambda url: part in url, held.take)
        return held


class Held:
    """Requests that wait."""

    def __init__(self) -> None:
        self._routes: list[Route] = []
        self._let_go = False

    async def take(self, route: Route) -> None:
        """Keep a request."""
        if self._let_go:
            await route.continue_()
        else:
            self._routes.append(route)

    async def let_go(self) -> None:
        """Let them through, and those that are only on their way here."""
        self._let_go = True
        for route in self._routes:
            await route.continue_()
        self._routes.clear()
