"""Target 5: type-ahead through the API beside the same query sent straight to OpenSearch."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlencode

import aiohttp

from bench.engine import NAMES, Engine
from bench.figures import Findings, Result, at_most, percentile
from bench.load import Load, typed_texts
from bench.measurements.filling import fill_index
from bench.product import SEARCH_TOKEN, Product, running_product
from bench.stand import Stand
from service.search.body import Body, search_body
from service.search.cursor import Position
from service.search.parameters import read_parameters

Ask = Callable[[str], Awaitable[None]]

_CLIENTS = (1, 16)
_LIMIT = "10"
_GRAMMAR = (
    {"q": "an sm", "highlight": "true"},
    {"q": "beatriz patl"},
    {"q": "@acme.com", "total": "exact"},
    {"filter": "app_metadata.plan=pro", "sort": "-last_login", "facets": "blocked"},
    {"filter": "last_login>=2026-01-01", "sort": "name", "total": "exact"},
    {"q": "ana", "filter": "email_verified=true", "facets": "identities.connection,blocked"},
)
"""One of each kind that costs something."""


async def type_ahead(stand: Stand) -> Findings:
    """Median and p99, for one client and for sixteen."""
    texts = typed_texts(random.Random(5), stand.scale.searches)  # noqa: S311
    await fill_index(stand, Load(seed=0xFEED, users=stand.scale.search_users))
    results: list[Result] = []
    async with running_product(stand.engine, stand.folder("searching")) as product:
        through, straight = _through(product), _straight(stand.engine)
        await _times(through, texts[:200], 1)
        await _times(straight, texts[:200], 1)
        for clients in _CLIENTS:
            ours: list[list[float]] = []
            theirs: list[list[float]] = []
            for _ in range(stand.scale.repetitions):
                theirs.append(await _times(straight, texts, clients))
                ours.append(await _times(through, texts, clients))
            results += [
                _result(ours, theirs, clients, 0.5, 1.3),
                _result(ours, theirs, clients, 0.99, 2),
            ]
        slowest_ms = [await _slowest_ms(product) for _ in range(stand.scale.repetitions)]
    await stand.engine.remove_index()
    results.append(
        Result.alone(5, "slowest kind of search, p50", "ms", slowest_ms, at_most(250, "ms"))
    )
    return Findings(results)


def _result(
    ours: list[list[float]], theirs: list[list[float]], clients: int, share: float, most: float
) -> Result:
    return Result.compared(
        5,
        f"type-ahead, {clients} client{'s' if clients > 1 else ''}, p{share * 100:.0f}",
        "ms",
        [percentile(times, share) * 1e3 for times in ours],
        "straight",
        [percentile(times, share) * 1e3 for times in theirs],
        at_most(most),
    )


def straight_body(text: str) -> Body:
    """The request body that the API makes of a typed text."""
    parameters = read_parameters([("q", text), ("limit", _LIMIT)])
    return search_body(parameters, Position([], forgiving=False), timeout_s=2)


def _straight(engine: Engine) -> Ask:
    async def ask(text: str) -> None:
        await engine.call("POST", f"/{NAMES.readers}/_search", straight_body(text))

    return ask


async def straight_times(engine: Engine, texts: Sequence[str]) -> list[float]:
    """Seconds of each search, one after the other, sent straight to OpenSearch."""
    return await _times(_straight(engine), texts, 1)


def _through(product: Product) -> Ask:
    async def ask(text: str) -> None:
        await _get(product, {"q": text, "limit": _LIMIT})

    return ask


async def _get(product: Product, parameters: dict[str, str]) -> None:
    url = f"{product.private_url}/api/v1/users?{urlencode(parameters)}"
    headers = {"Authorization": f"Bearer {SEARCH_TOKEN}"}
    async with product.engine.session.get(url, headers=headers) as answer:
        if answer.status != 200:
            raise aiohttp.ClientPayloadError(f"{answer.status}: {await answer.text()}")
        await answer.read()


async def _times(ask: Ask, texts: Sequence[str], clients: int) -> list[float]:
    """Seconds that each answer took, asked by so many clients at once."""
    waiting = iter(texts)
    times: list[float] = []

    async def client() -> None:
        for text in waiting:
            started = time.perf_counter()
            await ask(text)
            times.append(time.perf_counter() - started)

    await asyncio.gather(*(client() for _ in range(clients)))
    return times


async def _slowest_ms(product: Product) -> float:
    """The median of the slowest kind."""
    medians: list[float] = []
    for parameters in _GRAMMAR:
        times: list[float] = []
        for _ in range(15):
            started = time.perf_counter()
            await _get(product, dict(parameters))
            times.append(time.perf_counter() - started)
        medians.append(percentile(times, 0.5) * 1e3)
    return max(medians)
