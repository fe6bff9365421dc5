"""A schema-driven fuzzer takes the OpenAPI document at its word: it asks whatever fits, and much
that doesn't. No answer may be a server error, or another than the document describes."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from service.search.app import LONGEST_REQUEST_LINE
from service.search.options import SearchOptions
from tests.conftest import Engine
from tests.integration.search.conftest import TOKEN, bootstrapped, index, serving
from tests.integration.search.directory import directory

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    unsupported_method,
]
AUTHORISED = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def url(engine: Engine) -> Iterator[str]:
    """An API over a small directory, served by a thread: the fuzzer is synchronous."""
    ready, done = threading.Event(), threading.Event()
    urls: list[str] = []

    async def run() -> None:
        async with bootstrapped(engine) as (client, names):
            await index(client, names.writers, directory(200))
            async for api in serving(engine.url, names, SearchOptions(tokens=[TOKEN])):
                urls.append(api.url)
                ready.set()
                await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    assert ready.wait(60)
    yield urls[0]
    done.set()
    thread.join(60)


POSITIVE, NEGATIVE = GenerationMode.POSITIVE, GenerationMode.NEGATIVE


@pytest.mark.parametrize(
    ("path", "method", "mode"),
    [
        ("/users", "GET", POSITIVE),
        ("/users", "GET", NEGATIVE),
        ("/users/{user_id}", "GET", POSITIVE),
        ("/users/{user_id}", "GET", NEGATIVE),
        ("/lookup", "POST", POSITIVE),
        ("/lookup", "POST", NEGATIVE),
        ("/openapi.json", "GET", POSITIVE),
    ],
)
def test_every_answer_is_one_that_is_described(
    url: str, path: str, method: str, mode: GenerationMode
) -> None:
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json", headers=AUTHORISED)
    operation = schema[path][method]

    @given(st.data())
    @settings(
        max_examples=60,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    def ask(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        response = case.call(base_url=url, headers=AUTHORISED, timeout=30)
        # A longer line is refused before it is a request of ours.
        assume(len(response.request.url or "") < LONGEST_REQUEST_LINE)
        case.validate_response(response, checks=CHECKS, headers=AUTHORISED)

    ask()
