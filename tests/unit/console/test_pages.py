"""The console's files: small, whole, cached, and under a policy that lets nothing else in."""

import re
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from service.console.pages import add_console, files

MOST_BYTES = 70_000
Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    app = web.Application()
    add_console(app)
    async with TestClient(TestServer(app)) as made:
        yield made


def test_it_is_small() -> None:
    assert sum(len(file.content) for file in files().values()) < MOST_BYTES


def test_every_file_is_asked_for_and_there() -> None:
    known = files()
    asked = {"index.html"}
    for file in known.values():
        text = file.content.decode()
        asked |= set(re.findall(r'"(?:\./|console/)([\w.]+)"', text))
    assert asked == set(known)


def test_nothing_in_it_is_markup_from_text_or_from_elsewhere() -> None:
    for name, file in files().items():
        text = file.content.decode()
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", text), (
            name
        )
        assert not re.search(r"https?://(?!www\.w3\.org/)", text), name
    page = files()["index.html"].content.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\bsrc=)", page)


async def test_a_strict_policy_goes_with_every_file(client: Client) -> None:
    for path in ("/", "/console/main.js", "/console/console.css"):
        async with client.get(path) as reply:
            assert reply.status == 200
            policy = reply.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert reply.headers["X-Content-Type-Options"] == "nosniff"
            assert reply.headers["Referrer-Policy"] == "no-referrer"


async def test_what_a_browser_has_is_not_sent_again(client: Client) -> None:
    async with client.get("/console/main.js") as reply:
        assert reply.content_type == "text/javascript"
        assert reply.headers["Cache-Control"] == "no-cache"
        etag = reply.headers["ETag"]
    async with client.get("/console/main.js", headers={"If-None-Match": f'"x", {etag}'}) as again:
        assert again.status == 304
        assert again.headers["ETag"] == etag
        assert await again.read() == b""
    async with client.get("/console/main.js", headers={"If-None-Match": '"x"'}) as other:
        assert other.status == 200
    async with client.head("/") as head:
        assert head.status == 200


@pytest.mark.parametrize(
    "path", ["/console/", "/console/nothing.js", "/console/..%2fpages.py", "/console/__init__.py"]
)
async def test_nothing_else_is_served(client: Client, path: str) -> None:
    async with client.get(path) as reply:
        assert reply.status == 404
