"""`user-sync verify` when a step fails: what it says, and that the canary doesn't stay.

That it succeeds is for the acceptance tests: that takes a real index.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from click.testing import CliRunner, Result

from service.commands.main import cli


@dataclass
class Webhook:
    """Answers every post alike and remembers the events' types. after_s: how late it answers."""

    answer: int = 204
    after_s: float = 0
    types: list[str] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    state = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            state.types.append(json.loads(self.rfile.read(length))["type"])
            threading.Event().wait(state.after_s)
            with suppress(BrokenPipeError):
                self.send_response(state.answer)
                self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        state.url = f"http://127.0.0.1:{server.server_port}/webhook"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield state
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _environment(
    monkeypatch: pytest.MonkeyPatch, unused_tcp_port_factory: "pytest.FixtureRequest"
) -> None:
    monkeypatch.setenv("USER_SYNC_WEBHOOK_TOKENS", "hush-hush")
    ports = [unused_tcp_port_factory() for _ in range(3)]  # type: ignore[operator]
    monkeypatch.setenv("USER_SYNC_OPENSEARCH_URL", f"http://127.0.0.1:{ports[0]}")
    monkeypatch.setenv("USER_SYNC_PRIVATE_PORT", str(ports[1]))
    monkeypatch.setenv("USER_SYNC_PORT", str(ports[2]))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["verify", *arguments])


def test_a_wrong_credential_ends_it_at_once(webhook: Webhook) -> None:
    webhook.answer = 401
    result = run(webhook.url)
    assert result.exit_code == 1
    assert f"create: {webhook.url} answers 401: the service has another credential" in result.stderr
    assert "hush" not in result.output
    assert webhook.types == ["user.created"]


def test_by_default_this_machines_service_is_tried() -> None:
    result = run()
    assert result.exit_code == 1
    assert "create: nothing listens at http://127.0.0.1:" in result.stderr
    assert "/webhook (connection refused)" in result.stderr


def test_what_is_not_searchable_in_time_is_explained_and_deleted_again(webhook: Webhook) -> None:
    result = run("--url", webhook.url, "--timeout", "0.2")
    assert result.exit_code == 1
    assert "create: accepted, but not to be seen in the index after 0.2 s" in result.stderr
    assert "can't be reached; is USER_SYNC_OPENSEARCH_URL right?" in result.stderr
    assert "/healthz could not be asked" in result.stderr
    assert webhook.types == ["user.created", "user.deleted"]


def test_what_may_have_been_kept_is_deleted_again(webhook: Webhook) -> None:
    webhook.answer = 503
    result = run(webhook.url)
    assert result.exit_code == 1
    assert "create: " in result.stderr
    assert "could not be deleted again" in result.stderr
    assert webhook.types == ["user.created", "user.deleted"]


def test_the_canary_is_waited_for_longer_than_its_steps(webhook: Webhook) -> None:
    webhook.after_s = 0.2
    result = run(webhook.url, "--timeout", "0.1")
    assert result.exit_code == 1
    assert "did not answer in time" in result.stderr
    assert "The canary is taken away again" in result.stderr
    assert webhook.types == ["user.created", "user.deleted"]


@pytest.mark.parametrize("timeout", ["nan", "inf", "0", "soon"])
def test_a_timeout_that_is_none_is_wrong_usage(webhook: Webhook, timeout: str) -> None:
    result = run(webhook.url, "--timeout", timeout)
    assert result.exit_code == 2
    assert "Invalid value for '--timeout'" in result.stderr
    assert webhook.types == []


def test_without_a_credential_it_is_wrong_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("USER_SYNC_WEBHOOK_TOKENS")
    result = run()
    assert result.exit_code == 2
    assert "set USER_SYNC_WEBHOOK_TOKENS" in result.stderr


def test_without_a_known_port_a_url_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER_SYNC_PORT", "0")
    result = run()
    assert result.exit_code == 2
    assert "Give the webhook's URL" in result.stderr
